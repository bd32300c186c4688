"""Features of an export's images, as they are and with artefacts, each computed once and kept."""

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from feedback.reward.choices import Floats
from feedback.reward.pictures import THREADS

if TYPE_CHECKING:
    from PIL.Image import Image

    from feedback.reward.features import Features

Progress: TypeAlias = Callable[[int, int], None]
Known: TypeAlias = dict[str, Floats]  # by view

_PLAIN: Final = "plain"
COPIES: Final = 3  # of each image, with artefacts
_TABLE: Final = (
    "CREATE TABLE IF NOT EXISTS features (sha256 TEXT, signature TEXT, view TEXT, numbers BLOB, "
    "PRIMARY KEY (sha256, signature, view)) WITHOUT ROWID"
)


def extract(
    images: Sequence[tuple[str, Path]],
    features: "Features",
    cache: Path,
    *,
    seed: int = 0,
    copies: int = COPIES,
    progress: Progress = lambda done, total: None,
) -> Floats:
    """Features (1 + copies, images, features) of images given by sha256 and file; the first view is the image as it is.

    The cache is a SQLite file, by sha256, features' signature and augmentation's seed; an interruption loses nothing.
    """
    cache.parent.mkdir(parents=True, exist_ok=True)
    views = [_PLAIN, *(f"artefacts {seed} {number}" for number in range(copies))]
    found = np.empty((len(views), len(images), len(features.names)), np.float32)
    with closing(sqlite3.connect(cache, timeout=60, isolation_level=None)) as kept, ThreadPoolExecutor(THREADS) as pool:
        kept.execute(_TABLE)
        known = [_known(kept, sha256, features.signature) for sha256, _ in images]
        work = (
            (lambda path=path, sha256=sha256, had=had: _compute(path, sha256, features, views, had))
            for (sha256, path), had in zip(images, known, strict=True)
        )
        for number, rows in enumerate(pool.map(lambda job: job(), work)):
            sha256, had = images[number][0], known[number]
            for view, row in zip(views, rows, strict=True):
                if view not in had:
                    values = (sha256, features.signature, view, row.astype("<f4").tobytes())
                    kept.execute("INSERT OR REPLACE INTO features VALUES (?, ?, ?, ?)", values)
            found[:, number] = rows
            progress(number + 1, len(images))
    return found


def _known(kept: sqlite3.Connection, sha256: str, signature: str) -> Known:
    query = "SELECT view, numbers FROM features WHERE sha256 = ? AND signature = ?"
    return {view: np.frombuffer(numbers, "<f4") for view, numbers in kept.execute(query, (sha256, signature))}


def _compute(path: Path, sha256: str, features: "Features", views: Sequence[str], had: Known) -> list[Floats]:
    if all(view in had for view in views):
        return [had[view] for view in views]
    from feedback.reward.features import UnreadableImage, open_image

    image = open_image(path, features.side)
    missing = [view for view in views if view not in had]
    new = features.of_many([_view(image, sha256, view) for view in missing])
    if not np.isfinite(new).all():
        raise UnreadableImage(f"the features of {path} are not finite; replace the image, or take other features")
    found = had | dict(zip(missing, new, strict=True))
    return [found[view] for view in views]


def _view(image: "Image", sha256: str, view: str) -> "Image":
    """The image with artefacts that depend on nothing but the image and the view's name."""
    if view == _PLAIN:
        return image
    from feedback.reward.artefacts import unseen

    digest = hashlib.sha256(f"{sha256} {view}".encode()).digest()
    return unseen(int.from_bytes(digest[:8]))(image)
