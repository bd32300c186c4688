"""Discord's documented limits on application commands and their localizations."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .records import Json
from .rules import Problem, count, text

EUROPEAN = "cs da de en-GB en-US es-ES fi fr hr hu it lt nl no pl ro sv-SE bg el ru uk"
LOCALES = frozenset(f"{EUROPEAN} es-419 hi id ja ko pt-BR th tr vi zh-CN zh-TW".split())
Check = Callable[[Any, str], Iterator[Problem]]
MOST = {1: 100, 2: 15, 3: 15}  # commands of each type
SUBCOMMAND, GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10


def check_commands(commands: list[Json]) -> Iterator[Problem]:
    for kind, most in MOST.items():
        of_kind = [command for command in commands if command.get("type", 1) == kind]
        yield from count(of_kind, "commands", 0, most)
        yield from distinct(of_kind, "commands")
    for index, command in enumerate(commands):
        yield from check_command(command, str(index))


def check_command(command: Json, path: str) -> Iterator[Problem]:
    slash = command.get("type", 1) == 1
    yield from named(command, path, slash=slash)
    if slash:
        yield from described(command, path)
        yield from options(command, path, depth=0)
        if (size := weight(command)) > 8000:
            yield Problem(path, "APPLICATION_COMMAND_TOO_LARGE", f"{size} characters, at most 8000")
    elif command.get("description") or command.get("options"):
        yield Problem(path, "APPLICATION_COMMAND_INVALID", "a context menu has neither description nor options")
    wanted = command.get("default_member_permissions")
    if wanted is not None and not str(wanted).isdigit():
        yield Problem(f"{path}.default_member_permissions", "NUMBER_TYPE_COERCE", f"{wanted!r}")


def options(command: Json, path: str, depth: int) -> Iterator[Problem]:
    every = command.get("options") or []
    yield from count(every, f"{path}.options", 0, 25)
    yield from distinct(every, f"{path}.options")
    nested = [option.get("type") in (SUBCOMMAND, GROUP) for option in every]
    if any(nested) and not all(nested):
        yield Problem(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "subcommands beside options")
    required = [bool(option.get("required")) for option in every]
    if required != sorted(required, reverse=True):
        yield Problem(f"{path}.options", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "required ones come first")
    for index, option in enumerate(every):
        where = f"{path}.options.{index}"
        yield from named(option, where, slash=True)
        yield from described(option, where)
        if option.get("type") in (SUBCOMMAND, GROUP):
            if depth > (1 if option["type"] == SUBCOMMAND else 0):
                yield Problem(where, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "nested too deeply")
            yield from options(option, where, depth + 1)
        elif option.get("type") not in range(STRING, 12):
            yield Problem(f"{where}.type", "BASE_TYPE_CHOICES", f"type {option.get('type')}")
        else:
            yield from choices(option, where)


def choices(option: Json, path: str) -> Iterator[Problem]:
    every = option.get("choices") or []
    yield from count(every, f"{path}.choices", 0, 25)
    yield from distinct(every, f"{path}.choices")
    for index, choice in enumerate(every):
        where = f"{path}.choices.{index}"
        yield from localized(choice, "name", where, lambda name, at: text(name, at, 1, 100))
        value = choice.get("value")
        if option["type"] == STRING:
            yield from text(value, f"{where}.value", 1, 100)
        elif isinstance(value, bool) or not isinstance(value, int | float):
            yield Problem(f"{where}.value", "NUMBER_TYPE_COERCE", f"{value!r} is no number")


def named(thing: Json, path: str, *, slash: bool) -> Iterator[Problem]:
    yield from localized(thing, "name", path, slash_name if slash else lambda name, at: text(name, at, 1, 32))


def described(thing: Json, path: str) -> Iterator[Problem]:
    yield from localized(thing, "description", path, lambda value, at: text(value, at, 1, 100))


def localized(thing: Json, name: str, path: str, check: Check) -> Iterator[Problem]:
    yield from check(thing.get(name), f"{path}.{name}")
    for locale, value in (thing.get(f"{name}_localizations") or {}).items():
        where = f"{path}.{name}_localizations.{locale}"
        if locale not in LOCALES:
            yield Problem(where, "BASE_TYPE_CHOICES", f"{locale} is none of Discord's locales")
        yield from check(value, where)


def slash_name(name: object, path: str) -> Iterator[Problem]:
    r"""`^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$`, in lower case where there is one."""
    yield from text(name, path, 1, 32)
    if not isinstance(name, str):
        return
    if wrong := [character for character in name if not in_name(character)]:
        yield Problem(path, "APPLICATION_COMMAND_INVALID_NAME", f"{name!r} has {wrong}")
    if name != name.lower():
        yield Problem(path, "APPLICATION_COMMAND_INVALID_NAME", f"{name!r} is not in lower case")


def in_name(character: str) -> bool:
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").split(" ")[0] in ("DEVANAGARI", "THAI")


def distinct(things: Iterable[Json], path: str) -> Iterator[Problem]:
    """No two of one name; a name that only a locale gives twice is as confusing, so it counts, too."""
    things = list(things)
    for locale in [None, *sorted(LOCALES)]:
        names = [(thing.get("name_localizations") or {}).get(locale, thing.get("name")) for thing in things]
        if double := {name for name in names if names.count(name) > 1}:
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            yield Problem(path, code, f"{sorted(map(str, double))} more than once in {locale or 'the default names'}")


def weight(thing: Json) -> int:
    """Characters of names, descriptions and values, each counted in its longest localization."""
    own = sum(
        max(len(thing.get(name) or ""), *map(len, (thing.get(f"{name}_localizations") or {"": ""}).values()))
        for name in ("name", "description")
    )
    values = sum(len(str(choice.get("value", ""))) for choice in thing.get("choices") or ())
    inside = [*(thing.get("options") or ()), *(thing.get("choices") or ())]
    return own + values + sum(map(weight, inside))
