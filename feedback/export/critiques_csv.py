"""The critique table for spreadsheets: CSV whose cells no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from feedback.export.critiques import Critiques, critique_rows
from feedback.export.target import Place, Target
from feedback.export.writing import Facts, HashedFile, Written, to_json
from feedback.records import Critique

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")  # OWASP, CSV injection


class CritiquesCsv(Target):
    """`critiques_csv/SPLIT.csv`: the columns of `critiques`; lists are JSON, what is not known is empty."""

    name = "critiques_csv"
    about = "The critique table as CSV; a cell that would begin like a formula has an apostrophe before it."

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._files: dict[str, _Csv] = {}

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One row per label."""
        splits = {"split": place.split, "annotator_split": place.annotator_split}
        for row in critique_rows(critique, place, self.selection):
            cells = {**row, **splits}
            self._file(place.split).write([cells[name] for name in Critiques.columns])

    def close(self) -> Written:
        """Finish the files."""
        self.abandon()
        rows = {split: file.rows for split, file in self._files.items()}
        facts = {f"{self.name}/{split}.csv": file.facts for split, file in self._files.items()}
        return Written(self.name, {}, rows, facts)

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""
        for file in self._files.values():
            file.close()

    def _file(self, split: str) -> "_Csv":
        if split not in self._files:
            self._files[split] = _Csv(self.folder / f"{self.name}/{split}.csv", list(Critiques.columns))
        return self._files[split]


class _Csv:
    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self._bytes = HashedFile(path)
        self._text = io.TextIOWrapper(self._bytes, "utf-8", newline="")
        self._writer = csv.writer(self._text)
        self._writer.writerow(header)
        self.rows = 0

    def write(self, cells: Sequence[Any]) -> None:
        self._writer.writerow([_cell(cell) for cell in cells])
        self.rows += 1

    def close(self) -> None:
        self._text.close()

    @property
    def facts(self) -> Facts:
        return self._bytes.facts


def _cell(value: Any) -> Any:
    """What the CSV writer is given for a cell."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA_STARTS) else value
    if isinstance(value, datetime):
        return value.isoformat()
    return to_json(value).decode() if isinstance(value, list) else value
