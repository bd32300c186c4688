"""Pairs of images of which one was preferred: what all training targets are made of."""

from collections.abc import Sequence, Set
from hashlib import sha256
from itertools import combinations
from typing import Literal, NamedTuple

from feedback.export.selection import NOT_FOR_TRAINING
from feedback.records import LETTERS, Image, StatedPreference


class Answer(NamedTuple):
    """One person's answer to a comparison; no image: a tie."""

    annotator_id: str
    image_id: str | None


class Pair(NamedTuple):
    """Two images in the order on the screen, and which of them was preferred; None: neither."""

    first: Image
    second: Image
    winner: Literal[0, 1] | None

    @property
    def chosen(self) -> Image:
        """The preferred image; only where there is a winner."""
        return self.second if self.winner else self.first

    @property
    def rejected(self) -> Image:
        """The other one."""
        return self.first if self.winner else self.second


def may_train(stated: StatedPreference, flags: Set[str]) -> bool:
    """Whether a preference may be in a training target.

    Not where the person wants none of it trained on, where words and click disagree, or where it is spam or not
    appropriate: trainers read no column that would tell them so.
    """
    return stated.training_use and not stated.preference.conflict and not flags & NOT_FOR_TRAINING


def pairs_of(stated: StatedPreference) -> list[Pair]:
    """The chosen image over each other one; for a tie, each with each. Nothing is preferred to the same image."""
    chosen = chosen_image(stated)
    return [
        Pair(first, second, None if chosen is None else 0 if chosen is first else 1)
        for first, second in combinations(stated.images, 2)
        if (chosen is None or chosen is first or chosen is second) and first.sha256 != second.sha256
    ]


def chosen_image(stated: StatedPreference) -> Image | None:
    """The image that is preferred; None: a tie."""
    choice = stated.preference.choice
    if choice is None:
        raise ValueError(f"showing {stated.showing_id} has no choice")
    return None if choice == "tie" else stated.images[LETTERS.index(choice)]


def caption_of(prompt: str | None, images: Sequence[Image]) -> str:
    """What the images were to show: the comparison's prompt, or that of its images where they share one; else ""."""
    if prompt:
        return prompt
    prompts = {image.prompt or "" for image in images}
    return prompts.pop() if len(prompts) == 1 else ""


def wins(images: Sequence[Image], answers: Sequence[Answer]) -> list[int]:
    """How many people preferred each image."""
    chosen = [answer.image_id for answer in answers]
    return [chosen.count(image.id) for image in images]


def ranks(scores: Sequence[int]) -> list[int]:
    """The place of each score, 1 for the highest; equal scores share one.

    >>> ranks([3, 5, 3])
    [2, 1, 2]
    """
    return [1 + sum(other > score for other in scores) for score in scores]


def are_distinct(images: Sequence[Image]) -> bool:
    """Whether no image is there twice."""
    return len({image.sha256 for image in images}) == len(images)


def number_of(id_: str) -> int:
    """A stable number for an id, positive in 64 bits, for trainers that want numbers."""
    return int.from_bytes(sha256(id_.encode()).digest()[:8]) >> 1
