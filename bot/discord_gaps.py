"""What happened in a channel while nobody listened: found out from its history, before anything newer is taken in.

The store keeps up to which message a channel was taken in (`mark_seen`); never beyond one that was not.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

import aiohttp
import discord

from bot.discord_answers import UNKNOWN_CHANNEL, note
from feedback.errors import StoreError

if TYPE_CHECKING:
    from bot.discord_client import OpineClient

MOST_MISSED = 1000  # messages of a channel that are looked through after a gap
MOST_COMPARED = 100  # of those before it that are compared with what is stored
SHORTEST, LONGEST = 1.0, 30.0  # seconds between two tries
AWAY = (StoreError, discord.DiscordServerError, aiohttp.ClientError, OSError)  # it may well be there again in a moment


class Follows(Protocol):
    """What is done with a message; each may be done again."""

    def is_for_us(self, message: discord.Message) -> bool: ...
    async def take(self, message: discord.Message, *, late: bool = False) -> None: ...
    async def change(self, message: discord.Message) -> None: ...
    async def remove(self, message_id: int) -> None: ...


class Gaps:
    """Which channels may have a gap, and how it is filled. Whoever fills one lets nobody else into its channel."""

    def __init__(self, client: "OpineClient", follows: Follows) -> None:
        self._client, self._follows = client, follows
        self._store = client.parts.store
        self._filled: dict[int, int] = {}  # channels without a gap, and the last message that was found in filling it

    def begin(self) -> None:
        """Nobody listens from now on: every channel has to be looked through again."""
        self._filled = {}

    def has(self, message: discord.Message) -> bool:
        """Whether a message was already found in filling a gap."""
        return message.id <= self._filled.get(message.channel.id, 0)

    async def fill(self, channel_id: int) -> None:
        """Follow the channel from where it was taken in, unless that was done since the last gap began."""
        filled = self._filled
        if channel_id in filled:
            return
        last, place = 0, await self._store.find_place(channel_id)
        if place is not None and place.last_message_id is not None:
            channel = self._client.get_partial_messageable(channel_id, guild_id=place.guild_id)
            try:
                await self._compare(channel, place.last_message_id)
                async for message in channel.history(after=discord.Object(place.last_message_id), limit=MOST_MISSED):
                    if self._follows.is_for_us(message):
                        # taken in before a crash, and edited since
                        await self.follow(partial(self._follows.change, message))
                        await self.follow(partial(self._follows.take, message, late=True))
                    await self._store.mark_seen(channel_id, last := message.id)
            except (discord.NotFound, discord.Forbidden) as error:  # gone, or closed to us: nothing there can be missed
                note(self._client.parts, error)
                if error.code == UNKNOWN_CHANNEL:
                    await self._store.remove_place(channel_id)
        filled[channel_id] = last

    async def follow(self, do: Callable[[], Awaitable[None]]) -> None:
        """Do it; what fails for good is logged, and keeps nothing that follows waiting."""
        try:
            await do()
        except AWAY:
            raise
        except Exception as error:
            note(self._client.parts, error)

    async def _compare(self, channel: discord.PartialMessageable, last_id: int) -> None:
        """Follow edits and deletions of the messages that were taken in last."""
        before = [one async for one in channel.history(before=discord.Object(last_id + 1), limit=MOST_COMPARED)]
        for message in before:
            await self.follow(partial(self._follows.change, message))
        first_id = before[-1].id if len(before) == MOST_COMPARED else 0
        there = {one.id for one in before}
        for opinion in await self._store.said_in(channel.id, MOST_COMPARED):
            message_id = int(opinion.client_message_id)
            if first_id <= message_id <= last_id and message_id not in there:
                try:  # without the permission to read it, a history is merely empty
                    await channel.fetch_message(message_id)
                except discord.NotFound:
                    await self.follow(partial(self._follows.remove, message_id))


async def insist(
    client: "OpineClient",
    do: Callable[[], Awaitable[None]],
    tell: Callable[[], Awaitable[discord.Message | None]] | None = None,
) -> None:
    """Do it as soon as the database, or Discord, is there; `tell` somebody that it takes longer.

    What was told is deleted once it is done. While stopping it is given up: it is found again as a gap.
    """
    wait, told = SHORTEST, None
    while True:
        try:
            await do()
            break
        except AWAY as away:
            note(client.parts, away)
            if client.is_stopping:
                raise
            if tell is not None and told is None:
                told = await tell()
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST)
    if told is not None:
        with suppress(*AWAY, discord.HTTPException):
            await told.delete()
