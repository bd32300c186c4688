"""Answers to what people do on Discord: acknowledged first, then drawn; what went wrong is told in a sentence."""

import asyncio
import secrets
import traceback
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

import discord
import structlog

from bot import names
from bot.discord_export import to_file
from bot.discord_parts import Interaction, Parts
from bot.discord_pictures import swatches
from bot.discord_views import SHADES, TERMS, draw, image_name, too_long
from bot.turns import Turn
from bot.wording import negotiate
from feedback.errors import StoreError
from feedback.records import Image

log = structlog.get_logger(__name__)

UNKNOWN_CHANNEL, ACKNOWLEDGED_ALREADY, INVALID = 10003, 40060, 50035
# Discord's codes for what is gone or forbidden: nothing that anybody can mend in the code.
EXPECTED = {UNKNOWN_CHANNEL, 10008, 10015, 10062, ACKNOWLEDGED_ALREADY, 50001, 50007, 50013, 50027}


class Carried(NamedTuple):
    """What a message takes along until its button is pressed, because nothing may be kept yet."""

    then: str = ""  # what is done after the terms were agreed to
    words: tuple[str, str] | None = None  # the id of what somebody wrote, and what they wrote
    pictures: tuple[str, ...] = ()  # addresses of the images they asked about


NOTHING = Carried()


async def acknowledge(interaction: Interaction, *, anew: bool = True) -> None:
    """Tell Discord that we are at it, within its 3 s; `anew`: the answer is a message of its own.

    In a server only the person sees it. Acknowledged already means that our first try arrived after all.
    """
    try:
        await interaction.response.defer(ephemeral=interaction.guild_id is not None, thinking=anew)
    except discord.HTTPException as error:
        if error.code != ACKNOWLEDGED_ALREADY:
            raise
        interaction.client.parts.metrics.refuse(error.code)


async def answer(
    interaction: Interaction,
    annotator_id: str,
    campaign_id: str,
    turns: Sequence[Turn],
    carried: Carried = NOTHING,
) -> None:
    """Put the turns where the acknowledgement is."""
    view, files = await drawn(interaction.client.parts, annotator_id, campaign_id, turns, carried)
    await interaction.edit_original_response(view=view, attachments=files)


async def drawn(
    parts: Parts, annotator_id: str, campaign_id: str, turns: Sequence[Turn], carried: Carried = NOTHING
) -> tuple[discord.ui.LayoutView, list[discord.File]]:
    """The message for these turns, and the files that it refers to."""
    files = [file for turn in turns for file in await _files(parts, turn)]
    if too_long(turns):
        files.append(_file(turns[0].text.encode(), TERMS))
    words = None
    if carried.words is not None:
        words = f"words-{carried.words[0]}.txt"
        files.append(_file(carried.words[1].encode(), words))
    export = ""
    if any(turn.kind == "export" for turn in turns):
        everything = await parts.store.everything_about(annotator_id)
        export, content = await asyncio.to_thread(to_file, everything)
        files.append(_file(content, export))
    return draw(turns, campaign_id, carried.then, words, carried.pictures, export), files


async def pictures(parts: Parts, images: Sequence[Image]) -> list[discord.File]:
    """The images as people are shown them: copies without metadata, under neutral names."""
    paths = [await parts.displayed.find(image.sha256) for image in images]
    return [discord.File(path, image_name(position)) for position, path in enumerate(paths)]


async def explain(interaction: Interaction, error: BaseException) -> None:
    """Tell somebody that it failed, with the id under which the log has it."""
    number = note(interaction.client.parts, error)
    key = "not_saved" if isinstance(error, StoreError) else "internal"
    text = f"{names.error(negotiate([str(interaction.locale)]), key)} ({number})"
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except Exception as failure:
        log.warning("an error could not be told", error=type(failure).__name__, error_id=number)


def note(parts: Parts, error: BaseException) -> str:
    """Count and log an error, and return its id. Its message is left out: it may hold what somebody wrote."""
    number = secrets.token_hex(4)
    if isinstance(error, discord.HTTPException) and (error.code in EXPECTED or _replies_to_nothing(error)):
        parts.metrics.refuse(error.code)
        log.warning("refused by Discord", code=error.code, error_id=number)
        return number
    parts.metrics.failed.inc()
    frames = traceback.extract_tb(error.__traceback__)[-8:]
    where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    log.error("handler failed", error=type(error).__qualname__, where=where, error_id=number)
    return number


def _replies_to_nothing(error: discord.HTTPException) -> bool:
    """Whether the message that was replied to is gone, which has no code of its own."""
    return error.code == INVALID and "message_reference" in error.text


async def _files(parts: Parts, turn: Turn) -> list[discord.File]:
    if turn.showing is not None:
        return await pictures(parts, turn.showing.images)
    if shades := [(action.label, action.swatch) for action in turn.actions if action.swatch]:
        return [_file(await asyncio.to_thread(swatches, shades), SHADES)]
    return []


def _file(content: bytes, name: str) -> discord.File:
    return discord.File(BytesIO(content), name)
