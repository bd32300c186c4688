"""Messages: in direct ones and in those that ping the bot, plain text is an opinion; edits and deletions are followed.

One channel's messages are taken one after the other: an edit must not overtake what it edits, and what was missed while
nobody listened comes before what is written now.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import discord
from pydantic import ValidationError

from bot.discord_answers import NOTHING, Carried, answer, drawn, note
from bot.discord_gaps import AWAY, Gaps, insist
from bot.discord_hearing import hear_about, tell, too_fast
from bot.discord_ids import Pressed
from bot.discord_parts import Interaction, may_answer
from bot.discord_posts import not_for_you
from bot.names import ERRORS, WIDGET
from bot.turns import Heard, Turn
from bot.wording import find_catalogue, negotiate, wording
from feedback.discord_records import Delivery, Place
from feedback.errors import NotFound, StoreError
from feedback.records import Annotator, Opinion

if TYPE_CHECKING:
    from bot.discord_client import OpineClient

SURE = 0.7  # confidence from which a stranger is answered in the language of their message
_KINDS = (discord.MessageType.default, discord.MessageType.reply)


class Messages:
    """What people write to the bot outside its windows."""

    def __init__(self, client: "OpineClient") -> None:
        self._client = client
        self._parts = client.parts
        self._channels = WeakValueDictionary[int, asyncio.Lock]()
        self.gaps = Gaps(client, self)

    async def came(self, message: discord.Message) -> None:
        """Take in what somebody wrote, and before it what was missed in the channel."""
        if not self.is_for_us(message):
            return
        async with self._alone(message.channel.id):
            await insist(self._client, lambda: self.gaps.fill(message.channel.id))
            if not self.gaps.has(message):
                await insist(self._client, lambda: self.take(message), lambda: self._say(message, "failed"))
                await insist(self._client, lambda: self._parts.store.mark_seen(message.channel.id, message.id))

    async def changed(self, message: discord.Message) -> None:
        """Other words in a stored message: the old ones go, and what was read in them."""
        async with self._alone(message.channel.id):
            await insist(self._client, lambda: self.change(message))

    async def went(self, channel_id: int, *message_ids: int) -> None:
        """Deleted messages take their opinions along; one that showed a comparison is forgotten."""
        async with self._alone(channel_id):
            for message_id in message_ids:
                await insist(self._client, partial(self.remove, message_id))

    async def catch_up(self) -> None:
        """Take in what was written while nobody listened, in every channel that was set up or once written in."""
        await insist(self._client, self._fill_all)

    def is_for_us(self, message: discord.Message) -> bool:
        """Whether somebody speaks to us."""
        if message.author.bot or message.type not in _KINDS:
            return False
        return message.guild is None or self._client.user in message.mentions

    async def take(self, message: discord.Message, *, late: bool = False) -> None:
        """Hear it; what fails for good keeps nothing that follows waiting."""
        try:
            await self._hear(message, await self._parts.place(message.channel, message.channel.id), late=late)
        except StoreError:
            raise
        except Exception as error:
            number = note(self._parts, error)
            if not isinstance(error, (*AWAY, discord.DiscordException)):
                await self._say(message, "internal", number)

    async def change(self, message: discord.Message) -> None:
        """Put its words in the place of those that are stored, if any are.

        One in a server that mentions us no more comes without its words: then nothing is known of them.
        """
        if message.author.bot or message.edited_at is None or not message.content:
            return
        opinion = await self._parts.store.find_by_message("discord", str(message.id))
        if opinion is None:
            return
        try:
            newer = await self._parts.store.replace_opinion(opinion.id, self._text(message))
        except (NotFound, ValidationError):  # erased a moment ago; or emptied, which says nothing new
            return
        if newer.id != opinion.id:
            try:
                turns = await self._parts.conversation.understood(newer.id)
                await self._acknowledge(message, newer, turns)
            except (NotFound, discord.HTTPException) as error:  # erased a moment ago; or the message is gone
                note(self._parts, error)

    async def remove(self, message_id: int) -> None:
        """Forget what belongs to a message that is gone."""
        await self._parts.store.remove_post(message_id)
        if (opinion := await self._parts.store.find_by_message("discord", str(message_id))) is not None:
            with suppress(NotFound):  # erased a moment ago
                await self._parts.store.delete_opinion(opinion.id)

    async def _fill_all(self) -> None:
        for place in await self._parts.store.list_places():
            if self._client.serves(place):
                async with self._alone(place.channel_id):
                    fill = partial(self.gaps.fill, place.channel_id)
                    await insist(self._client, partial(self.gaps.follow, fill))

    def _text(self, message: discord.Message) -> str:
        """As typed, without the mention that only says whom it is for."""
        ours = self._client.user.id if self._client.user else 0
        return message.content.replace(f"<@{ours}>", "").replace(f"<@!{ours}>", "").strip()

    def _alone(self, channel_id: int) -> asyncio.Lock:
        return self._channels.setdefault(channel_id, asyncio.Lock())

    async def _hear(self, message: discord.Message, place: Place | None, *, late: bool) -> None:
        person = await self._parts.recognize(message.author.id, await self._locale(message))
        campaign_id = self._parts.campaign_of(place)
        if not may_answer(place, message.author):
            await self._reply(message, person, campaign_id, [not_for_you(person.locale)])
            return
        if place is None and message.guild is None:
            await self._parts.keep_direct_channel(person, message.channel.id, message.id - 1)
        heard = await self.heard(person, campaign_id, message, late=late)
        if heard.opinion is not None:
            await self._acknowledge(message, heard.opinion, heard.turns)
            return
        carried = Carried(then=f"heard:{message.id}")
        await self._reply(message, person, campaign_id, heard.turns, carried)

    async def heard(
        self, person: Annotator, campaign_id: str, message: discord.Message, *, late: bool = False
    ) -> Heard:
        """A message about what it replies to, else about what is on show; found `late`, it is no haste of theirs."""
        if not late and (wait := too_fast(self._parts, person)):
            return Heard(opinion=None, turns=(wait,))
        reference = message.reference.message_id if message.reference else None
        return await hear_about(
            self._parts, person, campaign_id, self._text(message), str(message.id), message_id=reference
        )

    async def _acknowledge(self, message: discord.Message, opinion: Opinion, turns: Sequence[Turn]) -> None:
        """Say that it is stored; the same message later becomes what was understood of it."""
        person = await self._parts.store.get_annotator(opinion.annotator_id)
        sent = await self._reply(message, person, opinion.campaign_id, turns, nonce=opinion.id)
        await self._parts.store.add_delivery(
            Delivery(opinion_id=opinion.id, annotator_id=person.id, channel_id=message.channel.id, message_id=sent.id)
        )

    async def _reply(
        self,
        message: discord.Message,
        person: Annotator,
        campaign_id: str,
        turns: Sequence[Turn],
        carried: Carried = NOTHING,
        nonce: str = "",
    ) -> discord.Message:
        view, files = await drawn(self._parts, person.id, campaign_id, turns, carried)
        # Discord drops a second message with the nonce of a first: we may have sent it and died before we knew.
        once = nonce.replace("-", "")[-25:] or message.id
        return await message.reply(view=view, files=files, nonce=once, mention_author=False)

    async def _say(self, message: discord.Message, key: str, number: str = "") -> discord.Message | None:
        """Answer with one of our sentences, if Discord lets us; no database is needed for it."""
        said = wording(await self._locale(message))
        text = said.name(WIDGET[key] if key in WIDGET else ERRORS[key])
        try:
            return await message.reply(f"{text} ({number})" if number else text, mention_author=False)
        except (*AWAY, discord.HTTPException) as error:
            note(self._parts, error)
            return None

    async def _locale(self, message: discord.Message) -> str:
        """Messages do not say in which language their writer reads: the server's, or that of the words."""
        if message.guild is not None:
            return negotiate([str(message.guild.preferred_locale)])
        return await asyncio.to_thread(_guess, self._text(message))


async def hear_again(interaction: Interaction, person: Annotator, what: Pressed) -> None:
    """Take in the message that the terms stood in the way of; if it is about no image, go on to one."""
    client, channel_id = interaction.client, interaction.channel_id or 0
    message = await client.get_partial_messageable(channel_id).fetch_message(int(what.subject))
    if message.author.id == interaction.user.id:  # others may press the button, too, and agree for themselves
        heard = await client.messages.heard(person, what.campaign_id, message)
        if not _is_about_nothing(heard):
            await tell(interaction, person, what.campaign_id, heard, Carried(then=what.action))
            return
    turns = await client.parts.conversation.act(person, what.campaign_id, "next")
    await answer(interaction, person.id, what.campaign_id, turns)


def _is_about_nothing(heard: Heard) -> bool:
    """Whether it was no more than a first word: they have seen no image that it could be about."""
    return any(one.text == wording(one.locale).name(ERRORS["no_showing"]) for one in heard.turns)


def _guess(text: str) -> str:
    from translation.identify import identify

    found = identify(text, {})
    return find_catalogue(found.language) or "en" if found.confidence >= SURE else "en"
