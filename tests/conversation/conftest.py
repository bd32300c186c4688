"""A real store with a campaign of two pairs, and a Spanish speaker before it."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from talking import Talk, make_talk

from feedback.store import Store


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database; migrating takes most of a second, copying does not."""
    path = tmp_path_factory.mktemp("store") / "empty.db"

    async def migrate() -> None:
        await (await Store.open(f"sqlite:///{path}", secret="secret")).close()

    asyncio.run(migrate())
    return path


@pytest.fixture
async def store(tmp_path: Path, empty_database: Path) -> AsyncIterator[Store]:
    shutil.copy(empty_database, tmp_path / "opine.db")
    store = await Store.open(f"sqlite:///{tmp_path / 'opine.db'}", secret="secret")
    yield store
    await store.close()


@pytest.fixture
async def talk(store: Store) -> Talk:
    return await make_talk(store)
