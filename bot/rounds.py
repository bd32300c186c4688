"""What a background task does until it is cancelled: look for work, rest until something changes, look again."""

import asyncio
from collections.abc import Awaitable, Callable

from feedback.store import Store


async def make_rounds(
    store: Store,
    look: Callable[[], Awaitable[bool]],
    failed: Callable[[Exception], object],
    *,
    rest_seconds: float,
    gather_seconds: float = 0.0,
) -> None:
    """Call `look` until cancelled: again at once after True, else after the next commit or `rest_seconds`.

    An error ends nothing, for a database that is away comes back: `failed` is told, and the next round comes after a
    rest. Commits come many together: of those within `gather_seconds`, one round sees all.
    """
    while True:
        seen = store.changes  # before looking: a commit meanwhile must not be slept through
        try:
            if not await look():
                await store.wait(rest_seconds, seen)
                await asyncio.sleep(gather_seconds)
        except Exception as error:
            failed(error)
            await asyncio.sleep(rest_seconds)
