"""What both annotation tools are given: suggestions and gold apart, one set of label names, and spans as each counts.

Label Studio counts code points, as we do. Argilla's page counts UTF-16 units, as JavaScript does.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, get_args

from feedback.export.selection import GOLD, Selection
from feedback.records import LETTERS, Critique, Label, Polarity
from feedback.taxonomy import taxonomy

CHOICES: Final = (*LETTERS, "tie")

Span = tuple[int, int]


class Answers(NamedTuple):
    """What a model suggested, or what a person stated, about one opinion."""

    labels: tuple[Label, ...]
    choice: str | None
    confidence: float


def to_utf16(text: str, span: Span) -> Span:
    """A span of code points, counted in UTF-16 units.

    >>> to_utf16("😬 soft", (2, 6))
    (3, 7)
    """
    start, end = (units(text[:place]) for place in span)
    return start, end


def suggestion(critique: Critique, selection: Selection) -> Answers | None:
    """What the newest reading suggested, whatever the person made of it; nothing where only gold is wanted."""
    reading = critique.reading
    if reading is None or selection.gold_only:
        return None
    labels = tuple(label for label in reading.labels if label.confidence >= selection.confidence)
    choice = reading.preference.choice if reading.preference.confidence >= selection.confidence else None
    return Answers(labels, choice, reading.preference.confidence) if labels or choice else None


def gold(critique: Critique) -> Answers | None:
    """What the person confirmed, corrected, added or clicked."""
    labels = tuple(label for label in critique.labels if label.status in GOLD)
    preference = critique.preference
    choice = preference.choice if preference.status in GOLD else None
    return Answers(labels, choice, 1.0) if labels or choice else None


def label_names() -> list[str]:
    """The labels of both tools: each aspect with each polarity."""
    return [f"{aspect} {polarity}" for aspect in taxonomy().aspects for polarity in get_args(Polarity)]


def units(text: str) -> int:
    """The length in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def name_of(label: Label) -> str:
    """The name of a label in both tools."""
    return f"{label.aspect} {label.polarity}"


def split_by_words(labels: Iterable[Label]) -> tuple[list[Label], list[Label]]:
    """Those with evidence, and those without; of the latter each name once."""
    every = list(labels)
    without = {name_of(label): label for label in every if label.span is None}
    return [label for label in every if label.span], list(without.values())
