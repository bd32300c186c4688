"""Searches the weights of the language vote on opinions that the language head did not learn from.

    python -m translation.training.fit_vote --opinions DIR

Prints accuracy and mean log-likelihood of the head alone, of the weights as they stand in `translation/identify.py`,
and of the best of a grid, which go there by hand. The person's history and locale are not fitted: the data has no
persons.
"""

import argparse
import itertools
import math
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from translation import identify
from translation.bundled import BundledReader
from translation.training import corpora
from translation.training.split import held_out

GRID = {
    "DETECTOR": (0.0, 0.1, 0.2, 0.35),
    "UNHEARD": (0.01, 0.05, 0.2),
    "FLOOR": (1e-3, 1e-2),
    "LEAST": (0.1, 0.15, 0.25),
}
LEAST_CHANCE = 1e-3


class Message(NamedTuple):
    """A message, its language, and what the head says."""

    text: str
    language: str
    head: dict[str, float]


class Fit(NamedTuple):
    """How well some weights do; compares by accuracy, then likelihood."""

    accuracy: float
    likelihood: float
    weights: dict[str, float]


def messages(opinions: Path) -> list[Message]:
    """The held-out opinions."""
    rows = list(corpora.opinions(opinions))
    out = held_out([row["reference"] for row in rows])
    chosen = [row for row, held in zip(rows, out, strict=True) if held]
    reader = BundledReader()
    encoded = reader.encode([row["source_text"] for row in chosen], ["single"] * len(chosen))
    return [
        Message(row["source_text"], row["language"], dict(zip(reader.languages, one.language.tolist(), strict=True)))
        for row, one in zip(chosen, encoded, strict=True)
    ]


def base(tag: str) -> str:
    return tag.split("-")[0]


def measured(rows: list[Message]) -> Fit:
    """With the weights as they stand."""
    right, likelihood = 0, 0.0
    for row in rows:
        found = identify.identify(row.text, row.head)
        hit = base(found.language) == base(row.language)
        right += hit
        likelihood += math.log(max(LEAST_CHANCE, found.confidence if hit else 1 - found.confidence))
    return Fit(round(right / len(rows), 4), likelihood / len(rows), {name: getattr(identify, name) for name in GRID})


def tried(rows: list[Message]) -> Iterator[Fit]:
    for values in itertools.product(*GRID.values()):
        for name, number in zip(GRID, values, strict=True):
            setattr(identify, name, number)
        yield measured(rows)


def main() -> None:
    """Measure, search, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    rows = messages(parser.parse_args().opinions)
    alone = sum(base(max(row.head, key=lambda tag: row.head[tag])) == base(row.language) for row in rows) / len(rows)
    identify.detected = cache(identify.detected)
    print(f"{len(rows)} messages; the head alone {alone:.4f}; as it stands {measured(rows)}")
    print(f"best {max(tried(rows), key=lambda fit: fit[:2])}")


if __name__ == "__main__":
    main()
