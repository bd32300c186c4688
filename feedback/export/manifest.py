"""What an export holds, for people on one line and for programs in `manifest.json`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from feedback.export.folder import FORMAT, MANIFEST
from feedback.export.selection import Selection
from feedback.export.statistics import Statistics
from feedback.export.withdrawals import Withdrawal
from feedback.export.writing import Facts, Written


@dataclass(frozen=True)
class Manifest:
    """What an export holds."""

    folder: Path
    version: str
    opinions: int
    labels: int
    preferences: int
    images: int
    annotators: int
    left_out_opinions: int
    left_out_preferences: int

    def __str__(self) -> str:
        return (
            f"{self.folder}: {self.opinions} opinions with {self.labels} labels, {self.preferences} preferences and "
            f"{self.images} images, by {self.annotators} people; left out, as they are not for training: "
            f"{self.left_out_opinions} opinions, {self.left_out_preferences} preferences; version {self.version}"
        )


def arguments_of(selection: Selection, names: Sequence[str]) -> dict[str, object]:
    """What an export was asked for."""
    return {"targets": list(names), **asdict(selection)}


def version_of(arguments: dict[str, object], files: dict[str, Facts], told: object) -> str:
    """A name for exactly these contents: the files so far, and what will be told of them in others."""
    return sha256(json.dumps([arguments, files, told], sort_keys=True).encode()).hexdigest()[:16]


def write_manifest(
    folder: Path,
    manifest: Manifest,
    arguments: dict[str, object],
    tables: Sequence[Written],
    counts: Statistics,
    files: dict[str, Facts],
    withdrawn: Sequence[Withdrawal],
) -> None:
    """Write `manifest.json`."""
    content = {
        "format": FORMAT,
        "version": manifest.version,
        "arguments": arguments,
        "tables": {written.name: written.rows for written in tables},
        "annotators": manifest.annotators,
        "left_out": {"opinions": manifest.left_out_opinions, "preferences": manifest.left_out_preferences},
        "withdrawn": {
            "people": sum(one.people for one in withdrawn),
            "opinions": sum(len(one.opinion_ids) for one in withdrawn),
        },
        "signatures": sorted(counts.signatures),
        "files": dict(sorted(files.items())),
    }
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")
