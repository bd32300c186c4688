"""The limits that the fake Discord keeps, against figures of Discord's documentation."""

from collections.abc import Iterable
from typing import Any

import pytest
from fake_discord import markup
from fake_discord.command_rules import LOCALES, check_commands
from fake_discord.rules import Problem, check_message, check_modal

Json = dict[str, Any]


def codes(problems: Iterable[Problem]) -> list[str]:
    return [problem.code for problem in problems]


def layout(*components: object) -> Json:
    return {"flags": 1 << 15, "components": list(components)}


def button(**more: object) -> Json:
    return {"type": 2, "style": 1, "label": "A", "custom_id": "a", **more}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": ""}, "EMPTY"),
        (
            {"content": "x", **layout({"type": 10, "content": "y"})},
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
        (layout(*[{"type": 10, "content": "y"}] * 41), "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (layout(*[{"type": 10, "content": "y" * 2001}] * 2), "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        (layout({"type": 10, "content": " "}), "BASE_TYPE_BAD_LENGTH"),
        (layout({"type": 1, "components": [button(), button()]}), "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (layout({"type": 1, "components": [button(custom_id="x" * 101)]}), "BASE_TYPE_BAD_LENGTH"),
        (layout({"type": 1, "components": [button(label="x" * 81)]}), "BASE_TYPE_BAD_LENGTH"),
        (layout({"type": 1, "components": [button(label="")]}), "BUTTON_COMPONENT_INVALID"),
        (layout({"type": 1, "components": [button(custom_id=str(n)) for n in range(6)]}), "BASE_TYPE_BAD_LENGTH"),
        (layout({"type": 12, "items": []}), "BASE_TYPE_BAD_LENGTH"),
        (layout({"type": 12, "items": [{"media": {"url": "attachment://no.png"}}]}), "UNFURLED"),
        ({"components": [{"type": 10, "content": "without the flag"}]}, "UNION_TYPE_CHOICES"),
        (
            layout({"type": 9, "components": [{"type": 10, "content": "x"}], "accessory": {"type": 10}}),
            "UNION_TYPE_CHOICES",
        ),
    ],
)
def test_limits_of_messages(body: Json, code: str) -> None:
    found = codes(check_message(body, []))
    assert len(found) == 1
    assert found[0].startswith(code)


def test_discord_has_32_locales() -> None:
    assert len(LOCALES) == 32
    assert not LOCALES & {"ar", "he", "fa", "bn", "ta"}


def test_limits_of_menus() -> None:
    option = {"label": "x", "value": "x"}
    menu: Json = {"type": 3, "custom_id": "m", "options": [option]}
    assert codes(check_message(layout({"type": 1, "components": [menu]}), [])) == []
    menu["options"] = [{"label": "x" * 101, "value": str(number)} for number in range(26)]
    assert codes(check_message(layout({"type": 1, "components": [menu]}), [])) == ["BASE_TYPE_BAD_LENGTH"] * 27


def test_limits_of_modals() -> None:
    field: Json = {"type": 4, "style": 2, "custom_id": "text"}
    modal = {"custom_id": "m", "title": "t" * 45, "components": [{"type": 18, "label": "x" * 45, "component": field}]}
    assert codes(check_modal(modal)) == []
    field["max_length"] = 4001
    assert codes(check_modal({**modal, "title": "t" * 46})) == ["BASE_TYPE_BAD_LENGTH", "NUMBER_TYPE_MAX"]


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ({"name": "ok", "description": "d"}, 0),
        ({"name": "mis-datos_2", "description": "d", "name_localizations": {"hi": "मेरा-डेटा", "th": "ข้อมูลของฉัน"}}, 0),
        ({"name": "Upper", "description": "d"}, 1),
        ({"name": "two words", "description": "d"}, 1),
        ({"name": "x" * 33, "description": "d"}, 1),
        ({"name": "ok", "description": ""}, 1),
        ({"name": "ok", "description": "d", "name_localizations": {"ar": "رأي"}}, 1),
        ({"name": "ok", "description": "d", "description_localizations": {"de": "x" * 101}}, 1),
        ({"name": "What do you think?", "type": 3}, 0),
        ({"name": "What do you think?", "type": 3, "description": "d"}, 1),
    ],
)
def test_limits_of_commands(command: Json, wrong: int) -> None:
    assert len(list(check_commands([command]))) == wrong


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("plain words, 3 * 4 and snake_case_name", []),
        ("@everyone <@1>", ["mention"]),
        (r"\@everyone", []),
        ("</compare:1> <t:0:R> <a:x1:2>", ["command", "time", "emoji"]),
        ("**b** ||s||", ["bold", "spoiler"]),
        (r"\*\*b\*\* \|\|s\|\|", []),
        ("`**b**`", ["code"]),
        ("see https://example.org", ["link"]),
        ("# big\n> said", ["heading", "quote"]),
        ("a \u202eb", ["direction"]),
    ],
)
def test_markup_is_found(text: str, kinds: list[str]) -> None:
    assert markup(text) == kinds
