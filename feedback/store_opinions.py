"""Opinions: taken in for good before anything thinks about them."""

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import Conflict, NotFound
from feedback.ids import new_id
from feedback.privacy import may_train
from feedback.records import Annotator, Campaign, NewOpinion, Opinion
from feedback.store_base import StoreBase, hold, insert_if_absent, now, values
from feedback.store_campaigns import campaign_row
from feedback.store_loading import OPINIONS, opinion
from feedback.store_showings import load_showing
from feedback.tables import OpinionRow, ReadingRow, ShowingRow, WorkRow
from feedback.work import bucket

HISTORY = 200  # newest opinions of a person that their languages are counted over


class Opinions(StoreBase):
    """What people said."""

    async def add_opinion(self, new: NewOpinion) -> Opinion:
        """Keep an opinion together with its unit of work; when this returns, both are on disk.

        The same client message id again is the same opinion; with other words or about another showing: Conflict.
        """
        known = await self.find_opinion(new.annotator_id, new.client_message_id)
        if known is None:
            async with self._announced() as session:
                known = await _keep(session, new)
        if (known.source_text, known.showing_id) != (new.source_text, new.showing_id):
            raise Conflict("this client message id was used for another opinion; give each opinion its own")
        return known

    async def find_opinion(self, annotator_id: str, client_message_id: str) -> Opinion | None:
        """The opinion that a front end sent under this id, if it came."""
        async with self._database.read() as session:
            return await _find(session, annotator_id, client_message_id)

    async def get_opinion(self, opinion_id: str, annotator_id: str | None = None) -> Opinion:
        """The opinion of that id; with an annotator, only if it is theirs."""
        async with self._database.read() as session:
            return await load_opinion(session, opinion_id, annotator_id)

    async def delete_opinion(self, opinion_id: str, annotator_id: str | None = None) -> None:
        """Delete an opinion with its readings, labels, work and events; the showing counts as answered still."""
        async with self._database.write() as session:
            owner = (await load_opinion(session, opinion_id, annotator_id)).annotator_id
            await hold(session, owner, alone=True)
            await session.execute(delete(OpinionRow).where(OpinionRow.id == opinion_id))

    async def languages_of(self, annotator_id: str) -> dict[str, int]:
        """How many of the person's newest opinions were read as which language; unknown ones are not counted."""
        async with self._database.read() as session:
            return (await languages_by_annotator(session, {annotator_id}))[annotator_id]


async def load_opinion(session: AsyncSession, opinion_id: str, annotator_id: str | None = None) -> Opinion:
    """The opinion of that id, or NotFound; with an annotator, also where it is somebody else's."""
    row = (await session.execute(OPINIONS.where(OpinionRow.id == opinion_id))).first()
    if row is None or annotator_id not in (None, row[0].annotator_id):
        raise NotFound(f"no opinion {opinion_id!r}, or it is not theirs")
    return opinion(*row)


async def _keep(session: AsyncSession, new: NewOpinion) -> Opinion:
    annotator = Annotator(**values(await hold(session, new.annotator_id)))
    showing = await load_showing(session, new.showing_id, new.annotator_id)
    campaign = Campaign(**values(await campaign_row(session, showing.campaign_id)))
    kept = Opinion(
        **new.model_dump(),
        id=new_id(),
        kind=showing.kind,
        comparison_id=showing.comparison_id,
        campaign_id=campaign.id,
        consent_version=annotator.consent_version,
        training_use=may_train(annotator, campaign),
        created_at=now(),
    )
    row = kept.model_dump(exclude={"kind", "comparison_id"})
    added = insert_if_absent(session, OpinionRow).values(row).returning(OpinionRow.id)
    if await session.scalar(added) is None:  # the same request came twice at once, and the other one was first
        return await _find(session, new.annotator_id, new.client_message_id) or kept
    work = {
        "opinion_id": kept.id,
        "bucket": bucket(kept.source_text),
        "due_at": kept.created_at,
        "created_at": kept.created_at,
    }
    await session.execute(insert(WorkRow).values(work))
    await session.execute(update(ShowingRow).where(ShowingRow.id == showing.id).values(state="answered"))
    return kept


async def _find(session: AsyncSession, annotator_id: str, client_message_id: str) -> Opinion | None:
    query = OPINIONS.where(OpinionRow.annotator_id == annotator_id, OpinionRow.client_message_id == client_message_id)
    row = (await session.execute(query)).first()
    return opinion(*row) if row else None


async def languages_by_annotator(session: AsyncSession, annotator_ids: set[str]) -> dict[str, dict[str, int]]:
    """The languages of each person's newest opinions, with counts; one short query a person, however much they said."""
    languages: dict[str, dict[str, int]] = {one: {} for one in annotator_ids}
    for annotator_id, counts in languages.items():
        recent = select(OpinionRow.id).where(OpinionRow.annotator_id == annotator_id)
        recent_ids = recent.order_by(OpinionRow.id.desc()).limit(HISTORY).subquery()
        newest = (
            select(func.max(ReadingRow.id))
            .join(recent_ids, recent_ids.c.id == ReadingRow.opinion_id)
            .group_by(ReadingRow.opinion_id)
        )
        query = select(ReadingRow.language, func.count()).where(ReadingRow.id.in_(newest), ReadingRow.language != "und")
        for language, count in await session.execute(query.group_by(ReadingRow.language)):
            counts[language] = count
    return languages
