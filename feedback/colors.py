"""Colour words of many languages, and the named shades that they mean."""

import math
import re
from dataclasses import dataclass
from functools import cache, cached_property

from feedback.color_words import lists, table
from feedback.oklab import Lch, to_oklab, to_oklch
from feedback.records import Label

VAGUE = {"red", "yellow", "green", "blue", "purple", "pink", "brown"}  # plain words that leave the shade open
CLAUSE_END = re.compile(r"[.!?…,;:()\n。！？、，；：।॥؟،؛—–]+")


@dataclass(frozen=True)
class Shade:
    """A colour with a name."""

    name: str  # English
    hex: str  # sRGB, "#rrggbb"
    family: str  # the basic colour that it belongs to

    @cached_property
    def oklch(self) -> Lch:
        """Where it lies in OKLCH."""
        return to_oklch(self.hex)


@dataclass(frozen=True)
class ColorMention:
    """A colour word in a text; `families` are the basic colours that it may mean in that language."""

    span: tuple[int, int]
    shade: Shade
    ambiguous: bool
    families: tuple[str, ...]


def find_colors(text: str, language: str) -> tuple[ColorMention, ...]:
    """The colour words of a text, in order; for a language without a list of its own, the English ones.

    >>> [mention.shade.name for mention in find_colors("небо не синее, а тёмно-зелёное", "ru")]
    ['blue', 'dark green']
    """
    found: list[ColorMention] = []
    for words in lists(language):
        mentions = (_mention(*word, words.vague) for word in words.find(text))
        found += [m for m in mentions if not any(_overlap(m.span, earlier.span) for earlier in found)]
    return tuple(sorted(found, key=lambda mention: mention.span))


def find_shade(name: str) -> Shade | None:
    """The shade with this English name, or with another English name of the same shade."""
    return _shades().get(table()["also"].get(name, name))


def shades() -> tuple[Shade, ...]:
    """Every shade that a label can name."""
    return tuple(_shades().values())


def shades_of(family: str) -> tuple[Shade, ...]:
    """The shades of a basic colour that the bot offers, the best known first."""
    return tuple(shade for shade in _offered() if shade.family == family)


def nearest_shade(hex_color: str) -> Shade:
    """The shade, of those that the bot offers, that looks most like this sRGB colour."""
    color = to_oklab(hex_color)
    return min(_offered(), key=lambda shade: math.dist(to_oklab(shade.hex), color))


def name_shade(name: str, language: str) -> str:
    """The shade's name in this language where the list has one, else in English."""
    shade = find_shade(name)
    words = table()["words"].get(lists(language)[0].language, {})
    first = str(words.get(shade.name if shade else name, name)).split(",")[0]
    return name if first.endswith(("~", "*")) else first


def with_color(label: Label, text: str, language: str) -> Label:
    """The label with the colour that its words name: in its evidence, else the only one in its clause.

    A sentence is too wide: nine in ten of its other colour words belong to another judgement.
    """
    if label.aspect != "color" or label.value or label.span is None:
        return label
    mentions = find_colors(text, language)
    named = [mention for mention in mentions if _overlap(mention.span, label.span)]
    if not named:
        clause = _clause_around(text, label.span)
        named = [mention for mention in mentions if _overlap(mention.span, clause)]
        if len({mention.shade for mention in named}) != 1:
            return label
    start, end = named[0].span
    return label.model_copy(update={"value": named[0].shade.name, "value_raw": text[start:end]})


def _mention(span: tuple[int, int], name: str, modifier: str | None, vague: dict[str, list[str]]) -> ColorMention:
    shade = _shades()[name]
    modified = find_shade(f"{modifier} {name}") if modifier else None
    families = tuple(vague.get(name, [shade.family]))
    ambiguous = modifier is None and (name in vague or name in VAGUE)
    return ColorMention(span, modified or shade, ambiguous, families)


@cache
def _shades() -> dict[str, Shade]:
    families = table()["shades"]
    return {name: Shade(name, value, family) for family in families for name, value in families[family].items()}


@cache
def _offered() -> tuple[Shade, ...]:
    return tuple(_shades()[name] for name in table()["offered"])


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _clause_around(text: str, span: tuple[int, int]) -> tuple[int, int]:
    ends = [0, *(match.end() for match in CLAUSE_END.finditer(text)), len(text)]
    return max(end for end in ends if end <= span[0]), min(end for end in ends if end >= span[1])
