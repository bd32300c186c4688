"""Migrated tables are those of tables.py, from every revision there ever was, and what was in them is still there.

New revisions are covered without a change here: rows are made up from the columns that each revision has.
"""

import asyncio
import datetime
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Connection,
    DateTime,
    Float,
    Integer,
    MetaData,
    Table,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.types import TypeEngine

from feedback import migrations
from feedback.database import Database
from feedback.errors import SchemaError
from feedback.store import Store
from feedback.tables import Base

T = TypeVar("T")
REVISIONS = [one.revision for one in ScriptDirectory.from_config(migrations.configuration()).walk_revisions()][::-1]


async def on(database: Database, function: Callable[[Connection], T]) -> T:
    """Call a function with a connection in a transaction that writes."""
    async with database.writing.begin() as connection:
        return await connection.run_sync(function)


def differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, Base.metadata))


async def test_migrated_tables_are_those_of_the_mappings(empty_url: str) -> None:
    database = Database(empty_url)
    await migrations.upgrade(database)
    assert await on(database, differences) == []
    assert await migrations.is_current(database)
    await migrations.upgrade(database)  # a second time changes nothing
    assert await on(database, differences) == []
    await database.close()


async def test_numbers_are_never_handed_out_twice_on_sqlite(empty_sqlite: str) -> None:
    database = Database(empty_sqlite)
    await migrations.upgrade(database)
    await database.close()
    connection = sqlite3.connect(empty_sqlite.removeprefix("sqlite:///"))
    made = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    connection.close()
    wanted = {one.name for one in Base.metadata.sorted_tables if one.dialect_options["sqlite"]["autoincrement"]}
    assert wanted == {"tombstones", "readings", "clicks", "events"}
    assert {name for name, sql in made.items() if "AUTOINCREMENT" in sql} == wanted


def made_up(kind: TypeEngine[Any], name: str) -> Any:
    """A value that a column of this type can keep."""
    if isinstance(kind, DateTime):
        return datetime.datetime(2026, 11, 28, 12, tzinfo=datetime.UTC)
    for type_, value in [(Boolean, True), (JSON, ["é"]), (Integer, 7), (Float, 0.5)]:
        if isinstance(kind, type_):
            return value
    return f"{name} é"[:30]


def fill(connection: Connection) -> dict[str, dict[str, Any]]:
    """Put a row into every table and return the rows."""
    metadata = MetaData()
    metadata.reflect(connection)
    rows: dict[str, dict[str, Any]] = {}
    for table in (one for one in metadata.sorted_tables if one.name != "alembic_version"):
        row = {column.name: made_up(column.type, column.name) for column in table.columns}
        for column in table.columns:
            for key in column.foreign_keys:
                other = key.column.table
                row[column.name] = None if other is table else rows[other.name][key.column.name]
        connection.execute(insert(table).values(row))
        rows[table.name] = _only_row(connection, table)
    return rows


def _only_row(connection: Connection, table: Table) -> dict[str, Any]:
    """The row of a table, empty where there is none: the tables of later revisions were not filled."""
    row = connection.execute(select(table)).one_or_none()
    return dict(row._mapping) if row else {}


def read(connection: Connection) -> dict[str, dict[str, Any]]:
    metadata = MetaData()
    metadata.reflect(connection)
    return {one.name: _only_row(connection, one) for one in metadata.sorted_tables if one.name != "alembic_version"}


@pytest.mark.parametrize("revision", REVISIONS)
async def test_data_of_every_revision_survives_the_upgrade(empty_url: str, revision: str) -> None:
    database = Database(empty_url)
    await migrations.upgrade(database, revision)
    before = await on(database, fill)
    await migrations.upgrade(database)
    after = await on(database, read)
    assert await on(database, differences) == []
    for name, row in before.items():
        kept = after.get(name, {})
        assert {column: kept[column] for column in row if column in kept} == {
            column: value for column, value in row.items() if column in kept
        }
        assert kept, f"the rows of {name} are gone"
    await database.close()


async def test_comparisons_of_before_discord_are_offered_to_everybody(empty_url: str) -> None:
    database = Database(empty_url)
    await migrations.upgrade(database, "0001")
    await on(database, fill)
    await migrations.upgrade(database)
    assert (await on(database, read))["comparisons"]["offered"] == True  # noqa: E712
    await database.close()


async def test_every_revision_can_be_taken_back(empty_url: str) -> None:
    database = Database(empty_url)
    await migrations.upgrade(database)
    await on(database, lambda connection: command.downgrade(migrations.configuration(connection), "base"))
    assert await on(database, lambda connection: inspect(connection).get_table_names()) == ["alembic_version"]
    await migrations.upgrade(database)
    assert await on(database, differences) == []
    await database.close()


async def test_several_processes_may_start_at_once_on_postgresql(empty_postgresql: str) -> None:
    stores = await asyncio.gather(*[Store.open(empty_postgresql, "a secret") for _ in range(3)])
    for store in stores:
        assert await store.at_head()
        await store.close()


async def test_a_database_of_a_newer_version_is_refused_and_left_alone(empty_url: str) -> None:
    await (await Store.open(empty_url, "a secret")).close()
    database = Database(empty_url)
    await on(database, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = 'later'")))
    await database.close()
    with pytest.raises(SchemaError, match="newer version"):
        await Store.open(empty_url, "a secret")
    database = Database(empty_url)
    version = select(text("version_num")).select_from(text("alembic_version"))
    assert await on(database, lambda connection: connection.scalar(version)) == "later"
    await database.close()


async def test_a_migration_that_would_orphan_rows_is_undone(empty_sqlite: str) -> None:
    await (await Store.open(empty_sqlite, "a secret")).close()
    connection = sqlite3.connect(empty_sqlite.removeprefix("sqlite:///"))  # foreign keys are off here
    connection.execute("INSERT INTO comparison_images VALUES ('no comparison', 0, 'no image')")
    connection.commit()
    connection.close()
    database = Database(empty_sqlite)
    with pytest.raises(SchemaError, match="2 rows without what they refer to"):
        await migrations.upgrade(database)
    await database.close()


REBUILDS = """
from alembic import op

revision, down_revision = "rebuilt", "{head}"


def upgrade() -> None:
    with op.batch_alter_table("campaigns", recreate="always") as batch:
        batch.alter_column("title", nullable=True)
"""


async def test_rebuilding_a_table_keeps_the_rows_that_refer_to_it(
    empty_sqlite: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(empty_sqlite)
    await migrations.upgrade(database)
    before = await on(database, fill)
    (tmp_path / "rebuilt.py").write_text(REBUILDS.format(head=REVISIONS[-1]))
    config = migrations.configuration

    def with_a_later_revision(connection: Connection | None = None) -> Config:
        changed = config(connection)
        changed.set_main_option("path_separator", "os")
        own = Path(migrations.__file__).with_name("versions")
        changed.set_main_option("version_locations", os.pathsep.join(map(str, (own, tmp_path))))
        return changed

    monkeypatch.setattr(migrations, "configuration", with_a_later_revision)
    await migrations.upgrade(database)
    assert await migrations.is_current(database)
    assert await on(database, read) == before
    await database.close()
