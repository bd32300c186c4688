"""Databases with all tables."""

import asyncio

from feedback import migrations
from feedback.database import Database


def migrate(url: str) -> None:
    """Give an empty database this version's tables."""

    async def upgrade() -> None:
        database = Database(url)
        await migrations.upgrade(database)
        await database.close()

    asyncio.run(upgrade())
