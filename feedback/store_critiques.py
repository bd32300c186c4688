"""Critiques and preferences as they stand: for one person's page, and page by page for exports."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.gold import Stated, merged_preference
from feedback.records import Critique, Preference, StatedPreference
from feedback.store_base import StoreBase, verb
from feedback.store_campaigns import campaign_row
from feedback.store_loading import (
    OPINIONS,
    Cells,
    as_shown,
    cells_of,
    columns,
    comparisons_by_id,
    critiques_of,
    newest_clicks,
    newest_readings,
    record,
    stated,
)
from feedback.store_opinions import load_opinion
from feedback.store_showings import load_showing
from feedback.tables import AnnotatorRow, ClickRow, OpinionRow, ReadingRow, ShowingRow


class Critiques(StoreBase):
    """What is known now about opinions and showings."""

    @verb
    async def get_critique(self, opinion_id: str, annotator_id: str | None = None) -> Critique:
        """Everything known about an opinion; with an annotator, only if it is theirs."""
        async with self._database.read() as session:
            return await load_critique(session, opinion_id, annotator_id)

    @verb
    async def list_critiques(
        self, annotator_id: str, before: str | None = None, limit: int = 20, campaign_id: str | None = None
    ) -> list[Critique]:
        """A page of a person's critiques, newest first; `before` is the opinion id of the last one seen."""
        query = OPINIONS.where(OpinionRow.annotator_id == annotator_id)
        if before is not None:
            query = query.where(OpinionRow.id < before)
        if campaign_id is not None:
            query = query.where(OpinionRow.campaign_id == campaign_id)
        async with self._database.read() as session:
            return await critiques_of(session, query.order_by(OpinionRow.id.desc()).limit(limit))

    @verb
    async def critiques(
        self, campaign: str | None = None, after: str | None = None, limit: int = 500
    ) -> list[Critique]:
        """A page of all critiques (of a campaign: name or id), oldest first; `after` is the last opinion id seen.

        Each page is the state of its own moment: what is said while one pages may be in a later page or in none.
        """
        query = OPINIONS.where(OpinionRow.id > (after or ""))
        async with self._database.read() as session:
            if campaign is not None:
                query = query.where(OpinionRow.campaign_id == (await campaign_row(session, campaign)).id)
            return await critiques_of(session, query.order_by(OpinionRow.id).limit(limit))

    @verb
    async def count_opinions(self, campaign: str | None = None) -> int:
        """How many opinions there are (in a campaign: name or id)."""
        query = select(func.count()).select_from(OpinionRow)
        async with self._database.read() as session:
            if campaign is not None:
                query = query.where(OpinionRow.campaign_id == (await campaign_row(session, campaign)).id)
            return await session.scalar(query) or 0

    @verb
    async def count_preferences(self, campaign: str | None = None) -> dict[str, int]:
        """How often each comparison was answered, by click or in words; answers withdrawn since are counted too."""
        query = _with_preference().with_only_columns(ShowingRow.comparison_id, func.count())
        async with self._database.read() as session:
            if campaign is not None:
                query = query.where(ShowingRow.campaign_id == (await campaign_row(session, campaign)).id)
            return dict((await session.execute(query.group_by(ShowingRow.comparison_id))).all())

    @verb
    async def preference_of(self, showing_id: str, annotator_id: str | None = None) -> Preference:
        """What the person prefers, from the newest click and the newest words that say so."""
        async with self._database.read() as session:
            await load_showing(session, showing_id, annotator_id)
            return (await preferences_of(session, [showing_id]))[showing_id]

    @verb
    async def preferences(
        self, campaign: str | None = None, after: str | None = None, limit: int = 500
    ) -> list[StatedPreference]:
        """A page of the preferences stated, oldest first; `after` is the showing id of the last one seen.

        Only an empty page is the last one: where people withdrew a preference, a page is shorter than the limit.
        """
        async with self._database.read() as session:
            wanted = _with_preference().where(ShowingRow.id > (after or ""))
            if campaign is not None:
                wanted = wanted.where(ShowingRow.campaign_id == (await campaign_row(session, campaign)).id)
            page: list[StatedPreference] = []
            while not page:
                query = wanted.order_by(ShowingRow.id).limit(limit)
                showings = await cells_of(session, query)
                if not showings:
                    break
                page = await _stated(session, showings)
                wanted = wanted.where(ShowingRow.id > showings[-1]["id"])
            return page


async def load_critique(session: AsyncSession, opinion_id: str, annotator_id: str | None = None) -> Critique:
    """Everything known about an opinion, or NotFound; with an annotator, also where it is somebody else's."""
    await load_opinion(session, opinion_id, annotator_id)
    return (await critiques_of(session, OPINIONS.where(OpinionRow.id == opinion_id)))[0]


async def preferences_of(session: AsyncSession, showing_ids: list[str]) -> dict[str, Preference]:
    """The preference of each showing: the newest click against the newest opinion whose reading states a choice."""
    clicks = await newest_clicks(session, set(showing_ids))
    query = select(OpinionRow.id, OpinionRow.showing_id).where(OpinionRow.showing_id.in_(showing_ids))
    opinions = (await session.execute(query.order_by(OpinionRow.id))).all()
    chosen = (ReadingRow.opinion_id, ReadingRow.choice, ReadingRow.choice_confidence)
    readings = await newest_readings(session, [one.id for one in opinions], *chosen)
    words: dict[str, Stated | None] = {}
    for one in opinions:
        said = stated(readings.get(one.id))
        if said is not None and said.choice is not None:
            words[one.showing_id] = said
    return {one: merged_preference(clicks.get(one), words.get(one)) for one in showing_ids}


def _with_preference() -> Select[*tuple[Any, ...]]:
    clicked = exists().where(ClickRow.showing_id == ShowingRow.id)
    said = (
        exists()
        .where(OpinionRow.showing_id == ShowingRow.id)
        .where(ReadingRow.opinion_id == OpinionRow.id, ReadingRow.choice.is_not(None))
    )
    return select(*columns(ShowingRow)).where(or_(clicked, said))


async def _stated(session: AsyncSession, showings: Sequence[Cells]) -> list[StatedPreference]:
    ids = [one["id"] for one in showings]
    preferences = await preferences_of(session, ids)
    comparisons = await comparisons_by_id(session, {one["comparison_id"] for one in showings})
    people = select(AnnotatorRow.id, AnnotatorRow.channel, AnnotatorRow.consents)
    theirs = people.where(AnnotatorRow.id.in_({one["annotator_id"] for one in showings}))
    annotators = {row["id"]: row for row in await cells_of(session, theirs)}
    for_study = set[str]()
    for table in (OpinionRow, ClickRow):
        of_these = table.showing_id.in_(ids)
        for_study |= set(await session.scalars(select(table.showing_id).where(of_these, ~table.training_use)))
    return [
        record(
            StatedPreference,
            one,
            showing_id=one["id"],
            kind=comparison.kind,
            images=as_shown(comparison.images, one["positions"]),
            prompt=comparison.prompt,
            preference=preferences[one["id"]],
            channel=person["channel"],
            consent_version=person["consents"].get(one["campaign_id"]),
            training_use=one["id"] not in for_study,
            created_at=one["shown_at"],
        )
        for one in showings
        for comparison, person in [(comparisons[one["comparison_id"]], annotators[one["annotator_id"]])]
        if preferences[one["id"]].choice is not None
    ]
