"""What people said, as the statistics take it: marks on images, answers to comparisons, votes on anything."""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Literal

POLARITY = {"negative": -1, "neutral": 0, "positive": 1}


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's value for one unit; a person has at most one for each."""

    person: str
    unit: Hashable
    value: int


@dataclass(frozen=True, slots=True)
class Mark:
    """One label about one image: `score` is -3 to 3, the polarity times the strength."""

    person: str
    comparison: str
    image: str
    aspect: str
    language: str  # BCP 47
    score: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Which of the images one person preferred; `images` is in the order on the screen."""

    person: str
    comparison: str
    images: tuple[str, ...]
    chosen: str | None  # None: a tie
    generators: tuple[str | None, ...] = ()
    language: str = "und"  # in which the person spoke of it (BCP 47)

    @property
    def kind(self) -> Literal["pair", "set"]:
        """A pair, or three images and more."""
        return "pair" if len(self.images) == 2 else "set"


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What is known of an image's file."""

    width: int
    height: int
    size: int  # bytes
    format: str
    jpeg_quality: int | None = None
    chroma_subsampling: str | None = None


def polarity_votes(marks: Iterable[Mark]) -> list[Vote]:
    """-1, 0 or 1 by person and unit, which is (comparison, image, aspect); who said both good and bad is counted by
    the sum of their scores."""
    sums: defaultdict[tuple[str, Hashable], int] = defaultdict(int)
    for mark in marks:
        sums[mark.person, (mark.comparison, mark.image, mark.aspect)] += mark.score
    return [Vote(person, unit, (total > 0) - (total < 0)) for (person, unit), total in sums.items()]


def choice_votes(answers: Iterable[Answer]) -> list[Vote]:
    """By person and comparison: the number of the image chosen in an order of their own; -1 for a tie.

    The order is drawn anew for each comparison (by hash): in that of ids, which are given as images are imported, the
    better one could always be the first, and people would seem to agree on a number. A person's last answer counts.
    """
    votes = {}
    for answer in answers:
        order = _shuffled(answer.comparison, tuple(sorted(answer.images)))
        value = -1 if answer.chosen is None else order.index(answer.chosen)
        votes[answer.person, answer.comparison] = Vote(answer.person, answer.comparison, value)
    return list(votes.values())


@lru_cache(10_000)
def _shuffled(comparison: str, images: tuple[str, ...]) -> list[str]:
    return sorted(images, key=lambda image: sha256(f"{comparison} {image}".encode()).digest())
