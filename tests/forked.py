"""Processes that have their imports already, which take longer than most of what is tested: forks of one that has."""

import asyncio
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["__main__", "bot.cli", "bot.cli_data", "bot.discord_run", "bot.serving", "onnxruntime"])


class Forked:
    """A call of a function, with the face of asyncio's own processes; what it prints is added to a file."""

    def __init__(self, output: Path, function: Callable[..., object], *args: Any) -> None:
        output.touch()
        self._output = output
        self._process = FORKS.Process(target=_printing, args=(output, function, *args), daemon=True)
        self._process.start()

    @property
    def printed(self) -> str:
        return self._output.read_text("utf-8", errors="replace")

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()

    async def wait(self) -> int:
        while self._process.exitcode is None:
            await asyncio.sleep(0.01)
        return self._process.exitcode


def _printing(output: Path, function: Callable[..., object], *args: Any) -> None:
    with output.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    function(*args)


def opine(environment: Mapping[str, str], *args: str) -> None:
    """What the shipped command does, in that environment alone."""
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["opine", *args]
    from bot.cli import app

    app()
