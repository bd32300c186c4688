"""Reads what people wrote: claims opinions in batches, reads them off the event loop, stores what was understood."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

import structlog

from bot.rounds import make_rounds
from feedback.reading import Message
from feedback.records import Reading
from feedback.store import Store, StoreError
from feedback.work import Claim

log = structlog.get_logger(__name__)

IDLE_SECONDS = 5.0  # a commit wakes the worker at once; this only bounds the wait for expired leases and retries


class Reads(Protocol):
    """What turns messages into readings, in a thread of its own."""

    signature: str

    def read(self, messages: Sequence[Message]) -> list[Reading]: ...


class Worker:
    """One worker; any number may run against one PostgreSQL, one against SQLite.

    `load` is called in a thread when the worker starts, since loading models takes seconds. `observe` is told of each
    reading that was stored.
    """

    def __init__(
        self,
        store: Store,
        load: Callable[[], Reads],
        *,
        batch: int = 16,
        lease_seconds: int = 60,
        observe: Callable[[Reading], None] = lambda reading: None,
    ) -> None:
        self.ready = asyncio.Event()
        self.failed = False
        self._store = store
        self._load = load
        self._batch = batch
        self._lease_seconds = lease_seconds
        self._observe = observe

    async def run(self) -> None:
        """Read until cancelled; a batch in hand when the process dies is claimed again after its lease."""
        try:
            reader = await asyncio.to_thread(self._load)
        except Exception:  # opinions are taken all the same, and wait for a worker that can read
            self.failed = True
            log.exception("the reader could not be loaded")
            return
        self.ready.set()
        log.info("reader ready", signature=reader.signature)

        async def look() -> bool:
            return await self.step(reader) > 0

        await make_rounds(self._store, look, _step_failed, rest_seconds=IDLE_SECONDS)

    async def step(self, reader: Reads) -> int:
        """Claim one batch, read it, store the readings; returns how many opinions were claimed."""
        claims = await self._store.claim(self._batch, self._lease_seconds)
        if claims:
            await self._settle(reader, claims)
        return len(claims)

    async def _settle(self, reader: Reads, claims: Sequence[Claim]) -> None:
        try:
            readings = await _read(reader, claims)
            kept = await self._store.finish_many(list(zip(claims, readings, strict=True)))
        except StoreError:
            raise  # no opinion's fault: the lease ends, and they are claimed again
        except Exception as error:
            if len(claims) == 1:
                # The message may quote the opinion: it goes to the database, not to the log.
                log.warning("opinion not read", opinion=claims[0].opinion.id, error=type(error).__name__)
                await self._store.fail(claims[0], repr(error))
                return
            # One poisoned message must cost nobody else their reading.
            half = len(claims) // 2
            await self._settle(reader, claims[:half])
            await self._settle(reader, claims[half:])
            return
        for reading, stored in zip(readings, kept, strict=True):
            if stored:
                self._observe(reading)


def _step_failed(error: Exception) -> None:
    log.error("worker step failed", error=type(error).__name__)


async def _read(reader: Reads, claims: Sequence[Claim]) -> list[Reading]:
    messages = [
        Message(
            source_text=claim.opinion.source_text,
            kind=claim.opinion.kind,
            declared_language=claim.opinion.declared_language,
            locale=claim.locale,
            history=claim.history,
        )
        for claim in claims
    ]
    return await asyncio.to_thread(reader.read, messages)


@contextlib.asynccontextmanager
async def running(worker: Worker) -> AsyncIterator[Worker]:
    """Run the worker for as long as the block lasts."""
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
