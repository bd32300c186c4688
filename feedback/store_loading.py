"""Records from rows, whole pages at a time.

What is read by the page is read as dicts of columns: they take a fraction of the time of mapped objects, or of rows.
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
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
Cells = dict[str, Any]


def columns(table: type[Base]) -> list[InstrumentedAttribute[Any]]:
    """All columns of a table."""
    return [getattr(table, column.key) for column in table.__table__.columns]


OPINIONS = (
    select(*columns(OpinionRow), ShowingRow.comparison_id, ShowingRow.positions, ComparisonRow.kind)
    .join(ShowingRow, ShowingRow.id == OpinionRow.showing_id)
    .join(ComparisonRow, ComparisonRow.id == ShowingRow.comparison_id)
)


async def cells_of(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[Cells]:
    """The rows of a query, each a dict of its columns."""
    found = await session.execute(query)
    names = tuple(found.keys())
    return [dict(zip(names, row, strict=True)) for row in found]


def record(kind: type[Kind], cells: Cells, /, **more: Any) -> Kind:
    """The record whose fields are the columns of the same names, and what is given beside them."""
    return kind(**{name: cells[name] for name in _fields(kind) if name not in more}, **more)


@cache
def _fields(kind: type[Record]) -> tuple[str, ...]:
    return tuple(kind.model_fields)


async def images_by_comparison(session: AsyncSession, comparison_ids: set[str]) -> dict[str, list[Image]]:
    """The images of comparisons, in the order in which they were entered."""
    places = (
        select(ComparisonImageRow.comparison_id, ComparisonImageRow.image_id)
        .where(ComparisonImageRow.comparison_id.in_(comparison_ids))
        .order_by(ComparisonImageRow.comparison_id, ComparisonImageRow.position)
    )
    placed = (await session.execute(places)).all()
    wanted = select(*columns(ImageRow)).where(ImageRow.id.in_({image_id for _, image_id in placed}))
    known = {cells["id"]: record(Image, cells) for cells in await cells_of(session, wanted)}
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
    rows = await cells_of(session, query.with_only_columns(*columns(ShowingRow)))
    comparisons = await comparisons_by_id(session, {row["comparison_id"] for row in rows})
    return [_showing(row, comparisons[row["comparison_id"]]) for row in rows]


def _showing(row: Cells, comparison: Comparison) -> Showing:
    images = as_shown(comparison.images, row["positions"])
    return record(Showing, row, kind=comparison.kind, images=images, prompt=comparison.prompt)


def as_shown(images: Sequence[Image], positions: str) -> tuple[Image, ...]:
    """The images of a comparison in the order on the screen."""
    return tuple(images[int(position)] for position in positions)


async def critiques_of(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[Critique]:
    """Everything known about the opinions that a query made from `OPINIONS` selects, in its order."""
    rows = await cells_of(session, query)
    ids = [row["id"] for row in rows]
    images = await images_by_comparison(session, {row["comparison_id"] for row in rows})
    readings = await newest_readings(session, ids)
    labels = await _labels(session, ids)
    flags = await flags_of_opinions(session, ids)
    clicks = await newest_clicks(session, {row["showing_id"] for row in rows})
    dead = set(
        await session.scalars(select(WorkRow.opinion_id).where(WorkRow.opinion_id.in_(ids), WorkRow.due_at.is_(None)))
    )
    critiques = []
    for row in rows:
        id_, reading = row["id"], readings.get(row["id"])
        kept = labels[id_]
        critiques.append(
            Critique(
                opinion=record(Opinion, row),
                images=as_shown(images[row["comparison_id"]], row["positions"]),
                reading=None if reading is None else _reading(reading, kept),
                labels=current_labels(kept, reading["id"] if reading else None),
                refused=refused_labels(kept),
                preference=merged_preference(clicks.get(row["showing_id"]), stated(reading)),
                failed=id_ in dead,
                flags=flags[id_],
            )
        )
    return critiques


async def newest_readings(
    session: AsyncSession, opinion_ids: Sequence[str], *wanted: InstrumentedAttribute[Any]
) -> dict[str, Cells]:
    """The newest reading of each opinion that has one; all its columns, or those that are wanted."""
    newest = (
        select(func.max(ReadingRow.id)).where(ReadingRow.opinion_id.in_(opinion_ids)).group_by(ReadingRow.opinion_id)
    )
    rows = await cells_of(session, select(*(wanted or columns(ReadingRow))).where(ReadingRow.id.in_(newest)))
    return {row["opinion_id"]: row for row in rows}


async def newest_clicks(session: AsyncSession, showing_ids: set[str]) -> dict[str, Stated]:
    """The newest click of each showing that has one."""
    newest = select(func.max(ClickRow.id)).where(ClickRow.showing_id.in_(showing_ids)).group_by(ClickRow.showing_id)
    clicks = select(ClickRow.showing_id, ClickRow.choice, ClickRow.opinion_id).where(ClickRow.id.in_(newest))
    rows = await session.execute(clicks)
    return {showing_id: Stated(choice, opinion_id) for showing_id, choice, opinion_id in rows}  # type: ignore[arg-type]


def stated(reading: Cells | None) -> Stated | None:
    """The choice that a reading found in the words."""
    if reading is None:
        return None
    return Stated(reading["choice"], reading["opinion_id"], reading["choice_confidence"])


async def _labels(session: AsyncSession, opinion_ids: Sequence[str]) -> dict[str, list[KeptLabel]]:
    labels: dict[str, list[KeptLabel]] = defaultdict(list)
    query = select(*columns(LabelRow)).where(LabelRow.opinion_id.in_(opinion_ids)).order_by(LabelRow.id)
    for row in await cells_of(session, query):
        labels[row["opinion_id"]].append(KeptLabel(label(row), row["reading_id"]))
    return labels


def label(row: Cells) -> Label:
    """The record of a label."""
    start = row["span_start"]
    return record(Label, row, span=None if start is None else (start, row["span_end"]))


def _reading(row: Cells, kept: Sequence[KeptLabel]) -> Reading:
    labels = tuple(k.label for k in kept if k.reading == row["id"])
    return record(
        Reading, row, labels=labels, preference=Preference(choice=row["choice"], confidence=row["choice_confidence"])
    )
