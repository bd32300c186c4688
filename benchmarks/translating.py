"""Scores the shipped English decoder: chrF by language before the gate, and what the gate lets through.

    python benchmarks/translating.py --opinions DIR [--tatoeba DIR] [--each 20] [--out translating.md]

`--opinions` is the folder of one split (`opinions/dev`), `--tatoeba` that of the parallel sentences, of which the
last lines of each file are read: training never sees them. Texts are compared without emoji, links and mentions,
which pass by the decoder. `shown` is the share that the gate lets through; `right` the share of the shown whose chrF
is 45 or more (a right paraphrase may have less); `chrF shown` is theirs alone.
"""

import argparse
import hashlib
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import sacrebleu

from translation import quality
from translation.bundled import BundledReader
from translation.decoding import EnglishDecoder
from translation.training.decoder_pairs import HELD_OUT, Pair, read_opinions, read_tatoeba
from translation.training.judged import attempted
from translation.training.tags import tag_of

GOOD = 45.0
COLUMNS = "| language | messages | chrF | shown | right | chrF shown |\n|---|---|---|---|---|---|"


def pairs_of(args: argparse.Namespace) -> dict[str, list[Pair]]:
    """The pairs of each data set; English messages are their own translation and left out."""
    unused = hashlib.sha256()
    sets: dict[str, list[Pair]] = {}
    if args.opinions:
        sets["opinions"] = [
            pair for path in sorted(args.opinions.glob("*.tsv")) for pair in read_opinions(path, unused)
        ]
    if args.tatoeba:
        files = sorted(args.tatoeba.glob("*.tsv.gz"))
        last = min(HELD_OUT, args.each)
        sets["Tatoeba hold-out"] = [pair for path in files for pair in read_tatoeba(path, unused)[-last:]]
    return {name: [pair for pair in pairs if pair.language != "en"] for name, pairs in sets.items()}


class Scored(NamedTuple):
    """A pair, its translation, and whether the gate lets it through."""

    pair: Pair
    text: str
    shown: bool

    @property
    def good(self) -> bool:
        """Is it close to the reference?"""
        return float(sacrebleu.sentence_chrf(self.text, [self.pair.english]).score) >= GOOD


def scored(pairs: Sequence[Pair], reader: BundledReader, decoder: EnglishDecoder) -> list[Scored]:
    """The pairs as they are translated, whatever the gate says, and what it says."""
    fitted = quality.gate(decoder.gate_file)
    found = attempted(reader, decoder, [(tag_of(pair.language, pair.source), pair.source) for pair in pairs])
    return [
        Scored(pair, one.text, one.confidence(fitted) >= fitted.threshold)
        for pair, one in zip(pairs, found, strict=True)
    ]


def row(name: str, rows: list[Scored]) -> str:
    """One line of the table."""
    shown = [one for one in rows if one.shown]
    right = f"{sum(one.good for one in shown) / len(shown):.2f}" if shown else "-"
    return f"| {name} | {len(rows)} | {chrf(rows)} | {len(shown) / len(rows):.2f} | {right} | {chrf(shown)} |"


def chrf(rows: list[Scored]) -> str:
    if not rows:
        return "-"
    score = sacrebleu.corpus_chrf([one.text for one in rows], [[one.pair.english for one in rows]])
    return f"{score.score:.1f}"


def main() -> None:
    """Print and write a table for each data set."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path)
    parser.add_argument("--tatoeba", type=Path)
    parser.add_argument("--each", type=int, default=20, help="sentences of each Tatoeba file")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    reader, decoder = BundledReader(), EnglishDecoder()
    lines: list[str] = []
    for name, pairs in pairs_of(args).items():
        begin = time.perf_counter()
        rows = scored(pairs, reader, decoder)
        each = 1000 * (time.perf_counter() - begin) / len(rows)
        languages: dict[str, list[Scored]] = defaultdict(list)
        for one in rows:
            languages[one.pair.language].append(one)
        lines += [f"\n{name} ({each:.0f} ms a message, in batches)\n", COLUMNS, row("all", rows)]
        lines += [row(language, found) for language, found in sorted(languages.items())]
    print("\n".join(lines))
    if args.out:
        args.out.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
