"""Existing comments, read from a CSV or JSONL file into a campaign as opinions that wait to be understood."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError

from feedback.errors import NotFound
from feedback.import_rows import ROLES, BadRow, Comment, read_comment
from feedback.media import BadImage, Media, NoRoom
from feedback.records import Campaign, NewImage
from feedback.rows import BadFile, Row, read_columns, read_rows
from feedback.store import Store
from feedback.store_imports import Imported

BATCH: Final = 200

Progress = Callable[[int, int], None]


@dataclass
class ImportReport:
    """What became of a file's rows: each is added, known from an earlier run, or rejected."""

    campaign: str
    new_campaign: bool = False
    added: int = 0
    known: int = 0
    rejected: int = 0
    rejects: Path | None = None  # where the rejected rows are, with line and reason
    first_rejects: tuple[str, ...] = ()

    def __str__(self) -> str:
        new = " (new)" if self.new_campaign else ""
        lines = [
            f"campaign {self.campaign}{new}: {self.added} added, {self.known} known already, {self.rejected} rejected"
        ]
        lines += self.first_rejects
        if self.rejected:
            lines.append(f"all rejected rows, with their reasons: {self.rejects}")
        return "\n".join(lines)


async def import_comments(
    store: Store,
    media: Media,
    path: Path,
    *,
    campaign: str,
    columns: Mapping[str, str] | None = None,
    rejects: Path | None = None,
    images: Path | None = None,
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Take the file's comments into the campaign, which is made where there is none; a row is never dropped in silence.

    `columns` says which column has which role (ROLES) where its name does not tell. Image paths are relative to
    `images`, by default the file's own folder. Stopped half-way, or run again with more rows at its end, it goes on
    where it was: what is known is left alone. Progress is told in bytes.
    """
    report = ImportReport(campaign, rejects=rejects or path.with_name(path.name + ".rejects.jsonl"))
    columns = _checked(path, columns or {}, report)
    asked, report.new_campaign = await _campaign(store, campaign)
    importer = _Importer(store, media, asked, (images or path.parent).resolve(), report)
    await importer.learn_comparisons()
    total = await asyncio.to_thread(lambda: path.stat().st_size)
    rows = read_rows(path)
    with _Rejects(report) as refused:
        while batch := await asyncio.to_thread(lambda: list(islice(rows, BATCH))):
            await importer.take(batch, columns, refused)
            progress(batch[-1].position, total)
    return report


def _checked(path: Path, columns: Mapping[str, str], report: ImportReport) -> Mapping[str, str]:
    """The columns asked for, once it is clear that there are such roles and, in a CSV file, such columns."""
    if not path.is_file():
        raise BadFile(f"there is no file {path}")
    if report.rejects and report.rejects.resolve() == path.resolve():
        raise BadFile("rejected rows cannot be written into the file that is read; name another one")
    columns = {"image_a" if role == "image" else role: column for role, column in columns.items()}
    if unknown := sorted(set(columns) - set(ROLES)):
        raise BadFile(f"there is no role {unknown[0]!r} for a column; roles are {', '.join(ROLES)}")
    header = read_columns(path)
    if header is not None and (missing := sorted(set(columns.values()) - set(header))):
        raise BadFile(f"{path.name} has no column {missing[0]!r}; it has {', '.join(header)}")
    return columns


async def _campaign(store: Store, name: str) -> tuple[Campaign, bool]:
    try:
        return await store.get_campaign(name), False
    except NotFound:
        pass
    try:
        return await store.create_campaign(name, name), True
    except ValidationError as error:
        raise BadFile(f"{name!r} is no name for a campaign; use small letters, digits and hyphens") from error


class _Rejects:
    """The file of rejected rows; made when the first one comes, so that none is left behind where all went well."""

    def __init__(self, report: ImportReport) -> None:
        self._report = report
        self._file: IO[str] | None = None

    def __enter__(self) -> "_Rejects":
        if self._report.rejects:
            self._report.rejects.unlink(missing_ok=True)  # of an earlier run
        return self

    def __exit__(self, *exception: object) -> None:
        if self._file:
            self._file.close()

    def add(self, row: Row, reason: str) -> None:
        """Note a row that was not taken, and why."""
        if self._file is None and self._report.rejects:
            self._file = self._report.rejects.open("w", encoding="utf-8")
        if self._file:
            self._file.write(
                json.dumps({"line": row.line, "reason": reason, "row": row.raw}, ensure_ascii=False) + "\n"
            )
            self._file.flush()
        self._report.rejected += 1
        if len(self._report.first_rejects) < 10:
            self._report.first_rejects += (f"line {row.line}: {reason}",)


class _Importer:
    def __init__(self, store: Store, media: Media, campaign: Campaign, images: Path, report: ImportReport) -> None:
        self._store = store
        self._media = media
        self._campaign = campaign
        self._folder = images
        self._report = report
        self._images: dict[str, str] = {}  # image id by path
        self._bad_images: dict[str, str] = {}  # reason by path
        self._comparisons: dict[tuple[frozenset[str], str | None], str] = {}

    async def learn_comparisons(self) -> None:
        """A campaign's comparisons are used again, not made twice."""
        after = None
        while page := await self._store.list_comparisons(self._campaign.id, after, 500):
            for comparison in page:
                key = frozenset(image.id for image in comparison.images), comparison.prompt
                self._comparisons[key] = comparison.id
            after = page[-1].id

    async def take(self, rows: list[Row], columns: Mapping[str, str], refused: _Rejects) -> None:
        """Take in a batch of rows, in one transaction but for new images and comparisons."""
        batch: list[tuple[Row, Imported]] = []
        for row in rows:
            try:
                batch.append((row, await self._prepare(read_comment(row, columns))))
            except (BadRow, BadImage) as error:
                refused.add(row, str(error))
        outcomes = await self._store.add_imported(self._campaign.id, [new for _, new in batch])
        for (row, _), outcome in zip(batch, outcomes, strict=True):
            if outcome.refused:
                refused.add(row, outcome.refused)
            elif outcome.added:
                self._report.added += 1
            else:
                self._report.known += 1

    async def _prepare(self, comment: Comment) -> Imported:
        image_ids = tuple([await self._image(path, comment.prompt) for path in comment.images])
        if len(set(image_ids)) < len(image_ids):
            raise BadImage("names the same image twice")
        key = frozenset(image_ids), comment.prompt
        if key not in self._comparisons:
            made = await self._store.add_comparison(self._campaign.id, image_ids, comment.prompt)
            self._comparisons[key] = made.id
        return comment.to_imported(self._comparisons[key], image_ids)

    async def _image(self, path: str, prompt: str | None) -> str:
        if path in self._bad_images:
            raise BadImage(self._bad_images[path])
        if path not in self._images:
            try:
                facts = await asyncio.to_thread(self._take, path)
            except BadImage as error:
                self._bad_images[path] = str(error)
                raise
            image = await self._store.add_image(self._campaign.id, facts.model_copy(update={"prompt": prompt}))
            self._images[path] = image.id
        return self._images[path]

    def _take(self, name: str) -> NewImage:
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            raise BadImage(f"the image {name} lies outside {self._folder}; put it inside")
        try:
            return self._media.take(path.read_bytes())
        except NoRoom:
            raise
        except OSError as error:
            raise BadImage(f"the image {name} cannot be read: {error.strerror}") from error
        except BadImage as error:
            raise BadImage(f"the image {name}: {error}") from error
