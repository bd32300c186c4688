"""Train, validation or test: by what is shown, so that no image and no prompt is on two sides, and by who says it."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Final, Literal

from feedback.records import Comparison, Image

Split = Literal["train", "validation", "test"]
SPLITS: Final[tuple[Split, ...]] = ("train", "validation", "test")


@lru_cache(10_000)
def split_of(key: str) -> Split:
    """The split of a group or a person: 80, 10 and 10 per cent, the same in every export."""
    digest = hashlib.sha256(f"opine-split-1:{key}".encode()).digest()
    part = int.from_bytes(digest[:8]) * 10 >> 64
    return "train" if part < 8 else "validation" if part == 8 else "test"


class Groups:
    """Comparisons that share an image or a prompt, directly or by way of others, are one group (a union-find)."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def add(self, comparison: Comparison) -> None:
        """Join everything that the comparison shows."""
        members = _members(comparison)
        first = self._root(members[0])
        for member in members[1:]:
            # The smaller name stays on top: so a group's name does not depend on the order of joining.
            first, other = sorted((first, self._root(member)))
            self._above[other] = first

    def split_of(self, image: Image) -> Split:
        """The split of the image's whole group; only right once all comparisons were added."""
        return split_of(self._root(image.sha256))

    def _root(self, member: str) -> str:
        self._above.setdefault(member, member)
        while (above := self._above[member]) != member:
            self._above[member] = self._above[above]
            member = above
        return member


def _members(comparison: Comparison) -> list[str]:
    prompts: Iterable[str | None] = {comparison.prompt, *(image.prompt for image in comparison.images)}
    named = {f"prompt:{prompt.strip().casefold()}" for prompt in prompts if prompt and prompt.strip()}
    return [*(image.sha256 for image in comparison.images), *sorted(named)]
