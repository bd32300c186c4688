"""The menu of a message, "What do you think?": about its pictures, whose bytes are kept once that is agreed to."""

import asyncio
from collections.abc import Iterator, Sequence

import discord

from bot.discord_answers import Carried, answer, pictures
from bot.discord_cdn import download
from bot.discord_ids import Pressed
from bot.discord_parts import Interaction, Parts
from bot.discord_posts import seen_otherwise, showing_of
from bot.discord_views import ask_which
from bot.replies import turn
from bot.wording import wording
from feedback.discord_records import Post
from feedback.records import LETTERS, Annotator, Image

MOST = 10  # attachments of a message


def pictures_of(message: discord.Message) -> tuple[str, ...]:
    """Where the images of a message are; the addresses hold for a day."""
    found = [one.url for one in message.attachments if (one.content_type or "").startswith("image/")]
    return tuple(dict.fromkeys(found))[:MOST]


async def ask(interaction: Interaction, person: Annotator, campaign_id: str, message: discord.Message) -> None:
    """Show the pictures of a message to somebody, with buttons; before that, the terms."""
    found = pictures_of(message)
    if not found:
        said = wording(person.locale)
        await answer(interaction, person.id, campaign_id, [turn(said, "error", said.say("There is no image here."))])
        return
    await _ask(interaction, person, Pressed(f"asked:{message.id}", campaign_id), found)


async def ask_again(interaction: Interaction, person: Annotator, asked: Pressed) -> None:
    """The same once the terms were agreed to: the addresses are in the message with the button."""
    await _ask(interaction, person, asked, tuple(_shown(interaction)))


async def _ask(interaction: Interaction, person: Annotator, asked: Pressed, addresses: tuple[str, ...]) -> None:
    terms = await interaction.client.parts.conversation.terms(person, asked.campaign_id)
    if terms is None:
        await _show(interaction, person, asked, addresses)
    else:
        carried = Carried(then=asked.action, pictures=addresses)
        await answer(interaction, person.id, asked.campaign_id, [terms], carried)


async def compare(interaction: Interaction, person: Annotator, campaign_id: str, image_ids: Sequence[str]) -> None:
    """Show those that somebody picked of many pictures."""
    parts = interaction.client.parts
    if (terms := await parts.conversation.terms(person, campaign_id)) is not None:
        await answer(interaction, person.id, campaign_id, [terms])
        return
    comparison = await parts.store.add_comparison(campaign_id, image_ids, offered=False)
    showing = await parts.store.show(person.id, comparison.id, image_ids)
    await answer(interaction, person.id, campaign_id, [await parts.conversation.show(person, showing)])


async def _show(interaction: Interaction, person: Annotator, asked: Pressed, addresses: Sequence[str]) -> None:
    parts, campaign_id, message_id = interaction.client.parts, asked.campaign_id, int(asked.subject)
    post = await parts.store.find_post(message_id)
    if post is None:
        images = await _keep(parts, campaign_id, addresses)
        if len(images) > len(LETTERS):
            view = ask_which(wording(person.locale), images, campaign_id)
            await interaction.edit_original_response(view=view, attachments=await pictures(parts, images))
            return
        ids = tuple(image.id for image in images)
        comparison = await parts.store.add_comparison(campaign_id, ids, offered=False)
        channel_id = interaction.channel_id or 0
        new = Post(message_id=message_id, channel_id=channel_id, comparison_id=comparison.id, image_ids=ids)
        await parts.store.add_post(new)
    showing = await showing_of(parts, person, message_id)
    shown = seen_otherwise(person.locale) if showing is None else await parts.conversation.show(person, showing)
    await answer(interaction, person.id, campaign_id, [shown])


async def _keep(parts: Parts, campaign_id: str, addresses: Sequence[str]) -> list[Image]:
    """The images of the campaign with these bytes, in this order; the same picture twice is one."""
    contents = await asyncio.gather(*(download(parts, address) for address in addresses))
    images: dict[str, Image] = {}
    for content in contents:
        facts = await asyncio.to_thread(parts.media.take, content)
        image = await parts.store.add_image(campaign_id, facts.model_copy(update={"source": "Discord"}))
        images.setdefault(image.id, image)
    return list(images.values())


def _shown(interaction: Interaction) -> Iterator[str]:
    """The addresses that a message of ours shows in its gallery."""
    for part in interaction.message.components if interaction.message else ():
        if isinstance(part, discord.MediaGalleryComponent):
            yield from (item.media.url for item in part.items)
