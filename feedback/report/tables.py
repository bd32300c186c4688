"""An export's tables, read by column and never with the images' bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from feedback.errors import NotFound
from feedback.judgements import POLARITY, Answer, ImageFacts, Mark

MANIFEST: Final = "manifest.json"


@dataclass(frozen=True, slots=True)
class Material:
    """All that the report looks at."""

    answers: tuple[Answer, ...]  # conflicts of words and click left out
    marks: tuple[Mark, ...]  # rejected labels left out
    images: dict[str, ImageFacts]
    activity: dict[str, int]  # opinions and preferences by person
    opinions: int
    conflicts: int
    untargeted: int  # labels that do not say which image they are about


def read_material(folder: Path) -> Material:
    """Read what `opine export` wrote; NotFound where the folder is none."""
    if not (folder / MANIFEST).is_file():
        raise NotFound(f"{folder} is no export; write one with: opine export {folder}")
    preferences = list(_rows(folder, "preferences", *_PREFERENCE))
    labels = [row for row in _rows(folder, "critiques", *_LABEL) if row["status"] != "rejected"]
    opinions = list(_rows(folder, "opinions", "annotator"))
    activity: dict[str, int] = {}
    for row in (*preferences, *opinions):
        activity[row["annotator"]] = activity.get(row["annotator"], 0) + 1
    marks = tuple(mark for row in labels for mark in _marks(row))
    return Material(
        answers=tuple(_answer(row) for row in preferences if not row["conflict"]),
        marks=marks,
        images={row["image_id"]: _facts(row) for row in _rows(folder, "images", "image_id", *_FACTS)},
        activity=activity,
        opinions=len(opinions),
        conflicts=sum(row["conflict"] for row in preferences),
        untargeted=sum(not _targets(row) for row in labels),
    )


_PREFERENCE: Final = ("annotator", "comparison_id", "image_ids", "generators", "chosen_image_id", "conflict")
_LABEL: Final = (
    *("annotator", "comparison_id", "image_ids", "target_image_ids", "aspect", "polarity", "strength"),
    *("source_language", "status"),
)
_FACTS: Final = ("width", "height", "size", "format", "jpeg_quality", "chroma_subsampling")


def _rows(folder: Path, table: str, *columns: str) -> Iterator[dict[str, Any]]:
    import pyarrow.parquet as pq

    for path in sorted((folder / "data" / table).glob("*.parquet")):
        for batch in pq.ParquetFile(path).iter_batches(columns=list(columns)):
            yield from batch.to_pylist()


def _answer(row: dict[str, Any]) -> Answer:
    return Answer(
        row["annotator"],
        row["comparison_id"],
        tuple(row["image_ids"]),
        row["chosen_image_id"],
        tuple(row["generators"]),
    )


def _marks(row: dict[str, Any]) -> Iterator[Mark]:
    score = POLARITY[row["polarity"]] * row["strength"]
    language = row["source_language"] or "und"
    for image in _targets(row):
        yield Mark(row["annotator"], row["comparison_id"], image, row["aspect"], language, score)


def _targets(row: dict[str, Any]) -> list[str]:
    """What the label is about; a single image needs no saying."""
    images: list[str] = row["image_ids"]
    return row["target_image_ids"] or (images if len(images) == 1 else [])


def _facts(row: dict[str, Any]) -> ImageFacts:
    return ImageFacts(**{name: row[name] for name in _FACTS})
