"""Keeps near-duplicates together and sets a fixed share of the groups aside for choosing settings."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence

SHARE = 0.08  # of the groups, set aside


def shingles(text: str) -> frozenset[str]:
    """Word triples of the text, or the whole of it where it is shorter."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[i : i + 3]) for i in range(max(1, len(words) - 2)))


def groups(texts: Sequence[str], alike: float = 0.4) -> list[int]:
    """A group number for each text: texts whose shingles overlap by `alike` (Jaccard) or more are in one group."""
    parent = list(range(len(texts)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = i = parent[parent[i]]
        return i

    sets, where = [shingles(text) for text in texts], defaultdict[str, list[int]](list)
    for i, mine in enumerate(sets):
        for j in {j for shingle in mine for j in where[shingle]}:
            if len(mine & sets[j]) / len(mine | sets[j]) >= alike:
                parent[root(i)] = root(j)
        for shingle in mine:
            where[shingle].append(i)
    return [root(i) for i in range(len(texts))]


def draws(texts: Sequence[str]) -> list[float]:
    """A number from 0 to 1 for each text, one for a group, which depends on the texts alone."""
    return [int(hashlib.sha256(texts[g].encode()).hexdigest()[:8], 16) / 0xFFFFFFFF for g in groups(texts)]


def held_out(texts: Sequence[str]) -> list[bool]:
    """True for the texts of the groups that are set aside."""
    return [draw < SHARE for draw in draws(texts)]
