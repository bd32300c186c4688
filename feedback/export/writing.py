"""Writers of tables: rows come one by one and go to the disk in groups, as Parquet and JSONL, a file per split."""

import hashlib
import io
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, chain
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from feedback.export.columns import BYTES, IMAGE, IMAGES, Columns, Row, Stored, holds_images, to_schema

GROUP_ROWS: Final = 5_000
GROUP_BYTES: Final = 64_000_000  # of images; readers hold a whole group in memory
Facts = dict[str, str | int]
_DICTIONARY_BYTES: Final = 2 * GROUP_BYTES  # an image that returns within a group is stored once
_BUFFER_BYTES: Final = 1 << 17

to_json: Final = orjson.dumps  # UTF-8, times as ISO 8601


class HashedFile(io.BufferedWriter):
    """A new file that knows, once it is closed, the sha256 and the size of what was written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._raw = _HashedRaw(path, "xb")
        super().__init__(self._raw, _BUFFER_BYTES)

    @property
    def facts(self) -> Facts:
        """What the manifest says of the file."""
        return {"sha256": self._raw.digest.hexdigest(), "size": self._raw.written}


class _HashedRaw(io.FileIO):
    def __init__(self, path: Path, mode: str) -> None:
        super().__init__(path, mode)
        self.digest = hashlib.sha256()
        self.written = 0

    def write(self, data: Any, /) -> int:
        done = super().write(data)
        self.digest.update(memoryview(data)[:done])
        self.written += done
        return done


def write_file(path: Path, content: bytes) -> Facts:
    """Write a whole new file, and say what the manifest says of it."""
    with HashedFile(path) as file:
        file.write(content)
    return file.facts


@dataclass
class Written:
    """What a target left behind: rows by split, and the facts of each file by its path in the export."""

    name: str
    columns: Columns  # of its Parquet files; empty where it has other files
    rows: dict[str, int] = field(default_factory=dict)
    files: dict[str, Facts] = field(default_factory=dict)


class JsonList:
    """A JSON file of rows: one list, or with `lines` one row a line (JSONL)."""

    def __init__(self, path: Path, *, lines: bool = False) -> None:
        self._file = HashedFile(path)
        self._before, self._between, self._after = (b"", b"\n", b"\n") if lines else (b"[\n", b",\n", b"\n]\n")
        self._empty = True

    def add(self, row: Row) -> None:
        """Add one row."""
        self._file.write((self._before if self._empty else self._between) + to_json(row))
        self._empty = False

    def close(self) -> Facts:
        """Write the end, and what the manifest says of the file; harmless when done before."""
        if not self._file.closed:
            self._file.write(self._after)
            self._file.close()
        return self._file.facts


class TableWriter:
    """Writes `data/NAME/SPLIT.parquet` and `.jsonl`; a split without rows gets no file (`datasets` refuses empty ones).

    JSONL leaves image columns out: it cannot hold bytes.
    """

    def __init__(self, folder: Path, name: str, columns: Columns) -> None:
        self._folder = folder
        self._written = Written(name, columns)
        self._schema = to_schema(columns)
        self._splits: dict[str, _SplitWriter] = {}

    def add(self, split: str, row: Row) -> None:
        """Add one row; every column must be given."""
        if split not in self._splits:
            path = f"data/{self._written.name}/{split}"
            self._splits[split] = _SplitWriter(self._folder, path, self._schema)
        self._splits[split].add(row)

    def close(self) -> Written:
        """Write what is left and say what was written."""
        for split in sorted(self._splits, key=_order):
            writer = self._splits[split]
            self._written.files |= writer.close()
            self._written.rows[split] = writer.rows
        return self._written

    def abandon(self) -> None:
        """Let go of the files, whole or not."""
        for writer in self._splits.values():
            writer.abandon()


class _SplitWriter:
    def __init__(self, folder: Path, path: str, schema: pa.Schema) -> None:
        self.rows = 0
        self._folder = folder
        self._path = path
        self._schema = schema
        self._images = [column.name for column in schema if holds_images(column.type)]
        self._cells = itemgetter(*schema.names)
        self._waiting: list[tuple[Any, ...]] = []
        self._waiting_bytes = 0
        self._json = HashedFile(folder / f"{path}.jsonl")
        self._file = HashedFile(folder / f"{path}.parquet")
        self._parquet: pq.ParquetWriter | None = None

    def add(self, row: Row) -> None:
        self._waiting.append(self._cells(row))
        for name in self._images:
            self._waiting_bytes += _bytes(row[name])
        self.rows += 1
        if len(self._waiting) >= GROUP_ROWS or self._waiting_bytes >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        columns = dict(zip(self._schema.names, zip(*self._waiting, strict=True), strict=True))
        self._write_parquet(columns)
        self._write_json({name: cells for name, cells in columns.items() if name not in self._images})
        self._waiting, self._waiting_bytes = [], 0

    def _write_json(self, columns: Mapping[str, Sequence[Any]]) -> None:
        for cells in zip(*columns.values(), strict=True):
            self._json.write(to_json(dict(zip(columns, cells, strict=True)), option=orjson.OPT_APPEND_NEWLINE))

    def _write_parquet(self, columns: Mapping[str, Sequence[Any]]) -> None:
        read = cache(lambda path: (self._folder / path).read_bytes())  # an image that returns is read once a group
        arrays = [_array(columns[column.name], column.type, read) for column in self._schema]
        batch = pa.RecordBatch.from_arrays(arrays, names=self._schema.names)
        if self._parquet is None:
            self._parquet = self._open(batch.schema)
        self._parquet.write_batch(batch, len(self._waiting))

    def _open(self, encoded: pa.Schema) -> pq.ParquetWriter:
        leaves = [leaf for column in self._schema for leaf in _leaves(column.name, column.type)]
        bytes_of_images = {leaf for leaf in leaves if leaf.split(".")[0] in self._images and not leaf.endswith(".path")}
        writer = pq.ParquetWriter(
            self._file,
            encoded,
            store_schema=False,  # readers shall see plain columns, however they are encoded
            compression={name: "NONE" if name in bytes_of_images else "ZSTD" for name in leaves},
            write_statistics=[name for name in leaves if name not in bytes_of_images],
            dictionary_pagesize_limit=_DICTIONARY_BYTES,
        )
        writer.add_key_value_metadata(self._schema.metadata)
        return writer

    def close(self) -> Mapping[str, Facts]:
        if self._waiting:
            self._flush()
        for file in self._open_files():
            file.close()
        return {f"{self._path}.parquet": self._file.facts, f"{self._path}.jsonl": self._json.facts}

    def abandon(self) -> None:
        for file in self._open_files():
            with suppress(OSError):  # on a full disk, what is left cannot be written either
                file.close()

    def _open_files(self) -> list[Any]:
        return [file for file in (self._parquet, self._file, self._json) if file is not None]


def _bytes(cell: Stored | Sequence[Stored] | None) -> int:
    """The bytes of a cell's images: none, one or many."""
    if cell is None:
        return 0
    return cell.size if isinstance(cell, Stored) else sum(image.size for image in cell)


