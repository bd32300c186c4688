"""Showings: which comparison was put before whom, in which order of its images."""

from collections.abc import Sequence

from sqlalchemy import Select, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import Conflict, NotFound
from feedback.ids import new_id
from feedback.records import Candidate, Showing
from feedback.store_base import StoreBase, hold, insert_if_absent, now, verb
from feedback.store_loading import comparisons_of, images_by_comparison, showings_of
from feedback.tables import CampaignRow, ComparisonRow, ShowingRow


class Showings(StoreBase):
    """What was shown, and what may be shown next."""

    @verb
    async def unseen(self, annotator_id: str, campaign_id: str, limit: int = 20) -> list[Candidate]:
        """Comparisons offered to everybody that this person has not been shown, least shown first.

        None of an archived campaign.
        """
        seen = exists().where(ShowingRow.comparison_id == ComparisonRow.id, ShowingRow.annotator_id == annotator_id)
        query = (
            select(ComparisonRow)
            .join(CampaignRow, CampaignRow.id == ComparisonRow.campaign_id)
            .where(ComparisonRow.campaign_id == campaign_id, ComparisonRow.offered, CampaignRow.archived.is_(False))
            .where(~seen)
            .order_by(ComparisonRow.times_shown, ComparisonRow.id)
            .limit(limit)
        )
        async with self._database.read() as session:
            return await candidates_of(session, query)

    @verb
    async def find_open_showing(self, annotator_id: str, campaign_id: str) -> Showing | None:
        """The newest showing that the person has neither answered nor skipped."""
        query = select(ShowingRow).where(
            ShowingRow.annotator_id == annotator_id,
            ShowingRow.campaign_id == campaign_id,
            ShowingRow.state == "open",
        )
        async with self._database.read() as session:
            found = await showings_of(session, query.order_by(ShowingRow.id.desc()).limit(1))
            return found[0] if found else None

    @verb
    async def find_showing(self, annotator_id: str, comparison_id: str) -> Showing | None:
        """The showing of that comparison to that person, if there was one."""
        theirs = ShowingRow.annotator_id == annotator_id, ShowingRow.comparison_id == comparison_id
        async with self._database.read() as session:
            found = await showings_of(session, select(ShowingRow).where(*theirs))
            return found[0] if found else None

    @verb
    async def show(self, annotator_id: str, comparison_id: str, image_ids: Sequence[str]) -> Showing:
        """Put a comparison before a person, images in this order; Conflict where they were shown it before."""
        async with self._database.write() as session:
            await hold(session, annotator_id)
            comparison = await session.get(ComparisonRow, comparison_id)
            if comparison is None:
                raise NotFound(f"no comparison {comparison_id!r}")
            entered = [one.id for one in (await images_by_comparison(session, {comparison_id}))[comparison_id]]
            if sorted(entered) != sorted(image_ids):
                raise Conflict("these are not the images of the comparison")
            showing_id = new_id()
            row = {
                "id": showing_id,
                "comparison_id": comparison_id,
                "campaign_id": comparison.campaign_id,
                "annotator_id": annotator_id,
                "positions": "".join(str(entered.index(one)) for one in image_ids),
                "shown_at": now(),
                "state": "open",
            }
            added = insert_if_absent(session, ShowingRow).values(row).returning(ShowingRow.id)
            if await session.scalar(added) is None:
                raise Conflict("this comparison was shown to this person before; show another one")
            shown = update(ComparisonRow).where(ComparisonRow.id == comparison_id)
            await session.execute(shown.values(times_shown=ComparisonRow.times_shown + 1))
            return await load_showing(session, showing_id)

    @verb
    async def get_showing(self, showing_id: str, annotator_id: str | None = None) -> Showing:
        """The showing of that id; with an annotator, only if it is theirs."""
        async with self._database.read() as session:
            return await load_showing(session, showing_id, annotator_id)

    @verb
    async def skip(self, showing_id: str, annotator_id: str | None = None) -> Showing:
        """Lay an open showing aside; an answered one stays answered."""
        async with self._database.write() as session:
            await load_showing(session, showing_id, annotator_id)
            opened = update(ShowingRow).where(ShowingRow.id == showing_id, ShowingRow.state == "open")
            await session.execute(opened.values(state="skipped"))
            return await load_showing(session, showing_id)


async def load_showing(session: AsyncSession, showing_id: str, annotator_id: str | None = None) -> Showing:
    """The showing of that id, or NotFound; with an annotator, also where it is somebody else's."""
    found = await showings_of(session, select(ShowingRow).where(ShowingRow.id == showing_id))
    if not found or annotator_id not in (None, found[0].annotator_id):
        raise NotFound(f"no showing {showing_id!r}, or it is not theirs")
    return found[0]


async def candidates_of(session: AsyncSession, query: Select[ComparisonRow]) -> list[Candidate]:
    """What may be shown next, in the order of the query."""
    rows = (await session.scalars(query)).all()
    comparisons = await comparisons_of(session, rows)
    orders = await _orders(session, {one.id: [i.id for i in one.images] for one in comparisons.values()})
    return [
        Candidate(comparison=comparisons[row.id], times_shown=row.times_shown, orders=orders[row.id]) for row in rows
    ]


async def _orders(session: AsyncSession, images: dict[str, list[str]]) -> dict[str, dict[tuple[str, ...], int]]:
    query = (
        select(ShowingRow.comparison_id, ShowingRow.positions, func.count())
        .where(ShowingRow.comparison_id.in_(images))
        .group_by(ShowingRow.comparison_id, ShowingRow.positions)
    )
    orders: dict[str, dict[tuple[str, ...], int]] = {comparison_id: {} for comparison_id in images}
    for comparison_id, positions, count in await session.execute(query):
        orders[comparison_id][tuple(images[comparison_id][int(p)] for p in positions)] = count
    return orders
