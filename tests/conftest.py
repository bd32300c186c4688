"""What many tests want: a new store, a folder for images, the bundled reader."""

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from databases import create_database, execute, migrate, serving_postgresql
from sqlalchemy import URL, make_url

from feedback.media import Media
from feedback.store import Store
from feedback.tables import Base
from translation.bundled import BundledReader


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables: copying it takes a tenth of the time that making it does."""
    file = tmp_path_factory.mktemp("template") / "opine.db"
    migrate(f"sqlite:///{file}")
    return file


@pytest.fixture
def sqlite(migrated_sqlite: Path, tmp_path: Path) -> str:
    """The URL of a SQLite database with all tables, empty."""
    return f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path)}"


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[URL]:
    """The address of a running PostgreSQL server."""
    with serving_postgresql() as address:
        yield address


@pytest.fixture(scope="session")
def migrated_postgresql(postgresql_server: URL) -> Iterator[str]:
    """The URL of a PostgreSQL database with all tables, for one test after another."""
    name = f"opine_{os.getpid()}"
    url = create_database(postgresql_server, name)
    migrate(url)
    yield url
    execute(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def postgresql(migrated_postgresql: str) -> str:
    """The URL of a PostgreSQL database with all tables, empty."""
    tables = ", ".join(Base.metadata.tables)
    execute(make_url(migrated_postgresql), f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return migrated_postgresql


@pytest.fixture
async def store(sqlite: str) -> AsyncIterator[Store]:
    """An empty store on SQLite."""
    opened = await Store.open(sqlite, "a secret for tests")
    yield opened
    await opened.close()


@pytest.fixture
def media(tmp_path: Path) -> Media:
    """An empty folder of images."""
    return Media(tmp_path / "media")


@pytest.fixture(scope="session")
def reader() -> BundledReader:
    """The bundled reader, loaded once: it takes most of a second."""
    return BundledReader()