def _array(cells: Sequence[Any], kind: pa.DataType, read: Callable[[str], bytes]) -> pa.Array:
    if kind == BYTES:
        return _images(cells, read).field("bytes")
    if kind == IMAGE:
        return _images(cells, read)
    if kind == IMAGES:
        ends = list(accumulate((len(cell) for cell in cells), initial=0))
        return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), _images(list(chain.from_iterable(cells)), read))
    return pa.array(cells, kind)


def _images(cells: Sequence[Stored | None], read: Callable[[str], bytes]) -> pa.Array:
    """An image column as Parquet keeps it: each image once, and for each row its number."""
    numbers = {cell.path: number for number, cell in enumerate({cell.path: cell for cell in cells if cell}.values())}
    rows = pa.array([numbers[cell.path] if cell else None for cell in cells], pa.int32())
    parts = (pa.array([read(path) for path in numbers], pa.binary()), pa.array(list(numbers), pa.string()))
    encoded = [pa.DictionaryArray.from_arrays(rows, part) for part in parts]
    return pa.StructArray.from_arrays(encoded, names=["bytes", "path"], mask=rows.is_null())


def _leaves(name: str, kind: pa.DataType) -> list[str]:
    """The names that Parquet gives to the values of a column."""
    if pa.types.is_list(kind):
        return _leaves(f"{name}.list.element", kind.value_type)
    if pa.types.is_struct(kind):
        return [leaf for field in kind for leaf in _leaves(f"{name}.{field.name}", field.type)]
    return [name]


def _order(split: str) -> tuple[bool, ...]:
    """Train, validation, test, whatever a trainer calls them."""
    return tuple(not split.startswith(name) for name in ("train", "validation", "test"))
