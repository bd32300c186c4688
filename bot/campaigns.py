"""Campaigns made from a folder of images, with or without a list of what to compare.

Without a list, images belong together that lie in the same subfolder, or whose names agree up to the last `_`, `-` or
space: `cat_1.png` and `cat_2.png`. One alone is judged alone, two to four are one comparison, and of more each two that
follow one another are a pair (`IMG_0001.jpg`, `IMG_0002.jpg`, ...; the last of an odd number is judged alone).

With a list, a CSV file names the images of each comparison, by paths inside the folder: `image_a` and, where there are
more, `image_b` to `image_d`; `prompt`; and for each image `generator_a`, `seed_a`, `source_a` and so on.
"""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import NamedTuple

from feedback.errors import Conflict, NotFound
from feedback.media import BadImage, Media, NoRoom
from feedback.records import Campaign, NewImage
from feedback.rows import BadFile, Row, read_columns, read_rows
from feedback.store import Store

SUFFIXES = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif"})
_POSITIONS = "abcd"
_IMAGE_COLUMNS = tuple(f"image_{position}" for position in _POSITIONS)
_FACTS = ("generator", "seed", "source")
COLUMNS = (*_IMAGE_COLUMNS, "prompt", *(f"{fact}_{position}" for fact in _FACTS for position in _POSITIONS))

Progress = Callable[[int, int], None]


class Refused(NamedTuple):
    """What could not be used: a file, or a line of the list, and why."""

    where: str
    reason: str


@dataclass
class Summary:
    """What became of a folder."""

    campaign: Campaign
    comparisons: int = 0
    images: set[str] = field(default_factory=set)
    refused: list[Refused] = field(default_factory=list)

    def __str__(self) -> str:
        made = f"campaign {self.campaign.name}: {self.comparisons} comparisons of {len(self.images)} images"
        return "\n".join([made, *(f"refused: {where}: {reason}" for where, reason in self.refused)])


class _Wanted(NamedTuple):
    where: str
    files: tuple[str, ...]
    prompt: str | None = None
    facts: tuple[dict[str, str | int], ...] = ({}, {}, {}, {})


