"""The store: everything that is kept, behind verbs that are one transaction each.

>>> store = await Store.open("sqlite:///opine.db", secret="...")  # doctest: +SKIP
>>> annotator = await store.enter("web", "visitor 1", "es")  # doctest: +SKIP
"""

import asyncio
from typing import Self

from feedback import migrations
from feedback.changes import Changes
from feedback.database import Database
from feedback.errors import Conflict, NotFound, SchemaError, StoreBusy, StoreError, StoreFull, StoreInUse
from feedback.store_campaigns import Campaigns
from feedback.store_consents import Consents
from feedback.store_critiques import Critiques
from feedback.store_discord import Discord
from feedback.store_events import Events
from feedback.store_figures import Figures
from feedback.store_flags import Flags
from feedback.store_gold import Gold
from feedback.store_imports import Imports
from feedback.store_keys import Keys
from feedback.store_opinions import Opinions
from feedback.store_people import People
from feedback.store_showings import Showings
from feedback.store_work import Work

__all__ = ["Conflict", "NotFound", "SchemaError", "Store", "StoreBusy", "StoreError", "StoreFull", "StoreInUse"]


class Store(
    Campaigns,
    People,
    Consents,
    Showings,
    Opinions,
    Critiques,
    Gold,
    Flags,
    Work,
    Events,
    Keys,
    Imports,
    Discord,
    Figures,
):
    """What is kept of campaigns, people and what they said, on SQLite (one process) or PostgreSQL (any number)."""

    @classmethod
    async def open(cls, url: str, secret: str, *, migrate: bool = True, patience: float = 15.0) -> Self:
        """Open the database and bring its tables up to date; without `migrate`, SchemaError where they are not.

        `secret` is the key of the pseudonyms. A verb waits `patience` seconds for a locked database, then StoreBusy.
        """
        database = Database(url, patience=patience)
        store = cls(database, secret, Changes())
        try:
            if not await migrations.is_current(database):
                if not migrate:
                    raise SchemaError("the tables are not those of this version; run `opine db upgrade`")
                await migrations.upgrade(database)
            if database.is_sqlite:
                await store.release_all()  # the file is ours alone: whoever held a claim is gone
                await store.release_deliveries()
            else:
                store._changes.listen(database.url)
        except BaseException:
            await store.close()
            raise
        return store

    async def at_head(self) -> bool:
        """Whether the database answers and its tables are those of this version."""
        return await migrations.is_current(self._database)

    async def close(self) -> None:
        """Let what runs come to its end, and close all connections."""
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._changes.close()
        await self._database.close()
