"""Calls a function in a process of its own: its peak memory is its own, and nobody's caches help it."""

import multiprocessing
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any


def apart(function: Callable[..., float], *arguments: Any, **more: Any) -> tuple[float, float]:
    """What the function answers, and the peak memory of its process in MB."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_measured, function, *arguments, **more).result()


def _measured(function: Callable[..., float], *arguments: Any, **more: Any) -> tuple[float, float]:
    found = function(*arguments, **more)
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
