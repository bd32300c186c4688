"""Train, validation or test: by what is shown, so that no image and no prompt is on two sides, and by who says it."""

import hashlib
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
    """Comparisons that share an image or a prompt, directly or by way of others, are one group (a union-find).

    A group is named by an image of its oldest comparison, so that it stays in its split when others join.
    """

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._oldest: dict[str, tuple[str, str]] = {}  # comparison and name, by the root of the group

    def add(self, comparison: Comparison) -> None:
        """Join everything that the comparison shows."""
        first, *others = {self._root(member) for member in _members(comparison)}
        self._above |= dict.fromkeys(others, first)
        named = [self._oldest.pop(root) for root in (first, *others) if root in self._oldest]
        name = min(image.sha256 for image in comparison.images)
        self._oldest[first] = min([(comparison.id, name), *named])

    def split_of(self, image: Image) -> Split:
        """The split of the image's whole group; only right once all comparisons were added."""
        _, name = self._oldest[self._root(image.sha256)]
        return split_of(name)

    def _root(self, member: str) -> str:
        self._above.setdefault(member, member)
        while (above := self._above[member]) != member:
            self._above[member] = self._above[above]
            member = above
        return member


@lru_cache(10_000)
def prompt_key(prompt: str) -> str:
    """A short name for a prompt, however it is spaced and capitalized."""
    return hashlib.sha256(prompt.strip().casefold().encode()).hexdigest()[:32]


def _members(comparison: Comparison) -> set[str]:
    prompts = {comparison.prompt, *(image.prompt for image in comparison.images)}
    named = {prompt_key(prompt) for prompt in prompts if prompt and prompt.strip()}
    return named | {image.sha256 for image in comparison.images}
