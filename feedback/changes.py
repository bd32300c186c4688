"""Wakes those who wait for something new in the database, in this process and, on PostgreSQL, in others."""

import asyncio
import secrets
from contextlib import suppress

import structlog
from sqlalchemy import URL, func, select
from sqlalchemy.ext.asyncio import AsyncSession

CHANNEL = "opine"
RECONNECT_SECONDS = 2.0


class Changes:
    """Counts announcements; waiting with the count seen before a query misses nothing that happened since."""

    def __init__(self) -> None:
        self.count = 0
        self._name = secrets.token_hex(8)  # tells our own notifications from those of others
        self._next = asyncio.Event()
        self._listener: asyncio.Task[None] | None = None

    def announce(self) -> None:
        """Wake all that wait."""
        self.count += 1
        self._next.set()
        self._next = asyncio.Event()

    async def wait(self, timeout: float, seen: int | None = None) -> int:  # noqa: ASYNC109
        """Return the count as soon as it differs from `seen` (None: from now), or after the timeout."""
        following = self._next
        if seen is None or seen == self.count:
            with suppress(TimeoutError):
                await asyncio.wait_for(following.wait(), timeout)
        return self.count

    def listen(self, url: URL) -> None:
        """From now on announce what other processes commit to the PostgreSQL database too."""
        self._listener = asyncio.create_task(self._hear(url))

    async def _hear(self, url: URL) -> None:
        import psycopg

        address = url.set(drivername="postgresql").render_as_string(hide_password=False)
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(address, autocommit=True) as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.announce()  # something may have happened while nobody listened
                    async for notification in connection.notifies():
                        if notification.payload != self._name:
                            self.announce()
            except psycopg.OperationalError as error:
                structlog.get_logger().warning("listening_interrupted", error=type(error).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def notify(self, session: AsyncSession) -> None:
        """Wake other processes when the transaction commits; nothing on SQLite, which has only one."""
        if session.get_bind().dialect.name == "postgresql":
            await session.execute(select(func.pg_notify(CHANNEL, self._name)))

    async def close(self) -> None:
        """Stop listening."""
        if self._listener:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
