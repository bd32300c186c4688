"""Records from rows, whole pages at a time."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.gold import KeptLabel, Stated, current_labels, merged_preference, refused_labels
from feedback.records import Comparison, Critique, Image, Label, Opinion, Preference, Reading, Showing
from feedback.store_base import values
from feedback.tables import (
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

OPINIONS = (
    select(OpinionRow, ShowingRow, ComparisonRow.kind)
    .join(ShowingRow, ShowingRow.id == OpinionRow.showing_id)
    .join(ComparisonRow, ComparisonRow.id == ShowingRow.comparison_id)
)


def image(row: ImageRow) -> Image:
    """The record of an image."""
    return Image(**{name: value for name, value in values(row).items() if name != "created_at"})


def opinion(row: OpinionRow, showing: ShowingRow, kind: str) -> Opinion:
    """The record of one row of `OPINIONS`."""
    return Opinion(**values(row), kind=kind, comparison_id=showing.comparison_id)


async def images_by_comparison(session: AsyncSession, comparison_ids: set[str]) -> dict[str, list[Image]]:
    """The images of comparisons, in the order in which they were entered."""
    query = (
        select(ComparisonImageRow.comparison_id, ImageRow)
        .join(ImageRow, ImageRow.id == ComparisonImageRow.image_id)
        .where(ComparisonImageRow.comparison_id.in_(comparison_ids))
        .order_by(ComparisonImageRow.comparison_id, ComparisonImageRow.position)
    )
    images: dict[str, list[Image]] = defaultdict(list)
    for comparison_id, row in await session.execute(query):
        images[comparison_id].append(image(row))
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


async def showings_of(session: AsyncSession, query: Select[ShowingRow]) -> list[Showing]:
    """The records of showings, in the order of the query."""
    rows = (await session.scalars(query)).all()
    wanted = select(ComparisonRow).where(ComparisonRow.id.in_({row.comparison_id for row in rows}))
    comparisons = await comparisons_of(session, (await session.scalars(wanted)).all())
    return [_showing(row, comparisons[row.comparison_id]) for row in rows]


def _showing(row: ShowingRow, comparison: Comparison) -> Showing:
    return Showing(
        id=row.id,
        comparison_id=row.comparison_id,
        campaign_id=row.campaign_id,
        annotator_id=row.annotator_id,
        kind=comparison.kind,
        images=as_shown(comparison.images, row.positions),
        prompt=comparison.prompt,
        shown_at=row.shown_at,
        state=row.state,
    )


def as_shown(images: Sequence[Image], positions: str) -> tuple[Image, ...]:
    """The images of a comparison in the order on the screen."""
    return tuple(images[int(position)] for position in positions)


async def critiques_of(session: AsyncSession, query: Select[OpinionRow, ShowingRow, str]) -> list[Critique]:
    """Everything known about the opinions that a query made from `OPINIONS` selects, in its order."""
    rows = (await session.execute(query)).all()
    ids = [row.id for row, _, _ in rows]
    images = await images_by_comparison(session, {showing.comparison_id for _, showing, _ in rows})
    readings = await newest_readings(session, ids)
    labels = await _labels(session, ids)
    clicks = await newest_clicks(session, {showing.id for _, showing, _ in rows})
    dead = set(
        await session.scalars(select(WorkRow.opinion_id).where(WorkRow.opinion_id.in_(ids), WorkRow.due_at.is_(None)))
    )
    critiques = []
    for row, showing, kind in rows:
        reading, kept = readings.get(row.id), labels[row.id]
        critiques.append(
            Critique(
                opinion=opinion(row, showing, kind),
                images=as_shown(images[showing.comparison_id], showing.positions),
                reading=None if reading is None else _reading(reading, kept),
                labels=current_labels(kept, reading.id if reading else None),
                refused=refused_labels(kept),
                preference=merged_preference(clicks.get(showing.id), stated(reading)),
                failed=row.id in dead,
            )
        )
    return critiques


async def newest_readings(session: AsyncSession, opinion_ids: Sequence[str]) -> dict[str, ReadingRow]:
    """The newest reading of each opinion that has one."""
    newest = (
        select(func.max(ReadingRow.id)).where(ReadingRow.opinion_id.in_(opinion_ids)).group_by(ReadingRow.opinion_id)
    )
    rows = await session.scalars(select(ReadingRow).where(ReadingRow.id.in_(newest)))
    return {row.opinion_id: row for row in rows}


async def newest_clicks(session: AsyncSession, showing_ids: set[str]) -> dict[str, Stated]:
    """The newest click of each showing that has one."""
    newest = select(func.max(ClickRow.id)).where(ClickRow.showing_id.in_(showing_ids)).group_by(ClickRow.showing_id)
    rows = await session.scalars(select(ClickRow).where(ClickRow.id.in_(newest)))
    return {row.showing_id: Stated(row.choice, row.opinion_id) for row in rows}  # type: ignore[arg-type]


def stated(reading: ReadingRow | None) -> Stated | None:
    """The choice that a reading found in the words."""
    if reading is None:
        return None
    return Stated(reading.choice, reading.opinion_id, reading.choice_confidence)  # type: ignore[arg-type]


async def _labels(session: AsyncSession, opinion_ids: Sequence[str]) -> dict[str, list[KeptLabel]]:
    labels: dict[str, list[KeptLabel]] = defaultdict(list)
    query = select(LabelRow).where(LabelRow.opinion_id.in_(opinion_ids)).order_by(LabelRow.id)
    for row in await session.scalars(query):
        labels[row.opinion_id].append(KeptLabel(label(row), row.reading_id))
    return labels


def label(row: LabelRow) -> Label:
    """The record of a label."""
    known = {name: value for name, value in values(row).items() if name in Label.model_fields}
    span = None if row.span_start is None else (row.span_start, row.span_end)
    return Label(**known, span=span)


def _reading(row: ReadingRow, kept: Sequence[KeptLabel]) -> Reading:
    known = {name: value for name, value in values(row).items() if name in Reading.model_fields}
    preference = Preference(choice=row.choice, confidence=row.choice_confidence)
    return Reading(**known, labels=tuple(k.label for k in kept if k.reading == row.id), preference=preference)
