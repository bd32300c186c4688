"""The lists of `colors.toml`, compiled to one pattern for each language."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_MARKS = r"\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e4e"  # belong to a word, but not to `\w`
_LETTER = rf"[\w{_MARKS}]"
_START, _END = rf"(?<![\w{_MARKS}])", rf"(?![\w{_MARKS}])"
_DROPPED = re.compile(r"[\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c\u09bc\u0abc\u200c\u200d]")  # often left out
_SAME = str.maketrans("كيىةےھہۃ", "کییهیههه")  # letters that Arabic, Persian and Urdu keyboards mix
_PLAIN = str.maketrans("ıłđøæœ", "ildoao")


@dataclass(frozen=True)
class Words:
    """The colour words of one language."""

    language: str
    pattern: re.Pattern[str]
    forms: tuple[tuple[re.Pattern[str], str], ...]  # of each form, the shade
    vague: dict[str, list[str]]  # shades that may mean several families in this language
    loose: bool  # accents are left out

    def find(self, text: str) -> list[tuple[tuple[int, int], str, str | None]]:
        """Of each colour word its span in the text, its shade, and "dark" or "light"; the modifier is in the span."""
        folded, offsets = fold(text, self.language, loose=self.loose)
        return [self._read(match, offsets) for match in self.pattern.finditer(folded)]

    def _read(self, match: re.Match[str], offsets: list[int]) -> tuple[tuple[int, int], str, str | None]:
        shade = next(shade for form, shade in self.forms if form.fullmatch(match["word"]))
        groups = {group for group, found in match.groupdict().items() if found}
        start, end = min(match.start(g) for g in groups), max(match.end(g) for g in groups)
        modifier = next((m for m in ("dark", "light") if m in groups or f"{m}_behind" in groups), None)
        return (offsets[start], offsets[end - 1] + 1), shade, modifier


@cache
def table() -> dict[str, Any]:
    """The whole of `colors.toml`."""
    return tomllib.loads(files("feedback").joinpath("colors.toml").read_text("utf-8"))


@lru_cache(1024)
def lists(language: str) -> tuple[Words, ...]:
    """The lists to search: the language's own and those it borrows from; English where there is none of its own.

    Mixed tags such as "es-en" take both; "hi-Latn" is a language of its own, "pt-BR" is not.
    """
    known = table()["words"]
    first, _, rest = language.partition("-")
    region = len(rest) == 2 and rest.isupper()
    names = [language, first if not rest or region else ""]
    if len(rest) in (2, 3) and rest.islower():
        names = [first, rest]
    own = [name for name in names if name in known]
    borrowed = [name for name in own for name in table()["rules"].get(name, {}).get("with", [])]
    return tuple(_compile(name) for name in dict.fromkeys([*own, *borrowed] or ["en"]))


@cache
def _compile(language: str) -> Words:
    rules = table()["rules"].get(language, {})
    loose = rules.get("loose", False)

    def folded(text: str) -> str:
        return fold(text.strip(), language, loose=loose)[0]

    def modifiers(suffix: str) -> str:
        named = (f"(?P<{m}{suffix}>{_one_of(map(folded, rules[m].split(',')), [])})" for m in ("dark", "light"))
        return "|".join(named)

    endings = [folded(ending) for ending in rules.get("endings", "").split()]
    words = {folded(form): shade for shade, listed in table()["words"][language].items() for form in listed.split(",")}
    longest_first = sorted(words, key=len, reverse=True)
    source = f"(?:{folded(rules.get('before', ''))})?(?P<word>{_one_of(longest_first, endings)})"
    source += f"(?:{folded(rules.get('after', ''))})?"
    if "dark" in rules:
        source = rf"(?:(?:{modifiers('')})[\s-]*)?{source}(?:[\s-]*(?:{modifiers('_behind')}))?"
    if not rules.get("solid"):
        source = _START + source + _END
    forms = tuple((re.compile(_form(form, endings)), words[form]) for form in longest_first)
    return Words(language, re.compile(source), forms, table()["vague"].get(language, {}), loose)


def _one_of(forms: Any, endings: list[str]) -> str:
    return "|".join(_form(form, endings) for form in sorted(forms, key=len, reverse=True))


def _form(form: str, endings: list[str]) -> str:
    """A form of the list as a regular expression; a space also matches a hyphen, or nothing."""
    source = re.sub(r"(?:\\[ -])+", r"[\\s-]*", re.escape(form)).replace(r"\*", _LETTER + "{0,8}")
    return source.replace(r"\~", f"(?:{'|'.join(sorted(endings, key=len, reverse=True))})?")


def fold(text: str, language: str, *, loose: bool) -> tuple[str, list[int]]:
    """The text as it is compared, and for each of its characters the place in the text that it comes from."""
    folded: list[str] = []
    offsets: list[int] = []
    for place, char in enumerate(text):
        parts = _fold_character(char, language == "tr", loose)
        folded.append(parts)
        offsets.extend([place] * len(parts))
    return "".join(folded), offsets


@lru_cache(4096)
def _fold_character(char: str, turkish: bool, loose: bool) -> str:
    if turkish and char in "Iİ":
        char = "ı" if char == "I" else "i"
    char = char.casefold()
    if not "가" <= char <= "힣":  # Hangul syllables stay whole
        char = unicodedata.normalize("NFKD", char)
    char = _DROPPED.sub("", char.translate(_SAME))
    if loose:
        char = "".join(c for c in char.translate(_PLAIN) if not unicodedata.combining(c))
    return char