async def create_from_folder(
    store: Store,
    media: Media,
    name: str,
    title: str,
    folder: Path,
    manifest: Path | None = None,
    *,
    question: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Summary:
    """Create the campaign and its comparisons; what cannot be used is in the summary, each with its reason.

    Every image is on the disk before the campaign exists: a full disk, a taken name or an unusable list create nothing.
    """
    with suppress(NotFound):
        await store.get_campaign(name)
        raise Conflict(f"there is a campaign {name!r} already; choose another name")
    wanted, refused = await asyncio.to_thread(_from_list, manifest) if manifest else _from_names(folder)
    taken: dict[str, NewImage | str] = {}
    files = sorted({file for comparison in wanted for file in comparison.files})
    for done, file in enumerate(files, start=1):
        taken[file] = await asyncio.to_thread(_take, media, folder, file)
        progress(done, len(files))
    summary = Summary(await store.create_campaign(name, title, question=question), refused=refused)
    for comparison in wanted:
        await _add(store, summary, comparison, taken)
    return summary


async def _add(store: Store, summary: Summary, wanted: _Wanted, taken: Mapping[str, NewImage | str]) -> None:
    """Add one comparison whole: with an image missing it would ask something else."""
    images = [taken[file] for file in wanted.files]
    good = [image for image in images if isinstance(image, NewImage)]
    if len(good) < len(images):
        bad = [f"{file}: {why}" for file, why in zip(wanted.files, images, strict=True) if isinstance(why, str)]
        summary.refused.append(Refused(wanted.where, "; ".join(bad)))
        return
    campaign_id = summary.campaign.id
    try:
        kept = [
            await store.add_image(campaign_id, image.model_copy(update={"prompt": wanted.prompt, **facts}))
            for image, facts in zip(good, wanted.facts, strict=False)
        ]
        await store.add_comparison(campaign_id, [image.id for image in kept], wanted.prompt)
    except Conflict as error:
        summary.refused.append(Refused(wanted.where, str(error)))
    else:
        summary.comparisons += 1
        summary.images |= {image.id for image in kept}


def _take(media: Media, folder: Path, file: str) -> NewImage | str:
    """The image's facts, or the reason why it is no image for a campaign."""
    path = (folder / file).resolve()
    if not path.is_relative_to(folder.resolve()):
        return "lies outside the folder of images"
    try:
        return media.take(path.read_bytes())
    except NoRoom:
        raise
    except OSError as error:
        return error.strerror or str(error)
    except BadImage as error:
        return str(error)


def _from_names(folder: Path) -> tuple[list[_Wanted], list[Refused]]:
    files = [path for path in folder.rglob("*") if path.is_file() and not _hidden(path.relative_to(folder))]
    images = sorted((path for path in files if path.suffix.lower() in SUFFIXES), key=lambda path: _key(path, folder))
    others = sorted(path.relative_to(folder).as_posix() for path in set(files) - set(images))
    reason = f"is not named as an image ({', '.join(sorted(SUFFIXES))})"
    wanted = []
    for _, together in groupby(images, key=lambda path: _key(path, folder)[0]):
        names = [path.relative_to(folder).as_posix() for path in together]
        size = len(names) if len(names) <= len(_POSITIONS) else 2
        wanted += [_Wanted(" + ".join(part), part) for part in _batched(names, size)]
    return wanted, [Refused(name, reason) for name in others]


def _batched(names: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    names = iter(names)
    while batch := tuple(islice(names, size)):
        yield batch


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _key(path: Path, folder: Path) -> tuple[tuple[str, str], tuple[tuple[int, str], ...]]:
    """Which images belong together, and their order within: as people count, 2 before 10."""
    prefix = "" if path.parent != folder else re.split(r"[_\- ](?=[^_\- ]*$)", path.stem)[0]
    order = tuple((int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", path.stem))
    return (path.parent.as_posix(), prefix), order


def _from_list(manifest: Path) -> tuple[list[_Wanted], list[Refused]]:
    columns = read_columns(manifest) or []
    if "image_a" not in columns:
        raise BadFile(f"{manifest.name} has no column image_a; its columns may be {', '.join(COLUMNS)}")
    if unknown := [name for name in columns if name not in COLUMNS]:
        raise BadFile(f"{manifest.name} has the unknown column {unknown[0]!r}; its columns may be {', '.join(COLUMNS)}")
    wanted, refused = [], []
    for row in read_rows(manifest):
        try:
            wanted.append(_read(row))
        except ValueError as error:
            refused.append(Refused(f"{manifest.name} line {row.line}", str(error)))
    return wanted, refused


def _read(row: Row) -> _Wanted:
    if row.problem:
        raise ValueError(row.problem)
    cells = {name: cell.strip() for name, cell in row.cells.items() if cell.strip()}
    files = tuple(
        cells.get(column, "") for column in _IMAGE_COLUMNS[: sum(column in cells for column in _IMAGE_COLUMNS)]
    )
    if not files or "" in files:
        raise ValueError("names no image in image_a, or leaves a gap between its images")
    facts: list[dict[str, str | int]] = []
    for position in _POSITIONS:
        given: dict[str, str | int] = {
            fact: cells[f"{fact}_{position}"] for fact in _FACTS if f"{fact}_{position}" in cells
        }
        if "seed" in given:
            given["seed"] = _whole(str(given["seed"]))
        facts.append(given)
    return _Wanted(f"line {row.line}", files, cells.get("prompt"), tuple(facts))


def _whole(seed: str) -> int:
    try:
        return int(seed)
    except ValueError as error:
        raise ValueError(f"the seed {seed!r} is not a whole number") from error
