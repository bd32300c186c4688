"""Runs a command's coroutine; what went wrong is told in a sentence, not in a traceback."""

import sys
from collections.abc import Coroutine
from typing import TYPE_CHECKING, TypeVar

import typer

if TYPE_CHECKING:
    from rich.progress import Progress

T = TypeVar("T")


def run(coroutine: Coroutine[None, None, T]) -> T:
    """The coroutine's result; exits with 1 where it raises an error that a person can mend."""
    import asyncio

    from feedback.errors import OpineError

    try:
        return asyncio.run(coroutine)
    except OpineError as error:
        print(f"opine: {error}", file=sys.stderr)
        raise typer.Exit(1) from None


def tell(problem: str) -> None:
    """Say what is wrong on standard error, and go on."""
    print(f"opine: {problem}", file=sys.stderr)


def bar() -> "Progress":
    """A progress bar with counts on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True))
