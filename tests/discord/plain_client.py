"""A small bot of plain discord.py, to prove the fake with; a script, too: token, API address, gateway address."""

import asyncio
import io
import re
import sys
from collections.abc import Iterator
from typing import Any

import discord
import yarl
from discord import app_commands, ui
from PIL import Image

Interaction = discord.Interaction[discord.Client]


class Vote(ui.DynamicItem[ui.Button[Any]], template=r"vote:(?P<side>\w)"):
    def __init__(self, side: str) -> None:
        super().__init__(ui.Button(label=side.upper(), custom_id=f"vote:{side}"))
        self.side = side

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: Any, match: re.Match[str], /) -> "Vote":
        return cls(match["side"])

    async def callback(self, interaction: Interaction) -> None:
        await interaction.response.send_message(f"you chose {self.side}", ephemeral=True)


class Why(ui.Modal, title="Say why"):
    text: ui.Label[Any] = ui.Label(text="What do you think?", component=ui.TextInput())

    def __init__(self) -> None:
        super().__init__(custom_id="why", timeout=None)

    async def on_submit(self, interaction: Interaction) -> None:
        assert isinstance(self.text.component, ui.TextInput)
        await interaction.response.send_message(f"thanks: {self.text.component.value}", ephemeral=True)


def pictures() -> Iterator[io.BytesIO]:
    for color in ("red", "blue"):
        buffer = io.BytesIO()
        Image.new("RGB", (8, 6), color).save(buffer, "PNG")
        buffer.seek(0)
        yield buffer


def gallery(*names: str) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("Which one?"))
    view.add_item(ui.MediaGallery(*(discord.MediaGalleryItem(f"attachment://{name}") for name in names)))
    view.add_item(ui.ActionRow(Vote("a"), Vote("b")))
    return view


class Translator(app_commands.Translator):
    async def translate(self, string: app_commands.locale_str, locale: discord.Locale, context: Any) -> str | None:
        return "意見" if (string.message, locale) == ("opinion", discord.Locale.japanese) else None


class Client(discord.Client):
    def __init__(self, *, guild_ready_timeout: float = 0.1) -> None:
        intents = discord.Intents.none()
        intents.guilds = intents.guild_messages = intents.dm_messages = True
        nobody = discord.AllowedMentions.none()
        super().__init__(intents=intents, allowed_mentions=nobody, guild_ready_timeout=guild_ready_timeout)
        self.tree = app_commands.CommandTree(self)
        self.events: list[tuple[str, str]] = []

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Vote)
        await self.tree.set_translator(Translator())
        self._add_commands()
        await self.tree.sync()

    def _add_commands(self) -> None:
        @self.tree.command(name=app_commands.locale_str("opinion"), description="Say what you think")
        async def opinion(interaction: Interaction, text: str) -> None:
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.followup.send(f"{text} in {interaction.locale}", ephemeral=True)

        @self.tree.command(name="show", description="Two pictures")
        async def show(interaction: Interaction) -> None:
            files = [discord.File(path, f"{name}.png") for path, name in zip(pictures(), "ab", strict=True)]
            await interaction.response.send_message(view=gallery("a.png", "b.png"), files=files)

        @self.tree.context_menu(name="What do you think?")
        async def think(interaction: Interaction, message: discord.Message) -> None:
            self.events.append(("asked about", message.content))
            await interaction.response.send_modal(Why())

    async def on_message(self, message: discord.Message) -> None:
        if message.author != self.user:
            self.events.append(("message", message.content))
            if message.guild is None:
                await message.reply(f"read: {message.content}")

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        if payload.message.author != self.user:
            self.events.append(("edit", payload.message.content))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self.events.append(("delete", str(payload.message_id)))


def point_at(api: str, gateway: str) -> None:
    discord.http.Route.BASE = api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)


if __name__ == "__main__":
    point_at(sys.argv[2], sys.argv[3])
    asyncio.run(Client().start(sys.argv[1]))
