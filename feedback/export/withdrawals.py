"""Who withdrew since the export that is replaced: how many people, and which rows of theirs to drop from copies.

The list holds ids of opinions and showings, never pseudonyms: whoever withdrew is named nowhere any more.
"""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import pyarrow.parquet as pq

from feedback.export.folder import MANIFEST
from feedback.records import Record
from feedback.store import Store

WITHDRAWALS: Final = "withdrawn.json"
_IDS: Final = ("opinion_id", "showing_id")


class Withdrawal(Record):
    """The people who withdrew after one version was written, and the rows of theirs that it held."""

    after_version: str
    people: int
    opinion_ids: tuple[str, ...]
    showing_ids: tuple[str, ...]


async def withdrawals(store: Store, earlier: Path, incoming: Path) -> list[Withdrawal]:
    """What the earlier export says of withdrawals, and one more where people have withdrawn since it was written.

    A row was withdrawn if the incoming export has it no longer and its writer was erased, or now refuses training.
    """
    known = read_withdrawals(earlier)
    gone = dict(_rows(earlier))
    for row, _ in _rows(incoming) if gone else ():
        gone.pop(row, None)
    withdrew = await store.who_withdrew(set(gone.values()))
    theirs = {row: person for row, person in gone.items() if person in withdrew}
    if not theirs:
        return known
    opinions, showings = (tuple(sorted(id_ for kind, id_ in theirs if kind == wanted)) for wanted in _IDS)
    version = json.loads((earlier / MANIFEST).read_text("utf-8"))["version"]
    people = len(set(theirs.values()))
    return [
        *known,
        Withdrawal(after_version=version, people=people, opinion_ids=opinions, showing_ids=showings),
    ]


def read_withdrawals(folder: Path) -> list[Withdrawal]:
    """The withdrawals that an export lists, oldest first."""
    path = folder / WITHDRAWALS
    return [Withdrawal(**one) for one in json.loads(path.read_text("utf-8"))] if path.exists() else []


def to_json_list(found: Sequence[Withdrawal]) -> bytes:
    """The contents of `withdrawn.json`."""
    return (json.dumps([one.model_dump(mode="json") for one in found], indent=1) + "\n").encode()


def _rows(folder: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """The pseudonym behind each opinion and showing of an export's tables; none where there is no export."""
    for path in sorted(folder.glob("data/*/*.parquet")):
        yield from _rows_of(path)


def _rows_of(path: Path) -> Iterator[tuple[tuple[str, str], str]]:
    file = pq.ParquetFile(path)
    ids = [name for name in _IDS if name in file.schema_arrow.names]
    if "annotator" not in file.schema_arrow.names:
        return
    for batch in file.iter_batches(columns=[*ids, "annotator"]):
        columns = batch.to_pydict()
        for name in ids:
            for id_, person in zip(columns[name], columns["annotator"], strict=True):
                yield (name, id_), person
