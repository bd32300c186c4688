"""A hub for each test, and every family's tiny checkpoint, made once in a session."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

import pytest
from hub import Hub, serving

from translation import fetching
from translation.checkpoints import get_checkpoint
from translation.ctranslate import CheckpointDecoder

if TYPE_CHECKING:
    from tiny import Tiny


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(fetching, "PAUSE", 0.001)  # this one gets no better by being waited for
    with serving() as running:
        yield running


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> "Callable[[str], Tiny]":
    """The tiny checkpoint of that name."""

    @cache
    def make(name: str) -> "Tiny":
        from tiny import build

        return build(get_checkpoint(name), tmp_path_factory.mktemp(name) / "repository")

    return make


@pytest.fixture(scope="session")
def converted(tiny: "Callable[[str], Tiny]") -> Callable[[str, str], CheckpointDecoder]:
    """A decoder over the tiny checkpoint of that name, in float32 or int8."""

    @cache
    def make(name: str, quantization: str) -> CheckpointDecoder:
        from translation.converting import convert

        one = tiny(name)
        folder = one.repository.parent / quantization
        convert(one.checkpoint, one.repository, folder, quantization)
        return CheckpointDecoder(one.checkpoint, folder, version="test", threads=1)

    return make
