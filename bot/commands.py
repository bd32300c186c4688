"""Commands in words: "skip", "next", "help", "delete my data", in every language that there is a catalogue for.

A message is a command only where it is nothing but the phrase: "skip the blue one, B is nicer" stays an opinion.
"""

import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from bot.wording import SOURCE, find_catalogue

Command = Literal["skip", "next", "help", "export", "delete", "stop"]
COMMANDS: tuple[Command, ...] = get_args(Command)


def find_command(text: str) -> Command | None:
    """The command that the whole message is, in whatever language; None where it says anything else."""
    return _phrases().get(_fold(text))


@cache
def phrase(command: Command, tag: str) -> str:
    """How to say a command in this language; `find_command` understands it."""
    return _table()[find_catalogue(tag) or SOURCE][command][0]


def _fold(text: str) -> str:
    """Case, width, punctuation, symbols and invisible characters taken away; words parted by one space."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("i\u0307", "i")  # Turkish İ
    kept = (" " if unicodedata.category(c)[0] in "PSZC" else c for c in folded)
    return " ".join("".join(kept).split())


@cache
def _phrases() -> dict[str, Command]:
    return {
        _fold(said): cast(Command, command)
        for commands in _table().values()
        for command, phrases in commands.items()
        for said in phrases
    }


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("bot").joinpath("commands.toml").read_text("utf-8"))
