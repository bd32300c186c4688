"""A small export whose people have known tastes, and a reward trained on it, each made once.

It is written with the published columns and not by a store: hundreds of answers would take half a minute there.
`test_a_real_export_is_read` checks that a store's export is read the same way.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from crowd import Painting

from feedback.reward.features import load_features
from feedback.reward.training import train

PEOPLE = 20  # the even ones like red, the odd ones blue; all like it light
COMPARISONS = 20
SPLITS = ["train"] * 7 + ["validation", "test", "test"]


def _preference(shared: dict[str, Any], person: int, shown: list[Painting]) -> dict[str, Any]:
    likings = [painting.liked_by(person) for painting in shown]
    tie = max(likings) - min(likings) < 0.3
    choice = "tie" if tie else "ABCD"[int(np.argmax(likings))]
    return {**shared, "choice": choice, "conflict": False, "confidence": 1.0, "status": "confirmed"}


def _label(shared: dict[str, Any], person: int, shown: list[Painting]) -> dict[str, Any]:
    """Of a single picture whether it is good, of several which is the lightest."""
    single = len(shown) == 1
    target = 0 if single else int(np.argmax([painting.light for painting in shown]))
    return {
        **shared,
        "target_image_ids": [f"id-{shown[target].sha256}"],
        "aspect": "overall" if single else "lighting",
        "polarity": "positive" if not single or shown[0].liked_by(person) > 0 else "negative",
        "strength": 3,
        "evidence": "die ist gut" if person % 2 else "hell",
        "status": "suggested",
        "confidence": 0.8,
    }


def _write(folder: Path, table: str, rows: list[dict[str, Any]]) -> None:
    for split in sorted({row["split"] for row in rows}):
        file = folder / "data" / table / f"{split}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.Table.from_pylist([row for row in rows if row["split"] == split]), file)


def _write_images(folder: Path, shown: Iterable[tuple[str, Painting]]) -> None:
    rows = []
    (folder / "images").mkdir()
    for split, painting in shown:
        file = f"images/{painting.sha256}.png"
        (folder / file).write_bytes(painting.data)
        rows.append(
            {"image_id": f"id-{painting.sha256}", "sha256": painting.sha256, "file": file, "split": split}
            | {"annotator_split": "train"}
        )
    _write(folder, "images", rows)


def _count(place: int) -> int:
    return 1 if place % 10 == 0 else 3 if place % 10 == 1 else 2


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the export."""
    folder = tmp_path_factory.mktemp("export")
    comparisons = [[Painting(4 * place + n) for n in range(_count(place))] for place in range(COMPARISONS)]
    splits = [SPLITS[(place * 3 + place // 10) % 10] for place in range(COMPARISONS)]
    preferences, critiques = [], []
    for person in range(PEOPLE):
        for split, shown in zip(splits, comparisons, strict=True):
            shared = {
                "image_ids": [f"id-{painting.sha256}" for painting in shown],
                "annotator": f"person-{person:02}",
                "consent_scope": "training",
                "split": split,
                "annotator_split": SPLITS[person // 2],
            }
            if len(shown) > 1:
                preferences.append(_preference(shared, person, shown))
            if len(shown) == 1 or person < 4:
                critiques.append({**_label(shared, person, shown), "flags": []})
    _write(folder, "preferences", preferences)
    _write(folder, "critiques", critiques)
    _write_images(folder, ((split, one) for split, shown in zip(splits, comparisons, strict=True) for one in shown))
    (folder / "manifest.json").write_text(json.dumps({"format": "opine-export", "version": "0123abcd"}), "utf-8")
    return folder


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where features are kept."""
    return tmp_path_factory.mktemp("cache") / "features.sqlite"


@pytest.fixture(scope="session")
def trained(exported: Path, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the reward."""
    folder = tmp_path_factory.mktemp("reward")
    train(exported, folder, load_features(), "descriptor", cache, seed=3, rounds=4, copies=1)
    return folder


@pytest.fixture(scope="session")
def paintings() -> list[Painting]:
    """Pictures that are in no export."""
    return [Painting(number) for number in range(1_000, 1_020)]
