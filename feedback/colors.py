"""Colour words of many languages, and the named shades that they mean.

A shade's coordinates follow from its sRGB hex by Björn Ottosson's OKLab (https://bottosson.github.io/posts/oklab/).
"""

import math
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, NamedTuple

from feedback.records import Label

VAGUE = {"red", "yellow", "green", "blue", "purple", "pink", "brown"}  # plain words that leave the shade open
SENTENCE_END = re.compile(r"[.!?…。！？।؟\n]+")
_MARKS = r"\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e4e"  # belong to a word, but not to `\w`
_LETTER = rf"[\w{_MARKS}]"
_START, _END = rf"(?<![\w{_MARKS}])", rf"(?![\w{_MARKS}])"
_DROPPED = re.compile(r"[\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c\u09bc\u0abc\u200c\u200d]")  # optional marks
_SAME = str.maketrans("كيىةےھہۃ", "کییهیههه")  # letters that Arabic, Persian and Urdu keyboards mix
_PLAIN = str.maketrans("ıłđøæœ", "ildoao")


class Lch(NamedTuple):
    """OKLCH: lightness 0..1, chroma, hue in degrees 0..360 (0 for greys)."""

    lightness: float
    chroma: float
    hue: float


@dataclass(frozen=True)
class Shade:
    """A colour with a name."""

    name: str  # English
    hex: str  # sRGB, "#rrggbb"
    family: str  # the basic colour that it belongs to

    @cached_property
    def oklch(self) -> Lch:
        """Where it lies in OKLCH."""
        return to_oklch(to_oklab(self.hex))


@dataclass(frozen=True)
class ColorMention:
    """A colour word in a text; `families` are the basic colours that it may mean in that language."""

    span: tuple[int, int]
    shade: Shade
    ambiguous: bool
    families: tuple[str, ...]


def find_colors(text: str, language: str) -> tuple[ColorMention, ...]:
    """The colour words of a text, in order; languages without a list of their own are searched for English names."""
    found: list[ColorMention] = []
    for words in _lists(language):
        folded, offsets = _fold(text, words.language, loose=words.loose)
        new = (words.mention(match, offsets) for match in words.pattern.finditer(folded))
        found += [m for m in new if not any(_overlap(m.span, earlier.span) for earlier in found)]
    return tuple(sorted(found, key=lambda m: m.span))


def find_shade(name: str) -> Shade | None:
    """The shade with this English name, or with another name of the same shade."""
    return _shades().get(_table()["also"].get(name, name))


def shades_of(family: str) -> tuple[Shade, ...]:
    """The shades of a basic colour, the best known first."""
    return tuple(shade for shade in _shades().values() if shade.family == family)


def name_shade(name: str, language: str) -> str:
    """The shade's name in this language where the list has one, else in English."""
    shade = find_shade(name)
    forms = _table()["words"].get(_lists(language)[0].language, {}).get(shade.name if shade else name, name)
    spoken = str(forms).split(",")[0].strip()
    return name if "~" in spoken or "*" in spoken else spoken


def with_color(label: Label, text: str, language: str) -> Label:
    """The label with the colour that its words name: in its evidence, else the only one in its sentence."""
    if label.aspect != "color" or label.value or label.span is None:
        return label
    mentions = find_colors(text, language)
    named = [m for m in mentions if _overlap(m.span, label.span)]
    if not named:
        sentence = _sentence_around(text, label.span)
        named = [m for m in mentions if _overlap(m.span, sentence)]
        if len({m.shade for m in named}) != 1:
            return label
    start, end = named[0].span
    return label.model_copy(update={"value": named[0].shade.name, "value_raw": text[start:end]})


