"""Brings the tables of a database to the state that this version needs."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from feedback.database import Database, prepare_sqlite
from feedback.errors import SchemaError

ONE_AT_A_TIME = 7_042_001  # of PostgreSQL's advisory locks: several processes may start at once


async def upgrade(database: Database, revision: str = "head") -> None:
    """Run what is missing, in one transaction: after an error the tables are as they were."""
    engine = create_async_engine(database.url, poolclass=NullPool)
    if database.is_sqlite:
        # Foreign keys are off: rebuilding a table with them on deletes every row that refers to it.
        prepare_sqlite(engine, "BEGIN IMMEDIATE", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF")
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, revision)
    except CommandError as error:
        raise SchemaError(f"the database was made by a newer version of Opine; install that one ({error})") from error
    finally:
        await engine.dispose()


async def is_current(database: Database) -> bool:
    """Whether the database answers and its tables are those of this version."""
    async with database.read() as session:
        return await (await session.connection()).run_sync(_is_current)


def configuration(connection: Connection | None = None) -> Config:
    """Alembic's configuration, for the connection that it shall use."""
    config = Config()
    config.set_main_option("script_location", "feedback:migrations")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection, revision: str) -> None:
    sqlite = connection.dialect.name == "sqlite"
    if not sqlite:
        connection.execute(text(f"SELECT pg_advisory_xact_lock({ONE_AT_A_TIME})"))
    command.upgrade(configuration(connection), revision)
    if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
        raise SchemaError(
            f"the migration would have left {len(broken)} rows without what they refer to; nothing was changed"
        )


def _is_current(connection: Connection) -> bool:
    scripts = ScriptDirectory.from_config(configuration())
    return MigrationContext.configure(connection).get_current_revision() == scripts.get_current_head()
