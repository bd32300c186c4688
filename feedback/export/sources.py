"""What an export was made from: `sources.parquet`, by which the next one finds out who withdrew since."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from feedback.export.writing import Facts, HashedFile

SOURCES: Final = "sources.parquet"
_AT_ONCE: Final = 5_000  # rows
_SCHEMA: Final = pa.schema(
    [
        ("opinion_id", pa.string()),
        ("showing_id", pa.string()),
        ("annotator", pa.string()),
        ("training", pa.bool_()),
    ]
)


class Source(NamedTuple):
    """An opinion, or with no opinion the preference about a showing; whose it is, and whether it may train a model."""

    opinion_id: str | None
    showing_id: str
    annotator: str
    training: bool


class SourceWriter:
    """Writes the file; where there is nothing to write, there is none."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / SOURCES
        self._waiting: list[Source] = []
        self._file: HashedFile | None = None
        self._parquet: pq.ParquetWriter | None = None

    def add(self, source: Source) -> None:
        """Add one."""
        self._waiting.append(source)
        if len(self._waiting) >= _AT_ONCE:
            self._flush()

    def close(self) -> dict[str, Facts]:
        """Write what is left, and say what the manifest says of the file."""
        if self._waiting:
            self._flush()
        if self._parquet is None or self._file is None:
            return {}
        self._parquet.close()
        self._file.close()
        return {SOURCES: self._file.facts}

    def abandon(self) -> None:
        """Let go of the file, whole or not."""
        for file in (self._parquet, self._file):
            with suppress(OSError):  # on a full disk, what is left cannot be written either
                if file is not None:
                    file.close()

    def _flush(self) -> None:
        if self._parquet is None:
            self._file = HashedFile(self._path)
            self._parquet = pq.ParquetWriter(self._file, _SCHEMA, compression="ZSTD")
        columns = zip(zip(*self._waiting, strict=True), _SCHEMA.types, strict=True)
        self._parquet.write_batch(pa.RecordBatch.from_arrays([pa.array(*column) for column in columns], schema=_SCHEMA))
        self._waiting = []


def read_sources(folder: Path) -> Iterator[list[Source]]:
    """What an export was made from, some thousands at a time; nothing where there is no export."""
    path = folder / SOURCES
    if path.exists():
        for batch in pq.ParquetFile(path).iter_batches(_AT_ONCE):
            yield [Source(*row) for row in zip(*(column.to_pylist() for column in batch.columns), strict=True)]
