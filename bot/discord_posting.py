"""Posts a comparison wherever one is due, for everybody in the channel to answer."""

from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING

import discord

from bot import replies
from bot.comparisons import choose_next
from bot.discord_answers import UNKNOWN_CHANNEL, drawn, note
from bot.discord_views import POSTED
from bot.rounds import make_rounds
from bot.wording import negotiate, wording
from feedback.discord_records import Place, Post
from feedback.records import Campaign, Comparison, Showing

if TYPE_CHECKING:
    from bot.discord_client import OpineClient

LOOK_EVERY = 20.0  # seconds; places are due by the minute, and a new one wakes the loop at once
GATHER_SECONDS = 0.5


async def post_all(client: "OpineClient") -> None:
    """Post what is due, until cancelled."""
    await client.wait_until_ready()
    parts = client.parts

    async def post_due() -> bool:
        for place in await parts.store.places_due(datetime.now(UTC)):
            if client.serves(place):
                await _post_and_mark(client, place)
        return False  # what is due now was posted

    await make_rounds(
        parts.store, post_due, partial(note, parts), rest_seconds=LOOK_EVERY, gather_seconds=GATHER_SECONDS
    )


async def _post_and_mark(client: "OpineClient", place: Place) -> None:
    """Due again an interval later, whatever came of it: a channel that is closed to us is not tried every moment."""
    try:
        await post_next(client, place)
    except Exception as error:
        note(client.parts, error)
        if isinstance(error, discord.NotFound) and error.code == UNKNOWN_CHANNEL:  # deleted while we were away
            await client.parts.store.remove_place(place.channel_id)
    await client.parts.store.mark_posted(place.channel_id, datetime.now(UTC))


async def post_next(client: "OpineClient", place: Place) -> bool:
    """Post the next comparison of the place's campaign; False where all of them were posted there."""
    store = client.parts.store
    chosen = choose_next(await store.unposted(place.channel_id, place.campaign_id), str(place.channel_id))
    if chosen is None:
        return False
    comparison, order = chosen
    campaign = await store.get_campaign(place.campaign_id)
    guild = client.get_guild(place.guild_id or 0)
    said = wording(negotiate([str(guild.preferred_locale)] if guild else []))
    turn = replies.comparison(said, campaign, _for_everybody(campaign, comparison, order))
    view, files = await drawn(client.parts, "", campaign.id, [turn])
    channel = client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
    # Discord drops a second message with the nonce of a first: we may have sent it and died before we knew.
    once = sha256("\0".join((str(place.channel_id), comparison.id, *order)).encode()).hexdigest()[:25]
    sent = await channel.send(view=view, files=files, nonce=once)
    await store.add_post(
        Post(message_id=sent.id, channel_id=place.channel_id, comparison_id=comparison.id, image_ids=order)
    )
    return True


def _for_everybody(campaign: Campaign, comparison: Comparison, order: tuple[str, ...]) -> Showing:
    """A showing that stands for those of all who will press its buttons."""
    images = {image.id: image for image in comparison.images}
    return Showing(
        id=POSTED,
        comparison_id=comparison.id,
        campaign_id=campaign.id,
        annotator_id="",
        kind=comparison.kind,
        images=tuple(images[one] for one in order),
        prompt=comparison.prompt,
        shown_at=datetime.now(UTC),
    )
