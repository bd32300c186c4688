"""Commands in words: exact phrases only, in every language, however they are typed."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import COMMANDS, find_command, phrase
from bot.wording import catalogues

TABLE = tomllib.loads(files("bot").joinpath("commands.toml").read_text("utf-8"))
SAID = [(command, said) for commands in TABLE.values() for command, phrases in commands.items() for said in phrases]


def test_every_catalogue_has_every_command() -> None:
    assert set(TABLE) == set(catalogues())
    assert all(tuple(commands) == COMMANDS for commands in TABLE.values())


@pytest.mark.parametrize("tag", sorted(TABLE))
def test_every_phrase_is_understood_as_what_it_says(tag: str) -> None:
    """Which fails where two languages use one phrase for different commands."""
    for command, phrases in TABLE[tag].items():
        assert [find_command(said) for said in phrases] == [command] * len(phrases)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("  SKIP!!", "skip"),
        ("Ｎｅｘｔ", "next"),
        ("¿ayuda?", "help"),
        ("ATLA", "skip"),
        ("İLERİ", "next"),
        ("次！", "next"),
        ("👉 weiter 👉", "next"),
        ("Delete  my\ndata.", "delete"),
        ("احذف بياناتي", "delete"),
        ("/help", "help"),
    ],
)
def test_case_width_punctuation_and_symbols_do_not_matter(text: str, command: str) -> None:
    assert find_command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "skip the blue one, B is nicer",
        "next to the tree there is a ghost",
        "help, the hands!",
        "B",
        "the second one",
        "weiter links ist es zu dunkel",
        "次の空が青い",
        "delete my data? no",
        "",
        "!!!",
        "stop sign is misspelled",
    ],
)
def test_anything_else_is_an_opinion(text: str) -> None:
    assert find_command(text) is None


@given(st.sampled_from(SAID), st.text(alphabet=st.characters(categories=["L"]), min_size=1, max_size=5))
def test_a_phrase_with_more_words_is_no_command(said: tuple[str, str], word: str) -> None:
    longer = f"{said[1]} {word}{word}"
    assert find_command(longer) is None or longer.casefold() in {phrase.casefold() for _, phrase in SAID}


def test_the_phrase_that_help_names_is_understood() -> None:
    for tag in catalogues():
        for command in COMMANDS:
            assert find_command(f"“{phrase(command, tag)}”") == command
