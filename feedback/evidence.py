"""Finds the words that carry a judgement: runs of tokens, then the shortest piece of the text around them."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A run of tokens [first, last) that carries one judgement; `weight` says how much each token carries of it."""

    first: int
    last: int
    weight: Array

    @property
    def peak(self) -> float:
        """The strongest token's weight."""
        return float(self.weight.max())

    def mean(self, values: Array) -> Array:
        """The weighted mean of token values over the run."""
        return cast(Array, np.average(values[self.first : self.last], axis=0, weights=self.weight + 1e-6))


def runs(weight: Array, begin: Array, thresholds: Mapping[str, float]) -> list[Evidence]:
    """The pieces of evidence among the tokens, at least one: a second one must be nearly as sure as the first.

    A piece is cut where a new one begins; a gap of one token that begins nothing is bridged.
    """
    strongest = float(weight.max())
    inside = weight >= max(thresholds["evidence.floor"], thresholds["evidence.share"] * strongest)
    inside[int(weight.argmax())] = True
    starts = begin >= thresholds["evidence.begin"]
    inside[1:-1] |= inside[:-2] & inside[2:] & ~starts[1:-1] & ~starts[2:]
    edges = np.flatnonzero(inside & (~np.r_[False, inside[:-1]] | starts))
    pieces = []
    for first in edges:
        last = first + 1
        while last < len(weight) and inside[last] and not starts[last]:
            last += 1
        pieces.append(Evidence(int(first), int(last), weight[first:last]))
    enough = max(thresholds["evidence.again"] * strongest, thresholds["evidence.least"])
    return [piece for piece in pieces if piece.peak >= enough or piece.peak == strongest]


def _outer(character: str) -> bool:
    return unicodedata.category(character)[0] in "ZPC"


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without outer spaces and punctuation; where it holds nothing else, without outer spaces; never empty.

    >>> trimmed("so, (soft light)!", 3, 17)
    (5, 15)
    """
    for outside in (_outer, str.isspace):
        a, b = start, end
        while a < b and outside(text[a]):
            a += 1
        while b > a and outside(text[b - 1]):
            b -= 1
        if a < b:
            return a, b
    return start, end


def span_of(text: str, offsets: npt.NDArray[np.int32], piece: Evidence) -> tuple[int, int]:
    """The piece's place in the text, in code points."""
    part = offsets[piece.first : piece.last]
    start, end = int(part[:, 0].min()), int(part[:, 1].max())
    if start == end:  # an empty token: one of several that spell one character
        start, end = (start - 1, end) if start else (start, end + 1)
    return trimmed(text, start, end)
