"""Rows of CSV and JSONL files that others wrote: streamed, numbered, and each bad one told apart from the good ones."""

import codecs
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from feedback.errors import OpineError

DELIMITERS = ",;\t|"
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_JSONL = {".jsonl", ".ndjson"}


class BadFile(OpineError, ValueError):
    """The file as a whole cannot be read; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row: the line on which it begins (from 1), its cells by column, its text as it stands in the file.

    Where `problem` says why it cannot be read, there are no cells.
    """

    line: int
    raw: str
    cells: dict[str, str]
    problem: str | None = None
    position: int = 0  # bytes of the file read so far, for progress


def read_columns(path: Path) -> list[str] | None:
    """The columns that a CSV file's header names; None for JSONL, where each row names its own."""
    if path.suffix.lower() in _JSONL:
        return None
    with _Lines(path) as lines:
        return _header(lines, path)[0]


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a CSV file (`,` `;` tab or `|`, with a header) or of a JSONL file (.jsonl, .ndjson), in order.

    UTF-8 with or without a byte order mark, or UTF-16 with one. Bytes that are not UTF-8 spoil their own row only.
    """
    with _Lines(path) as lines:
        try:
            yield from _jsonl_rows(lines) if path.suffix.lower() in _JSONL else _csv_rows(lines, path)
        except UnicodeDecodeError as error:
            raise BadFile(
                f"{path.name}: after line {lines.number} there is no UTF-16 text; save it as UTF-8"
            ) from error


class _Lines:
    """A text file's lines, split at line feeds and carriage returns only; remembers those handed out since `take`."""

    def __init__(self, path: Path) -> None:
        self._binary = path.open("rb")
        utf16 = self._binary.read(2) in _UTF16
        self._binary.seek(0)
        # Undecodable bytes come through as lone surrogates, by which their row is recognised.
        encoding, errors = ("utf-16", "strict") if utf16 else ("utf-8-sig", "surrogateescape")
        self._text = TextIOWrapper(self._binary, encoding=encoding, errors=errors, newline="")
        self._taken: list[str] = []
        self.number = 0

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *exception: object) -> None:
        self._text.close()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        self.number += 1
        self._taken.append(line)
        return line

    def take(self) -> tuple[int, str]:
        """The first line's number and the text of what was handed out since the last call."""
        first = self.number - len(self._taken) + 1
        raw, self._taken = "".join(self._taken), []
        return first, raw.rstrip("\r\n")

    @property
    def position(self) -> int:
        return self._binary.tell()


def _header(lines: _Lines, path: Path) -> tuple[list[str], str]:
    """The column names, which must be given and differ, and the delimiter between them."""
    first = next(lines, None)
    lines.take()
    if first is None:
        raise BadFile(f"{path.name} is empty; its first line must name the columns")
    delimiter = max(DELIMITERS, key=first.count)
    columns = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if not _is_text(columns):
        raise BadFile(f"{path.name}: the first line is not UTF-8; save the file as UTF-8")
    if "" in columns or len(set(columns)) < len(columns):
        raise BadFile(f"{path.name}: the first line must name each column once, but says {first.strip()!r}")
    return columns, delimiter


def _csv_rows(lines: _Lines, path: Path) -> Iterator[Row]:
    columns, delimiter = _header(lines, path)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        cells: list[str] = []
        problem = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"not well-formed CSV ({error}); check the quotation marks"
        line, raw = lines.take()
        if not problem and not cells:
            continue  # an empty line
        if not problem and len(cells) != len(columns):
            problem = f"{len(cells)} cells, but {len(columns)} columns"
        yield _row(line, raw, dict(zip(columns, cells, strict=False)), problem, lines.position)


def _jsonl_rows(lines: _Lines) -> Iterator[Row]:
    for text in lines:
        line, raw = lines.take()
        if not text.strip():
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield _row(line, raw, {}, f"not JSON ({error})", lines.position)
            continue
        problem = None if isinstance(value, dict) else "not a JSON object"
        cells = {} if problem else {key: _cell(cell) for key, cell in value.items() if cell is not None}
        yield _row(line, raw, cells, problem, lines.position)


def _row(line: int, raw: str, cells: dict[str, str], problem: str | None, position: int) -> Row:
    if not problem and not _is_text([*cells.values(), *cells]):
        problem = "holds bytes that are not UTF-8, or half a character; save the file as UTF-8"
    elif any("\0" in cell for cell in cells.values()):
        problem = "holds a NUL character; remove it"
    raw = raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return Row(line, raw, {} if problem else cells, problem, position)


def _cell(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_text(cells: Sequence[str]) -> bool:
    try:
        "".join(cells).encode()
    except UnicodeEncodeError:
        return False
    return True
