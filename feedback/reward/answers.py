"""An export as a reward learns from it: who chose what among which images, and what was said of them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import numpy.typing as npt

from feedback.errors import NotFound
from feedback.export.folder import FORMAT, MANIFEST
from feedback.export.selection import NOT_FOR_TRAINING
from feedback.records import LETTERS
from feedback.reward.choices import Floats, Wholes
from feedback.taxonomy import taxonomy

Truths = npt.NDArray[np.bool_]
Row = dict[str, Any]

_PREFERENCES: Final = ("image_ids", "choice", "status", "confidence", "conflict", "annotator", "consent_scope")
_CRITIQUES: Final = (
    "image_ids",
    "target_image_ids",
    "aspect",
    "polarity",
    "strength",
    "status",
    "confidence",
    "annotator",
    "consent_scope",
    "evidence",
)
_IMAGES: Final = ("image_id", "sha256", "file")
_SPLITS: Final = ("split", "annotator_split")
_GOOD: Final = {"positive": 1.0, "neutral": 0.5, "negative": 0.0}


@dataclass(frozen=True)
class Rows:
    """Columns of equal length."""

    split: npt.NDArray[np.str_]  # of the images
    annotator_split: npt.NDArray[np.str_]
    weights: Floats  # 1 for what a person stated, the model's confidence for what it read

    def __len__(self) -> int:
        return len(self.weights)

    def take(self, rows: Truths | Wholes) -> Self:
        """The same with some of the rows."""
        return type(self)(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def of(self, split: str, annotator_split: str) -> Self:
        """The rows of a split of images and a split of people."""
        return self.take((self.split == split) & (self.annotator_split == annotator_split))


@dataclass(frozen=True)
class Answers(Rows):
    """Choices among two to four images, ties, and judgements of single ones (0 good, 1 bad)."""

    images: Wholes  # (n, 4); -1 where there is none
    choice: Wholes  # (n,) which image; their number for a tie
    annotator: Wholes  # (n,)

    @property
    def counts(self) -> Wholes:
        """How many images each answer is about (n,)."""
        return np.asarray((self.images >= 0).sum(axis=1))

    def halved(self) -> "Answers":
        """The same, each with half its weight."""
        return replace(self, weights=self.weights / 2)


@dataclass(frozen=True)
class Remarks(Rows):
    """Labels about images: how they differ from the others shown with them in one aspect, and in how many words."""

    targets: Wholes  # (n, 4); -1 where there is none
    others: Wholes  # (n, 4); all -1: judged by itself
    aspect: Wholes  # (n,) place in the taxonomy
    good: Floats  # (n,) 1 positive, 0 negative, half for neutral
    annotator: Wholes  # (n,)
    length: Wholes  # (n,) of the evidence, in code points


@dataclass(frozen=True)
class Exported:
    """What an export holds for a reward; images and annotators are named by their place in these lists."""

    version: str
    images: tuple[tuple[str, Path], ...]  # sha256 and file
    training_images: Truths  # those whose split is "train"
    annotators: tuple[str, ...]
    answers: Answers
    remarks: Remarks


def read_export(folder: Path) -> Exported:
    """Read the tables; raises NotFound where the folder is no export, or nobody has answered anything in it.

    Left out: what may only be studied, what is flagged, and preferences whose words and click disagree.
    """
    version = _version(folder)
    images = sorted(_rows(folder, "images", _IMAGES), key=lambda row: row["sha256"])
    files = {row["sha256"]: folder / row["file"] for row in images}
    training = {row["sha256"] for row in images if row["split"] == "train"}
    numbers = {sha256: number for number, sha256 in enumerate(files)}
    places = {row["image_id"]: numbers[row["sha256"]] for row in images}
    if not places:
        raise NotFound(f"{folder} lacks the table of images; write all tables with `opine export {folder}`")
    preferences = list(_rows(folder, "preferences", _PREFERENCES))
    critiques = [row for row in _rows(folder, "critiques", _CRITIQUES) if row["status"] != "rejected"]
    annotators = tuple(sorted({row["annotator"] for row in [*preferences, *critiques]}))
    people = {name: number for number, name in enumerate(annotators)}
    answers = [*_choices(preferences, places, people), *_judgements(critiques, places, people)]
    if not answers:
        raise NotFound(f"nobody has chosen anything in {folder}; a reward needs preferences, so collect some first")
    columns = Answers(**_columns(answers, Answers))
    if not len(columns.of("train", "train")):
        raise NotFound(
            f"all answers in {folder} are about images or by people that are held out to test a reward, and none is "
            "left to learn from; collect answers of more people about more images, of other prompts"
        )
    return Exported(
        version,
        tuple(files.items()),
        np.array([sha256 in training for sha256 in files]),
        annotators,
        columns,
        Remarks(**_columns(list(_remarks(critiques, places, people)), Remarks)),
    )


def _version(folder: Path) -> str:
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if manifest["format"] == FORMAT:
            return str(manifest["version"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    raise NotFound(f"{folder} is no export; write one with `opine export {folder}`")


def _rows(folder: Path, table: str, names: Sequence[str]) -> Iterator[Row]:
    import pyarrow.parquet as pq

    for file in sorted((folder / "data" / table).glob("*.parquet")):
        with pq.ParquetFile(file) as opened:
            wanted = [name for name in (*names, *_SPLITS, "flags") if name in opened.schema_arrow.names]
            for batch in opened.iter_batches(columns=wanted):
                for row in batch.to_pylist():
                    agreed = row.get("consent_scope", "training") == "training"
                    if agreed and NOT_FOR_TRAINING.isdisjoint(row.get("flags") or ()):
                        yield row


def _choices(rows: Sequence[Row], places: dict[str, int], people: dict[str, int]) -> Iterator[Row]:
    for row in rows:
        shown = row["image_ids"]
        if len(shown) > 1 and not row["conflict"]:
            choice = len(shown) if row["choice"] == "tie" else LETTERS.index(row["choice"])
            yield _answer(row, [places[name] for name in shown], choice, people)


def _judgements(rows: Sequence[Row], places: dict[str, int], people: dict[str, int]) -> Iterator[Row]:
    """ "Lovely" said of a single image is an answer as well."""
    for row in rows:
        if len(row["image_ids"]) == 1 and row["aspect"] == "overall" and row["polarity"] != "neutral":
            yield _answer(row, [places[row["image_ids"][0]]], int(row["polarity"] == "negative"), people)


def _answer(row: Row, images: list[int], choice: int, people: dict[str, int]) -> Row:
    return {
        "images": _four(images),
        "choice": choice,
        "annotator": people[row["annotator"]],
        "weights": _weight(row),
        **_split(row),
    }


def _remarks(rows: Sequence[Row], places: dict[str, int], people: dict[str, int]) -> Iterator[Row]:
    aspects = list(taxonomy().aspects)
    for row in rows:
        shown = [places[name] for name in row["image_ids"]]
        targets = [places[name] for name in row["target_image_ids"]] or (shown if len(shown) == 1 else [])
        if targets and row["aspect"] in aspects:
            yield {
                "targets": _four(targets),
                "others": _four([image for image in shown if image not in targets]),
                "aspect": aspects.index(row["aspect"]),
                "good": _GOOD[row["polarity"]],
                "annotator": people[row["annotator"]],
                "length": len(row["evidence"] or ""),
                "weights": _weight(row) * row["strength"] / 2,
                **_split(row),
            }


def _weight(row: Row) -> float:
    return float(row["confidence"]) if row["status"] == "suggested" else 1.0


def _split(row: Row) -> Row:
    return {name: row[name] for name in _SPLITS}


def _four(images: list[int]) -> list[int]:
    return (images + [-1] * len(LETTERS))[: len(LETTERS)]


def _columns(rows: Sequence[Row], kind: type[Rows]) -> dict[str, Any]:
    empty = {"images": (0, 4), "targets": (0, 4), "others": (0, 4)}
    names = [field.name for field in fields(kind)]
    if rows:
        return {name: np.array([row[name] for row in rows]) for name in names}
    return {name: np.zeros(empty.get(name, 0), np.str_ if "split" in name else np.int64) for name in names}
