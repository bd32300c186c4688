import asyncio
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from scenes import make_scene
from sqlalchemy import make_url, text

from feedback.errors import SchemaError, StoreBusy, StoreError, StoreFull, StoreInUse
from feedback.store import Store


async def test_a_locked_sqlite_file_is_busy_and_nothing_is_half_written(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret", patience=0.2)
    scene = await make_scene(store)
    stranger = sqlite3.connect(sqlite.removeprefix("sqlite:///"), isolation_level=None)
    stranger.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="try again"):
        await store.add_opinion(scene.says())
    assert await store.critiques() == []  # reading goes on
    stranger.execute("ROLLBACK")
    stranger.close()
    assert (await store.add_opinion(scene.says())).id
    assert len(await store.critiques()) == (await store.work_counts())["waiting"] == 1
    await store.close()


async def test_a_queue_of_writers_that_is_too_long_is_busy(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret", patience=0.2)
    scene = await make_scene(store)
    async with store._database.write() as session:
        await session.connection()
        with pytest.raises(StoreBusy, match="try again"):
            await store.add_opinion(scene.says())
    assert (await store.add_opinion(scene.says())).id
    await store.close()


async def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    scene = await make_scene(store)
    async with store._database.write() as session:
        pages = await session.scalar(text("PRAGMA page_count"))
        await session.execute(text(f"PRAGMA max_page_count = {pages}"))
    kept = []
    with pytest.raises(StoreFull, match="disk of the database is full"):  # noqa: PT012
        for number in range(100):
            kept.append((await store.add_opinion(scene.says("bonito" * 500, str(number)))).id)  # noqa: PERF401
    assert [one.opinion.id for one in await store.critiques()] == kept
    assert (await store.work_counts())["waiting"] == len(kept)
    async with store._database.write() as session:
        await session.execute(text(f"PRAGMA max_page_count = {pages + 1000}"))
    assert (await store.add_opinion(scene.says())).id
    await store.close()


async def test_a_locked_row_on_postgresql_is_busy(postgresql: str) -> None:
    store = await Store.open(postgresql, "a secret", patience=0.2)
    scene = await make_scene(store)
    address = make_url(postgresql).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as stranger:
        stranger.execute("SELECT * FROM annotators FOR UPDATE")
        with pytest.raises(StoreBusy, match="try again"):
            await store.add_opinion(scene.says())
        stranger.rollback()
    assert (await store.add_opinion(scene.says())).id
    await store.close()


async def test_a_lost_connection_is_busy_and_then_replaced(postgresql: str) -> None:
    store = await Store.open(postgresql, "a secret")
    scene = await make_scene(store)
    address = make_url(postgresql).set(drivername="postgresql").render_as_string(hide_password=False)
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with pytest.raises(StoreBusy, match="out of reach"):  # noqa: PT012
        async with store._database.write() as session:
            await session.connection()
            with psycopg.connect(address, autocommit=True) as stranger:
                stranger.execute(f"SELECT pg_terminate_backend(pid) {others}")
            await session.execute(text("SELECT 1"))
    assert (await store.add_opinion(scene.says())).id
    await store.close()


async def test_a_server_that_is_not_there_is_busy() -> None:
    with pytest.raises(StoreBusy, match="out of reach"):
        await Store.open("postgresql://nobody@127.0.0.1:1/none", "a secret", patience=0.5)


OPEN = "import asyncio, sys; from feedback.store import Store; asyncio.run(Store.open(sys.argv[1], 'a secret'))"


async def test_a_second_process_is_told_who_has_the_file(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    command = [sys.executable, "-c", OPEN, sqlite]
    second = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=False)
    assert second.returncode != 0
    assert f"StoreInUse: {sqlite.removeprefix('sqlite:///')} is in use by process {os.getpid()}" in second.stderr
    assert "PostgreSQL" in second.stderr
    with pytest.raises(StoreInUse):
        await Store.open(sqlite, "a secret")
    await store.close()
    store = await Store.open(sqlite, "a secret")
    await store.close()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "opine.db").write_text("this is a letter, not a database. " * 100)
    with pytest.raises(StoreError, match="not a database"):
        await Store.open(f"sqlite:///{tmp_path / 'opine.db'}", "a secret")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/name"])
async def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(StoreError, match="sqlite:///FILE"):
        await Store.open(url, "a secret")


async def test_without_migrating_old_tables_are_refused(empty_url: str) -> None:
    with pytest.raises(SchemaError, match="opine db upgrade"):
        await Store.open(empty_url, "a secret", migrate=False)
    await (await Store.open(empty_url, "a secret")).close()
    store = await Store.open(empty_url, "a secret", migrate=False)
    assert await store.at_head()
    await store.close()


@pytest.mark.parametrize("strange", ["\0", "\ud800", "x" * 5000, "'; DROP TABLE opinions; --"])
async def test_strange_ids_are_errors_in_words(store: Store, strange: str) -> None:
    with pytest.raises((LookupError, ValueError)):
        await store.get_opinion(strange)
    with pytest.raises((LookupError, ValueError)):
        await store.get_campaign(strange)
