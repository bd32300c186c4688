"""The dataset that leaves: tables as Parquet and JSONL, the original images, and a card, in one folder.

The same database and the same arguments give the same bytes: nothing in the folder knows when it was written.
"""

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

from feedback.errors import Conflict, NotFound
from feedback.export.folder import fresh_folder
from feedback.export.passes import Manifest, Passes, Progress
from feedback.media import NO_ROOM, Media, NoRoom
from feedback.store import Store

__all__ = ["Manifest", "export"]

_ATTEMPTS = 3


async def export(
    store: Store,
    media: Media,
    folder: Path,
    *,
    campaign: str | None = None,
    gold_only: bool = False,
    for_study: bool = False,
    progress: Progress = lambda done, total: None,
) -> Manifest:
    """Write everything (or one campaign) into the folder, which is new or an earlier export, and say what is in it.

    Opinions of people who do not want them used for training are counted and left out, except `for_study`. With
    `gold_only`, labels and preferences are those that a person stated or confirmed; opinions are there all the same.
    """
    passes = partial(Passes, store, media, campaign=campaign, gold_only=gold_only, for_study=for_study)
    try:
        for _ in range(_ATTEMPTS):
            with suppress(_Withdrawn), fresh_folder(folder) as incoming:
                return await _write(passes(incoming), store, folder, progress)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise NoRoom(error.errno, "there is no room left for the export; free some disk space", str(folder)) from error
    raise Conflict("people kept withdrawing while the export was written; try again")


async def _write(passes: Passes, store: Store, folder: Path, progress: Progress) -> Manifest:
    try:
        await passes.survey()
        await passes.write_critiques(progress)
        await passes.write_preferences()
        await passes.write_images()
        manifest = await asyncio.to_thread(passes.finish, folder)
    finally:
        passes.abandon()
    await _check_that_all_are_here(store, passes.counts.annotators)
    return manifest


class _Withdrawn(Exception):
    """Somebody was erased whose words an earlier page had brought in."""


async def _check_that_all_are_here(store: Store, annotators: set[str]) -> None:
    try:
        for annotator_id in annotators:
            await store.get_annotator(annotator_id)
    except NotFound as error:
        raise _Withdrawn from error
