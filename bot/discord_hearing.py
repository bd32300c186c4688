"""What somebody writes on Discord becomes an opinion: the terms first, then it is stored, then acknowledged."""

import math
import re
from contextlib import suppress

import discord
import yarl

from bot.discord_answers import NOTHING, Carried, answer, note
from bot.discord_cdn import download
from bot.discord_ids import Pressed
from bot.discord_parts import Interaction, Parts
from bot.discord_posts import seen_otherwise, showing_of
from bot.names import WIDGET, rate_limited
from bot.replies import failure, turn
from bot.turns import Action, Heard, Turn
from bot.wording import wording
from feedback.discord_records import Delivery
from feedback.errors import StoreError
from feedback.records import Annotator

RECEIPT_SECONDS = 10.0  # what was understood must not be overtaken by its receipt, whichever process delivers it
_WORDS = re.compile(r"words-(\d+)\.txt")


async def say(interaction: Interaction, person: Annotator, pressed: Pressed, key: str, text: str) -> None:
    """Take in what was written in a window about a showing or, by its number, about what a message shows.

    Until it is stored, the answer carries the words along: nobody types them twice. `key` is the id of the window that
    was submitted first.
    """
    parts, campaign_id = interaction.client.parts, pressed.campaign_id
    by_message = pressed.subject.isdecimal()
    if (wait := too_fast(parts, person, _again(person.locale, pressed))) is not None:
        heard = Heard(opinion=None, turns=(wait,))
        await tell(interaction, person, campaign_id, heard, Carried(then=pressed.action, words=(key, text)))
        return
    about = {"message_id": int(pressed.subject)} if by_message else {"showing_id": pressed.subject}
    try:
        heard = await hear_about(parts, person, campaign_id, text, key, **about)
        await tell(interaction, person, campaign_id, heard, Carried(then=pressed.action, words=(key, text)))
    except StoreError as error:
        await not_kept(interaction, error, person.locale, pressed, key, text)


async def not_kept(
    interaction: Interaction, error: StoreError, locale: str, pressed: Pressed, key: str, text: str
) -> None:
    """Say that the database is away, with the words and a button to try again; under the same key that is harmless."""
    note(interaction.client.parts, error)
    turns = [failure(wording(locale), "not_saved", _again(locale, pressed))]
    await answer(interaction, "", pressed.campaign_id, turns, Carried(then=pressed.action, words=(key, text)))


async def hear_about(
    parts: Parts,
    person: Annotator,
    campaign_id: str,
    text: str,
    key: str,
    *,
    showing_id: str | None = None,
    message_id: int | None = None,
) -> Heard:
    """`Conversation.hear`, about a showing or about what a message shows; the terms come before a showing is made."""
    if message_id is not None and await parts.store.find_post(message_id) is not None:
        if (terms := await parts.conversation.terms(person, campaign_id)) is not None:
            return Heard(opinion=None, turns=(terms,))
        if (showing := await showing_of(parts, person, message_id)) is None:
            return Heard(opinion=None, turns=(seen_otherwise(person.locale),))
        showing_id = showing.id
    heard = await parts.conversation.hear(person, campaign_id, text, key, showing_id=showing_id)
    if heard.opinion is not None:
        parts.metrics.shared.opinions.labels("discord").inc()
    return heard


async def tell(
    interaction: Interaction, person: Annotator, campaign_id: str, heard: Heard, carried: Carried = NOTHING
) -> None:
    """Answer what was heard; of an opinion, the same answer later becomes what was understood of it."""
    parts = interaction.client.parts
    if heard.opinion is None:
        obeyed = all(one.kind not in ("error", "consent") for one in heard.turns)
        await answer(interaction, person.id, campaign_id, heard.turns, NOTHING if obeyed else carried)
        return
    delivery = Delivery(
        opinion_id=heard.opinion.id,
        annotator_id=person.id,
        channel_id=interaction.channel_id or 0,
        token=interaction.token,
        expires_at=interaction.expires_at,
    )
    await parts.store.add_delivery(delivery, RECEIPT_SECONDS)
    try:
        await answer(interaction, person.id, campaign_id, heard.turns)
    finally:
        with suppress(StoreError):  # it is stored; without this it only comes later
            await parts.store.release_delivery(delivery.opinion_id)


async def carried_words(interaction: Interaction) -> tuple[str, str] | None:
    """What the pressed button's message carries along: the id it is kept under, and the words."""
    for part in interaction.message.components if interaction.message else ():
        if isinstance(part, discord.FileComponent) and (found := _WORDS.fullmatch(yarl.URL(part.media.url).name)):
            return found[1], (await download(interaction.client.parts, part.media.url)).decode()
    return None


def too_fast(parts: Parts, person: Annotator, *actions: Action) -> Turn | None:
    """What is said to somebody who sends more than one can say."""
    if seconds := parts.limits.take(person.id):
        said = wording(person.locale)
        return turn(said, "error", rate_limited(said.locale, math.ceil(seconds)), *actions)
    return None


def _again(locale: str, pressed: Pressed) -> Action:
    return Action(id=pressed.action, label=wording(locale).name(WIDGET["retry"]), style="primary")
