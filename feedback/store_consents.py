"""What is still there of what was said, and whether it may train a model: for exports, which leave the house."""

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import select, union_all

from feedback.store_base import StoreBase, verb
from feedback.tables import ClickRow, OpinionRow

_AT_ONCE: Final = 5_000  # parameters of one statement; SQLite takes 32,766


class Consents(StoreBase):
    """The consents that go with opinions and showings; ids of what is gone are not in the answers."""

    @verb
    async def consents_of_opinions(self, opinion_ids: Collection[str]) -> dict[str, bool]:
        """Whether each opinion may train a model."""
        consents: dict[str, bool] = {}
        async with self._database.read() as session:
            for some in _batches(opinion_ids):
                query = select(OpinionRow.id, OpinionRow.training_use).where(OpinionRow.id.in_(some))
                consents |= dict((await session.execute(query)).all())
        return consents

    @verb
    async def consents_of_showings(self, showing_ids: Collection[str]) -> dict[str, bool]:
        """Whether all words and clicks about each showing may train a model; one without any is gone."""
        consents: dict[str, bool] = {}
        async with self._database.read() as session:
            for some in _batches(showing_ids):
                stated = union_all(
                    *(
                        select(table.showing_id, table.training_use).where(table.showing_id.in_(some))
                        for table in (OpinionRow, ClickRow)
                    )
                )
                for showing_id, allowed in await session.execute(stated):
                    consents[showing_id] = consents.get(showing_id, True) and allowed
        return consents


def _batches(ids: Collection[str]) -> Iterator[list[str]]:
    every = sorted(ids)
    for first in range(0, len(every), _AT_ONCE):
        yield every[first : first + _AT_ONCE]
