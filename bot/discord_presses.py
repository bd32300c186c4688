"""Buttons, menus and submitted windows, all by their ids: those of the conversation, and a few of Discord's own.

Discord's own: `why` opens the window for words, `say` is what was written in it, `pick` chooses pictures. After the
terms were agreed to: `see` shows what a message shows, `heard` takes a message in, `asked` the pictures of one,
`language` keeps the language that they were read in.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import discord

from bot.discord_answers import Carried, acknowledge, answer
from bot.discord_asked import ask_after_terms, compare_picked
from bot.discord_hearing import carried_words, not_kept, say
from bot.discord_ids import Pressed, decode
from bot.discord_messages import hear_again
from bot.discord_parts import Interaction, may_answer
from bot.discord_posts import gone, not_for_you, seen_otherwise, showing_of
from bot.discord_views import PICK, POSTED, ask_for_words, say_why
from bot.replies import deleted
from bot.turns import Turn
from bot.wording import negotiate, wording
from feedback.errors import NotFound, StoreError
from feedback.records import Annotator

# What is answered in a message of its own, so that what it is about stays in sight; all else replaces its message.
_BESIDE = {"next", "choose", "say", "help", "export", "stop"}


async def pressed(interaction: Interaction) -> None:
    """Somebody pressed a button or chose from a menu."""
    data: Mapping[str, Any] = interaction.data or {}
    values = data.get("values", [])
    chosen = values[0] if str(data["custom_id"]).startswith("menu:") and values else data["custom_id"]
    what = decode(chosen)
    if what.verb == "why":
        await _open_window(interaction, what)
        return
    await acknowledge(interaction, anew=what.verb in _BESIDE or what.subject == POSTED or not _is_theirs(interaction))
    await _answer(interaction, await _person(interaction, what), what, values)
    if interaction.guild_id is None and interaction.channel_id is not None:
        parts = interaction.client.parts
        with suppress(StoreError):  # what was pressed has been answered; their next message is another chance
            person = await parts.recognize(interaction.user.id, str(interaction.locale))
            await parts.keep_direct_channel(person, interaction.channel_id, interaction.id)


async def submitted(interaction: Interaction) -> None:
    """Somebody sent a window off; what they typed is in no message, so this is the only chance to keep it."""
    await acknowledge(interaction)
    data: Mapping[str, Any] = interaction.data or {}
    texts = [part["component"]["value"] for part in data["components"] if "value" in part.get("component", {})]
    what, key = decode(data["custom_id"]), str(interaction.id)
    try:
        person = await _person(interaction, what)
        is_welcome = await _welcome(interaction, what)
    except StoreError as error:
        await not_kept(interaction, error, negotiate([str(interaction.locale)]), what, key, texts[0])
        return
    if not is_welcome:
        await answer(interaction, person.id, what.campaign_id, [not_for_you(person.locale)])
        return
    await say(interaction, person, what, key, texts[0])


async def _open_window(interaction: Interaction, what: Pressed) -> None:
    """At once: a window cannot follow an acknowledgement, so nothing is looked up before."""
    subject, spoken = what.subject, [what.rest]
    if subject == POSTED:  # drawn for everybody, in the language of the server
        subject, spoken = str(_message_id(interaction)), [str(interaction.locale), what.rest]
    said = wording(negotiate(spoken))
    await interaction.response.send_modal(ask_for_words(said, Pressed(f"say:{subject}", what.campaign_id)))


async def _person(interaction: Interaction, what: Pressed) -> Annotator:
    parts = interaction.client.parts
    read_in = [what.rest.partition("|")[0]] if what.verb == "consent" else []
    if read_in and await parts.conversation.is_agreement(what.campaign_id, what.action):
        return await parts.enter(interaction.user.id, read_in[0])
    return await parts.recognize(interaction.user.id, negotiate([*read_in, str(interaction.locale)]))


async def _welcome(interaction: Interaction, what: Pressed) -> bool:
    """Whether they may answer what was posted here; what they are shown alone, everybody may answer."""
    if what.subject != POSTED and not what.subject.isdecimal():
        return True
    place = await interaction.client.parts.place(interaction.channel, interaction.channel_id)
    return may_answer(place, interaction.user)


async def _answer(interaction: Interaction, person: Annotator, what: Pressed, values: list[str]) -> None:
    """What is acknowledged is now answered; the steps after an agreement come here again."""
    parts = interaction.client.parts
    if not await _welcome(interaction, what):
        await answer(interaction, person.id, what.campaign_id, [not_for_you(person.locale)])
        return
    try:
        match what.verb:
            case "consent" if "|" in what.rest:
                agreed = await parts.conversation.agree(person, what.campaign_id, what.action)
                then = Pressed(what.rest.partition("|")[2], what.campaign_id)
                await _answer(interaction, agreed or person, then, values)
            case "say":
                words = await carried_words(interaction)
                if words is None:
                    raise NotFound("the words are not in the message")
                await say(interaction, person, what, *words)
            case "language":
                chosen = person.model_copy(update={"locale": what.subject, "locale_chosen": True})
                if person.consents:  # none where the terms have changed since a stranger was shown them
                    chosen = await parts.store.update_annotator(person.id, locale=what.subject, locale_chosen=True)
                turns = await parts.conversation.open(chosen, what.campaign_id)
                await answer(interaction, person.id, what.campaign_id, turns, Carried(then=what.action))
            case "heard":
                await hear_again(interaction, person, what)
            case "asked":
                await ask_after_terms(interaction, person, what)
            case verb if verb == PICK:
                await compare_picked(interaction, person, what.campaign_id, values)
            case _:
                turns = await _act(interaction, person, what)
                about = _about(interaction, what)
                await answer(interaction, person.id, what.campaign_id, turns, Carried(f"see:{about}" if about else ""))
    except (NotFound, discord.NotFound):
        await answer(interaction, person.id, what.campaign_id, [gone(person.locale)])


async def _act(interaction: Interaction, person: Annotator, what: Pressed) -> list[Turn]:
    parts, action = interaction.client.parts, what.action
    if message_id := _about(interaction, what):
        if (terms := await parts.conversation.terms(person, what.campaign_id)) is not None:
            return [terms]
        showing = await showing_of(parts, person, message_id)
        if showing is None:
            return [seen_otherwise(person.locale)]
        if what.verb == "see":
            return [await parts.conversation.show(person, showing)]
        action = action.replace(POSTED, showing.id)
    try:
        turns = await parts.conversation.act(person, what.campaign_id, action)
    except NotFound:  # a stranger, or somebody who was erased a moment ago
        return [deleted(wording(person.locale), 0)] if what.verb == "delete" else [gone(person.locale)]
    if what.verb == "choose" and turns[0].kind == "notice":
        why = say_why(wording(turns[0].locale), action.split(":")[1])
        return [turns[0].model_copy(update={"actions": (why, *turns[0].actions)}), *turns[1:]]
    return turns


def _about(interaction: Interaction, what: Pressed) -> int:
    """The message whose comparison it is about; 0 where it is about a showing of their own, or none."""
    if what.verb == "see":
        return int(what.subject)
    return _message_id(interaction) if what.subject == POSTED else 0


def _is_theirs(interaction: Interaction) -> bool:
    """Whether the message is the person's alone, and may become another one; in public it stays as it is for others."""
    message = interaction.message
    return message is not None and (message.flags.ephemeral or interaction.guild_id is None)


def _message_id(interaction: Interaction) -> int:
    return interaction.message.id if interaction.message else 0
