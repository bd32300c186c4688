"""The folder of an export: written beside its place and renamed into it, so that nobody ever sees half of one."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Final

from feedback.errors import Conflict, StoreInUse
from feedback.filelock import FileLock

MANIFEST: Final = "manifest.json"
FORMAT: Final = "opine-export"
_CACHE: Final = ".cache/"  # that huggingface_hub leaves behind when it uploads a folder


@contextmanager
def fresh_folder(place: Path) -> Iterator[Path]:
    """A new folder that takes the place when the block ends well, and that is removed when it does not.

    An earlier export in that place is replaced; anything else that is there raises Conflict. What killed exports have
    left beside the place is removed.
    """
    refuse_foreign(place)
    place = place.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    for left in place.parent.glob(f".{escape(place.name)}.export-*"):
        with suppress(StoreInUse):  # by an export that is under way
            _settle(place, left, FileLock(left / "export"))
    work = Path(tempfile.mkdtemp(prefix=f".{place.name}.export-", dir=place.parent))
    lock, incoming = FileLock(work / "export"), work / "incoming"
    try:
        incoming.mkdir()
        yield incoming
        refuse_foreign(place)
        if place.exists():
            place.rename(work / "earlier")
        incoming.rename(place)
    finally:
        _settle(place, work, lock)


def _settle(place: Path, work: Path, lock: FileLock) -> None:
    """Remove a working folder; the export that it took from the place goes back where nothing has come instead."""
    if (work / "earlier").exists() and not place.exists():
        (work / "earlier").rename(place)
    shutil.rmtree(work, ignore_errors=True)
    lock.release()


def refuse_foreign(place: Path) -> None:
    """Raise Conflict where the place holds anything but an earlier export: replacing would delete it."""
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    try:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        known = {MANIFEST, *manifest.get("files", ())} if manifest["format"] == FORMAT else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        known = None
    if known is None:
        raise Conflict(f"{place} is there and is no earlier export; choose a new folder")
    there = (path.relative_to(place).as_posix() for path in place.rglob("*") if not path.is_dir() or path.is_symlink())
    if other := next((name for name in there if name not in known and not name.startswith(_CACHE)), None):
        raise Conflict(f"{place} holds {other}, which no export wrote; move it away, or choose a new folder")
