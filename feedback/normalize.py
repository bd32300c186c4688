"""Turns the reader's probabilities into a critique: labels with evidence in the person's own words, and a preference.

For every (aspect, polarity) the reader says how likely the message holds it, for every token what it is evidence for.
The message decides which labels there are; the tokens decide where their evidence lies and how often they occur.
"""

from collections.abc import Iterable, Iterator
from typing import cast

import numpy as np

from feedback.evidence import Array, Evidence, runs, span_of
from feedback.mentions import named_by
from feedback.records import LETTERS, Choice, Kind, Label, Letter, Polarity, Preference
from translation.bundled import Encoded

CHOICE = "choice"  # the reader's pseudo-aspect: words that only state the preference
SHOWN: dict[Kind, int] = {"single": 0, "pair": 2, "set": 4}  # how many letters can be named


def normalize(encoded: Encoded, kind: Kind) -> tuple[tuple[Label, ...], Preference]:
    """The labels in the order of their evidence, and the preference that the words state."""
    if not len(encoded.offsets):
        return (), Preference(choice=None)
    preference = _preference(encoded)
    if preference.choice is None and float(encoded.labels.max()) < encoded.schema.thresholds["any"]:
        return (), preference  # nothing is sure: the message more likely judges nothing
    labels = without_contradictions(_judgements(encoded, kind))
    if preference.choice in LETTERS:
        preferred: Letter = preference.choice
        labels = [_about(label, preferred) for label in labels] + _words_of_choice(encoded, preferred)
    return tuple(sorted(labels, key=lambda label: label.span or (0, 0))), preference


def calibrated(probability: float, slope: float, offset: float) -> float:
    """A probability moved to where it was right that often on messages set aside (Platt scaling)."""
    clipped = min(max(probability, 1e-6), 1 - 1e-6)
    return float(1 / (1 + np.exp(-(slope * np.log(clipped / (1 - clipped)) + offset))))


def _preference(encoded: Encoded) -> Preference:
    schema, thresholds = encoded.schema, encoded.schema.thresholds
    likely = dict(zip(schema.preferences, encoded.preference.tolist(), strict=True))
    unstated = likely.pop("none")
    if 1 - unstated < thresholds["preference"]:
        return Preference(choice=None, confidence=unstated)
    best = max(likely, key=lambda name: likely[name])
    return Preference(choice=cast(Choice, best), confidence=likely[best])


def _judgements(encoded: Encoded, kind: Kind) -> Iterator[Label]:
    schema = encoded.schema
    least = np.array([schema.thresholds[f"label.{polarity}"] for polarity in schema.polarities], np.float32)
    for row, column in np.argwhere(encoded.labels >= least).tolist():
        aspect, polarity = schema.aspects[row], cast(Polarity, schema.polarities[column])
        if aspect != CHOICE:
            weight: Array = encoded.aspects[:, row] * encoded.polarity[:, column]
            for piece in runs(weight, encoded.begin, schema.thresholds):
                yield _label(encoded, kind, aspect, polarity, piece, float(encoded.labels[row, column]))


def _label(encoded: Encoded, kind: Kind, aspect: str, polarity: Polarity, piece: Evidence, probability: float) -> Label:
    schema, thresholds = encoded.schema, encoded.schema.thresholds
    attributes = piece.mean(encoded.attributes)
    span = span_of(encoded.text, encoded.offsets, piece)
    return Label(
        aspect=aspect,
        polarity=polarity,
        strength=int(piece.mean(encoded.strength).argmax()) + 1,
        targets=_targets(encoded, kind, piece, span),
        attributes=tuple(
            code
            for (owner, code), p in zip(schema.attributes, attributes, strict=True)
            if owner == aspect and p >= thresholds["attribute"]
        ),
        span=span,
        confidence=calibrated(probability, thresholds["confidence.slope"], thresholds["confidence.offset"]),
    )


def _targets(encoded: Encoded, kind: Kind, piece: Evidence, span: tuple[int, int]) -> tuple[Letter, ...]:
    """The images meant: of four those that are named, else those that are likely; none where it would be a guess."""
    if kind == "set" and (named := named_by(encoded.text, span)):
        return named
    likely = piece.mean(encoded.targets)[: SHOWN[kind]] >= encoded.schema.thresholds["target"]
    return tuple(letter for letter, meant in zip(LETTERS, likely, strict=False) if meant)


def without_contradictions(labels: Iterable[Label]) -> list[Label]:
    """Of labels of one aspect whose evidence overlaps, the surest."""
    kept: list[Label] = []
    for label in sorted(labels, key=lambda label: -label.confidence):
        if not any(label.aspect == other.aspect and _overlap(label, other) for other in kept):
            kept.append(label)
    return kept


def _overlap(one: Label, other: Label) -> bool:
    a, b = one.span, other.span
    return a is not None and b is not None and a[0] < b[1] and b[0] < a[1]


def _about(label: Label, preferred: Letter) -> Label:
    """Praise of the whole that names no image is about the preferred one."""
    if label.aspect == "overall" and label.polarity == "positive" and not label.targets:
        return label.model_copy(update={"targets": (preferred,)})
    return label


def _words_of_choice(encoded: Encoded, preferred: Letter) -> list[Label]:
    """The words that state the preference, as `overall` praise of the preferred image."""
    schema = encoded.schema
    row = schema.aspects.index(CHOICE)
    probability = float(encoded.labels[row, schema.polarities.index("positive")])
    weight: Array = encoded.aspects[:, row]
    if probability < schema.thresholds["choice"]:
        return []
    piece = max(runs(weight, encoded.begin, schema.thresholds), key=lambda piece: piece.peak)
    return [
        Label(
            aspect="overall",
            polarity="positive",
            strength=int(piece.mean(encoded.strength).argmax()) + 1,
            targets=(preferred,),
            span=span_of(encoded.text, encoded.offsets, piece),
            confidence=calibrated(
                probability, schema.thresholds["confidence.slope"], schema.thresholds["confidence.offset"]
            ),
        )
    ]
