"""Opinions: taken in for good before anything thinks about them."""

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import Conflict, NotFound
from feedback.ids import new_id
from feedback.records import Channel, NewOpinion, Opinion
from feedback.store_base import StoreBase, hold, insert_if_absent, now, share, verb
from feedback.store_loading import OPINIONS, cells_of, record
from feedback.tables import AnnotatorRow, Base, CampaignRow, ComparisonRow, OpinionRow, ReadingRow, ShowingRow
from feedback.work import bucket

HISTORY = 200  # newest opinions of a person that their languages are counted over

# Built once, on the tables below the mappings: every opinion goes this way, and building a query takes longer than it.
SETTING = share(
    select(
        AnnotatorRow.consents,
        AnnotatorRow.training_use.label("person_allows"),
        CampaignRow.training_use.label("campaign_allows"),
        ShowingRow.campaign_id,
        ShowingRow.comparison_id,
        ComparisonRow.kind,
    )
    .join(ShowingRow, ShowingRow.annotator_id == AnnotatorRow.id)
    .join(ComparisonRow, ComparisonRow.id == ShowingRow.comparison_id)
    .join(CampaignRow, CampaignRow.id == ShowingRow.campaign_id)
    .where(AnnotatorRow.id == bindparam("annotator_id"), ShowingRow.id == bindparam("showing_id"))
)
QUEUE = insert(Base.metadata.tables["work"])
ANSWERED = (
    update(Base.metadata.tables["showings"]).where(ShowingRow.id == bindparam("showing")).values(state="answered")
)


class Opinions(StoreBase):
    """What people said."""

    @verb
    async def add_opinion(self, new: NewOpinion) -> Opinion:
        """Keep an opinion together with its unit of work; when this returns, both are on disk.

        The same client message id again is the same opinion; with other words or about another showing: Conflict.
        """
        async with self._announced() as session:
            kept = await _keep(session, new)
        if (kept.source_text, kept.showing_id) != (new.source_text, new.showing_id):
            raise Conflict("this client message id was used for another opinion; give each opinion its own")
        return kept

    @verb
    async def find_opinion(self, annotator_id: str, client_message_id: str) -> Opinion | None:
        """The opinion that a front end sent under this id, if it came."""
        async with self._database.read() as session:
            return await _find(session, annotator_id, client_message_id)

    @verb
    async def find_by_message(self, channel: Channel, client_message_id: str) -> Opinion | None:
        """The opinion that came over a channel under this id, whoever said it; for channels whose ids are unique."""
        said = OPINIONS.where(OpinionRow.channel == channel, OpinionRow.client_message_id == client_message_id)
        async with self._database.read() as session:
            found = await cells_of(session, said.order_by(OpinionRow.id).limit(1))
            return record(Opinion, found[0]) if found else None

    @verb
    async def replace_opinion(self, opinion_id: str, source_text: str) -> Opinion:
        """Put other words in the place of an opinion's: it goes, with all that was read in it, and a new one is queued.

        The new one keeps showing, client message id and terms. The same words change nothing. Clicks stay.
        """
        owner = select(OpinionRow.annotator_id).where(OpinionRow.id == opinion_id)
        async with self._announced() as session:
            if (person := await session.scalar(owner)) is not None:
                await hold(session, person, alone=True)
            earlier = await load_opinion(session, opinion_id)
            if earlier.source_text == source_text:
                return earlier
            changed = {"id": new_id(), "source_text": source_text, "created_at": now()}
            kept = Opinion.model_validate(earlier.model_dump() | changed)
            await session.execute(delete(OpinionRow).where(OpinionRow.id == opinion_id))
            await session.execute(insert(OpinionRow).values(kept.model_dump(exclude={"kind", "comparison_id"})))
            await _queue(session, kept)
        await self._database.clear_log()
        return kept

    @verb
    async def get_opinion(self, opinion_id: str, annotator_id: str | None = None) -> Opinion:
        """The opinion of that id; with an annotator, only if it is theirs."""
        async with self._database.read() as session:
            return await load_opinion(session, opinion_id, annotator_id)

    @verb
    async def delete_opinion(self, opinion_id: str, annotator_id: str | None = None) -> None:
        """Delete an opinion with its readings, labels, work and events; the showing counts as answered still."""
        async with self._database.write() as session:
            owner = (await load_opinion(session, opinion_id, annotator_id)).annotator_id
            await hold(session, owner, alone=True)
            await session.execute(delete(OpinionRow).where(OpinionRow.id == opinion_id))
        await self._database.clear_log()

    @verb
    async def languages_of(self, annotator_id: str) -> dict[str, int]:
        """How many of the person's newest opinions were read as which language; unknown ones are not counted."""
        async with self._database.read() as session:
            return (await languages_by_annotator(session, {annotator_id}))[annotator_id]


async def load_opinion(session: AsyncSession, opinion_id: str, annotator_id: str | None = None) -> Opinion:
    """The opinion of that id, or NotFound; with an annotator, also where it is somebody else's."""
    found = await cells_of(session, OPINIONS.where(OpinionRow.id == opinion_id))
    if not found or annotator_id not in (None, found[0]["annotator_id"]):
        raise NotFound(f"no opinion {opinion_id!r}, or it is not theirs")
    return record(Opinion, found[0])


async def _keep(session: AsyncSession, new: NewOpinion) -> Opinion:
    setting = (await session.execute(SETTING, new.model_dump(include={"annotator_id", "showing_id"}))).first()
    if setting is None:
        await hold(session, new.annotator_id)
        raise NotFound(f"no showing {new.showing_id!r}, or it is not theirs")
    kept = Opinion(
        **new.model_dump(),
        id=new_id(),
        kind=setting.kind,
        comparison_id=setting.comparison_id,
        campaign_id=setting.campaign_id,
        consent_version=setting.consents.get(setting.campaign_id),
        training_use=setting.person_allows and setting.campaign_allows,
        created_at=now(),
    )
    added = insert_if_absent(session, OpinionRow).returning(OpinionRow.id)
    if await session.scalar(added, kept.model_dump(exclude={"kind", "comparison_id"})) is None:
        return await _find(session, new.annotator_id, new.client_message_id) or kept
    await _queue(session, kept)
    await session.execute(ANSWERED, {"showing": new.showing_id})
    return kept


async def _queue(session: AsyncSession, kept: Opinion) -> None:
    moment = kept.created_at
    work = {"opinion_id": kept.id, "bucket": bucket(kept.source_text), "due_at": moment, "created_at": moment}
    await session.execute(QUEUE, work)


async def _find(session: AsyncSession, annotator_id: str, client_message_id: str) -> Opinion | None:
    query = OPINIONS.where(OpinionRow.annotator_id == annotator_id, OpinionRow.client_message_id == client_message_id)
    found = await cells_of(session, query)
    return record(Opinion, found[0]) if found else None


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
