"""What all parts of the store share: transactions, records from rows, and the order of locks."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.changes import Changes
from feedback.database import Database
from feedback.errors import NotFound
from feedback.tables import AnnotatorRow, Base

P = ParamSpec("P")
S = TypeVar("S", bound="StoreBase")
T = TypeVar("T")
Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class StoreBase:
    """Lock order on PostgreSQL: the annotator, then what is theirs, then comparisons, then the lock on event numbers.

    Whoever adds to what is kept of a person holds their row in share (`share`), whoever erases holds it alone
    (`alone`): so nothing can be added to a person while they are erased, and the two never wait for each other.
    """

    def __init__(self, database: Database, secret: str, changes: Changes) -> None:
        self._database = database
        self._secret = secret
        self._changes = changes
        self._running: set[asyncio.Task[Any]] = set()

    @asynccontextmanager
    async def _announced(self) -> AsyncIterator[AsyncSession]:
        """A writing transaction that wakes all who wait, here and in other processes, once it is committed."""
        async with self._database.write() as session:
            yield session
            await self._changes.notify(session)
        self._changes.announce()

    async def _to_its_end(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)


def verb(function: Callable[Concatenate[S, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[S, P], Awaitable[T]]:
    """A verb of the store: when the caller is cancelled (a client hangs up), it still runs to its end.

    A driver interrupted in mid-statement would leave a transaction open, and with it the lock on a SQLite file.
    """

    @functools.wraps(function)
    async def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._to_its_end(function(self, *args, **kwargs))

    return run


def now() -> datetime:
    return datetime.now(UTC)


def values(row: Base) -> dict[str, Any]:
    """The columns of a row by name."""
    return {name: getattr(row, name) for name in row.__mapper__.column_attrs.keys()}  # noqa: SIM118


def insert_if_absent(session: AsyncSession, table: type[Base]) -> Any:
    """An insert that leaves out what is there already; `RETURNING` tells what was new."""
    return _insert_if_absent(session.get_bind().dialect.name, table)


@functools.cache
def _insert_if_absent(dialect: str, table: type[Base]) -> Any:
    kind = sqlite if dialect == "sqlite" else postgresql
    return kind.insert(table.__table__).on_conflict_do_nothing()


def share(people: Query) -> Query:
    """Keep the selected annotators from being erased until the transaction ends."""
    return people.with_for_update(read=True, key_share=True, of=AnnotatorRow)


async def hold(session: AsyncSession, annotator_id: str, *, alone: bool = False) -> AnnotatorRow:
    """The annotator, safe from erasure in this transaction; `alone`: with nobody adding anything to them."""
    query = select(AnnotatorRow).where(AnnotatorRow.id == annotator_id)
    row: AnnotatorRow | None = await session.scalar(query.with_for_update() if alone else share(query))
    if row is None:
        raise NotFound("this person is not known here (any more); let them enter again")
    return row
