"""Writers of tables: rows come one by one and go to the disk in groups, as Parquet and JSONL, a file per split."""

import hashlib
import io
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from feedback.export.columns import IMAGE, TEXTS, Columns, Row, Stored, to_schema
from feedback.export.splits import SPLITS, Split

GROUP_ROWS: Final = 5_000
GROUP_BYTES: Final = 64_000_000  # of images; readers hold a whole group in memory
_DICTIONARY_BYTES: Final = 2 * GROUP_BYTES  # an image that returns within a group is stored once


class HashedFile(io.BufferedWriter):
    """A new file that knows the sha256 and the size of what was written."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        super().__init__(io.FileIO(path, "xb"))
        self._digest = hashlib.sha256()
        self.written = 0

    def write(self, data: Any, /) -> int:
        self._digest.update(data)
        self.written += memoryview(data).nbytes
        return super().write(data)

    @property
    def facts(self) -> dict[str, str | int]:
        """What the manifest says of the file."""
        return {"sha256": self._digest.hexdigest(), "size": self.written}


@dataclass
class Written:
    """What a table's writer left behind: rows by split, and the facts of each file by its path in the export."""

    name: str
    columns: Columns
    rows: dict[Split, int] = field(default_factory=dict)
    files: dict[str, dict[str, str | int]] = field(default_factory=dict)


class TableWriter:
    """Writes `data/NAME/SPLIT.parquet` and `.jsonl`; a split without rows gets no file (`datasets` refuses empty ones).

    JSONL leaves image columns out: it cannot hold bytes.
    """

    def __init__(self, folder: Path, name: str, columns: Columns) -> None:
        self._folder = folder
        self._written = Written(name, columns)
        self._schema = to_schema(columns)
        self._splits: dict[Split, _SplitWriter] = {}

    def add(self, split: Split, row: Row) -> None:
        """Add one row; every column must be given."""
        if split not in self._splits:
            path = f"data/{self._written.name}/{split}"
            self._splits[split] = _SplitWriter(self._folder, path, self._schema)
        self._splits[split].add(row)

    def close(self) -> Written:
        """Write what is left and say what was written."""
        for split in SPLITS:
            if writer := self._splits.get(split):
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
        self._images = [column.name for column in schema if column.type == IMAGE]
        self._in_json = [column.name for column in schema if column.type != IMAGE]
        self._waiting: list[Row] = []
        self._waiting_bytes = 0
        self._json = HashedFile(folder / f"{path}.jsonl")
        self._file = HashedFile(folder / f"{path}.parquet")
        self._parquet: pq.ParquetWriter | None = None

    def add(self, row: Row) -> None:
        self._json.write(_to_json({name: row[name] for name in self._in_json}).encode() + b"\n")
        self._waiting.append(row)
        self._waiting_bytes += sum(row[name].size for name in self._images if row[name])
        self.rows += 1
        if len(self._waiting) >= GROUP_ROWS or self._waiting_bytes >= GROUP_BYTES:
            self._flush()

    def _flush(self) -> None:
        read = cache(lambda path: (self._folder / path).read_bytes())  # an image that returns is read once a group
        arrays = [
            _images([row[column.name] for row in self._waiting], read)
            if column.type == IMAGE
            else pa.array([row[column.name] for row in self._waiting], column.type)
            for column in self._schema
        ]
        batch = pa.RecordBatch.from_arrays(arrays, names=self._schema.names)
        if self._parquet is None:
            self._parquet = self._open(batch.schema)
        self._parquet.write_batch(batch, len(self._waiting))
        self._waiting, self._waiting_bytes = [], 0

    def _open(self, encoded: pa.Schema) -> pq.ParquetWriter:
        leaves = _leaf_names(self._schema)
        bytes_of_images = {f"{name}.bytes" for name in self._images}
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

    def close(self) -> Mapping[str, dict[str, str | int]]:
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


def _images(cells: Sequence[Stored | None], read: Callable[[str], bytes]) -> pa.Array:
    """An image column as Parquet keeps it: each image once, and for each row its number."""
    numbers = {cell.path: number for number, cell in enumerate({cell.path: cell for cell in cells if cell}.values())}
    rows = pa.array([numbers[cell.path] if cell else None for cell in cells], pa.int32())
    parts = (pa.array([read(path) for path in numbers], pa.binary()), pa.array(list(numbers), pa.string()))
    encoded = [pa.DictionaryArray.from_arrays(rows, part) for part in parts]
    return pa.StructArray.from_arrays(encoded, names=["bytes", "path"], mask=rows.is_null())


def _leaf_names(schema: pa.Schema) -> list[str]:
    """The names that Parquet gives to the values of each column."""
    names = []
    for column in schema:
        if column.type == TEXTS:
            names.append(f"{column.name}.list.element")
        elif column.type == IMAGE:
            names += [f"{column.name}.bytes", f"{column.name}.path"]
        else:
            names.append(column.name)
    return names


def _time(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


_to_json: Final = json.JSONEncoder(ensure_ascii=False, default=_time, separators=(",", ":")).encode
