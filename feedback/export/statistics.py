"""Counts for the dataset card, gathered while the export is written."""

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from feedback.export.critiques import exported_labels
from feedback.export.pairs import chosen_image
from feedback.export.selection import Selection
from feedback.records import Critique, Label, StatedPreference

EXAMPLE_LENGTH = 60  # code points; of two examples in a script, the one nearer to this is shown


@dataclass(frozen=True, slots=True)
class Example:
    """An opinion that the card shows, with what was understood of it."""

    text: str
    language: str
    translation: str | None
    labels: tuple[Label, ...]
    gold: bool


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
    days: Counter[date] = field(default_factory=Counter)  # UTC
    aspects: Counter[tuple[str, str]] = field(
        default_factory=Counter
    )  # aspect and polarity; rejected labels not counted
    statuses: Counter[str] = field(default_factory=Counter)
    choices: Counter[str] = field(default_factory=Counter)
    signatures: set[str] = field(default_factory=set)
    _answers: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    _examples: dict[str, tuple[tuple[bool, int, str], Example]] = field(default_factory=dict)

    def add_critique(self, critique: Critique, selection: Selection, *, may_quote: bool) -> None:
        """Count an exported opinion and its exported labels; it may become an example only if it may be quoted."""
        self.opinions += 1
        self.annotators.add(critique.opinion.annotator_id)
        self.channels[critique.opinion.channel] += 1
        self.days[critique.opinion.created_at.date()] += 1
        if critique.reading:
            self.languages[critique.reading.language] += 1
            self.signatures |= {critique.reading.signature, critique.reading.translation_signature}
        else:
            self.unread += 1
        labels = list(exported_labels(critique, selection))
        self.statuses.update(label.status for label in labels)
        holding = tuple(label for label in labels if label.status != "rejected")
        self.aspects.update((label.aspect, label.polarity) for label in holding)
        if may_quote:
            self._offer(critique, holding)

    def add_preference(self, stated: StatedPreference, *, sound: bool) -> None:
        """Count an exported preference; for agreement only if it is sound."""
        self.annotators.add(stated.annotator_id)
        self.choices[stated.preference.choice or ""] += 1
        if sound:
            chosen = chosen_image(stated)
            self._answers[stated.kind, stated.comparison_id][chosen.id if chosen else "tie"] += 1

    def agreement(self) -> dict[str, tuple[int, int]]:
        """By kind of comparison: how many pairs of people answered the same one, and how many of them alike."""
        totals: dict[str, tuple[int, int]] = {}
        for (kind, _), answers in sorted(self._answers.items()):
            pairs, alike = totals.get(kind, (0, 0))
            totals[kind] = pairs + _pairs(answers.total()), alike + sum(map(_pairs, answers.values()))
        return {kind: (pairs, alike) for kind, (pairs, alike) in totals.items() if pairs}

    def examples(self, count: int) -> list[Example]:
        """Examples in as many scripts, gold before suggestions."""
        return [example for _, example in sorted(self._examples.values(), key=lambda one: one[0])[:count]]

    def _offer(self, critique: Critique, labels: tuple[Label, ...]) -> None:
        reading, text = critique.reading, critique.opinion.source_text
        if not (reading and labels) or len(text) > 4 * EXAMPLE_LENGTH:
            return
        gold = any(label.status != "suggested" for label in labels)
        rank = (not gold, abs(len(text) - EXAMPLE_LENGTH), critique.opinion.id)
        script = _script(text)
        if script not in self._examples or rank < self._examples[script][0]:
            self._examples[script] = rank, Example(text, reading.language, reading.translation, labels, gold)


def _pairs(people: int) -> int:
    return people * (people - 1) // 2


def _script(text: str) -> str:
    """The script of most letters, by the first word of their Unicode names: LATIN, ARABIC, CJK."""
    scripts = Counter(map(_script_of, filter(str.isalpha, text)))
    return max(scripts, key=lambda name: (scripts[name], name), default="")


@cache
def _script_of(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]
