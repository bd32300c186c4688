"""What was withdrawn since the export that is replaced: of how many people, and which rows to drop from copies.

The list holds ids of opinions and showings, never pseudonyms: whoever withdrew is named nowhere any more.
"""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from feedback.export.folder import MANIFEST
from feedback.export.sources import Source, read_sources
from feedback.records import Record
from feedback.store import Store

WITHDRAWALS: Final = "withdrawn.json"

Key = tuple[str | None, str]


class Withdrawal(Record):
    """The people who took something back after one version was written, and what of theirs it held."""

    after_version: str
    people: int
    opinion_ids: tuple[str, ...]
    showing_ids: tuple[str, ...]


async def withdrawals(store: Store, earlier: Path, incoming: Path) -> list[Withdrawal]:
    """What the earlier export says of withdrawals, and one more where something was withdrawn since it was written.

    Withdrawn is what the incoming export has no longer because it was deleted, or may no longer train a model. What
    came back, as its writer agreed again, is listed no longer.
    """
    if not (earlier / MANIFEST).exists():
        return []
    there, gone = await asyncio.to_thread(_compared, earlier, incoming)
    known = [_without(one, there) for one in read_withdrawals(earlier)]
    withdrawn = await changed(store, gone)
    if not withdrawn:
        return known
    showings = {one.showing_id for one in withdrawn} - {showing for _, showing in there}
    step = Withdrawal(
        after_version=json.loads((earlier / MANIFEST).read_text("utf-8"))["version"],
        people=len({one.annotator for one in withdrawn}),
        opinion_ids=tuple(sorted(one.opinion_id for one in withdrawn if one.opinion_id)),
        showing_ids=tuple(sorted(showings)),
    )
    return [*known, step]


async def changed(store: Store, every: Sequence[Source]) -> list[Source]:
    """Those of the sources that are there no longer, or may no longer train a model though they might before."""
    opinions = await store.consents_of_opinions({one.opinion_id for one in every if one.opinion_id})
    showings = await store.consents_of_showings({one.showing_id for one in every if not one.opinion_id})
    now = [opinions.get(one.opinion_id) if one.opinion_id else showings.get(one.showing_id) for one in every]
    return [one for one, allowed in zip(every, now, strict=True) if allowed is None or (one.training and not allowed)]


def read_withdrawals(folder: Path) -> list[Withdrawal]:
    """The withdrawals that an export lists, oldest first."""
    path = folder / WITHDRAWALS
    return [Withdrawal(**one) for one in json.loads(path.read_text("utf-8"))] if path.exists() else []


def to_json_list(found: Sequence[Withdrawal]) -> bytes:
    """The contents of `withdrawn.json`."""
    return (json.dumps([one.model_dump(mode="json") for one in found], indent=1) + "\n").encode()


def _compared(earlier: Path, incoming: Path) -> tuple[set[Key], list[Source]]:
    """What there is now, and what there was that is there no longer."""
    there = {_key(source) for some in read_sources(incoming) for source in some}
    return there, [source for some in read_sources(earlier) for source in some if _key(source) not in there]


def _key(source: Source) -> Key:
    return source.opinion_id, source.showing_id


def _without(step: Withdrawal, there: set[Key]) -> Withdrawal:
    opinions = {opinion for opinion, _ in there}
    showings = {showing for _, showing in there}
    return step.model_copy(
        update={
            "opinion_ids": tuple(id_ for id_ in step.opinion_ids if id_ not in opinions),
            "showing_ids": tuple(id_ for id_ in step.showing_ids if id_ not in showings),
        }
    )
