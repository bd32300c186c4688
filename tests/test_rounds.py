"""A background task's rounds, over a real store."""

import asyncio

import pytest

from bot.rounds import make_rounds
from feedback.errors import StoreBusy
from feedback.store import Store


async def rounds(store: Store, results: list[bool | Exception], rest_seconds: float) -> list[str]:
    """What happened, round by round, until the results are used up; a commit comes during each look."""
    happened = list[str]()
    done = asyncio.Event()

    async def look() -> bool:
        if not results:
            done.set()
            await asyncio.Event().wait()
        result = results.pop(0)
        happened.append("looked")
        await store.release_all()
        if isinstance(result, Exception):
            raise result
        return result

    task = asyncio.create_task(
        make_rounds(store, look, lambda error: happened.append(type(error).__name__), rest_seconds=rest_seconds)
    )
    async with asyncio.timeout(30):
        await done.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return happened


async def test_a_commit_while_looking_is_not_slept_through(store: Store) -> None:
    assert await rounds(store, [True, False, False], rest_seconds=600) == ["looked"] * 3


async def test_an_error_is_told_and_ends_nothing(store: Store) -> None:
    happened = await rounds(store, [StoreBusy(), ValueError(), True], rest_seconds=0.01)
    assert happened == ["looked", "StoreBusy", "looked", "ValueError", "looked"]
