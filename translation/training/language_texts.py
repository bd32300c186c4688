"""Gathers what the language head learns from: opinions, Tatoeba sentences, romanised and mixed ones, pieces of all.

What is made of a text depends on that text alone, so that it stays the same when texts are added.
"""

import hashlib
import random
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from translation.languages import UNKNOWN, languages
from translation.training import corpora
from translation.training.augment import EMOJI, nonsense
from translation.training.romanise import INDIC, ROMANISED, romanised
from translation.training.split import SHARE, draws
from translation.training.tags import tag_of

MIXED = {"zh", "hbs"}  # Tatoeba files that mix what we tell apart
RENAMED = {"no": "nb"}
UNSPACED = {"ja", "zh-Hans", "zh-Hant", "th", "km", "my", "lo"}
FOLDS = 3
CHECKED = 40  # Tatoeba sentences a language kept for checking
PIECES = 6  # at most, of one text
LAUGHS = ("jajaja", "haha", "lol", "kkkk", "xD", "wkwk", "<@104829>", "https://example.org/a", "555")


@dataclass(frozen=True, slots=True)
class Text:
    """A text in a language. `fold`: -1 learnt always, -2 never, else never by the head that is checked on that fold."""

    text: str
    language: str
    fold: int = -1
    opinion: bool = False
    whole: bool = True  # not a piece, nor made up


def gather(opinions: Path, more: Sequence[Path], parallel: Path, most: int) -> list[Text]:
    """All texts, the whole ones first."""
    said = [text for folder in (opinions, *more) for text in read_opinions(opinions, folder)]
    sentences = list(tatoeba(parallel, most))
    made = list(transliterated([*said, *sentences], most // 2))
    unknown = [Text(nonsense(random.Random(n)), UNKNOWN, -2 if n < CHECKED else -1) for n in range(most + CHECKED)]
    whole = [*said, *sentences, *made, *unknown]
    return [*whole, *mixed(opinions, more), *pieces(whole, most)]


def read_opinions(opinions: Path, folder: Path) -> Iterator[Text]:
    """The opinions of one collection, and the English of some."""
    rows = list(corpora.opinions(opinions, folder))
    for number, (row, fold) in enumerate(zip(rows, folds([row["reference"] for row in rows]), strict=True)):
        yield Text(row["source_text"], tag_of(row["language"], row["source_text"]), fold, opinion=True)
        if number % 8 == 0 and row["language"] != "en":
            yield Text(row["reference"], "en", fold, opinion=True, whole=False)


def folds(references: Sequence[str]) -> list[int]:
    """For each opinion -2 where it is held out, else the fold of its group of near-duplicates."""
    return [-2 if draw < SHARE else int(draw * 1e6) % FOLDS for draw in draws(references)]


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def tatoeba(parallel: Path, most: int) -> Iterator[Text]:
    """At most so many sentences a language, with the English of some."""
    for path in corpora.pair_files(parallel):
        name = path.name.split(".")[0]
        if name in MIXED:
            continue
        found = list(corpora.pairs(path))
        random.Random(name).shuffle(found)
        aside = min(CHECKED, len(found) // 5)
        for number, (source, english) in enumerate(found[: most + aside]):
            fold = -2 if number < aside else -1
            yield Text(source, tag_of(RENAMED.get(name, name), source), fold)
            if number % 50 == 0:
                yield Text(english, "en", fold)


def transliterated(texts: Sequence[Text], most: int) -> Iterator[Text]:
    """Texts of other scripts as people would type them in Latin letters; opinions first."""
    for language in ROMANISED:
        own = [text for text in texts if text.language == language and text.fold != -2 and text.whole]
        size = most // 2 if language in INDIC else most
        for text in sorted(own, key=lambda text: not text.opinion)[:size]:
            latin = romanised(text.text, language, random.Random(text.text))
            yield replace(text, text=latin, language=f"{language}-Latn", whole=False)


def mixed(opinions: Path, more: Sequence[Path]) -> Iterator[Text]:
    """Opinions in Latin letters with some English words in them; they count as the other language."""
    for folder in (opinions, *more):
        rows = list(corpora.opinions(opinions, folder))
        for row, fold in zip(rows, folds([row["reference"] for row in rows]), strict=True):
            tag = tag_of(row["language"], row["source_text"])
            words, english = row["source_text"].split(), row["reference"].split()
            rng = random.Random(row["source_text"])
            if fold == -2 or tag == "en" or languages()[tag].script != "Latn" or len(words) < 5 or rng.random() < 0.7:
                continue
            size = rng.randint(1, max(1, len(words) // 3))
            at, start = rng.randint(0, len(words) - size), rng.randint(0, max(0, len(english) - size))
            text = " ".join([*words[:at], *english[start : start + size], *words[at + size :]])
            yield Text(text, tag, fold, opinion=True, whole=False)


def pieces(texts: Sequence[Text], most: int) -> Iterator[Text]:
    """One short piece of each text, more where a language has few."""
    counts: dict[str, int] = {}
    for text in texts:
        counts[text.language] = counts.get(text.language, 0) + 1
    for text in texts:
        if text.language != UNKNOWN:
            for number in range(max(1, min(PIECES, most // counts[text.language]))):
                rng = random.Random(f"{number} {text.text}")
                yield replace(text, text=shortened(text.text, text.language, rng), whole=False)


def shortened(text: str, language: str, rng: random.Random) -> str:
    """A short piece of the text, as people write in chats: small letters, no punctuation, laughter, emoji."""
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.3:
        text = "".join(c for c in text if c not in string.punctuation + "。、！？।؟") or text
    if rng.random() < 0.7:
        parts: Sequence[str] = list(text) if language in UNSPACED else text.split()
        size = rng.randint(3, 10) if language in UNSPACED else rng.randint(2, 6)
        at = rng.randint(0, max(0, len(parts) - size))
        text = ("" if language in UNSPACED else " ").join(parts[at : at + size])
    if rng.random() < 0.1:
        text = f"{text} {rng.choice(EMOJI + LAUGHS)}"
    return text
