"""The lists of `colors.toml`, compiled to one pattern for each language."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_MARKS = r"\u0300-\u036f\u0900-\u0963\u0966-\u0dff\u0e31\u0e34-\u0e4e"  # belong to a word, but not to `\w`
_LETTER = rf"[\w{_MARKS}]"
_START, _END = rf"(?<![\w{_MARKS}])", rf"(?![\w{_MARKS}])"
_DROPPED = re.compile(r"[\u0591-\u05c7\u0640\u064b-\u065f\u0670\u093c\u09bc\u0abc\u200c\u200d]")  # often left out
_SAME = str.maketrans("كيىةےھہۃ", "کییهیههه")  # letters that Arabic, Persian and Urdu keyboards mix
_SPACE = re.compile(r"[\s-]+")
_PLAIN = str.maketrans("ıłđøæœ", "ildoao")


@dataclass(frozen=True)
class Words:
    """The colour words of one language."""

    language: str
    pattern: re.Pattern[str]
    forms: dict[str, str]  # of each whole form, without its spaces, the shade
    stems: dict[str, str]  # that take one of the endings
    starts: dict[str, str]  # that take any letters
    endings: frozenset[str]
    vague: dict[str, list[str]]  # shades that may mean several families in this language
    loose: bool  # accents are left out

    def find(self, text: str) -> list[tuple[tuple[int, int], str, str | None]]:
        """Of each colour word its span in the text, its shade, and "dark" or "light"; the modifier is in the span."""
        folded, offsets = fold(text, self.language, loose=self.loose)
        return [self._read(match, offsets) for match in self.pattern.finditer(folded)]

    def _read(self, match: re.Match[str], offsets: list[int]) -> tuple[tuple[int, int], str, str | None]:
        groups = {group for group, found in match.groupdict().items() if found}
        start, end = min(match.start(g) for g in groups), max(match.end(g) for g in groups)
        modifier = next((m for m in ("dark", "light") if m in groups or f"{m}_behind" in groups), None)
        return (offsets[start], offsets[end - 1] + 1), self._shade(match["word"]), modifier

    def _shade(self, word: str) -> str:
        """The shade that a word which the pattern matched stands for; of several stems the longest."""
        word = _SPACE.sub("", word)
        if word in self.forms:
            return self.forms[word]
        cuts = [(word[:cut], word[cut:]) for cut in range(len(word), 0, -1)]
        inflected = (self.stems[stem] for stem, ending in cuts if stem in self.stems and ending in self.endings)
        started = (self.starts[start] for start, _ in cuts if start in self.starts)
        return next(inflected, None) or next(started)


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
    language = table()["tags"].get(language, language)
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

    words = {folded(form): shade for shade, listed in table()["words"][language].items() for form in listed.split(",")}
    endings = frozenset(["", *map(folded, rules.get("endings", "").split())])
    return Words(
        language=language,
        pattern=re.compile(_pattern(rules, words, endings, folded)),
        forms={_SPACE.sub("", form): shade for form, shade in words.items() if form[-1] not in "~*"},
        stems={_SPACE.sub("", form[:-1]): shade for form, shade in words.items() if form[-1] == "~"},
        starts={_SPACE.sub("", form[:-1]): shade for form, shade in words.items() if form[-1] == "*"},
        endings=endings,
        vague=table()["vague"].get(language, {}),
        loose=loose,
    )


def _pattern(rules: dict[str, Any], words: Iterable[str], endings: Iterable[str], folded: Callable[[str], str]) -> str:
    def modifiers(suffix: str) -> str:
        named = (f"(?P<{m}{suffix}>{_any_of(map(folded, rules[m].split(',')), endings)})" for m in ("dark", "light"))
        return "|".join(named)

    before, after = folded(rules.get("before", "")), folded(rules.get("after", ""))
    # In this order: the word alone, with what makes it darker or lighter ("dunkel-"), with another prefix ("knall-").
    ahead = rf"(?:|(?:{modifiers('')})[\s-]*(?:{before})??|{before})" if "dark" in rules else f"(?:{before})??"
    behind = rf"(?:[\s-]*(?:{modifiers('_behind')}))?" if "dark" in rules else ""
    source = f"{ahead}(?P<word>{_any_of(words, endings)})(?:{after})?{behind}"
    return source if rules.get("solid") else _START + source + _END


def _any_of(words: Iterable[str], endings: Iterable[str]) -> str:
    """One of the words; those of several words first, so that "blue-grey" is not cut to "blue"."""
    tails = {"": "", "~": _tree(endings), "*": _LETTER + "{0,8}"}
    listed = sorted(words)
    sources = []
    for several in (True, False):
        for mark, tail in tails.items():
            stems = [
                word.rstrip("~*")
                for word in listed
                if bool(_SPACE.search(word)) is several and (word[-1] == mark or (not mark and word[-1] not in "~*"))
            ]
            sources += [_tree(stems) + tail] if stems else []
    return "|".join(sources)


def _tree(words: Iterable[str]) -> str:
    """An alternation with what words begin with in common written once; the longest word wins."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for char in _SPACE.sub(" ", word):
            node = node.setdefault(char, {})
        node[""] = {}
    return _branches(root)


def _branches(node: dict[str, Any]) -> str:
    branches = [_literal(char) + _branches(child) for char, child in node.items() if char]
    if not branches:
        return ""
    if "" in node:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _literal(char: str) -> str:
    return r"[\s-]*" if char == " " else re.escape(char)


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
