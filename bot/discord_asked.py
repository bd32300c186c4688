"""The menu of a message, "What do you think?": about its pictures, whose bytes are kept once that is agreed to."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

import discord

from bot.discord_answers import Carried, answer, pictures
from bot.discord_cdn import download, is_theirs
from bot.discord_ids import Pressed
from bot.discord_parts import Interaction, Parts
from bot.discord_posts import seen_otherwise, showing_of
from bot.discord_views import ask_which
from bot.replies import failure, turn
from bot.wording import wording
from feedback.discord_records import Post
from feedback.errors import NotFound
from feedback.media import BadImage
from feedback.records import LETTERS, Annotator, Image

MOST = 10  # pictures of a message


def pictures_of(parts: Parts, message: discord.Message) -> tuple[str, ...]:
    """Where Discord keeps the images of a message; the addresses hold for a day.

    Attachments that a component shows are listed there alone, and of pictures elsewhere Discord keeps a copy.
    """
    found = [one.url for one in message.attachments if _is_image(one.content_type)]
    media = [one for one in _media(message.components) if one.content_type is None or _is_image(one.content_type)]
    previews = [preview.image or preview.thumbnail for preview in message.embeds]
    known = [(one.url, one.proxy_url) for one in media] + [(one.url, one.proxy_url) for one in previews]
    copies = (next((one for one in either if one and is_theirs(parts, one)), None) for either in known)
    return tuple(dict.fromkeys([*found, *(one for one in copies if one)]))[:MOST]


async def ask_about(interaction: Interaction, person: Annotator, campaign_id: str, message: discord.Message) -> None:
    """Show the pictures of a message to somebody, with buttons; before that, the terms."""
    parts = interaction.client.parts
    post = await parts.store.find_post(message.id)
    if post is not None:  # the channel may have another campaign by now
        campaign_id = (await parts.store.get_image(post.image_ids[0])).campaign_id
    found = pictures_of(parts, message) if post is None else ()
    if post is None and not found:
        said = wording(person.locale)
        await answer(interaction, person.id, campaign_id, [turn(said, "error", said.say("There is no image here."))])
        return
    await _ask_terms_or_show(interaction, person, Pressed(f"asked:{message.id}", campaign_id), found)


async def ask_after_terms(interaction: Interaction, person: Annotator, asked: Pressed) -> None:
    """The same once the terms were agreed to: the addresses are in the message with the button."""
    await _ask_terms_or_show(interaction, person, asked, tuple(_shown(interaction)))


async def _ask_terms_or_show(
    interaction: Interaction, person: Annotator, asked: Pressed, addresses: tuple[str, ...]
) -> None:
    terms = await interaction.client.parts.conversation.terms(person, asked.campaign_id)
    if terms is None:
        await _show_pictures(interaction, person, asked, addresses)
    else:
        carried = Carried(then=asked.action, pictures=addresses)
        await answer(interaction, person.id, asked.campaign_id, [terms], carried)


async def compare_picked(
    interaction: Interaction, person: Annotator, campaign_id: str, image_ids: Sequence[str]
) -> None:
    """Show those that somebody picked of many pictures."""
    parts = interaction.client.parts
    if (terms := await parts.conversation.terms(person, campaign_id)) is not None:
        await answer(interaction, person.id, campaign_id, [terms])
        return
    comparison = await parts.store.add_comparison(campaign_id, image_ids, offered=False)
    showing = await parts.store.show(person.id, comparison.id, image_ids)
    await answer(interaction, person.id, campaign_id, [await parts.conversation.show(person, showing)])


async def _show_pictures(interaction: Interaction, person: Annotator, asked: Pressed, addresses: Sequence[str]) -> None:
    parts, campaign_id, message_id = interaction.client.parts, asked.campaign_id, int(asked.subject)
    post = await parts.store.find_post(message_id)
    if post is None:
        try:
            images = await _keep(parts, campaign_id, addresses)
        except (BadImage, NotFound) as error:
            key = "bad_image" if isinstance(error, BadImage) else "not_found"
            await answer(interaction, person.id, campaign_id, [failure(wording(person.locale), key)])
            return
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


def _is_image(content_type: str | None) -> bool:
    return (content_type or "").startswith("image/")


def _shown(interaction: Interaction) -> Iterator[str]:
    """The addresses that a message of ours shows in its gallery."""
    return (one.url for one in _media(interaction.message.components if interaction.message else ()))


def _media(components: Iterable[discord.Component]) -> Iterator[discord.UnfurledMediaItem]:
    """What galleries and thumbnails show, in this order, those in containers and sections among them."""
    for one in components:
        match one:
            case discord.MediaGalleryComponent():
                yield from (item.media for item in one.items)
            case discord.ThumbnailComponent():
                yield one.media
            case discord.Container():
                yield from _media(one.children)
            case discord.SectionComponent():
                yield from _media([one.accessory])
