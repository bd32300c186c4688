"""Campaigns, their images and comparisons."""

from collections.abc import Sequence

from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import Conflict, NotFound
from feedback.ids import new_id
from feedback.records import KIND_OF_COUNT, Campaign, Comparison, Image, NewImage
from feedback.store_base import StoreBase, insert_if_absent, now, values, verb
from feedback.store_loading import comparisons_of, record
from feedback.tables import CampaignRow, ComparisonImageRow, ComparisonRow, ImageRow


class Campaigns(StoreBase):
    """The questions put to people."""

    @verb
    async def create_campaign(
        self,
        name: str,
        title: str,
        *,
        question: str | None = None,
        consent_version: int = 1,
        consent_text: str | None = None,
        training_use: bool = True,
    ) -> Campaign:
        """Start a campaign; Conflict where the name is taken."""
        campaign = Campaign(
            id=new_id(),
            name=name,
            title=title,
            question=question,
            consent_version=consent_version,
            consent_text=consent_text,
            training_use=training_use,
            created_at=now(),
        )
        async with self._database.write() as session:
            added = insert_if_absent(session, CampaignRow).values(campaign.model_dump()).returning(CampaignRow.id)
            if await session.scalar(added) is None:
                raise Conflict(f"there is a campaign named {name!r} already; choose another name")
        return campaign

    @verb
    async def get_campaign(self, name_or_id: str) -> Campaign:
        """The campaign of that name or id."""
        async with self._database.read() as session:
            return Campaign(**values(await campaign_row(session, name_or_id)))

    @verb
    async def list_campaigns(self) -> list[Campaign]:
        """All campaigns, oldest first."""
        async with self._database.read() as session:
            rows = await session.scalars(select(CampaignRow).order_by(CampaignRow.id))
            return [Campaign(**values(row)) for row in rows]

    @verb
    async def archive_campaign(self, name: str) -> None:
        """Show the campaign to nobody any more; what people said stays, and opinions under way are still taken."""
        async with self._database.write() as session:
            row = await campaign_row(session, name)
            await session.execute(update(CampaignRow).where(CampaignRow.id == row.id).values(archived=True))

    @verb
    async def add_image(self, campaign_id: str, facts: NewImage) -> Image:
        """Add an image; the same bytes in the same campaign are one image, with the facts given first."""
        async with self._database.write() as session:
            await campaign_row(session, campaign_id)
            row = facts.model_dump() | {"id": new_id(), "campaign_id": campaign_id, "created_at": now()}
            await session.execute(insert_if_absent(session, ImageRow).values(row))
            same = select(ImageRow).where(ImageRow.campaign_id == campaign_id, ImageRow.sha256 == facts.sha256)
            return record(Image, values((await session.scalars(same)).one()))

    @verb
    async def get_image(self, image_id: str) -> Image:
        """The image of that id."""
        async with self._database.read() as session:
            row = await session.get(ImageRow, image_id)
            if row is None:
                raise NotFound(f"no image {image_id!r}")
            return record(Image, values(row))

    @verb
    async def add_comparison(
        self, campaign_id: str, image_ids: Sequence[str], prompt: str | None = None, *, offered: bool = True
    ) -> Comparison:
        """Let one to four different images of the campaign be judged together.

        One that is not `offered` is never handed out by `unseen`: only whoever asks about it is shown it.
        """
        if len(image_ids) not in KIND_OF_COUNT:
            raise Conflict(f"{len(image_ids)} images; a comparison has one to four")
        async with self._database.write() as session:
            images = await _distinct(session, campaign_id, image_ids)
            comparison = Comparison(
                id=new_id(), campaign_id=campaign_id, kind=KIND_OF_COUNT[len(images)], images=images, prompt=prompt
            )
            row = comparison.model_dump(exclude={"images"}) | {"offered": offered, "created_at": now()}
            await session.execute(insert(ComparisonRow).values(row))
            places = [
                {"comparison_id": comparison.id, "position": i, "image_id": one} for i, one in enumerate(image_ids)
            ]
            await session.execute(insert(ComparisonImageRow), places)
            return comparison

    @verb
    async def list_comparisons(self, campaign_id: str, after: str | None = None, limit: int = 100) -> list[Comparison]:
        """A page of the campaign's comparisons; `after` is the id of the last one seen."""
        query = select(ComparisonRow).where(ComparisonRow.campaign_id == campaign_id, ComparisonRow.id > (after or ""))
        async with self._database.read() as session:
            rows = (await session.scalars(query.order_by(ComparisonRow.id).limit(limit))).all()
            return list((await comparisons_of(session, rows)).values())


async def campaign_row(session: AsyncSession, name_or_id: str) -> CampaignRow:
    """The campaign of that name or id, or NotFound."""
    found = select(CampaignRow).where(or_(CampaignRow.id == name_or_id, CampaignRow.name == name_or_id))
    row = await session.scalar(found)
    if row is None:
        raise NotFound(f"no campaign {name_or_id!r}")
    return row


async def _distinct(session: AsyncSession, campaign_id: str, image_ids: Sequence[str]) -> tuple[Image, ...]:
    query = select(ImageRow).where(ImageRow.campaign_id == campaign_id, ImageRow.id.in_(image_ids))
    rows = {row.id: row for row in await session.scalars(query)}
    if missing := set(image_ids) - set(rows):
        raise NotFound(f"the campaign has no image {', '.join(sorted(missing))}")
    if len(rows) < len(image_ids):  # within a campaign, equal bytes are one image
        raise Conflict("the same image twice in one comparison; nobody can prefer one of them")
    return tuple(record(Image, values(rows[one])) for one in image_ids)