def to_oklab(hex_color: str) -> tuple[float, float, float]:
    """sRGB "#rrggbb" to OKLab."""
    r, g, b = (_linear(int(hex_color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    l, m, s = (
        math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
        math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
        math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
    )
    return (
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    )


def to_oklch(oklab: tuple[float, float, float]) -> Lch:
    """OKLab in polar coordinates."""
    lightness, a, b = oklab
    chroma = math.hypot(a, b)
    return Lch(lightness, chroma, math.degrees(math.atan2(b, a)) % 360 if chroma > 1e-4 else 0.0)


@dataclass(frozen=True)
class _Words:
    """The colour words of one language, compiled."""

    language: str
    pattern: re.Pattern[str]
    forms: tuple[tuple[re.Pattern[str], Shade], ...]
    vague: dict[str, list[str]]
    loose: bool

    def mention(self, match: re.Match[str], offsets: list[int]) -> ColorMention:
        """What a match of the pattern means."""
        shade = next(shade for form, shade in self.forms if form.fullmatch(match["word"]))
        found = match.groupdict()
        modifier = next((m for m in ("dark", "light") if found.get(m) or found.get(f"{m}_behind")), None)
        modified = find_shade(f"{modifier} {shade.name}") if modifier else None
        groups = ["word", "dark", "light", "dark_behind", "light_behind"] if modified else ["word"]
        spans = [match.span(group) for group in groups if found.get(group)]
        start, end = min(s for s, _ in spans), max(e for _, e in spans)
        families = self.vague.get(shade.name)
        return ColorMention(
            span=(offsets[start], offsets[end - 1] + 1),
            shade=modified or shade,
            ambiguous=modified is None and (families is not None or shade.name in VAGUE),
            families=tuple(families or [shade.family]),
        )


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("feedback").joinpath("colors.toml").read_text("utf-8"))


@cache
def _shades() -> dict[str, Shade]:
    families = _table()["shades"]
    return {name: Shade(name, value, family) for family in families for name, value in families[family].items()}


@cache
def _lists(language: str) -> tuple[_Words, ...]:
    """The lists to search for a language: its own, and those it borrows from; mixed tags such as "es-en" take both."""
    known = _table()["words"]
    first, _, rest = language.partition("-")
    names = [name for name in (language, first if not rest or (rest[0].isupper() and len(rest) == 2) else "") if name in known]
    if not names and rest.islower():
        names = [name for name in (first, rest) if name in known]
    rules = _table()["rules"]
    names += [name for own in names[:1] for name in rules.get(own, {}).get("with", [])]
    return tuple(_compile(name) for name in dict.fromkeys(names or ["en"]))


@cache
def _compile(language: str) -> _Words:
    rules = _table()["rules"].get(language, {})
    loose = rules.get("loose", False)
    folded = [
        (_fold(form.strip(), language, loose=loose)[0], shade)
        for shade, forms in _table()["words"][language].items()
        for form in forms.split(",")
    ]
    folded.sort(key=lambda form: len(form[0]), reverse=True)
    endings = [_fold(ending, language, loose=loose)[0] for ending in rules.get("endings", "").split()]
    forms = [(_form(text, endings), shade) for text, shade in folded]
    words = "|".join(source for source, _ in forms)
    ahead = "|".join(f"(?P<{m}>{_any(rules[m], language, loose)})" for m in ("dark", "light") if m in rules)
    behind = "|".join(f"(?P<{m}_behind>{_any(rules[m], language, loose)})" for m in ("dark", "light") if m in rules)
    start, end = ("", "") if rules.get("solid") else (_START, _END)
    before, after = (_fold(rules.get(key, ""), language, loose=loose)[0] for key in ("before", "after"))
    source = (
        start
        + (f"(?:(?:{ahead})[\\s-]*)?" if ahead else "")
        + f"(?:{before})?(?P<word>{words})(?:{after})?"
        + (f"(?:[\\s-]*(?:{behind}))?" if behind else "")
        + end
    )
    compiled = tuple((re.compile(form), _shades()[shade]) for form, shade in forms)
    return _Words(language, re.compile(source), compiled, _table()["vague"].get(language, {}), loose)


def _form(text: str, endings: list[str]) -> str:
    source = re.escape(text).replace(r"\ ", r"[\s-]*").replace(r"\*", _LETTER + "{0,8}")
    return source.replace("~", f"(?:{'|'.join(sorted(endings, key=len, reverse=True))})?")


def _any(words: str, language: str, loose: bool) -> str:
    folded = (_fold(word.strip(), language, loose=loose)[0] for word in words.split(","))
    return "|".join(_form(word, []) for word in sorted(folded, key=len, reverse=True))


def _fold(text: str, language: str, *, loose: bool) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters the place in the text that it comes from."""
    folded: list[str] = []
    offsets: list[int] = []
    for place, char in enumerate(text):
        for part in _fold_character(char, language, loose):
            folded.append(part)
            offsets.append(place)
    return "".join(folded), offsets


@cache
def _fold_character(char: str, language: str, loose: bool) -> str:
    if language == "tr" and char in "Iİ":
        char = "ıi"["Iİ".index(char)]
    char = char.casefold()
    if not "가" <= char <= "힣":
        char = unicodedata.normalize("NFKD", char)
    char = _DROPPED.sub("", char.translate(_SAME))
    if loose:
        char = "".join(c for c in char.translate(_PLAIN) if not unicodedata.combining(c))
    return char


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _sentence_around(text: str, span: tuple[int, int]) -> tuple[int, int]:
    ends = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    return max(end for end in ends if end <= span[0]), min(end for end in ends if end >= span[1])
