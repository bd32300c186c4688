"""Turns labelled opinions into the branch's training examples: tokens, and what each head should say of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from translation.tokens import Tokenizer
from translation.training.network import KINDS

POLARITIES = ("positive", "negative", "neutral")
LETTERS = "ABCD"
PREFERENCES = (*LETTERS, "tie", "none")
CHOICE = "choice"  # a pseudo-aspect: words that only state the preference (`overall+2 @B` beside the preference B)


@dataclass(frozen=True, slots=True)
class Schema:
    """The heads' labels, in order: aspects (with CHOICE last) and (aspect, attribute) pairs."""

    aspects: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]

    @staticmethod
    def of(taxonomy: dict[str, Any]) -> "Schema":
        """From the `aspect` table of taxonomy.toml."""
        pairs = tuple((name, code) for name, aspect in taxonomy.items() for code in aspect["attributes"])
        return Schema((*taxonomy, CHOICE), pairs)


@dataclass(frozen=True, slots=True)
class Opinion:
    """A message with labels; `spans` is False where the labels hold for the message but their words are not known."""

    text: str
    kind: str
    preference: str | None = None
    labels: tuple[dict[str, Any], ...] = ()
    spans: bool = True
    source: str = "opinion"
    language: str = "und"


@dataclass(slots=True)
class Example:
    """One message as arrays; token arrays are aligned with `ids`."""

    ids: npt.NDArray[np.int32]
    own: tuple[int, int]  # the person's own tokens: [start, end)
    kind: int
    preference: int
    present: npt.NDArray[np.float32]  # (aspects * 3)
    source: str
    spans: bool
    marks: list[tuple[int, int, dict[str, Any]]] = field(default_factory=list)  # token start, end, label


def read(row: dict[str, Any]) -> Opinion:
    """A row of `corpora.opinions`, with labels that only repeat the preference renamed to CHOICE."""
    labels = []
    for label in row["labels"]:
        praise = (label["aspect"], label["polarity"]) == ("overall", "positive")
        repeats = praise and label["targets"] == [row["preference"]]
        labels.append({**label, "aspect": CHOICE} if repeats else label)
    return Opinion(row["source_text"], row["kind"], row["preference"], tuple(labels), language=row["language"])


def reference(row: dict[str, Any]) -> Opinion:
    """The English reference of an opinion in another language: the same labels, their words unknown."""
    return replace(read(row), text=row["reference"], spans=False, source="reference", language="en")


def covered(offsets: Sequence[tuple[int, int]], span: Sequence[int]) -> tuple[int, int]:
    """The tokens [first, last) that share a character with the span."""
    inside = [i for i, (start, end) in enumerate(offsets) if start < span[1] and span[0] < max(end, start + 1)]
    return (inside[0], inside[-1] + 1) if inside else (0, 0)


def encode(opinions: Sequence[Opinion], tokenizer: Tokenizer, schema: Schema, limit: int = 192) -> list[Example]:
    """Examples; messages longer than `limit` tokens are left out."""
    examples = []
    for opinion, tokens in zip(opinions, tokenizer.encode([o.text for o in opinions]), strict=True):
        if len(tokens.ids) > limit or not tokens.offsets:
            continue
        before = tokenizer.before
        present = np.zeros((len(schema.aspects), 3), np.float32)
        marks = []
        for label in opinion.labels:
            present[schema.aspects.index(label["aspect"]), POLARITIES.index(label["polarity"])] = 1
            if opinion.spans:
                first, last = covered(tokens.offsets, label["span"])
                if first < last:
                    marks.append((before + first, before + last, label))
        examples.append(
            Example(
                ids=np.array(tokens.ids, np.int32),
                own=(before, len(tokens.ids) - 1),
                kind=KINDS.index(opinion.kind),
                preference=PREFERENCES.index(opinion.preference or "none"),
                present=present.reshape(-1),
                source=opinion.source,
                spans=opinion.spans,
                marks=marks,
            )
        )
    return examples
