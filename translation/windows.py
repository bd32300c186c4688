"""Cuts long messages into windows that the encoder can take, at the ends of sentences where there are any.

And gathers what is of similar length, so that little of a batch is padding.
"""

import re
from collections.abc import Iterator, Sequence

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


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Indices in batches of similar length, each of at most `tokens` with its padding.

    >>> [*batches([3, 9, 2], 8)]
    [[2, 0], [1]]
    """
    batch: list[int] = []
    for index in sorted(range(len(lengths)), key=lambda i: lengths[i]):
        if batch and (len(batch) + 1) * lengths[index] > tokens:
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch
