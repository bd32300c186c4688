"""Delivers what was understood: the receipt of an opinion becomes it. At least once, and twice looks like once."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import discord

from bot.discord_answers import drawn, note
from bot.discord_gaps import AWAY
from bot.discord_parts import Parts
from bot.rounds import make_rounds
from feedback.discord_records import Delivery
from feedback.errors import NotFound

if TYPE_CHECKING:
    from bot.discord_client import OpineClient


WAIT_SECONDS = 5.0  # a commit wakes the loop at once; this only bounds what a lost notice can cost
GATHER_SECONDS = 0.05
AT_ONCE = 20
GIVEN_UP_AFTER = timedelta(days=1)


async def deliver_all(client: "OpineClient") -> None:
    """Deliver whatever is ready, until cancelled."""
    parts = client.parts

    async def deliver_some() -> bool:
        ready = await parts.store.deliveries_ready(AT_ONCE)
        await asyncio.gather(*(_deliver(client, one) for one in ready))
        return bool(ready)

    await make_rounds(
        parts.store, deliver_some, partial(note, parts), rest_seconds=WAIT_SECONDS, gather_seconds=GATHER_SECONDS
    )


async def _deliver(client: "OpineClient", delivery: Delivery) -> None:
    """One delivery; what fails for now comes again when its lease ends."""
    try:
        if delivery.expires_at is None or datetime.now(UTC) < delivery.expires_at:
            await _send(client, delivery)
    except NotFound:  # the opinion was deleted meanwhile
        pass
    except Exception as error:
        note(client.parts, error)
        if not (_is_final(error) or await _is_hopeless(client, delivery, error)):
            return
    await client.parts.store.finish_delivery(delivery.opinion_id)


def _is_final(error: Exception) -> bool:
    """Whether Discord will refuse it again: what is gone or forbidden stays so."""
    return isinstance(error, discord.HTTPException) and 400 <= error.status < 500 and error.status != 429


async def _is_hopeless(client: "OpineClient", delivery: Delivery, error: Exception) -> bool:
    """Whether it failed for something that is not merely away, and a day after the opinion was said still does."""
    if isinstance(error, AWAY):
        return False
    with suppress(NotFound):  # deleted meanwhile
        opinion = await client.parts.store.get_opinion(delivery.opinion_id)
        return datetime.now(UTC) - opinion.created_at > GIVEN_UP_AFTER
    return True


async def _send(client: "OpineClient", delivery: Delivery) -> None:
    parts: Parts = client.parts
    turns = await parts.conversation.understood(delivery.opinion_id)
    campaign_id = (await parts.store.get_opinion(delivery.opinion_id)).campaign_id
    view, files = await drawn(parts, delivery.annotator_id, campaign_id, turns)
    if delivery.token is not None:
        webhook = discord.Webhook.partial(client.application_id or 0, delivery.token, client=client)
        await webhook.edit_message("@original", view=view, attachments=files)  # type: ignore[call-overload]
    elif delivery.message_id is not None:
        message = client.get_partial_messageable(delivery.channel_id).get_partial_message(delivery.message_id)
        await message.edit(view=view, attachments=files)
