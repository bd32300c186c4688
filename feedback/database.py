"""The database below the store: engines, transactions, the lock on a SQLite file, and errors in plain words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event, make_url
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, TimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from feedback.errors import StoreBusy, StoreError, StoreFull
from feedback.filelock import FileLock

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+psycopg"}
READERS = 4
CONNECTIONS = 10
PRIVATE: dict[str, Any] = {"hide_parameters": True}  # an error must not carry what people wrote into a log


class Database:
    """One engine that writes and one that reads.

    On SQLite a single connection writes: tasks queue for it in order instead of polling a locked file, and no two
    connections of this process can write or checkpoint at once, which before SQLite 3.51.3 may corrupt a WAL file.
    """

    def __init__(self, url: str, *, patience: float = 15.0) -> None:
        self.url = _with_driver(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._lock = FileLock(Path(self.url.database or "")) if self.is_sqlite else None
        self.writing, self.reading = _sqlite(self.url, patience) if self.is_sqlite else _postgresql(self.url, patience)
        self._writes = async_sessionmaker(self.writing, expire_on_commit=False, autoflush=False)
        self._reads = async_sessionmaker(self.reading, expire_on_commit=False, autoflush=False)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """One transaction that writes: committed and on disk when the block ends, or not at all."""
        try:
            async with self._writes.begin() as session:
                yield session
        except (DBAPIError, TimeoutError) as error:
            raise explained(error) from error

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """One transaction that reads a single state of the database, whatever is committed meanwhile."""
        try:
            async with self._reads.begin() as session:
                yield session
        except (DBAPIError, TimeoutError) as error:
            raise explained(error) from error

    async def clear_log(self) -> None:
        """Fold SQLite's WAL file into the database and empty it: what was deleted is in neither afterwards."""
        if self.is_sqlite:
            async with self.writing.connect() as connection:
                await connection.exec_driver_sql("COMMIT")  # of the transaction begun for us: a checkpoint needs none
                await connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    async def close(self) -> None:
        """Close all connections (the writing one last: it then folds the WAL file into the database)."""
        await self.reading.dispose()
        await self.writing.dispose()
        if self._lock:
            self._lock.release()


def _with_driver(url: str) -> URL:
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend not in DRIVERS:
        raise StoreError(f"no store on {backend!r}; use sqlite:///FILE or postgresql://HOST/NAME")
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreError("a SQLite store needs a file: sqlite:///FILE; what is only in memory would be lost")
    return parsed.set(drivername=DRIVERS[backend])


def _sqlite(url: URL, patience: float) -> tuple[AsyncEngine, AsyncEngine]:
    waiting: dict[str, Any] = {"pool_timeout": patience, "connect_args": {"timeout": patience}, **PRIVATE}
    writing = create_async_engine(url, pool_size=1, max_overflow=0, **waiting)
    reading = create_async_engine(url, pool_size=READERS, max_overflow=0, **waiting)
    prepare_sqlite(
        writing, "BEGIN IMMEDIATE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"
    )
    prepare_sqlite(reading, "BEGIN", "query_only=ON")
    return writing, reading


def prepare_sqlite(engine: AsyncEngine, begin: str, *pragmas: str) -> None:
    """Set pragmas on each new connection, and start transactions, which the driver does too late: it loses updates."""

    @event.listens_for(engine.sync_engine, "connect")
    def connect(connection: Any, _: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in pragmas:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)


def _postgresql(url: URL, patience: float) -> tuple[AsyncEngine, AsyncEngine]:
    options = f"-c lock_timeout={int(patience * 1000)} -c timezone=UTC"
    try:
        writing = create_async_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_timeout=patience,
            pool_pre_ping=True,
            connect_args={"options": options},
            **PRIVATE,
        )
    except ModuleNotFoundError as error:
        raise StoreError("PostgreSQL needs its driver: pip install 'opine[postgres]'") from error
    return writing, writing.execution_options(isolation_level="REPEATABLE READ")


# PostgreSQL: serialization failure, deadlock, lock not available, too many connections, shutting down, starting up.
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED", "40001", "40P01", "55P03", "53300", "57P01", "57P02", "57P03")
FULL = ("SQLITE_FULL", "53100")
BROKEN = ("SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_PERM", "SQLITE_IOERR", "SQLITE_NOTADB", "SQLITE_CORRUPT")


def explained(error: DBAPIError | TimeoutError) -> Exception:
    """The driver's error as one that says what to do; one that is a fault of ours stays as it is."""
    if isinstance(error, TimeoutError):
        return StoreBusy("the database is busy; nothing was written, try again later")
    if isinstance(error, DataError):
        return ValueError(f"the database cannot keep this value: {error.orig}")
    cause: Any = error.orig
    reason = str(cause).partition("\n")[0]
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or ""
    if code.startswith(FULL):
        return StoreFull("the disk of the database is full; nothing was written, make room and try again")
    if code.startswith(BUSY) or error.connection_invalidated or (isinstance(error, OperationalError) and not code):
        return StoreBusy(f"the database is locked or out of reach ({reason}); nothing was written, try again later")
    if code.startswith(BROKEN):
        return StoreError(f"the database cannot be used ({reason}); check its path, its permissions and its disk")
    return error
