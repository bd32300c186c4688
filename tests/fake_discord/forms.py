"""Fills in commands and modals as Discord's client does, which refuses what does not fit before it is sent."""

from typing import Any

from . import payloads
from .records import EVERYDAY, Channel, Json, Role, User, walk
from .world import World

SUBCOMMANDS = (1, 2)
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = 3, 4, 5, 6, 7, 8, 9, 10, 11


def find_command(commands: list[Json], name: str, locale: str) -> Json:
    for command in commands:
        if name in names(command, locale):
            return command
    raise AssertionError(f"no {name!r} among the commands offered: {[command['name'] for command in commands]}")


def names(thing: Json, locale: str) -> tuple[str, ...]:
    localized = (thing.get("name_localizations") or {}).get(locale)
    return (thing["name"],) if localized is None else (thing["name"], localized)


def fill_options(world: World, command: Json, path: list[str], given: dict[str, Any], locale: str) -> Json:
    """The `options` and `resolved` of an interaction's data."""
    if path:
        inner = find_command([o for o in command.get("options", ()) if o["type"] in SUBCOMMANDS], path[0], locale)
        filled = fill_options(world, inner, path[1:], given, locale)
        found = {"resolved": filled.pop("resolved")} if "resolved" in filled else {}
        return {"options": [{"name": inner["name"], "type": inner["type"], "options": [], **filled}], **found}
    declared = {option["name"]: option for option in command.get("options") or ()}
    assert not any(option["type"] in SUBCOMMANDS for option in declared.values()), f"{command['name']} has subcommands"
    missing = [name for name, option in declared.items() if option.get("required") and name not in given]
    assert not missing, f"{command['name']} needs {missing}"
    assert set(given) <= set(declared), f"{command['name']} knows {sorted(declared)} only"
    resolved: Json = {}
    options = [fill_option(world, declared[name], value, resolved) for name, value in given.items()]
    return {"options": options, **({"resolved": resolved} if resolved else {})}


def fill_option(world: World, option: Json, value: Any, resolved: Json) -> Json:
    kind = option["type"]
    if choices := option.get("choices"):
        value = {choice["name"]: choice["value"] for choice in choices}.get(value, value)
        assert value in [choice["value"] for choice in choices], f"{option['name']}: {value!r} is no choice"
    if kind in (INTEGER, NUMBER):
        least, most = option.get("min_value", value), option.get("max_value", value)
        assert least <= value <= most, f"{option['name']}: {value} is not between {least} and {most}"
    if kind == STRING:
        least, most = option.get("min_length", 0), option.get("max_length", 6000)
        assert least <= len(value) <= most, f"{option['name']}: {len(value)} characters"
    if isinstance(value, Channel):
        body = {**payloads.channel(world, value), "permissions": str(EVERYDAY)}
        resolved.setdefault("channels", {})[str(value.id)] = body
    elif isinstance(value, Role):
        resolved.setdefault("roles", {})[str(value.id)] = payloads.role(value)
    elif isinstance(value, User):
        resolved.setdefault("users", {})[str(value.id)] = payloads.user(value)
    elif kind == ATTACHMENT:
        file = world.add_file(0, *value)
        resolved.setdefault("attachments", {})[str(file.id)] = payloads.attachment(world, file)
        value = file
    return {"name": option["name"], "type": kind, "value": str(value.id) if hasattr(value, "id") else value}


def fill_modal(modal: Json, answers: str | dict[str, Any]) -> list[Json]:
    """Fields are named by their custom_id or their label; those not named keep what they were opened with."""
    if isinstance(answers, str):
        first = next(part for part in walk(modal["components"]) if part["type"] == 4)
        answers = {first["custom_id"]: answers}
    answers = dict(answers)
    filled = [fill_part(part, number, answers) for number, part in enumerate(modal["components"], 1)]
    assert not answers, f"the modal has no {sorted(answers)}"
    return filled


def fill_part(part: Json, number: int, answers: dict[str, Any]) -> Json:
    where = {"type": part["type"], "id": part.get("id") or number}
    if part["type"] == 18:
        return {**where, "component": fill_field(part["component"], number, part["label"], answers)}
    if part["type"] == 1:
        inner = part["components"][0]
        return {**where, "components": [fill_field(inner, number, inner["label"], answers)]}
    return where


def fill_field(field: Json, number: int, label: str, answers: dict[str, Any]) -> Json:
    kind = field["type"]
    body: Json = {"type": kind, "id": field.get("id") or 100 + number, "custom_id": field["custom_id"]}
    given = answers.pop(field["custom_id"], answers.pop(label, None))
    if kind == 4:
        text = field.get("value") or "" if given is None else given
        least, most = field.get("min_length") or 0, field.get("max_length") or 4000
        assert len(text) <= most, f"{label}: {len(text)} characters, at most {most}"
        assert text or not field.get("required", True), f"{label} is required"
        assert not text or len(text) >= least, f"{label}: at least {least} characters"
        return {**body, "value": text}
    if kind == 23:
        return {**body, "value": bool(field.get("default") if given is None else given)}
    values = chosen(field, label, given)
    if kind == 21:
        return {**body, "value": values[0] if values else None}
    return {**body, "values": values}


def chosen(field: Json, label: str, given: Any) -> list[str]:
    options = field.get("options") or []
    if given is None:
        values = [option["value"] for option in options if option.get("default")]
    else:
        known = {name: option["value"] for option in options for name in (option["label"], option["value"])}
        values = [known.get(value, value) for value in ([given] if isinstance(given, str) else given)]
    assert not options or set(values) <= {option["value"] for option in options}, f"{label}: {values} are no options"
    least, most = field.get("min_values", 1), field.get("max_values", 1)
    assert len(values) <= most, f"{label}: at most {most}"
    assert len(values) >= least or not field.get("required", True), f"{label}: at least {least}"
    return values
