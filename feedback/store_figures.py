"""Figures of a campaign, counted by the database: no row of anybody's leaves it."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    exists,
    func,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from feedback.figures import AspectFigure, CampaignFigures, DayFigure, LanguageFigure
from feedback.records import LETTERS
from feedback.store_base import StoreBase, now, verb
from feedback.store_campaigns import campaign_row
from feedback.tables import ClickRow, LabelRow, OpinionRow, ReadingRow, ShowingRow

MAX_DAYS = 3660


class Figures(StoreBase):
    """Sums over what people said."""

    @verb
    async def campaign_figures(self, campaign_id: str, days: int = 30) -> CampaignFigures:
        """A campaign in figures, all of one moment; day by day for the last `days` days, today among them."""
        if not 1 <= days <= MAX_DAYS:
            raise ValueError(f"{days} days; give 1 to {MAX_DAYS}")
        async with self._database.read() as session:
            campaign = (await campaign_row(session, campaign_id)).id
            said = select(func.count()).select_from(OpinionRow).where(OpinionRow.campaign_id == campaign)
            pairs, alike = map(int, (await session.execute(_pairs(campaign))).one())
            return CampaignFigures(
                opinions=await session.scalar(said) or 0,
                people=await session.scalar(_people(campaign)) or 0,
                by_day=await _by_day(session, campaign, days),
                by_language=await _by_language(session, campaign),
                by_aspect=await _by_aspect(session, campaign),
                pairs=pairs // 2,
                agreement=alike / pairs if pairs else None,
            )


def _people(campaign: str) -> Select[int]:
    said = select(OpinionRow.annotator_id).where(OpinionRow.campaign_id == campaign)
    chose = select(ShowingRow.annotator_id).join(ClickRow, ClickRow.showing_id == ShowingRow.id)
    people = union(said, chose.where(ShowingRow.campaign_id == campaign))
    return select(func.count()).select_from(people.subquery())


async def _by_day(session: AsyncSession, campaign: str, days: int) -> tuple[DayFigure, ...]:
    first = now().date() - timedelta(days=days - 1)
    day = func.date(OpinionRow.created_at, type_=Date)
    since = OpinionRow.created_at >= datetime.combine(first, time(), UTC)
    query = select(day, func.count()).where(OpinionRow.campaign_id == campaign, since).group_by(day)
    counts = dict((await session.execute(query)).all())
    listed = [first + timedelta(days=number) for number in range(days)]
    return tuple(DayFigure(day=one, opinions=counts.get(one, 0)) for one in listed)


async def _by_language(session: AsyncSession, campaign: str) -> tuple[LanguageFigure, ...]:
    count = func.count()
    query = (
        select(ReadingRow.language, count)
        .join(OpinionRow, OpinionRow.id == ReadingRow.opinion_id)
        .where(OpinionRow.campaign_id == campaign, ReadingRow.id == _newest_reading(OpinionRow.id))
        .group_by(ReadingRow.language)
    )
    rows = await session.execute(query.order_by(count.desc(), ReadingRow.language))
    return tuple(LanguageFigure(language=language, opinions=opinions) for language, opinions in rows)


async def _by_aspect(session: AsyncSession, campaign: str) -> tuple[AspectFigure, ...]:
    query = _current_labels(campaign).group_by(LabelRow.aspect, LabelRow.polarity)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for aspect, polarity, count in await session.execute(query):
        counts[aspect][polarity] = count
    figures = [AspectFigure(aspect=aspect, **by_polarity) for aspect, by_polarity in counts.items()]
    return tuple(sorted(figures, key=lambda one: (-one.total, one.aspect)))


def _current_labels(campaign: str) -> Select[str, str, int]:
    """The rules of `gold.current_labels` in SQL."""
    answered = aliased(LabelRow)
    same_words = and_(
        answered.opinion_id == LabelRow.opinion_id,
        answered.aspect == LabelRow.aspect,
        answered.reading_id.is_distinct_from(LabelRow.reading_id),
        answered.span_start < LabelRow.span_end,
        LabelRow.span_start < answered.span_end,
    )
    open_still = and_(
        LabelRow.status == "suggested",
        LabelRow.reading_id == _newest_reading(LabelRow.opinion_id),
        ~exists().where(same_words, or_(answered.status != "suggested", _replaced(answered))),
    )
    return (
        select(LabelRow.aspect, LabelRow.polarity, func.count())
        .join(OpinionRow, OpinionRow.id == LabelRow.opinion_id)
        .where(OpinionRow.campaign_id == campaign, ~_replaced(LabelRow))
        .where(or_(LabelRow.status.in_(["confirmed", "corrected"]), open_still))
    )


def _replaced(label: type[LabelRow]) -> ColumnElement[bool]:
    correction = aliased(LabelRow)
    return exists().where(correction.replaces == label.id)


def _pairs(campaign: str) -> Select[int, int]:
    """How many pairs of people answered one comparison, and how many of them alike; each pair is counted twice."""
    answers, count = _answers(campaign), func.count()
    same = (
        select(answers.c.comparison_id, count.label("people"), (count * (count - 1)).label("alike"))
        .where(answers.c.answer.is_not(None))
        .group_by(answers.c.comparison_id, answers.c.answer)
        .subquery()
    )
    people = func.sum(same.c.people)
    pairs = select((people * (people - 1)).label("pairs"), func.sum(same.c.alike).label("alike"))
    both = pairs.group_by(same.c.comparison_id).subquery()
    return select(func.coalesce(func.sum(both.c.pairs), 0), func.coalesce(func.sum(both.c.alike), 0))


def _answers(campaign: str) -> Subquery:
    """What each person chose, an image by its place in the comparison: the rules of `gold.merged_preference` in SQL."""
    shown = _shown(campaign)
    choice = case(
        (ClickRow.choice.is_not(None), ClickRow.choice),
        (ClickRow.opinion_id == shown.c.opinion_id, null()),  # "none", with these words in sight
        else_=_choice_in_words(shown.c.opinion_id),
    )
    places = {letter: func.substr(shown.c.positions, place, 1) for place, letter in enumerate(LETTERS, 1)}
    answers = select(shown.c.comparison_id, case(places | {"tie": "tie"}, value=choice).label("answer"))
    return answers.outerjoin(ClickRow, ClickRow.id == shown.c.click_id).subquery()


def _shown(campaign: str) -> Subquery:
    """Each showing with its newest click and the newest opinion that states a choice.

    Both are looked up by index: SQLite, left to join them, compares everything with everything.
    """
    click = select(func.max(ClickRow.id)).where(ClickRow.showing_id == ShowingRow.id).scalar_subquery()
    stating = _choice_in_words(OpinionRow.id).is_not(None)
    said = select(func.max(OpinionRow.id)).where(OpinionRow.showing_id == ShowingRow.id, stating).scalar_subquery()
    columns = ShowingRow.comparison_id, ShowingRow.positions, click.label("click_id"), said.label("opinion_id")
    return select(*columns).where(ShowingRow.campaign_id == campaign).subquery()


def _choice_in_words(opinion_id: SQLColumnExpression[str]) -> ScalarSelect[str]:
    """The choice that the newest reading of an opinion found."""
    readings = select(ReadingRow.choice).where(ReadingRow.opinion_id == opinion_id)
    return readings.order_by(ReadingRow.id.desc()).limit(1).scalar_subquery()


def _newest_reading(opinion_id: SQLColumnExpression[str]) -> ScalarSelect[int | None]:
    reading = aliased(ReadingRow)
    return select(func.max(reading.id)).where(reading.opinion_id == opinion_id).scalar_subquery()
