"""Every test of the store runs on SQLite and on a real PostgreSQL, each with a database of its own."""

import os
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import pytest
from databases import create_database, execute
from sqlalchemy import URL

from feedback.store import Store

NUMBERS = count()


@pytest.fixture
def empty_postgresql(postgresql_server: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database without tables."""
    name = f"opine_{os.getpid()}_{next(NUMBERS)}"
    yield create_database(postgresql_server, name)
    execute(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


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
