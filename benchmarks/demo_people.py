"""Simulated people who talk of the demo's pictures, for `demo_round.py`: known tastes, and words of real messages.

Each weighs what the demo's edits did to the photographs (FLAWS) in a way of their own, chooses by Davidson's model, and
says so in a message that somebody wrote about other pictures, in any language, whose labels fit what this person sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from feedback.reading import Message
from feedback.records import KIND_OF_COUNT, LETTERS, Comparison, Image, Label, Preference, Reading
from feedback.reward.choices import Floats

TIE, CARE, FIT = -0.7, 1.5, 1.5
# What an edit does, by aspect; people differ most in what they make of colour, mood, style and realism.
FLAWS: dict[str, dict[str, float]] = {
    "banded": {"artifacts": -1.5},
    "blue-cup": {"prompt": -1.5},
    "blurred": {"sharpness": -1.5, "detail": -1},
    "cold": {"color": -0.8, "mood": -0.8},
    "cropped": {"composition": -1.5},
    "flat": {"lighting": -1, "color": -0.7},
    "heavy-jpeg": {"artifacts": -1.5, "detail": -0.7},
    "misspelled-poster": {"text": -1.5},
    "monochrome": {"color": -1, "style": 0.7},
    "noisy": {"artifacts": -1, "detail": -0.5},
    "overexposed": {"lighting": -1.5},
    "oversaturated": {"color": 1, "realism": -1},
    "oversharpened": {"sharpness": -1, "realism": -0.5},
    "pixelated": {"sharpness": -1.5, "detail": -1},
    "sepia": {"color": -0.5, "style": 1, "mood": 0.7},
    "squeezed": {"structure": -1.5, "anatomy": -1},
    "teal-sky": {"color": 0.5, "realism": -1},
    "third-eye": {"anatomy": -1.5, "realism": -1},
    "tilted": {"composition": -1, "structure": -0.5},
    "too-dark": {"lighting": -1.5},
    "violet-sky": {"color": 0.7, "mood": 0.7, "realism": -1},
    "warm": {"color": 0.7, "mood": 0.8},
}
MATTERS_OF_TASTE = ("color", "mood", "style", "realism")
ASPECTS = sorted({aspect for flaws in FLAWS.values() for aspect in flaws})


Row = dict[str, Any]  # a labelled opinion


@dataclass(frozen=True)
class Said:
    """What one person made of one comparison."""

    person: int
    comparison: Comparison
    shown: tuple[Image, ...]  # in the order on the screen
    choice: int  # which of those shown; their number for a tie
    row: Row  # the message


def tastes_of(people: int, chance: np.random.Generator) -> Floats:
    """What everybody cares for (people, aspects)."""
    mean = np.array([0.6 if name in MATTERS_OF_TASTE else 1.2 for name in ASPECTS])
    return CARE * chance.normal(mean, np.where(mean < 1, 1.0, 0.4), (people, len(ASPECTS)))


def weighed(images: Sequence[Image], taste: Floats) -> Floats:
    """How good each aspect of the images is to a person (images, aspects); their sum is what it is worth."""
    flaws = [FLAWS.get(image.generator or "", {}) for image in images]
    return np.array([[flaw.get(aspect, 0.0) for aspect in ASPECTS] for flaw in flaws]) * taste


def choose(comparison: Comparison, taste: Floats, chance: np.random.Generator) -> tuple[tuple[Image, ...], Floats, int]:
    """The images in an order by chance, what of them the person sees and weighs (images, aspects), and the choice."""
    shown = tuple(comparison.images[place] for place in chance.permutation(len(comparison.images)))
    seen = weighed(shown, taste)
    worth = seen.sum(axis=1)
    odds = np.exp(np.append(worth - worth.mean(), TIE))
    return shown, seen, int(chance.choice(len(odds), p=odds / odds.sum()))


def say(
    comparisons: Sequence[Comparison], tastes: Floats, count: int, rows: Sequence[Row], chance: np.random.Generator
) -> list[Said]:
    """Everybody about so many of the comparisons."""
    said = []
    for person, taste in enumerate(tastes):
        for place in chance.choice(len(comparisons), count, replace=False):
            shown, seen, choice = choose(comparisons[place], taste, chance)
            said.append(Said(person, comparisons[place], shown, choice, _words(rows, seen, choice, chance)))
    return said


def _words(rows: Sequence[Row], seen: Floats, choice: int, chance: np.random.Generator) -> Row:
    """A message that states this choice or none: of a hundred, the likelier the better its labels fit."""
    count = len(seen)
    stated = None if count == 1 else "tie" if choice == count else LETTERS[choice]
    fitting = [row for row in rows if row["kind"] == KIND_OF_COUNT[count] and row["preference"] in (stated, None)]
    fitting = [row for row in fitting if all(set(label["targets"]) <= set(LETTERS[:count]) for label in row["labels"])]
    fitting = [fitting[int(place)] for place in chance.integers(0, len(fitting), 100)]
    odds = np.exp([FIT * sum(_fits(label, seen) for label in row["labels"]) for row in fitting])
    return fitting[int(chance.choice(len(fitting), p=odds / odds.sum()))]


def _fits(label: Row, seen: Floats) -> float:
    """1 where the label says what the person sees, -1 where there is nothing of the kind, -2 where it is reversed."""
    targets = [LETTERS.index(letter) for letter in label["targets"]] or ([0] if len(seen) == 1 else [])
    others = [place for place in range(len(seen)) if place not in targets]
    if label["polarity"] == "neutral" or not targets or label["aspect"] not in (*ASPECTS, "overall"):
        return -0.5
    worth = seen.sum(axis=1) if label["aspect"] == "overall" else seen[:, ASPECTS.index(label["aspect"])]
    gap = worth[targets].mean() - (worth[others].mean() if others else 0)
    sign = 1 if label["polarity"] == "positive" else -1
    return -1.0 if abs(gap) < 0.2 else 1.0 if gap * sign > 0 else -2.0


def shuffled(said: Sequence[Said], chance: np.random.Generator) -> list[Said]:
    """The same messages, each about another comparison of as many images, by somebody else."""
    found = list(said)
    for count in sorted({len(one.shown) for one in said}):
        places = [place for place, one in enumerate(said) if len(one.shown) == count]
        for place, other in zip(places, chance.permutation(places), strict=True):
            found[place] = replace(said[place], row=said[int(other)].row)
    return found


class Annotated:
    """Reads as the annotators of the messages did."""

    signature = "normalizer:annotators|taxonomy:1"

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {(row["source_text"], row["kind"]): row for row in rows}

    def read(self, messages: Sequence[Message]) -> list[Reading]:
        """Readings in the order of the messages."""
        return [self._reading(self._rows[message.source_text, message.kind]) for message in messages]

    def _reading(self, row: Row) -> Reading:
        return Reading(
            language=row["language"],
            language_confidence=1,
            translation=row["reference"],
            labels=tuple(Label(**label) for label in row["labels"]),
            preference=Preference(choice=row["preference"]),
            signature=self.signature,
            translation_signature="translation:annotators",
        )
