"""Finds the words that carry a judgement: runs of tokens, then the shortest piece of the text around them."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

# Written without spaces between words: Thai, Lao, Burmese, Khmer, kana, ideographs.
UNSPACED = r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uff66-\uff9f"
JOINERS = "\u200c\u200d"  # inside words, as in Persian


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
        weight = self.weight + np.float32(1e-6)
        return cast(Array, weight @ values[self.first : self.last] / weight.sum())


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


def whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span, widened where it would begin or end inside a word; scripts without spaces are left as they are.

    >>> whole_words("the hands, really", 5, 8)
    (4, 9)
    """
    while start > 0 and _in_word(text[start - 1]) and _in_word(text[start]):
        start -= 1
    while end < len(text) and _in_word(text[end - 1]) and _in_word(text[end]):
        end += 1
    return start, end


def _in_word(character: str) -> bool:
    category = unicodedata.category(character)[0]
    return (category in "LMN" or character in JOINERS) and not re.match(f"[{UNSPACED}]", character)


def span_of(text: str, offsets: npt.NDArray[np.int32], piece: Evidence) -> tuple[int, int]:
    """The piece's place in the text, in code points."""
    part = offsets[piece.first : piece.last]
    start, end = int(part[:, 0].min()), int(part[:, 1].max())
    if start == end:  # an empty token: one of several that spell one character
        start, end = (start - 1, end) if start else (start, end + 1)
    return whole_words(text, *trimmed(text, start, end))
