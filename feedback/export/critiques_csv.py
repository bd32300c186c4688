"""The critique table for spreadsheets: CSV whose cells no spreadsheet takes for formulas."""

import csv
import io
import json
from datetime import datetime
from typing import Any, Final

from feedback.export.critiques import Critiques, critique_rows
from feedback.export.target import Place, Target
from feedback.export.writing import HashedFile, Written
from feedback.records import Critique

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV injection


class CritiquesCsv(Target):
    """`critiques_csv/SPLIT.csv`: the columns of `critiques`; lists are JSON, what is not known is empty."""

    name = "critiques_csv"
    about = "The critique table as CSV; a cell that would begin like a formula has an apostrophe before it."

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._files: dict[str, HashedFile] = {}
        self._rows: dict[str, int] = {}

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One row per label."""
        splits = {"split": place.split, "annotator_split": place.annotator_split}
        for row in critique_rows(critique, place, self.selection):
            cells = {**row, **splits}
            self._write(place.split, [_cell(cells[name]) for name in Critiques.columns])

    def close(self) -> Written:
        """Finish the files."""
        self.abandon()
        facts = {f"{self.name}/{split}.csv": file.facts for split, file in self._files.items()}
        return Written(self.name, {}, self._rows, facts)

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""
        for file in self._files.values():
            file.close()

    def _write(self, split: str, cells: list[str]) -> None:
        if split not in self._files:
            self._files[split] = HashedFile(self.folder / f"{self.name}/{split}.csv")
            self._files[split].write(_line(list(Critiques.columns)))
        self._files[split].write(_line(cells))
        self._rows[split] = self._rows.get(split, 0) + 1


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()


def _cell(value: Any) -> str:
    """The text of a cell."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
