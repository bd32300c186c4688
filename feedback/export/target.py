"""What a target of the export is: it is handed everything once, page by page, and writes its tables."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from feedback.export.columns import Columns, Row, Stored
from feedback.export.splits import Split
from feedback.export.writing import TableWriter, Written
from feedback.records import Critique, Image, StatedPreference


@dataclass(frozen=True, slots=True)
class Place:
    """Where something belongs: its campaign, the prompt it was shown with, and its splits."""

    campaign: str
    prompt: str | None
    split: Split  # by image group: what trainers load
    annotator_split: Split = "train"  # by person: for tests on people never seen


class Target:
    """One table for one kind of reader; a subclass takes what it needs and ignores the rest."""

    name: ClassVar[str]
    columns: ClassVar[Columns]
    about: ClassVar[str]  # one line for the dataset card

    def __init__(self, folder: Path, *, gold_only: bool) -> None:
        self.gold_only = gold_only
        self._writer = TableWriter(folder, self.name, self.columns)

    def take_critique(self, critique: Critique, place: Place) -> None:
        """An opinion with its reading and its labels."""

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """A preference; never one without a choice."""

    def take_image(self, image: Image, place: Place) -> None:
        """An image that an opinion or a preference is about; each once, after all of those."""

    def write(self, place: Place, row: Row) -> None:
        """Add a row; the two splits are filled in."""
        splits = {"split": place.split, "annotator_split": place.annotator_split}
        self._writer.add(place.split, {**row, **splits})

    def close(self) -> Written:
        """Finish the files."""
        return self._writer.close()

    def abandon(self) -> None:
        """Let go of the files; harmless after `close`."""
        self._writer.abandon()


def image_file(image: Image) -> str:
    """Where the image's original bytes are in the export."""
    suffix = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "GIF": "gif"}[image.format]
    return f"images/{image.sha256[:2]}/{image.sha256}.{suffix}"


def stored(image: Image | None) -> Stored | None:
    """The cell of an image column."""
    return Stored(image_file(image), image.size) if image else None


def flags_of(critique: Critique) -> list[str]:
    """What a trainer may want to leave out: a declared language that the reader did not find in the text."""
    declared = (critique.opinion.declared_language or "").split("-")[0].lower()
    read = critique.reading.language.split("-")[0].lower() if critique.reading else "und"
    return ["language_mismatch"] if declared and read != "und" and declared != read else []
