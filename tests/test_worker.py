"""The worker over a real store: batches, poison, and what happens when a reading comes late."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from bot.worker import Worker, running
from feedback.reading import Message, Reader
from feedback.records import Reading


@cache
def reader() -> Reader:
    return Reader(threads=2)


class Poisoned:
    """The real reader, but for one text that it cannot stand."""

    def __init__(self, poison: str) -> None:
        self.signature = reader().signature
        self.poison = poison
        self.batches: list[int] = []

    def read(self, messages: Sequence[Message]) -> list[Reading]:
        self.batches.append(len(messages))
        if any(m.source_text == self.poison for m in messages):
            raise RuntimeError("cannot read this")
        return reader().read(messages)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worker")
