"""The client of Discord: takes events, hands them to whoever answers, and lets no exception get lost."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.discord_answers import explain, note
from bot.discord_commands import FOR_EVERYBODY
from bot.discord_delivery import deliver_all
from bot.discord_locales import Names, sync_if_changed
from bot.discord_messages import Messages
from bot.discord_operators import FOR_OPERATORS
from bot.discord_parts import Parts
from bot.discord_posting import post_all
from bot.discord_presses import pressed, submitted
from bot.settings import Settings
from feedback.discord_records import Place

log = structlog.get_logger(__name__)

DRAIN_SECONDS = 10.0


class Tree(app_commands.CommandTree["OpineClient"]):
    """The commands; each is counted as under way, and every error is told."""

    async def interaction_check(self, interaction: "discord.Interaction[OpineClient]", /) -> bool:
        """While the process is stopping nothing new begins: what is not acknowledged, Discord reports as failed."""
        return self.client.begin()

    async def on_error(
        self, interaction: "discord.Interaction[OpineClient]", error: app_commands.AppCommandError, /
    ) -> None:
        """Tell what went wrong."""
        await explain(interaction, getattr(error, "original", error))


class OpineClient(discord.AutoShardedClient):
    """One connection to Discord, or one for each shard; when it dies, the supervisor makes a new one."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            **_shards(parts.settings),
            http_trace=parts.metrics.trace(),
        )
        self.parts = parts
        self.messages = Messages(self)
        self._lost = dict[int | None, float]()  # shards without a connection, and since when
        self._under_way = set[asyncio.Task[object]]()
        self._stopping = False
        self._standing = list[asyncio.Task[None]]()
        self.tree = Tree(self)
        for command in (*FOR_EVERYBODY, *FOR_OPERATORS):
            self.tree.add_command(command)

    async def setup_hook(self) -> None:
        """Logged in: register the commands, deliver and post."""
        await self.tree.set_translator(Names())
        await sync_if_changed(self.tree, self.parts.settings.data / "discord-commands")
        self._standing = [asyncio.create_task(deliver_all(self)), asyncio.create_task(post_all(self))]

    def begin(self) -> bool:
        """Count the current task as under way until it ends; False where nothing new may begin."""
        if self.is_stopping:
            return False
        if (task := asyncio.current_task()) is not None:
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return True

    async def drain(self) -> None:
        """Let what is under way come to its end, then close."""
        self._stopping = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=DRAIN_SECONDS)
        await self.close()

    async def close(self) -> None:
        """Close for good."""
        for task in self._standing:
            task.cancel()
        for failed in await asyncio.gather(*self._standing, return_exceptions=True):
            if isinstance(failed, Exception):
                note(self.parts, failed)
        await super().close()

    @property
    def is_stopping(self) -> bool:
        """Whether it is closing, or closed."""
        return self._stopping or self.is_closed()

    def serves(self, place: Place) -> bool:
        """Whether the place is on a shard of this process; direct messages are all on the first shard."""
        if place.guild_id is not None:
            return self.get_guild(place.guild_id) is not None
        return 0 in self.shards

    async def on_socket_event_type(self, kind: str) -> None:
        """Count."""
        self.parts.metrics.events.labels(kind).inc()

    async def on_interaction(self, interaction: "discord.Interaction[OpineClient]") -> None:
        """Buttons, menus and windows; commands have their tree."""
        answers = {discord.InteractionType.component: pressed, discord.InteractionType.modal_submit: submitted}
        if (handle := answers.get(interaction.type)) is not None and self.begin():
            try:
                await handle(interaction)
            except Exception as error:
                await explain(interaction, error)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote."""
        await self._take(self.messages.came, message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Somebody changed what they wrote."""
        await self._take(self.messages.changed, event.message)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Somebody took back what they wrote."""
        await self._take(self.messages.went, event.channel_id, event.message_id)

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """A moderator cleaned up."""
        await self._take(self.messages.went, event.channel_id, *event.message_ids)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Nothing can be posted there any more."""
        await self._take(self.parts.store.remove_place, channel.id)

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """The same of a thread that was set up, archived or not."""
        await self._take(self.parts.store.remove_place, event.thread_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """A server that does not want us any more."""
        await self._take(self.parts.store.remove_guild, guild.id)

    async def on_ready(self) -> None:
        """A new session: what happened since the last one was told to nobody."""
        if not self.is_closed():
            log.info("on Discord", servers=len(self.guilds), shards=self.shard_count)
        await self._take(self.messages.catch_up)

    async def on_resumed(self) -> None:
        """The session goes on; Discord repeats what was missed, but not without end."""
        await self._take(self.messages.catch_up)

    async def on_shard_connect(self, shard_id: int) -> None:
        """A new session has begun."""
        self._lost.pop(shard_id, None)

    async def on_shard_resumed(self, shard_id: int) -> None:
        """The session goes on."""
        self._lost.pop(shard_id, None)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Lost; the library tries again by itself."""
        self.messages.gaps.begin()
        self._lost.setdefault(shard_id, time.monotonic())

    def lost_for(self) -> float:
        """How many seconds ago the first of the connections was lost that are lost now."""
        return time.monotonic() - min(self._lost.values(), default=time.monotonic())

    async def _take(self, handle: Callable[..., Awaitable[None]], *event: object) -> None:
        """Nothing new while stopping; what fails is logged, and there is nobody to tell."""
        if not self.begin():
            return
        try:
            await handle(*event)
        except Exception as error:
            note(self.parts, error)


def _shards(settings: Settings) -> dict[str, Any]:
    """Without a number, Discord says how many there should be."""
    if not settings.discord_shards:
        return {}
    return {"shard_count": settings.discord_shards, "shard_ids": list(settings.discord_shard_ids) or None}
