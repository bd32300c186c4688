"""Python's search for cycles of references, which millions of records and rows do not have."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_YOUNG: Final = 100_000  # objects made between two searches; Python's own choice is some hundreds


@contextmanager
def rare_collections() -> Iterator[None]:
    """Search rarely: it would take a fifth to a third of the time in which a large export is written or read."""
    thresholds = gc.get_threshold()
    gc.set_threshold(_YOUNG, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)
