"""What a target of the export is: it is handed everything once, page by page, and writes its files."""

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from feedback.export.columns import Columns, Row, Stored
from feedback.export.pairs import Answer, Pair, caption_of
from feedback.export.selection import Selection
from feedback.export.splits import SPLITS, Split
from feedback.export.words import Said
from feedback.export.writing import Facts, JsonList, TableWriter, Written
from feedback.records import Comparison, Critique, Image, StatedPreference

_SUFFIXES: Final = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}


class Place(NamedTuple):
    """Where something belongs: its campaign, the prompt it was shown with, its splits, and what is to be said of it."""

    campaign: str
    prompt: str | None
    split: Split  # by image group: what trainers load
    annotator_split: Split = "train"  # by person: for tests on people never seen
    flags: frozenset[str] = frozenset()  # of the opinion, or of any opinion beside the preference
    examples: int = 1  # pairs with this prompt that people were asked about, whatever became of them
    pairs: Sequence[Pair] = ()  # of a preference that may train a model
    said: Sequence[Said] = ()  # beside such a preference, for targets that hear it

    @property
    def decided(self) -> list[Pair]:
        """The pairs that are no ties."""
        return [pair for pair in self.pairs if pair.winner is not None]

    def prompt_of(self, images: Sequence[Image]) -> str:
        """What the images were to show: trainers want a text, so an empty one where it is not known."""
        return caption_of(self.prompt, images)


class Target:
    """Files for one kind of reader; a subclass takes what it needs and ignores the rest."""

    name: ClassVar[str]
    about: ClassVar[str]  # one line for the dataset card
    hears: ClassVar[bool] = False  # whether it wants to know what was said beside a preference

    def __init__(self, folder: Path, selection: Selection) -> None:
        self.folder = folder
        self.selection = selection

    def take_critique(self, critique: Critique, place: Place) -> None:
        """An opinion with its reading and its labels."""

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """A preference; never one without a choice."""

    def take_comparison(self, comparison: Comparison, answers: Sequence[Answer], place: Place) -> None:
        """A comparison with all answers that may train a model; each once, after all preferences."""

    def take_image(self, image: Image, place: Place) -> None:
        """An image that an opinion or a preference is about; each once, after all of those."""

    def close(self) -> Written:
        """Finish the files, and say what was written; without an override, nothing."""
        return Written(self.name, {})

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""


class TableTarget(Target):
    """One table, as Parquet and JSONL."""

    columns: ClassVar[Columns]
    splits: ClassVar[Mapping[Split, str]] = {split: split for split in SPLITS}  # as the trainers name them

    def __init__(self, folder: Path, selection: Selection) -> None:
        super().__init__(folder, selection)
        self._writer = TableWriter(folder, self.name, self.columns)

    def write(self, place: Place, row: Row) -> None:
        """Add a row; where the table has the columns `split` and `annotator_split`, they are filled in."""
        self._writer.add(
            self.splits[place.split], {**row, "split": place.split, "annotator_split": place.annotator_split}
        )

    def close(self) -> Written:
        """Finish the files."""
        return self._writer.close()

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""
        self._writer.abandon()


class FileTarget(Target):
    """Files of its own below `NAME/`: lists in JSON, and images beside them."""

    def __init__(self, folder: Path, selection: Selection) -> None:
        super().__init__(folder, selection)
        self._written = Written(self.name, {})
        self._lists: dict[str, JsonList] = {}

    def write(self, path: str, row: Row, *, split: str, lines: bool = False) -> None:
        """Add a row to the file `NAME/PATH`: one list, or with `lines` a row a line; it counts for that split."""
        path = f"{self.name}/{path}"
        if path not in self._lists:
            self._lists[path] = JsonList(self.folder / path, lines=lines)
        self._lists[path].add(row)
        self._written.rows[split] = self._written.rows.get(split, 0) + 1

    def place_image(self, image: Image, below: str = "") -> str:
        """The image's file name, once the original bytes lie in `NAME/BELOW/` under it."""
        name = image_file(image).rpartition("/")[2]
        path = f"{self.name}/{below}/{name}" if below else f"{self.name}/{name}"
        if path not in self._written.files:
            link(self.folder / image_file(image), self.folder / path)
            self._written.files[path] = image_facts(image)
        return name

    def close(self) -> Written:
        """Finish the files."""
        for path, file in self._lists.items():
            self._written.files[path] = file.close()
        return self._written

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""
        for file in self._lists.values():
            with suppress(OSError):  # on a full disk, what is left cannot be written either
                file.close()


def link(original: Path, path: Path) -> None:
    """The same file under a second name; a copy where the disk has no hard links."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(original, path)
    except OSError:
        shutil.copyfile(original, path)


def image_file(image: Image) -> str:
    """Where the image's original bytes are in the export."""
    return f"images/{image.sha256[:2]}/{image.sha256}.{_SUFFIXES[image.format]}"


def image_facts(image: Image) -> Facts:
    """What the manifest says of the image's file."""
    return {"sha256": image.sha256, "size": image.size}


def stored(image: Image | None) -> Stored | None:
    """The cell of an image column."""
    return Stored(image_file(image), image.size) if image else None


def flags_of(critique: Critique) -> list[str]:
    """What a trainer may want to leave out: what an operator flagged, and a declared language that was not found."""
    declared = (critique.opinion.declared_language or "").split("-")[0].lower()
    read = critique.reading.language.split("-")[0].lower() if critique.reading else "und"
    mismatch = declared and read != "und" and declared != read
    return [*critique.flags, "language_mismatch"] if mismatch else list(critique.flags)
