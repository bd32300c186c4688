"""What holds now: the rules by which a person's answers (gold) and a model's suggestions become one critique."""

from collections.abc import Sequence
from dataclasses import dataclass

from feedback.records import Choice, Label, Preference


@dataclass(frozen=True, slots=True)
class KeptLabel:
    """A label as it is kept; `reading` is the number of the reading that suggested it, None for a person's own."""

    label: Label
    reading: int | None


@dataclass(frozen=True, slots=True)
class Stated:
    """A choice, and the opinion it goes with: for a click, the one whose reading the person had in sight."""

    choice: Choice | None
    opinion_id: str | None
    confidence: float = 1.0


def current_labels(kept: Sequence[KeptLabel], newest: int | None) -> tuple[Label, ...]:
    """The labels that hold now: all gold, and of the newest reading what the person has not answered.

    Gold outlives a newer reading, and what was answered once is not suggested again: a suggestion about the same
    aspect on overlapping words as an answered one is left out. A correction stands where the corrected label stood.
    """
    replaced = {k.label.replaces for k in kept if k.label.replaces}
    answered = [k for k in kept if k.label.status != "suggested" or k.label.id in replaced]
    holding = [
        k.label
        for k in kept
        if k.label.id not in replaced
        and (
            k.label.status in ("confirmed", "corrected")
            or (k.label.status == "suggested" and k.reading == newest and not any(_answers(a, k) for a in answered))
        )
    ]
    roots = {k.label.id: k.label.replaces for k in kept}
    return tuple(sorted(holding, key=lambda label: _root(label.id, roots)))


def refused_labels(kept: Sequence[KeptLabel]) -> tuple[Label, ...]:
    """The labels that a person took back: rejected, or replaced by a correction; of every reading."""
    replaced = {k.label.replaces for k in kept if k.label.replaces}
    refused = (k.label for k in kept if k.label.status == "rejected" or k.label.id in replaced)
    return tuple(sorted(refused, key=lambda label: label.id))


def _answers(answered: KeptLabel, suggestion: KeptLabel) -> bool:
    if answered.label.aspect != suggestion.label.aspect or answered.reading == suggestion.reading:
        return False
    one, other = answered.label.span, suggestion.label.span
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def _root(label_id: str, replaces: dict[str, str | None]) -> str:
    while (earlier := replaces[label_id]) is not None:
        label_id = earlier
    return label_id


def merged_preference(click: Stated | None, words: Stated | None) -> Preference:
    """One preference from the newest click (gold) and the newest reading that states one.

    They conflict where the click was made without the reading in sight; clicked again, the click is a correction.
    """
    if words is not None and words.choice is None:
        words = None
    answered = click is not None and words is not None and click.opinion_id == words.opinion_id
    if click is None or (click.choice is None and words is not None and not answered):
        return _suggested(words)
    if click.choice is None:
        return Preference(choice=None, source="click", status="rejected")
    if words is None:
        return Preference(choice=click.choice, source="click", status="confirmed")
    if words.choice == click.choice:
        return Preference(choice=click.choice, source="both", status="confirmed")
    if answered:
        return Preference(choice=click.choice, source="click", status="corrected")
    return Preference(choice=click.choice, source="both", conflict=True)


def _suggested(words: Stated | None) -> Preference:
    if words is None:
        return Preference(choice=None)
    return Preference(choice=words.choice, confidence=words.confidence)
