"""What people said beside their preferences, kept on the disk until the preferences come."""

import sqlite3
from typing import NamedTuple

import orjson

from feedback.export.selection import Selection
from feedback.records import LETTERS, Critique, Label, Polarity

_VERDICTS: dict[Polarity, str] = {"positive": "good ", "negative": "bad ", "neutral": ""}
_DEGREES = {1: "slightly ", 2: "", 3: "very "}


class Said(NamedTuple):
    """One opinion: the choice that its words state, the words, and the remarks about each image by its letter."""

    choice: str | None
    words: str
    remarks: dict[str, list[str]]


class Words:
    """Opinions by showing, in a database of SQLite's own that is gone with the connection: memory stays small."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", check_same_thread=False)  # pages come from one thread after another
        self._database.execute(
            "CREATE TABLE said (showing TEXT, opinion TEXT, said BLOB, PRIMARY KEY (showing, opinion))"
        )

    def keep(self, critique: Critique, selection: Selection) -> None:
        """Keep an opinion."""
        stated = critique.reading.preference.choice if critique.reading else None
        said = Said(stated, in_english(critique), _remarks(critique, selection))
        row = (critique.opinion.showing_id, critique.opinion.id, orjson.dumps(tuple(said)))
        self._database.execute("INSERT INTO said VALUES (?, ?, ?)", row)

    def of(self, showing_id: str) -> list[Said]:
        """The opinions about a showing, oldest first."""
        query = "SELECT said FROM said WHERE showing = ? ORDER BY opinion"
        return [Said(*orjson.loads(said)) for (said,) in self._database.execute(query, (showing_id,))]

    def close(self) -> None:
        """Forget all of it."""
        self._database.close()


def in_english(critique: Critique) -> str:
    """The translation, or the person's own words where the quality gate let nothing through."""
    translation = critique.reading.translation if critique.reading else None
    return translation or critique.opinion.source_text


def remark(label: Label) -> str:
    """A label in words.

    >>> remark(Label(aspect="lighting", polarity="positive", strength=3, attributes=("soft",)))
    'very good lighting (soft)'
    """
    details = [name.replace("_", " ") for name in label.attributes] + ([label.value] if label.value else [])
    degree = "" if label.polarity == "neutral" else _DEGREES[label.strength]
    about = f" ({', '.join(details)})" if details else ""
    return f"{degree}{_VERDICTS[label.polarity]}{label.aspect}{about}"


def _remarks(critique: Critique, selection: Selection) -> dict[str, list[str]]:
    kept = [label for label in critique.labels if selection.takes_label(label.status, label.confidence)]
    remarks = {letter: [remark(label) for label in kept if letter in label.targets] for letter in LETTERS}
    return {letter: list(dict.fromkeys(some)) for letter, some in remarks.items() if some}
