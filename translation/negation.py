"""Does a text say no? By the words of its language, where they can be told; a translation must say no where it does."""

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

LEXICON = Path(__file__).parent / "negation.toml"
MARKS = "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff"  # vowel signs, which \\w leaves out


class Negation(NamedTuple):
    """What says no in a language; `complete`: a text without it says yes."""

    pattern: re.Pattern[str]
    complete: bool


@cache
def lexicon() -> dict[str, Negation]:
    """By language tag."""
    table = tomllib.loads(LEXICON.read_text("utf-8"))
    return {
        tag: Negation(re.compile("|".join(_alternatives(entry))), not entry.get("incomplete", False))
        for tag, entry in table.items()
    }


def _alternatives(entry: dict[str, str]) -> list[str]:
    words = "|".join(entry["words"].split()) if "words" in entry else ""
    return ([rf"(?<![\w{MARKS}])(?:{words})(?![\w{MARKS}])"] if words else []) + (
        [entry["parts"]] if "parts" in entry else []
    )


def find_negation(text: str, language: str) -> bool | None:
    """Whether it says no; None where that cannot be told.

    >>> find_negation("la luz no es mala", "es"), find_negation("bella luce", "it"), find_negation("x", "yo")
    (True, False, None)
    """
    known = lexicon().get(language)
    if known is None:
        return None
    if known.pattern.search(unicodedata.normalize("NFC", text).lower()):
        return True
    return False if known.complete else None


def negation_lost(source: str, english: str, language: str) -> bool:
    """Does the source say no, and the English nothing of the kind?"""
    return find_negation(source, language) is True and not find_negation(english, "en")


def negation_made(source: str, english: str, language: str) -> bool:
    """Does the English say no, and the source not? False where that cannot be told."""
    return find_negation(source, language) is False and find_negation(english, "en-plain") is True
