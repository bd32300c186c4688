"""The dataset that leaves: tables as Parquet and JSONL, the original images, and a card, in one folder.

The same database and the same arguments give the same bytes: nothing in the folder knows when it was written.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from feedback.errors import Conflict
from feedback.export.contents import Contents
from feedback.export.folder import fresh_folder
from feedback.export.manifest import Manifest
from feedback.export.passes import Passes, Progress
from feedback.export.selection import Selection
from feedback.export.sources import read_sources
from feedback.export.targets import DEFAULT, target_names
from feedback.export.withdrawals import changed, withdrawals
from feedback.garbage import rare_collections
from feedback.media import NO_ROOM, Media, NoRoom
from feedback.store import Store

__all__ = ["Manifest", "Selection", "export"]

_ATTEMPTS = 3


async def export(
    store: Store,
    media: Media,
    folder: Path,
    *,
    selection: Selection = Selection(),  # noqa: B008  (frozen)
    targets: Sequence[str] = DEFAULT,
    progress: Progress = lambda name, done, total: None,
) -> Manifest:
    """Write what is selected into the folder, which is new or an earlier export, and say what is in it.

    Opinions of people who do not want them used for training are counted and left out, except `for_study`. With
    `gold_only`, labels and preferences are those that a person stated or confirmed; opinions are there all the same.
    """
    names = target_names(targets)
    passes = partial(Passes, store, media, selection=selection, names=names, progress=progress)
    try:
        for _ in range(_ATTEMPTS):
            with suppress(_Withdrawn), rare_collections(), fresh_folder(folder) as incoming:
                contents = await _write(passes(incoming))
                withdrawn = await withdrawals(store, folder, incoming)
                manifest = await asyncio.to_thread(contents.describe, folder, selection, names, withdrawn)
                for sources in read_sources(incoming):
                    if await changed(store, sources):
                        raise _Withdrawn
                return manifest
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise NoRoom(error.errno, "there is no room left for the export; free some disk space", str(folder)) from error
    raise Conflict("people kept withdrawing while the export was written; try again")


async def _write(passes: Passes) -> Contents:
    try:
        await passes.survey()
        await passes.write_critiques()
        await passes.write_preferences()
        await passes.write_images()
        return await asyncio.to_thread(passes.close)
    finally:
        passes.abandon()


class _Withdrawn(Exception):
    """Something was deleted, or may train no longer, that an earlier page had brought in."""
