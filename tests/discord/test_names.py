"""Every command has a name and a description, as Discord wants them, in every language that Discord and we share."""

import tomllib
import unicodedata
from importlib.resources import files

import discord
import pytest
from discord.app_commands import CommandTree
from discord.app_commands.commands import VALID_SLASH_COMMAND_NAME
from fake_discord.command_rules import check_commands

from bot import names
from bot.discord_commands import FOR_EVERYBODY
from bot.discord_locales import Names
from bot.discord_names import find
from bot.discord_operators import FOR_OPERATORS
from bot.wording import catalogues, find_catalogue, wording

TABLE = tomllib.loads(files("bot").joinpath("discord_names.toml").read_text("utf-8"))
KEYS = set(TABLE["en"])
MENU = "opinion"
COMMANDS = {"compare", "language", "consent", "mydata", "mine", "help", "setup", "stats", "campaign"}
SUBCOMMANDS = {"mydata.export", "mydata.delete"}
OPTIONS = {f"option.{name}" for name in ("language", "campaign", "channel", "every", "role", "remove")}
UNSPOKEN = {"bg", "cs", "da", "fi", "hr", "hu", "lt", "no", "ro"}  # of Discord's locales
NAMED = COMMANDS | SUBCOMMANDS | OPTIONS

every_tag = pytest.mark.parametrize("tag", TABLE)


def allowed(character: str) -> bool:
    r"""Discord's `[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]`."""
    by_script = unicodedata.name(character).startswith(("DEVANAGARI", "THAI"))
    return character in "-_'" or unicodedata.category(character)[0] in "LN" or by_script


def test_whoever_has_a_catalogue_and_a_locale_has_names() -> None:
    found = {locale.value: find_catalogue(locale.value) for locale in discord.Locale}
    assert len(found) == 32
    assert set(TABLE) == set(found.values()) - {None}
    assert set(TABLE) < set(catalogues())
    assert found["es-419"] == found["es-ES"] == "es"
    assert (found["zh-CN"], found["zh-TW"]) == ("zh-Hans", "zh-Hant")
    assert {locale for locale, tag in found.items() if tag is None} == UNSPOKEN


@every_tag
def test_nothing_is_missing_and_nothing_is_left_over(tag: str) -> None:
    assert set(TABLE[tag]) == KEYS == NAMED | {f"{key}.description" for key in NAMED} | {MENU}


@every_tag
def test_names_obey_discord(tag: str) -> None:
    for key in NAMED:
        name = TABLE[tag][key]
        assert 1 <= len(name) <= 32
        assert all(map(allowed, name)), name
        assert VALID_SLASH_COMMAND_NAME.match(name), name
        assert name == name.lower() == unicodedata.normalize("NFC", name)
    assert 1 <= len(TABLE[tag][MENU]) <= 32


@every_tag
def test_descriptions_obey_discord(tag: str) -> None:
    for key in NAMED:
        text = TABLE[tag][f"{key}.description"]
        assert 1 <= len(text) <= 100, (len(text), text)
        assert text == text.strip()


@every_tag
@pytest.mark.parametrize("siblings", [COMMANDS, SUBCOMMANDS, OPTIONS], ids=["commands", "subcommands", "options"])
def test_names_differ_within_a_locale(tag: str, siblings: set[str]) -> None:
    called = [TABLE[tag][key] for key in siblings]
    assert len(set(called)) == len(called)


@every_tag
def test_no_command_is_named_like_another_one_in_english(tag: str) -> None:
    for key in COMMANDS:
        assert TABLE[tag][key] not in {TABLE["en"][other] for other in COMMANDS - {key}}


@every_tag
def test_the_menu_asks_in_the_words_of_the_widget(tag: str) -> None:
    assert TABLE[tag][MENU] == wording(tag).name(names.WIDGET["title"])


def test_finds_by_catalogue_and_by_locale() -> None:
    assert find("de", "mydata.export") == find("de-AT", "mydata.export") == "exportieren"
    assert find("zh-TW", "help") == "說明"
    assert find("sv-SE", "compare.description") == "Titta på bilder och säg vilken du gillar bäst, och varför"
    assert find("cs", "compare") is None
    assert find("ar", "compare") is None
    assert find("en-GB", "no.such.key") is None


async def test_what_is_registered_obeys_discord_in_every_locale() -> None:
    tree = CommandTree(discord.Client(intents=discord.Intents.none()))
    commands = [*FOR_EVERYBODY, *FOR_OPERATORS]
    payload = [await command.get_translated_payload(tree, Names()) for command in commands]
    assert list(check_commands(payload)) == []
    spoken = {locale.value for locale in discord.Locale} - UNSPOKEN
    assert all(set(command["name_localizations"]) == spoken for command in payload)
    assert {command["name_localizations"]["de"] for command in payload} == {
        TABLE["de"][key] for key in COMMANDS | {MENU}
    }
