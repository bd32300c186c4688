"""Tells labelled opinions apart by what can be told mechanically: script, length, what is judged, how images are named.

Words are looked for in the English reference, so that one list serves all languages: "negation" means that the English
has one. No list finds sarcasm, and the opinions do not mark it: nothing here speaks of it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from translation.languages import find_language

Row = Mapping[str, Any]
Label = Mapping[str, Any]

MIXED = re.compile(r"[a-z]+-[a-z]+")  # es-en
FAMILIES = {
    "Latin": "Latn",
    "Cyrillic": "Cyrl",
    "Arabic, Hebrew": "Arab Hebr",
    "Greek, Armenian, Georgian": "Grek Armn Geor",
    "Chinese, Japanese, Korean": "Hans Hant Jpan Kore",
    "of South Asia": "Deva Beng Taml Telu Mlym Knda Gujr Guru Orya Sinh Thaa",
    "of Southeast Asia": "Thai Laoo Khmr Mymr",
    "Ethiopic": "Ethi",
}


def way_of_writing(tag: str) -> str:
    """native, romanised (Latin letters in place of another script) or mixed (two languages in one message)."""
    if MIXED.fullmatch(tag):
        return "mixed"
    return "romanised" if tag.endswith("-Latn") else "native"


def family(tag: str) -> str:
    """The family of scripts of a language; romanised and mixed messages have their own."""
    if (way := way_of_writing(tag)) != "native":
        return way
    language = find_language(tag)
    script = language.script if language else ""
    return next((name for name, scripts in FAMILIES.items() if script in scripts.split()), "other")


def words(pattern: str) -> Callable[[str], bool]:
    """Does an English text hold such a word?"""
    compiled = re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)
    return lambda english: bool(compiled.search(english))


def by_letter(english: str) -> bool:
    """Does it name an image by letter? "A" is one only where it cannot be the article."""
    return bool(
        re.search(r"\b[BCD]\b(?!')|\bA(?=$|[^\w\s']|'s|\s+(?:is|has|looks|wins|feels|and|over|for|or)\b)", english)
    )


NEGATED = words(r"not|no|never|nothing|none|neither|nor|without|cannot|\w+n['’]t|lacks?|hardly|barely")
COMPARED = words(r"than|better|worse|best|worst|more|most|less|least|prefer|rather")
NAMED: dict[str, Callable[[str], bool]] = {
    "letter": by_letter,
    "place": words("left|right|top|bottom|upper|lower|middle"),
    "number": words(r"first|second|third|fourth|last|former|latter|number (?:one|two|three|four)|[1-4]"),
    "pointing": words("this|that|these|those|it|the other|others|both|all"),
}


def naming(row: Row) -> str | None:
    """How a message about several images says which it means: the first of letter, place, number, pointing."""
    if row["kind"] == "single" or not (row["preference"] or any(label["targets"] for label in row["labels"])):
        return None
    return next((way for way, found in NAMED.items() if found(row["reference"])), "none of these")


def length(row: Row) -> int:
    """In words of the English reference, so that languages can be compared."""
    return len(row["reference"].split())


def polarities(row: Row) -> set[str]:
    return {label["polarity"] for label in row["labels"]}


CONSTRUCTIONS: dict[str, Callable[[Row], bool]] = {
    "about one image": lambda row: row["kind"] == "single",
    "about a pair": lambda row: row["kind"] == "pair",
    "about a set": lambda row: row["kind"] == "set",
    "judges nothing": lambda row: not row["labels"] and not row["preference"],
    "one label": lambda row: len(row["labels"]) == 1,
    "two labels": lambda row: len(row["labels"]) == 2,
    "three labels or more": lambda row: len(row["labels"]) > 2,
    "6 words or fewer": lambda row: length(row) <= 6,
    "7 to 15 words": lambda row: 6 < length(row) <= 15,
    "16 words or more": lambda row: length(row) > 15,
    "praise only": lambda row: polarities(row) == {"positive"},
    "complaints only": lambda row: polarities(row) == {"negative"},
    "praise and complaints": lambda row: polarities(row) >= {"positive", "negative"},
    "negation": lambda row: bool(row["labels"]) and NEGATED(row["reference"]),
    "comparing words (pairs, sets)": lambda row: row["kind"] != "single" and COMPARED(row["reference"]),
    "images named by letter": lambda row: naming(row) == "letter",
    "images named by place": lambda row: naming(row) == "place",
    "images named by number": lambda row: naming(row) == "number",
    "images pointed at only": lambda row: naming(row) == "pointing",
    "images named in none of these ways": lambda row: naming(row) == "none of these",
    "a question mark": lambda row: bool(re.search(r"[?？؟]", row["source_text"])),
}
LABEL_KINDS: dict[str, Callable[[Label], bool]] = {
    "positive": lambda label: label["polarity"] == "positive",
    "negative": lambda label: label["polarity"] == "negative",
    "neutral": lambda label: label["polarity"] == "neutral",
    "strength 1": lambda label: label["strength"] == 1,
    "strength 2": lambda label: label["strength"] == 2,
    "strength 3": lambda label: label["strength"] == 3,
    "with a finer code": lambda label: bool(label["attributes"]),
    "without a finer code": lambda label: not label["attributes"],
    "about one image of several": lambda label: len(label["targets"]) == 1,
    "about several images": lambda label: len(label["targets"]) > 1,
}
