"""Events: what happened since, for front ends that were away."""

from collections.abc import Sequence

from sqlalchemy import func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.records import Event, Opinion
from feedback.store_base import StoreBase, now, verb
from feedback.tables import EventRow

NUMBERING = 7_042_002  # of PostgreSQL's advisory locks
NEWEST = 2**63 - 1  # what databases can compare with; a front end passes on what a client claims to have seen


class Events(StoreBase):
    """Numbered events; a reader who has seen one number will never be handed a smaller one later."""

    @verb
    async def events_after(self, annotator_id: str, event_id: int, limit: int = 100) -> list[Event]:
        """A person's events after that number."""
        return await self._events(limit, EventRow.id > min(event_id, NEWEST), EventRow.annotator_id == annotator_id)

    @verb
    async def events_since(self, event_id: int, limit: int = 1000) -> list[Event]:
        """Everybody's events after that number."""
        return await self._events(limit, EventRow.id > min(event_id, NEWEST))

    @verb
    async def latest_event_id(self, annotator_id: str | None = None) -> int:
        """The number of the newest event (of a person), 0 where there is none."""
        query = select(func.max(EventRow.id))
        if annotator_id is not None:
            query = query.where(EventRow.annotator_id == annotator_id)
        async with self._database.read() as session:
            return await session.scalar(query) or 0

    @property
    def changes(self) -> int:
        """How many commits have been announced; pass it to `wait` to miss nothing that came after it was read."""
        return self._changes.count

    async def wait(self, timeout: float, seen: int | None = None) -> int:  # noqa: ASYNC109
        """Return when something was committed, by this process or another, or after so many seconds.

        The answer is the new `changes`. A loop that reads `changes`, queries, and waits with it misses nothing.
        """
        return await self._changes.wait(timeout, seen)

    async def _events(self, limit: int, *conditions: object) -> list[Event]:
        query = select(EventRow).where(*conditions).order_by(EventRow.id).limit(limit)  # type: ignore[arg-type]
        async with self._database.read() as session:
            return [_event(row) for row in await session.scalars(query)]


async def add_events(session: AsyncSession, kind: str, opinions: Sequence[Opinion]) -> None:
    """Announce something about opinions; must be the last statement of its transaction.

    PostgreSQL hands numbers out before the commit, so a smaller one could become visible after a larger one; the lock,
    held until the commit, keeps both in the same order. SQLite has only one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text(f"SELECT pg_advisory_xact_lock({NUMBERING})"))
    rows = [
        {"annotator_id": one.annotator_id, "opinion_id": one.id, "kind": kind, "created_at": now()} for one in opinions
    ]
    await session.execute(insert(EventRow), rows)


def _event(row: EventRow) -> Event:
    return Event(
        id=row.id,
        annotator_id=row.annotator_id,
        kind=row.kind,
        payload={"opinion_id": row.opinion_id},
        created_at=row.created_at,
    )
