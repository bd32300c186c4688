"""An export's tables, read by column and never with the images' bytes."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any, Final

from feedback.errors import NotFound
from feedback.export.selection import NOT_FOR_TRAINING
from feedback.judgements import POLARITY, Answer, ImageFacts, Mark

MANIFEST: Final = "manifest.json"
UNKNOWN: Final = "und"
TABLES: Final = ("opinions", "preferences", "critiques", "images")
_OPINION: Final = ("showing_id", "annotator", "source_language", "flags")
_PREFERENCE: Final = (
    *("showing_id", "annotator", "comparison_id", "image_ids", "generators", "chosen_image_id", "conflict"),
    "flags",
)
_LABEL: Final = (
    *("annotator", "comparison_id", "image_ids", "target_image_ids", "aspect", "polarity", "strength"),
    *("source_language", "status", "flags"),
)
_FACTS: Final = ("width", "height", "size", "format", "jpeg_quality", "chroma_subsampling")


@dataclass(frozen=True, slots=True)
class Material:
    """All that the report looks at."""

    answers: tuple[Answer, ...]  # conflicts of words and click left out
    marks: tuple[Mark, ...]  # rejected labels left out
    images: dict[str, ImageFacts]
    activity: dict[str, int]  # opinions and preferences by person
    opinions: int
    conflicts: int
    flagged: int  # opinions with an operator's flag; their labels, and choices beside them, are left out
    untargeted: int  # labels that do not say which image they are about


def read_material(folder: Path) -> Material:
    """Read what `opine export` wrote; NotFound where the folder is none, or has not all tables."""
    _check(folder)
    spoken, activity, flagged = _Spoken(), Counter[str](), 0
    opinions, conflicts, answers = 0, 0, []
    for row in _rows(folder, "opinions", *_OPINION):
        opinions += 1
        if _is_flagged(row):
            flagged += 1
            continue
        activity[row["annotator"]] += 1
        spoken.add(row)
    for row in _rows(folder, "preferences", *_PREFERENCE):
        if _is_flagged(row):
            continue
        activity[row["annotator"]] += 1
        conflicts += row["conflict"]
        if not row["conflict"]:
            answers.append(_answer(row, spoken.of(row)))
    marks: list[Mark] = []
    untargeted = 0
    for row in _rows(folder, "critiques", *_LABEL):
        if row["status"] != "rejected" and not _is_flagged(row):
            marks += _marks(row)
            untargeted += not _targets(row)
    images = {intern(row["image_id"]): _facts(row) for row in _rows(folder, "images", "image_id", *_FACTS)}
    return Material(tuple(answers), tuple(marks), images, dict(activity), opinions, conflicts, flagged, untargeted)


def _check(folder: Path) -> None:
    try:
        there = json.loads((folder / MANIFEST).read_text("utf-8"))["tables"]
    except (OSError, ValueError, KeyError, TypeError):
        raise NotFound(f"{folder} is no export; write one with: opine export {folder}") from None
    if missing := [table for table in TABLES if table not in there]:
        raise NotFound(f"{folder} lacks {', '.join(missing)}; write all tables with: opine export {folder}")
    files = [f"data/{table}/{split}.parquet" for table in TABLES for split in there[table]]
    if gone := [file for file in files if not (folder / file).exists()]:
        raise NotFound(f"{folder} lacks {', '.join(gone)}; copy the whole folder, or export again")


class _Spoken:
    """In which language people spoke of what they were shown, and in which they mostly speak."""

    def __init__(self) -> None:
        self._there: dict[str, str] = {}
        self._mostly: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, opinion: dict[str, Any]) -> None:
        if language := opinion["source_language"]:
            self._there[opinion["showing_id"]] = language
            self._mostly[opinion["annotator"]][language] += 1

    def of(self, preference: dict[str, Any]) -> str:
        """Who only clicked spoke as they mostly do."""
        if there := self._there.get(preference["showing_id"]):
            return there
        mostly = self._mostly[preference["annotator"]].most_common(1)
        return mostly[0][0] if mostly else UNKNOWN


def _rows(folder: Path, table: str, *columns: str) -> Iterator[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    for path in sorted((folder / "data" / table).glob("*.parquet")):
        try:
            file = pq.ParquetFile(path)
            if missing := set(columns) - {"flags"} - set(file.schema_arrow.names):
                raise NotFound(f"{path} has no column {', '.join(sorted(missing))}; export again with this version")
            for batch in file.iter_batches(columns=list(columns)):
                yield from batch.to_pylist()
        except pa.ArrowInvalid as error:
            raise NotFound(f"{path} is damaged ({error}); copy the folder again, or export again") from error


def _is_flagged(row: dict[str, Any]) -> bool:
    return not NOT_FOR_TRAINING.isdisjoint(row.get("flags") or ())


def _answer(row: dict[str, Any], language: str) -> Answer:
    """Ids are interned: each returns in many rows."""
    return Answer(
        intern(row["annotator"]),
        intern(row["comparison_id"]),
        tuple(map(intern, row["image_ids"])),
        row["chosen_image_id"] and intern(row["chosen_image_id"]),
        tuple(name and intern(name) for name in row["generators"]),
        intern(language),
    )


def _marks(row: dict[str, Any]) -> Iterator[Mark]:
    score = POLARITY[row["polarity"]] * row["strength"]
    person, comparison, aspect = intern(row["annotator"]), intern(row["comparison_id"]), intern(row["aspect"])
    language = intern(row["source_language"] or UNKNOWN)
    for image in _targets(row):
        yield Mark(person, comparison, intern(image), aspect, language, score)


def _targets(row: dict[str, Any]) -> list[str]:
    """What the label is about; a single image needs no saying."""
    images: list[str] = row["image_ids"]
    return row["target_image_ids"] or (images if len(images) == 1 else [])


def _facts(row: dict[str, Any]) -> ImageFacts:
    return ImageFacts(**{name: row[name] for name in _FACTS})
