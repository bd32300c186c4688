"""Records from rows, whole pages at a time.

What is read by the page is read as columns: a row of columns takes a fraction of the time of a mapped object.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

from sqlalchemy import Row, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from feedback.gold import KeptLabel, Stated, current_labels, merged_preference, refused_labels
from feedback.records import Comparison, Critique, Image, Label, Opinion, Preference, Reading, Record, Showing
from feedback.store_flags import flags_of_opinions
from feedback.tables import (
    Base,
    ClickRow,
    ComparisonImageRow,
    ComparisonRow,
    ImageRow,
    LabelRow,
    OpinionRow,
    ReadingRow,
    ShowingRow,
    WorkRow,
)

Kind = TypeVar("Kind", bound=Record)
AnyRow = Row[*tuple[Any, ...]]


def columns(table: type[Base]) -> list[InstrumentedAttribute[Any]]:
    """All columns of a table."""
    return [getattr(table, column.key) for column in table.__table__.columns]


OPINIONS = (
    select(*columns(OpinionRow), ShowingRow.comparison_id, ShowingRow.positions, ComparisonRow.kind)
    .join(ShowingRow, ShowingRow.id == OpinionRow.showing_id)
    .join(ComparisonRow, ComparisonRow.id == ShowingRow.comparison_id)
)


def record(kind: type[Kind], row: Base | AnyRow, /, **more: Any) -> Kind:
    """The record whose fields are the columns of the same names, and what is given beside them."""
    names, cells = _fields(kind, tuple(more))
    return kind(**dict(zip(names, cells(row), strict=True)), **more)


@cache
def _fields(kind: type[Record], given: tuple[str, ...]) -> tuple[list[str], Callable[[Any], tuple[Any, ...]]]:
    names = [name for name in kind.model_fields if name not in given]
    return names, attrgetter(*names)


async def images_by_comparison(session: AsyncSession, comparison_ids: set[str]) -> dict[str, list[Image]]:
    """The images of comparisons, in the order in which they were entered."""
    places = (
        select(ComparisonImageRow.comparison_id, ComparisonImageRow.image_id)
        .where(ComparisonImageRow.comparison_id.in_(comparison_ids))
        .order_by(ComparisonImageRow.comparison_id, ComparisonImageRow.position)
    )
    placed = (await session.execute(places)).all()
    wanted = select(*columns(ImageRow)).where(ImageRow.id.in_({image_id for _, image_id in placed}))
    known = {row.id: record(Image, row) for row in await session.execute(wanted)}
    images: dict[str, list[Image]] = defaultdict(list)
    for comparison_id, image_id in placed:
        images[comparison_id].append(known[image_id])
    return images


async def comparisons_of(session: AsyncSession, rows: Sequence[ComparisonRow]) -> dict[str, Comparison]:
    """The records of comparisons by id, in the order of the rows."""
    images = await images_by_comparison(session, {row.id for row in rows})
    return {
        row.id: Comparison(
            id=row.id, campaign_id=row.campaign_id, kind=row.kind, prompt=row.prompt, images=tuple(images[row.id])
        )
        for row in rows
    }


async def comparisons_by_id(session: AsyncSession, ids: set[str]) -> dict[str, Comparison]:
    """The records of these comparisons."""
    wanted = select(ComparisonRow).where(ComparisonRow.id.in_(ids))
    return await comparisons_of(session, (await session.scalars(wanted)).all())


async def showings_of(session: AsyncSession, query: Select[ShowingRow]) -> list[Showing]:
    """The records of showings, in the order of the query."""
    rows = (await session.execute(query.with_only_columns(*columns(ShowingRow)))).all()
    comparisons = await comparisons_by_id(session, {row.comparison_id for row in rows})
    return [_showing(row, comparisons[row.comparison_id]) for row in rows]


def _showing(row: AnyRow, comparison: Comparison) -> Showing:
    images = as_shown(comparison.images, row.positions)
    return record(Showing, row, kind=comparison.kind, images=images, prompt=comparison.prompt)


def as_shown(images: Sequence[Image], positions: str) -> tuple[Image, ...]:
    """The images of a comparison in the order on the screen."""
    return tuple(images[int(position)] for position in positions)


async def critiques_of(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[Critique]:
    """Everything known about the opinions that a query made from `OPINIONS` selects, in its order."""
    rows = (await session.execute(query)).all()
    ids = [row.id for row in rows]
    images = await images_by_comparison(session, {row.comparison_id for row in rows})
    readings = await newest_readings(session, ids)
    labels = await _labels(session, ids)
    flags = await flags_of_opinions(session, ids)
    clicks = await newest_clicks(session, {row.showing_id for row in rows})
    dead = set(
        await session.scalars(select(WorkRow.opinion_id).where(WorkRow.opinion_id.in_(ids), WorkRow.due_at.is_(None)))
    )
    critiques = []
    for row in rows:
        reading, kept = readings.get(row.id), labels[row.id]
        critiques.append(
            Critique(
                opinion=record(Opinion, row),
                images=as_shown(images[row.comparison_id], row.positions),
                reading=None if reading is None else _reading(reading, kept),
                labels=current_labels(kept, reading.id if reading else None),
                refused=refused_labels(kept),
                preference=merged_preference(clicks.get(row.showing_id), stated(reading)),
                failed=row.id in dead,
                flags=flags[row.id],
            )
        )
    return critiques


async def newest_readings(
    session: AsyncSession, opinion_ids: Sequence[str], *wanted: InstrumentedAttribute[Any]
) -> dict[str, AnyRow]:
    """The newest reading of each opinion that has one; all its columns, or those that are wanted."""
    newest = (
        select(func.max(ReadingRow.id)).where(ReadingRow.opinion_id.in_(opinion_ids)).group_by(ReadingRow.opinion_id)
    )
    rows = await session.execute(select(*(wanted or columns(ReadingRow))).where(ReadingRow.id.in_(newest)))
    return {row.opinion_id: row for row in rows}


async def newest_clicks(session: AsyncSession, showing_ids: set[str]) -> dict[str, Stated]:
    """The newest click of each showing that has one."""
    newest = select(func.max(ClickRow.id)).where(ClickRow.showing_id.in_(showing_ids)).group_by(ClickRow.showing_id)
    clicks = select(ClickRow.showing_id, ClickRow.choice, ClickRow.opinion_id).where(ClickRow.id.in_(newest))
    rows = await session.execute(clicks)
    return {showing_id: Stated(choice, opinion_id) for showing_id, choice, opinion_id in rows}  # type: ignore[arg-type]


def stated(reading: AnyRow | None) -> Stated | None:
    """The choice that a reading found in the words."""
    return None if reading is None else Stated(reading.choice, reading.opinion_id, reading.choice_confidence)


async def _labels(session: AsyncSession, opinion_ids: Sequence[str]) -> dict[str, list[KeptLabel]]:
    labels: dict[str, list[KeptLabel]] = defaultdict(list)
    query = select(*columns(LabelRow)).where(LabelRow.opinion_id.in_(opinion_ids)).order_by(LabelRow.id)
    for row in await session.execute(query):
        labels[row.opinion_id].append(KeptLabel(label(row), row.reading_id))
    return labels


def label(row: LabelRow | AnyRow) -> Label:
    """The record of a label."""
    return record(Label, row, span=None if row.span_start is None else (row.span_start, row.span_end))


def _reading(row: AnyRow, kept: Sequence[KeptLabel]) -> Reading:
    preference = Preference(choice=row.choice, confidence=row.choice_confidence)
    return record(Reading, row, labels=tuple(k.label for k in kept if k.reading == row.id), preference=preference)
