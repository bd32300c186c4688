"""Server-sent events: each person's own, resumed by Last-Event-ID, fed by one waiter for all streams together."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress

import structlog

from feedback.records import Event
from feedback.store import Store

log = structlog.get_logger(__name__)

WAIT_SECONDS = 30.0  # a commit wakes the waiter at once; this only bounds what a lost notice can cost
STREAMS_PER_PERSON = 8  # tabs and devices
LARGEST_ID = 2**63 - 1
_PAGE = 1000


class Streams:
    """All open event streams of this process: an idle one costs a waiting task, no query."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._wakers: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._closed = False

    @property
    def open(self) -> int:
        """How many streams are open."""
        return sum(map(len, self._wakers.values()))

    def full(self, annotator_id: str) -> bool:
        """Whether this person has as many streams as one may have."""
        return len(self._wakers.get(annotator_id, ())) >= STREAMS_PER_PERSON

    def close(self) -> None:
        """End every stream, and every later one at once: the process is about to stop."""
        self._closed = True
        self._wake_all()

    async def run(self) -> None:
        """Wait for commits on behalf of all streams and wake those whose person has something new."""
        last: int | None = None
        while True:
            try:
                seen = self._store.changes
                last = await self._store.latest_event_id() if last is None else last
                while events := await self._store.events_since(last, _PAGE):
                    last = events[-1].id
                    for event in events:
                        self._wake(event.annotator_id)
                await self._store.wait(WAIT_SECONDS, seen)
            except Exception as error:  # a database that is away must not end the streams
                log.warning("waiting for events failed", error=type(error).__name__)
                self._wake_all()
                await asyncio.sleep(1)

    async def follow(self, annotator_id: str, last_seen: int | None) -> AsyncIterator[Event | None]:
        """First None, once nothing later can be missed, then every event after `last_seen` (None: after now)."""
        with self._waker(annotator_id) as waker:
            last = await self._store.latest_event_id(annotator_id) if last_seen is None else last_seen
            if self._closed or last_seen is not None:
                waker.set()
            yield None
            while await waker.wait() and not self._closed:
                waker.clear()
                while events := await self._store.events_after(annotator_id, last):
                    for event in events:
                        last = event.id
                        yield event

    @contextmanager
    def _waker(self, annotator_id: str) -> Iterator[asyncio.Event]:
        waker = asyncio.Event()
        self._wakers[annotator_id].add(waker)
        try:
            yield waker
        finally:
            self._wakers[annotator_id].discard(waker)
            if not self._wakers[annotator_id]:
                del self._wakers[annotator_id]

    def _wake(self, annotator_id: str) -> None:
        for waker in self._wakers.get(annotator_id, ()):
            waker.set()

    def _wake_all(self) -> None:
        for annotator_id in list(self._wakers):
            self._wake(annotator_id)


def last_seen(header: str | None) -> int | None:
    """The id in a Last-Event-ID header; None where there is none or it is not one of ours."""
    with suppress(ValueError):
        number = int(header or "")
        return number if 0 <= number <= LARGEST_ID else None
    return None
