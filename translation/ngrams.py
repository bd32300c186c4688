"""A second opinion on the language: a linear model over hashed pieces of words, of one to five letters.

It sees spelling, where the language head sees the encoder's tokens; trained by `translation.training.ngrams`. Numpy
only, a fraction of a millisecond a message.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "weights" / "ngrams.npz"
LONGEST = 5  # letters of a piece
BUCKETS = 1 << 16
MOST = 600  # characters of a message that are looked at


class Model(NamedTuple):
    """`table` (buckets, width) of int8 with one scale; `out` (width, languages); logits are divided by `heat`."""

    languages: tuple[str, ...]
    table: NDArray[np.int8]
    scale: float
    out: NDArray[np.float32]
    bias: NDArray[np.float32]
    heat: float


@cache
def model(path: Path = WEIGHTS) -> Model:
    """The trained model."""
    with np.load(path) as stored:
        return Model(
            tuple(stored["languages"].tolist()),
            stored["table"],
            float(stored["scale"]),
            stored["out"],
            stored["bias"],
            float(stored["heat"]),
        )


def chances(words: str) -> dict[str, float]:
    """The chance of each language it knows, by the words alone; empty where there is none."""
    found = buckets(words)
    if not found:
        return {}
    known = model()
    mean = known.table[found].mean(0, dtype=np.float32) * np.float32(known.scale)
    logits = (mean @ known.out + known.bias) / known.heat
    weights = np.exp(logits - logits.max())
    return dict(zip(known.languages, (weights / weights.sum()).tolist(), strict=True))


def buckets(words: str) -> list[int]:
    """The row of each piece of each word, and of each word."""
    return [crc32(piece.encode("utf-8", "replace")) % BUCKETS for piece in pieces(words)]


def pieces(words: str) -> Iterator[str]:
    """Pieces of one to five letters of each word, which has a mark at both ends; then the word itself.

    >>> [*pieces("Né")]
    ['n', 'é', '_n', 'né', 'é_', '_né', 'né_', '_né_', '=né']
    """
    text = unicodedata.normalize("NFC", words[:MOST].lower())
    for word in "".join(c if c.isalpha() or unicodedata.category(c) in ("Mn", "Mc") else " " for c in text).split():
        marked = f"_{word}_"
        for size in range(1, LONGEST + 1):
            for start in range(len(marked) - size + 1):
                piece = marked[start : start + size]
                if piece != "_":
                    yield piece
        yield f"={word}"


def quantized(rows: NDArray[np.float32]) -> tuple[NDArray[np.int8], float]:
    """The table as int8 and its scale."""
    scale = float(np.abs(rows).max()) / 127 or 1.0
    return np.round(rows / scale).astype(np.int8), scale


def save(
    path: Path,
    languages: Sequence[str],
    table: NDArray[np.float32],
    out: NDArray[np.float32],
    bias: NDArray[np.float32],
    heat: float,
) -> None:
    """Write a trained model, compressed."""
    small, scale = quantized(table)
    np.savez_compressed(path, languages=np.array(languages), table=small, scale=scale, out=out, bias=bias, heat=heat)
