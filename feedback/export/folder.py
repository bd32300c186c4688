"""The folder of an export: written beside its place and renamed into it, so that nobody ever sees half of one."""

import json
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from feedback.errors import Conflict

MANIFEST: Final = "manifest.json"
FORMAT: Final = "opine-export"


@contextmanager
def fresh_folder(place: Path) -> Iterator[Path]:
    """A new folder that takes the place when the block ends well, and that is removed when it does not.

    An earlier export in that place is replaced; anything else that is there raises Conflict.
    """
    refuse_foreign(place)
    place = place.absolute()
    place.parent.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(4)
    incoming, earlier = (place.with_name(f".{place.name}.{kind}-{mark}") for kind in ("incoming", "earlier"))
    incoming.mkdir()
    try:
        yield incoming
        refuse_foreign(place)
        if place.exists():
            place.rename(earlier)
        incoming.rename(place)
    except BaseException:
        shutil.rmtree(incoming, ignore_errors=True)
        if earlier.exists() and not place.exists():
            earlier.rename(place)
        raise
    shutil.rmtree(earlier, ignore_errors=True)


def refuse_foreign(place: Path) -> None:
    """Raise Conflict where the place holds anything but an earlier export: replacing would delete it."""
    if not place.exists() or (place.is_dir() and not any(place.iterdir())):
        return
    try:
        known = json.loads((place / MANIFEST).read_text("utf-8"))["format"] == FORMAT
    except (OSError, ValueError, KeyError, TypeError):
        known = False
    if not known:
        raise Conflict(f"{place} is there and is no earlier export; choose a new folder")
