"""Counts for the dataset card, gathered while the export is written."""

from collections import Counter
from dataclasses import dataclass, field

from feedback.export.critiques import exported_labels
from feedback.records import Critique, StatedPreference


@dataclass
class Statistics:
    """What is in an export, and what was left out of it."""

    opinions: int = 0
    unread: int = 0
    left_out_opinions: int = 0
    left_out_preferences: int = 0
    annotators: set[str] = field(default_factory=set)
    languages: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    aspects: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # aspect and polarity; rejected labels not counted
    statuses: Counter[str] = field(default_factory=Counter)
    choices: Counter[str] = field(default_factory=Counter)
    signatures: set[str] = field(default_factory=set)

    def add_critique(self, critique: Critique, *, gold_only: bool) -> None:
        """Count an exported opinion and its exported labels."""
        self.opinions += 1
        self.annotators.add(critique.opinion.annotator_id)
        self.channels[critique.opinion.channel] += 1
        if critique.reading:
            self.languages[critique.reading.language] += 1
            self.signatures |= {critique.reading.signature, critique.reading.translation_signature}
        else:
            self.unread += 1
        for label in exported_labels(critique, gold_only=gold_only):
            self.statuses[label.status] += 1
            if label.status != "rejected":
                self.aspects[label.aspect, label.polarity] += 1

    def add_preference(self, stated: StatedPreference) -> None:
        """Count an exported preference."""
        self.annotators.add(stated.annotator_id)
        self.choices[stated.preference.choice or ""] += 1
