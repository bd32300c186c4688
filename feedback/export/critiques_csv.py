"""The critique table for spreadsheets: CSV whose cells no spreadsheet takes for formulas."""

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from feedback.export.columns import TEXT, TEXTS, TIME, Columns, Row
from feedback.export.critiques import Critiques, critique_rows
from feedback.export.target import Place, Target
from feedback.export.writing import Facts, HashedFile, Written, to_json
from feedback.records import Critique

FORMULA_STARTS: Final = tuple("=+-@\t\r\n＝＋－＠")  # OWASP, CSV injection
_AT_ONCE: Final = 1_000  # rows


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
            self._file(place.split).write({**row, **splits})

    def close(self) -> Written:
        """Finish the files."""
        for file in self._files.values():
            file.close()
        rows = {split: file.rows for split, file in self._files.items()}
        facts = {f"{self.name}/{split}.csv": file.facts for split, file in self._files.items()}
        return Written(self.name, {}, rows, facts)

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""
        for file in self._files.values():
            with suppress(OSError):
                file.abandon()

    def _file(self, split: str) -> "_Csv":
        if split not in self._files:
            self._files[split] = _Csv(self.folder / f"{self.name}/{split}.csv", Critiques.columns)
        return self._files[split]


class _Csv:
    def __init__(self, path: Path, columns: Columns) -> None:
        self._columns = columns
        self._cells = itemgetter(*columns)
        self._waiting: list[tuple[Any, ...]] = []
        self._bytes = HashedFile(path)
        self._text = io.TextIOWrapper(self._bytes, "utf-8-sig", newline="")  # without its mark, Excel garbles it
        self._writer = csv.writer(self._text)
        self._writer.writerow(columns)
        self.rows = 0

    def write(self, row: Row) -> None:
        self._waiting.append(self._cells(row))
        self.rows += 1
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        columns = zip(self._columns.values(), zip(*self._waiting, strict=True), strict=False)
        self._writer.writerows(zip(*(_written(kind, cells) for kind, cells in columns), strict=True))
        self._waiting = []

    def close(self) -> None:
        self._flush()
        self._text.close()

    def abandon(self) -> None:
        self._text.close()

    @property
    def facts(self) -> Facts:
        return self._bytes.facts


def _written(kind: pa.DataType, cells: Sequence[Any]) -> Sequence[Any]:
    """What the CSV writer is given for a column; None becomes an empty cell."""
    if kind == TEXT:
        return [f"'{cell}" if cell and cell[0] in FORMULA_STARTS else cell for cell in cells]
    if kind == TEXTS:
        return [to_json(cell).decode() for cell in cells]
    return [cell.isoformat() for cell in cells] if kind == TIME else cells
