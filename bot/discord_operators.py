"""The commands of those who run a server: where images are posted, and what came of it."""

import asyncio
from io import BytesIO
from typing import Any

import discord
from discord import app_commands, ui

from bot.discord_answers import acknowledge
from bot.discord_locales import named
from bot.discord_parts import Interaction
from bot.discord_pictures import stats_picture, stats_text
from bot.discord_text import CHOICES, MESSAGE, label, paragraph
from bot.discord_views import empty_view
from bot.names import error
from bot.wording import Wording, negotiate, wording
from feedback.discord_records import YEAR, Place
from feedback.errors import NotFound
from feedback.records import Campaign

NEEDED = discord.Permissions(view_channel=True, send_messages=True, attach_files=True, read_message_history=True)
IN_THREAD = discord.Permissions(
    view_channel=True, send_messages_in_threads=True, attach_files=True, read_message_history=True
)
STATS = "stats.png"
SETUP = ("campaign", "every", "channel", "role", "remove")  # its options


@app_commands.command(name=named("setup"), description=named("setup.description"))
@app_commands.rename(**{option: named(f"option.{option}") for option in SETUP})
@app_commands.describe(**{option: named(f"option.{option}.description") for option in SETUP})
@app_commands.guild_only
@app_commands.default_permissions(manage_guild=True)
async def setup(
    interaction: Interaction,
    campaign: str = "",
    every: app_commands.Range[int, 0, YEAR] = 0,
    channel: discord.TextChannel | None = None,
    role: discord.Role | None = None,
    remove: bool = False,
) -> None:
    """A channel gets its campaign, or another one, or none any more."""
    await acknowledge(interaction)
    parts, said = interaction.client.parts, _said(interaction)
    channel_id = channel.id if channel else interaction.channel_id or 0
    if remove:
        await parts.store.remove_place(channel_id)
        await _tell(interaction, said, await _everything(interaction, said))
        return
    try:
        found = await parts.store.get_campaign(campaign or parts.campaign_of(await parts.store.find_place(channel_id)))
    except NotFound:
        await _tell(interaction, said, error(said.locale, "no_campaign"))
        return
    if (missing := _missing(interaction, channel)) is not None:
        await _tell(interaction, said, said.say("There I lack permissions: {names}.", names=missing))
        return
    place = Place(
        channel_id=channel_id,
        campaign_id=found.id,
        guild_id=interaction.guild_id,
        interval_minutes=every,
        role_id=role.id if role and not role.is_default() else None,
        last_message_id=interaction.id,
    )
    await parts.store.set_place(place)
    await _tell(interaction, said, _line(interaction, said, found, place))


@setup.autocomplete("campaign")
async def campaigns(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Those that have not ended, by name and title."""
    every = [one for one in await interaction.client.parts.store.list_campaigns() if not one.archived]
    fitting = [one for one in every if typed.casefold() in f"{one.name} {one.title}".casefold()]
    choices = [app_commands.Choice(name=label(f"{one.title} · {one.name}", 100), value=one.name) for one in fitting]
    return choices[:CHOICES]


@app_commands.command(name=named("campaign"), description=named("campaign.description"))
@app_commands.guild_only
@app_commands.default_permissions(manage_guild=True)
async def campaign_(interaction: Interaction) -> None:
    """What runs in this server."""
    await acknowledge(interaction)
    said = _said(interaction)
    await _tell(interaction, said, await _everything(interaction, said))


@app_commands.command(name=named("stats"), description=named("stats.description"))
@app_commands.guild_only
@app_commands.default_permissions(manage_guild=True)
async def stats(interaction: Interaction) -> None:
    """The campaign of this channel in figures."""
    await acknowledge(interaction)
    parts, said = interaction.client.parts, _said(interaction)
    campaign_id = parts.campaign_of(await parts.place(interaction.channel, interaction.channel_id))
    figures = await parts.store.campaign_figures(campaign_id)
    view, text = empty_view(), paragraph(stats_text(figures, said), said.dir, MESSAGE)
    files = []
    try:
        picture = await asyncio.to_thread(stats_picture, figures)
        files.append(discord.File(BytesIO(picture), STATS))
        view.add_item(ui.MediaGallery(discord.MediaGalleryItem(f"attachment://{STATS}")))
    except ModuleNotFoundError:  # the picture needs the extra `discord`; the words do without it
        pass
    view.add_item(ui.TextDisplay(text))
    await interaction.edit_original_response(view=view, attachments=files)


FOR_OPERATORS: tuple[Any, ...] = (setup, campaign_, stats)


def _said(interaction: Interaction) -> Wording:
    return wording(negotiate([str(interaction.locale)]))


async def _everything(interaction: Interaction, said: Wording) -> str:
    """All places of the server, and what runs where none is set up."""
    store, default_id = interaction.client.parts.store, interaction.client.parts.campaign_id
    places = await store.list_places(interaction.guild_id)
    lines = [_line(interaction, said, await store.get_campaign(one.campaign_id), one) for one in places]
    default = await store.get_campaign(default_id)
    return "\n".join([*lines, said.say("Everywhere else: {campaign}", campaign=default.title)])


def _missing(interaction: Interaction, channel: discord.TextChannel | None) -> str | None:
    """The permissions that we lack to post there (None: here, in a thread too), by Discord's own names."""
    if channel is None:
        held, thread = interaction.app_permissions, isinstance(interaction.channel, discord.Thread)
    elif channel.guild.me is None:
        return None
    else:
        held, thread = channel.permissions_for(channel.guild.me), False
    needed = IN_THREAD if thread else NEEDED
    missing = [name for name, wanted in needed if wanted and not getattr(held, name)]
    return ", ".join(name.replace("_", " ") for name in missing) or None


def _line(interaction: Interaction, said: Wording, campaign: Campaign, place: Place) -> str:
    """One place in a line; names of channels and roles are what their owners wrote."""
    guild = interaction.guild
    channel = guild.get_channel_or_thread(place.channel_id) if guild else None
    role = guild.get_role(place.role_id) if guild and place.role_id else None
    often = (
        said.say("every {minutes} min", minutes=place.interval_minutes)
        if place.interval_minutes
        else said.say("only when asked")
    )
    parts = [f"#{channel.name if channel else place.channel_id}: {campaign.title}", often]
    return " · ".join([*parts, f"@{role.name}"] if role else parts)


async def _tell(interaction: Interaction, said: Wording, text: str) -> None:
    view = empty_view()
    view.add_item(ui.TextDisplay(paragraph(text, said.dir, MESSAGE)))
    await interaction.edit_original_response(view=view)
