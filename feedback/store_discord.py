"""Discord's side of what is kept: the places where the bot talks, its posts, and the answers that are on their way."""

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, or_, select, update

from feedback.discord_records import Delivery, Place, Post
from feedback.errors import Conflict, NotFound
from feedback.records import Candidate, Opinion
from feedback.store_base import StoreBase, hold, insert_if_absent, now, values, verb
from feedback.store_campaigns import campaign_row
from feedback.store_loading import OPINIONS, cells_of, images_by_comparison, record
from feedback.store_opinions import load_opinion
from feedback.store_showings import candidates_of
from feedback.tables import CampaignRow, ComparisonRow, DeliveryRow, EventRow, OpinionRow, PlaceRow, PostRow

KEPT = {"channel_id", "last_message_id", "posted_at"}  # of a place that is set up anew
ENDS = ("reading", "failed")  # events after which an opinion has an answer


class Discord(StoreBase):
    """Places, posts and deliveries; ids of channels, servers, roles and messages are Discord's own."""

    @verb
    async def set_place(self, place: Place) -> Place:
        """Set up a channel, or set it up anew: what was seen there and when it was posted to is kept then."""
        async with self._announced() as session:  # it may be due at once
            if place.annotator_id is not None:
                await hold(session, place.annotator_id)
            await campaign_row(session, place.campaign_id)
            new = place.model_dump() | {"due_at": _due(place.interval_minutes, place.posted_at)}
            await session.execute(insert_if_absent(session, PlaceRow).values(new))
            this = select(PlaceRow).where(PlaceRow.channel_id == place.channel_id).with_for_update()
            row = (await session.scalars(this)).one()
            for name, value in place.model_dump(exclude=KEPT).items():
                setattr(row, name, value)
            row.due_at = _due(row.interval_minutes, row.posted_at)
            await session.flush()
            return _place(row)

    @verb
    async def find_place(self, channel_id: int) -> Place | None:
        """The place of that channel, if it was set up."""
        async with self._database.read() as session:
            row = await session.get(PlaceRow, channel_id)
            return None if row is None else _place(row)

    @verb
    async def list_places(self, guild_id: int | None = None) -> list[Place]:
        """All places (of a server), those with one person alone among them."""
        query = select(PlaceRow).order_by(PlaceRow.channel_id)
        if guild_id is not None:
            query = query.where(PlaceRow.guild_id == guild_id)
        async with self._database.read() as session:
            return [_place(row) for row in await session.scalars(query)]

    @verb
    async def remove_place(self, channel_id: int) -> None:
        """Talk there no more; posts stay, and their buttons work as long as their messages are there."""
        async with self._database.write() as session:
            await session.execute(delete(PlaceRow).where(PlaceRow.channel_id == channel_id))

    @verb
    async def remove_guild(self, guild_id: int) -> None:
        """Remove all places of a server."""
        async with self._database.write() as session:
            await session.execute(delete(PlaceRow).where(PlaceRow.guild_id == guild_id))

    @verb
    async def places_due(self, moment: datetime) -> list[Place]:
        """Places that are to be posted to, longest due first: never posted to, or not since an interval ago.

        None of an archived campaign.
        """
        query = (
            select(PlaceRow)
            .join(CampaignRow, CampaignRow.id == PlaceRow.campaign_id)
            .where(PlaceRow.due_at <= moment, CampaignRow.archived.is_(False))
        )
        async with self._database.read() as session:
            rows = await session.scalars(query.order_by(PlaceRow.due_at, PlaceRow.channel_id))
            return [_place(row) for row in rows]

    @verb
    async def mark_posted(self, channel_id: int, at: datetime) -> None:
        """Keep when a place was posted to; it is due again an interval later."""
        async with self._database.write() as session:
            row = await session.get(PlaceRow, channel_id, with_for_update=True)
            if row is not None:  # removed meanwhile
                row.posted_at, row.due_at = at, _due(row.interval_minutes, at)

    @verb
    async def mark_seen(self, channel_id: int, message_id: int) -> None:
        """Keep that everything up to this message was taken in; an earlier message, or an unknown place: nothing."""
        further = or_(PlaceRow.last_message_id.is_(None), PlaceRow.last_message_id < message_id)
        seen = update(PlaceRow).where(PlaceRow.channel_id == channel_id, further)
        async with self._database.write() as session:
            await session.execute(seen.values(last_message_id=message_id))

    @verb
    async def add_post(self, post: Post) -> Post:
        """Keep what a message shows, and answer what is kept: of several posts of one message, the first."""
        async with self._database.write() as session:
            images = (await images_by_comparison(session, {post.comparison_id}))[post.comparison_id]
            if not images:
                raise NotFound(f"no comparison {post.comparison_id!r}")
            if sorted(one.id for one in images) != sorted(post.image_ids):
                raise Conflict("these are not the images of the comparison")
            await session.execute(insert_if_absent(session, PostRow).values(post.model_dump()))
            row = (await session.scalars(select(PostRow).where(PostRow.message_id == post.message_id))).one()
            return Post(**values(row))

    @verb
    async def find_post(self, message_id: int) -> Post | None:
        """What that message shows, if it shows a comparison."""
        async with self._database.read() as session:
            row = await session.get(PostRow, message_id)
            return None if row is None else Post(**values(row))

    @verb
    async def remove_post(self, message_id: int) -> None:
        """Forget a message that is gone; its comparison, and what was said about it, stay."""
        async with self._database.write() as session:
            await session.execute(delete(PostRow).where(PostRow.message_id == message_id))

    @verb
    async def unposted(self, channel_id: int, campaign_id: str, limit: int = 20) -> list[Candidate]:
        """Comparisons offered to everybody that were not posted in this channel, least shown first."""
        posted = exists().where(PostRow.comparison_id == ComparisonRow.id, PostRow.channel_id == channel_id)
        query = (
            select(ComparisonRow)
            .where(ComparisonRow.campaign_id == campaign_id, ComparisonRow.offered, ~posted)
            .order_by(ComparisonRow.times_shown, ComparisonRow.id)
            .limit(limit)
        )
        async with self._database.read() as session:
            return await candidates_of(session, query)

    @verb
    async def add_delivery(self, delivery: Delivery, hold_seconds: float = 0.0) -> None:
        """Keep where the answer to a person's opinion goes; the first way given counts.

        For `hold_seconds`, or until it is released, nobody is handed it: a receipt is still on its way there.
        """
        async with self._announced() as session:  # the opinion may have been read already
            await hold(session, delivery.annotator_id)
            await load_opinion(session, delivery.opinion_id, delivery.annotator_id)
            row = delivery.model_dump(exclude={"annotator_id"})
            row["due_at"] = now() + timedelta(seconds=hold_seconds)
            await session.execute(insert_if_absent(session, DeliveryRow).values(row))

    @verb
    async def release_delivery(self, opinion_id: str) -> None:
        """From now on it may be handed out; nothing where it has arrived meanwhile."""
        held = (DeliveryRow.opinion_id == opinion_id, DeliveryRow.due_at.is_not(None))
        async with self._announced() as session:
            await session.execute(update(DeliveryRow).where(*held).values(due_at=now()))

    @verb
    async def deliveries_ready(self, limit: int, lease_seconds: float = 30.0) -> list[Delivery]:
        """Up to `limit` deliveries of opinions that were read, or given up, longest due first.

        Nobody else is handed them until the lease ends; then those that were not finished come again. Those whose
        token has expired are among them.
        """
        ready = exists().where(EventRow.opinion_id == DeliveryRow.opinion_id, EventRow.kind.in_(ENDS))
        query = (
            select(DeliveryRow, OpinionRow.annotator_id)
            .join(OpinionRow, OpinionRow.id == DeliveryRow.opinion_id)
            .where(DeliveryRow.due_at <= now(), ready)
            .order_by(DeliveryRow.due_at, DeliveryRow.opinion_id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=DeliveryRow)
        )
        async with self._database.write() as session:
            rows = (await session.execute(query)).all()
            for row, _ in rows:
                row.due_at = now() + timedelta(seconds=lease_seconds)
            return [_delivery(row, annotator_id) for row, annotator_id in rows]

    @verb
    async def release_deliveries(self) -> None:
        """The same of all. Only for one who knows that nobody else delivers."""
        async with self._announced() as session:
            await session.execute(update(DeliveryRow).where(DeliveryRow.due_at > now()).values(due_at=now()))

    @verb
    async def oldest_delivery_seconds(self) -> float:
        """How long ago the opinion was read, or given up, whose answer has been on its way longest; 0 if none is."""
        oldest = (
            select(func.min(EventRow.created_at))
            .join(DeliveryRow, DeliveryRow.opinion_id == EventRow.opinion_id)
            .where(DeliveryRow.due_at.is_not(None), EventRow.kind.in_(ENDS))
        )
        async with self._database.read() as session:
            since = await session.scalar(oldest)
            return 0.0 if since is None else max(0.0, (now() - since).total_seconds())

    @verb
    async def finish_delivery(self, opinion_id: str) -> None:
        """The answer arrived, or never will; of one without a token it is kept where the opinion was said."""
        this = DeliveryRow.opinion_id == opinion_id
        async with self._database.write() as session:
            await session.execute(delete(DeliveryRow).where(this, DeliveryRow.token.is_not(None)))
            await session.execute(update(DeliveryRow).where(this).values(due_at=None))

    @verb
    async def said_in(self, channel_id: int, limit: int) -> list[Opinion]:
        """The newest opinions that were messages in that channel, newest first."""
        said = OPINIONS.join(DeliveryRow, DeliveryRow.opinion_id == OpinionRow.id)
        said = said.where(DeliveryRow.channel_id == channel_id, DeliveryRow.token.is_(None))
        async with self._database.read() as session:
            rows = await cells_of(session, said.order_by(OpinionRow.id.desc()).limit(limit))
            return [record(Opinion, row) for row in rows]


def _due(interval_minutes: int, posted_at: datetime | None) -> datetime | None:
    if interval_minutes == 0:
        return None
    return now() if posted_at is None else posted_at + timedelta(minutes=interval_minutes)


def _place(row: PlaceRow) -> Place:
    return Place(**{name: value for name, value in values(row).items() if name != "due_at"})


def _delivery(row: DeliveryRow, annotator_id: str) -> Delivery:
    kept = {name: value for name, value in values(row).items() if name != "due_at"}
    return Delivery(**kept, annotator_id=annotator_id)
