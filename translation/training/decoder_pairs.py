"""What the English decoder learns from: Tatoeba pairs and opinions with their references; what is held out of both."""

import gzip
import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from translation.canonical import canonical
from translation.segments import Segment, split, spoken

HELD_OUT = 100  # last lines of each Tatoeba file, at most a quarter of it
MOST = 2000  # Tatoeba pairs of a language
MARKUP = re.compile(r"\\(.)|\{[^}]*\}|[\[\]]")


@dataclass(frozen=True)
class Pair:
    """A source text and its English; `language` is the file's BCP 47 tag."""

    language: str
    source: str
    english: str


class Example(NamedTuple):
    """What the decoder reads and writes at once: [start, end) of a source text, and its English."""

    source: str
    start: int
    end: int
    english: str


@dataclass(frozen=True)
class Corpus:
    """`opinions` and `tatoeba` to learn from; `held_opinions` and `held_tatoeba` to choose by, never learnt."""

    opinions: tuple[Pair, ...]
    tatoeba: dict[str, tuple[Pair, ...]]
    held_opinions: tuple[Pair, ...]
    held_tatoeba: tuple[Pair, ...]
    sha256: str  # of all files, in order of their names

    def rounds(self, seed: int, size: int = 6000, opinions: float = 0.7) -> Iterator[list[Pair]]:
        """Endless rounds: a share of opinions, the rest Tatoeba with languages drawn by the root of their size."""
        languages = sorted(self.tatoeba)
        weights = [len(self.tatoeba[language]) ** 0.5 for language in languages]
        for number in range(1_000_000):
            draw = random.Random(f"{seed}/{number}")
            chosen = draw.sample(self.opinions, min(int(size * opinions), len(self.opinions)))
            drawn = draw.choices(languages, weights, k=size - len(chosen))
            yield chosen + [draw.choice(self.tatoeba[language]) for language in drawn]


def load_corpus(tatoeba: Path, opinions: Sequence[Path]) -> Corpus:
    """Read `LANG.tsv.gz` of one folder and `*/LANG.tsv` of the others; a text in a hold-out is in no training part."""
    digest = hashlib.sha256()
    said = list(
        dict.fromkeys(
            pair
            for folder in opinions
            for path in sorted(folder.glob("*/*.tsv"))
            for pair in read_opinions(path, digest)
        )
    )
    files = {path.name.split(".")[0]: read_tatoeba(path, digest) for path in sorted(tatoeba.glob("*.tsv.gz"))}
    cut = {language: min(HELD_OUT, len(pairs) // 4) for language, pairs in files.items()}
    held_tatoeba = tuple(pair for language, pairs in files.items() for pair in pairs[-cut[language] :])
    held_sources = {pair.source for pair in held_tatoeba}
    return Corpus(
        opinions=tuple(pair for pair in said if not is_held(spoken(pair.source))),
        tatoeba={
            language: tuple(pair for pair in sample(pairs[: -cut[language]], MOST) if pair.source not in held_sources)
            for language, pairs in files.items()
        },
        held_opinions=tuple(pair for pair in said if is_held(spoken(pair.source))),
        held_tatoeba=held_tatoeba,
        sha256=digest.hexdigest(),
    )


def is_held(text: str) -> bool:
    """One opinion in twenty is held out, by its text alone: the same ones in every split and run."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) % 20 == 0


def read_tatoeba(path: Path, digest: "hashlib._Hash") -> list[Pair]:
    data = path.read_bytes()
    digest.update(data)
    rows = (line.split("\t") for line in gzip.decompress(data).decode().splitlines())
    return [Pair(path.name.split(".")[0], row[0], row[1]) for row in rows if len(row) == 2]


def read_opinions(path: Path, digest: "hashlib._Hash") -> list[Pair]:
    data = path.read_bytes()
    digest.update(data)
    rows = [line.split("\t") for line in data.decode().splitlines() if line.strip() and not line.startswith("#")]
    pairs = [Pair(path.stem, unmark(row[2]), row[3]) for row in rows]
    return [pair for pair in pairs if spoken(pair.source) and spoken(pair.english)]


def examples(pair: Pair) -> Iterator[Example]:
    """As at run time: sentences, each read in the light of the whole; all at once, where the two are cut unlike."""
    pieces, meant = split(pair.source), [piece.text for piece in split(pair.english) if piece.translate]
    if sum(piece.translate for piece in pieces) != len(meant):
        pieces, meant = [Segment(pair.source, translate=True)], [spoken(pair.english)]
    start, english = 0, iter(meant)
    for piece in pieces:
        if piece.translate:
            yield Example(pair.source, start, start + len(piece.text), canonical(next(english), "en"))
        start += len(piece.text)


def unmark(marked: str) -> str:
    """The message as typed: without evidence brackets and labels."""
    return MARKUP.sub(lambda match: match.group(1) or "", marked)


def sample(pairs: Sequence[Pair], count: int, seed: int = 0) -> list[Pair]:
    """A fixed sample in a fixed order."""
    return random.Random(seed).sample(pairs, min(count, len(pairs)))
