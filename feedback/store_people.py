"""Annotators: who they are here, what is kept about them, and how all of it goes."""

from contextlib import suppress
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import NotFound
from feedback.privacy import pseudonym
from feedback.records import Annotator, Channel
from feedback.store_base import StoreBase, hold, insert_if_absent, now, values, verb
from feedback.store_loading import OPINIONS, critiques_of, showings_of
from feedback.tables import (
    AnnotatorRow,
    Base,
    ClickRow,
    ComparisonRow,
    EventRow,
    FlagRow,
    LabelRow,
    OpinionRow,
    PlaceRow,
    ReadingRow,
    ShowingRow,
    TombstoneRow,
    WorkRow,
)


class People(StoreBase):
    """The annotators, known by pseudonyms."""

    @verb
    async def recognize(self, channel: Channel, user_id: str, locale: str = "en") -> Annotator:
        """The annotator behind a channel's user id; a new one is kept nowhere until they `enter`."""
        try:
            return await self.get_annotator(pseudonym(self._secret, channel, user_id))
        except NotFound:
            return self._stranger(channel, user_id, locale)

    @verb
    async def enter(
        self, channel: Channel, user_id: str, locale: str = "en", *, training_use: bool = True
    ) -> Annotator:
        """The annotator behind a channel's user id, made where there is none; a known one stays as they are."""
        new = self._stranger(channel, user_id, locale).model_copy(update={"training_use": training_use})
        with suppress(NotFound):
            return await self.get_annotator(new.id)  # most are known, and reading waits for nobody
        async with self._database.write() as session:
            await session.execute(insert_if_absent(session, AnnotatorRow).values(new.model_dump()))
            return Annotator(**values(await hold(session, new.id)))

    @verb
    async def get_annotator(self, annotator_id: str) -> Annotator:
        """The annotator of that pseudonym."""
        async with self._database.read() as session:
            row = await session.get(AnnotatorRow, annotator_id)
            if row is None:
                raise NotFound("this person is not known here (any more); let them enter again")
            return Annotator(**values(row))

    @verb
    async def update_annotator(
        self,
        annotator_id: str,
        *,
        locale: str | None = None,
        locale_chosen: bool | None = None,
        training_use: bool | None = None,
    ) -> Annotator:
        """Change what is given. Training use withdrawn holds for earlier opinions too, allowed again for later ones."""
        given = {"locale": locale, "locale_chosen": locale_chosen, "training_use": training_use}
        async with self._database.write() as session:
            row = await hold(session, annotator_id, alone=training_use is not None)
            return await _change(session, row, {name: value for name, value in given.items() if value is not None})

    @verb
    async def agree(
        self, annotator_id: str, campaign_id: str, version: int, *, training_use: bool | None = None
    ) -> Annotator:
        """Keep that a person agreed to this version of a campaign's terms; where it asks about training, the answer."""
        async with self._database.write() as session:
            row = await hold(session, annotator_id, alone=True)  # or of two agreements at once one could be lost
            changes: dict[str, Any] = {"consents": row.consents | {campaign_id: version}}
            if training_use is not None:
                changes["training_use"] = training_use
            return await _change(session, row, changes)

    @verb
    async def everything_about(self, annotator_id: str) -> dict[str, Any]:
        """All that is kept about a person, ready for JSON."""
        annotator = await self.get_annotator(annotator_id)
        shown = select(ShowingRow).where(ShowingRow.annotator_id == annotator_id).order_by(ShowingRow.id)
        said = OPINIONS.where(OpinionRow.annotator_id == annotator_id).order_by(OpinionRow.id)
        clicked = select(ClickRow).join(ShowingRow, ShowingRow.id == ClickRow.showing_id)
        flagged = select(FlagRow).join(OpinionRow, OpinionRow.id == FlagRow.opinion_id)
        alone = select(PlaceRow.channel_id).where(PlaceRow.annotator_id == annotator_id).order_by(PlaceRow.channel_id)
        async with self._database.read() as session:
            showings = await showings_of(session, shown)
            critiques = await critiques_of(session, said)
            clicks = await session.scalars(clicked.where(ShowingRow.annotator_id == annotator_id).order_by(ClickRow.id))
            theirs = flagged.where(OpinionRow.annotator_id == annotator_id)
            flags = await session.scalars(theirs.order_by(FlagRow.opinion_id, FlagRow.flag))
            return {
                "annotator": annotator.model_dump(mode="json"),
                "showings": [one.model_dump(mode="json") for one in showings],
                "critiques": [one.model_dump(mode="json") for one in critiques],
                "clicks": [values(one) | {"created_at": one.created_at.isoformat()} for one in clicks],
                "flags": [values(one) | {"created_at": one.created_at.isoformat()} for one in flags],
                "discord_channels": [str(one) for one in await session.scalars(alone)],
            }

    @verb
    async def erase(self, annotator_id: str) -> dict[str, int]:
        """Forget a person: all that is theirs goes, a tombstone stays; answers how many of each were deleted.

        Images belong to the campaign and stay. On SQLite deleted bytes are overwritten, in the WAL file too.
        """
        async with self._database.write() as session:
            await hold(session, annotator_id, alone=True)
            counts = {}
            for table in (ShowingRow, OpinionRow, ReadingRow, LabelRow, ClickRow, EventRow, WorkRow):
                counts[table.__tablename__] = await session.scalar(_count(table, annotator_id)) or 0
            seen = select(ShowingRow.comparison_id).where(ShowingRow.annotator_id == annotator_id)
            in_order = select(ComparisonRow.id).where(ComparisonRow.id.in_(seen)).order_by(ComparisonRow.id)
            shown = (await session.scalars(in_order.with_for_update())).all()
            fewer = update(ComparisonRow).where(ComparisonRow.id.in_(shown))
            await session.execute(fewer.values(times_shown=ComparisonRow.times_shown - 1))
            await session.execute(delete(AnnotatorRow).where(AnnotatorRow.id == annotator_id))
            await session.execute(insert(TombstoneRow).values(annotator_id=annotator_id, erased_at=now()))
        await self._database.clear_log()
        return counts

    def _stranger(self, channel: Channel, user_id: str, locale: str) -> Annotator:
        return Annotator(id=pseudonym(self._secret, channel, user_id), channel=channel, locale=locale, created_at=now())


async def _change(session: AsyncSession, row: AnnotatorRow, changes: dict[str, Any]) -> Annotator:
    changed = Annotator(**values(row) | changes)
    if changes:
        await session.execute(update(AnnotatorRow).where(AnnotatorRow.id == row.id).values(changes))
    if changes.get("training_use") is False:
        theirs = update(OpinionRow).where(OpinionRow.annotator_id == row.id)
        await session.execute(theirs.values(training_use=False))
        shown = select(ShowingRow.id).where(ShowingRow.annotator_id == row.id)
        await session.execute(update(ClickRow).where(ClickRow.showing_id.in_(shown)).values(training_use=False))
    return changed


def _count(table: type[Base], annotator_id: str) -> Any:
    query = select(func.count()).select_from(table)
    if table in (ShowingRow, OpinionRow, EventRow):
        return query.where(table.annotator_id == annotator_id)
    owner = ShowingRow if table is ClickRow else OpinionRow
    key = table.showing_id if table is ClickRow else table.opinion_id  # type: ignore[attr-defined]
    return query.join(owner, owner.id == key).where(owner.annotator_id == annotator_id)
