"""Cuts long messages into windows that the encoder can take, at the ends of sentences where there are any."""

import re
from collections.abc import Sequence

WINDOW = 160  # tokens; the heads were trained on messages up to about this length
OVERLAP = 24  # tokens seen twice where a cut falls inside a sentence
SENTENCE_END = re.compile(r"[.!?…。！？।؟։።\n]")


def windows(text: str, offsets: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Token ranges [start, end) that cover all tokens, each of at most WINDOW.

    >>> windows("ab", [(0, 1), (1, 2)])
    [(0, 2)]
    """
    ranges, start = [], 0
    while len(offsets) - start > WINDOW:
        late = range(start + WINDOW // 2, start + WINDOW)
        ends = [i + 1 for i in late if SENTENCE_END.search(text[slice(*offsets[i])])]
        end = ends[-1] if ends else start + WINDOW
        ranges.append((start, end))
        start = end if ends else end - OVERLAP
    return [*ranges, (start, len(offsets))]
