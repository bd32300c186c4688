"""The commands of everybody, and the entry in the menu of a message."""

from typing import Any

import discord
from discord import app_commands

from bot import discord_asked, replies
from bot.discord_answers import Carried, acknowledge, answer
from bot.discord_locales import named
from bot.discord_mine import SHOWN, my_opinions
from bot.discord_parts import Interaction, may_answer
from bot.discord_posts import not_for_you
from bot.discord_text import CHOICES
from bot.names import WIDGET
from bot.turns import Action
from bot.wording import catalogues, find_catalogue, negotiate, wording
from feedback.records import Annotator


@app_commands.command(name=named("compare"), description=named("compare.description"))
async def compare(interaction: Interaction) -> None:
    """The open comparison, or the next one."""
    await acknowledge(interaction)
    person, campaign_id, welcome = await _here(interaction)
    turns = [not_for_you(person.locale)]
    if welcome:
        turns = await interaction.client.parts.conversation.open(person, campaign_id)
    await answer(interaction, person.id, campaign_id, turns)


@app_commands.command(name=named("help"), description=named("help.description"))
async def help_(interaction: Interaction) -> None:
    """What one can do here."""
    await _act(interaction, "help")


@app_commands.command(name=named("mine"), description=named("mine.description"))
async def mine(interaction: Interaction) -> None:
    """The last opinions."""
    await acknowledge(interaction)
    person, _, _ = await _here(interaction)
    critiques = await interaction.client.parts.store.list_critiques(person.id, limit=SHOWN)
    await interaction.edit_original_response(view=my_opinions(wording(person.locale), critiques))


@app_commands.command(name=named("consent"), description=named("consent.description"))
async def consent_(interaction: Interaction) -> None:
    """The terms; for those who agreed to them, how to withdraw."""
    await acknowledge(interaction)
    parts = interaction.client.parts
    person, campaign_id, _ = await _here(interaction)
    stranger = person.model_copy(update={"consents": {}})
    terms = await parts.conversation.terms(stranger, campaign_id)
    if terms and await parts.conversation.terms(person, campaign_id) is None:
        withdraw = Action(id="delete", label=wording(terms.locale).name(WIDGET["delete"]), style="danger")
        terms = terms.model_copy(update={"actions": (withdraw,)})
    await answer(interaction, person.id, campaign_id, [terms] if terms else [])


@app_commands.command(name=named("language"), description=named("language.description"))
@app_commands.rename(language=named("option.language"))
@app_commands.describe(language=named("option.language.description"))
async def language_(interaction: Interaction, language: str) -> None:
    """Which language to speak; to a stranger, of whom nothing may be kept, the terms are shown in it."""
    await acknowledge(interaction)
    parts = interaction.client.parts
    person, campaign_id, _ = await _here(interaction)
    tag = find_catalogue(language)
    if tag is None:
        said = wording(person.locale)
        await answer(interaction, person.id, campaign_id, [replies.failure(said, "malformed")])
        return
    said = wording(tag)
    if person.consents:
        person = await parts.store.update_annotator(person.id, locale=tag, locale_chosen=True)
    else:
        person = person.model_copy(update={"locale": tag, "locale_chosen": True})
    spoken = f"{said.name(WIDGET['language'])}: {said.language(tag)}"
    turns = [replies.turn(said, "notice", spoken)]
    if (terms := await parts.conversation.terms(person, campaign_id)) is not None:
        turns = [terms]
    await answer(interaction, person.id, campaign_id, turns, Carried(then=f"language:{tag}"))


@language_.autocomplete("language")
async def languages(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """The languages that there is a catalogue for, under their own names and those of the person's language."""
    said = wording(negotiate([str(interaction.locale)]))
    names = {tag: f"{wording(tag).language(tag)} · {said.language(tag)}" for tag in catalogues()}
    fitting = [(tag, name) for tag, name in names.items() if typed.casefold() in f"{tag} {name}".casefold()]
    return [app_commands.Choice(name=name[:100], value=tag) for tag, name in fitting[:CHOICES]]


mydata = app_commands.Group(name=named("mydata"), description=named("mydata.description"))


@mydata.command(name=named("mydata.export"), description=named("mydata.export.description"))
async def export(interaction: Interaction) -> None:
    """All that is kept, as a file."""
    await _act(interaction, "export")


@mydata.command(name=named("mydata.delete"), description=named("mydata.delete.description"))
async def delete(interaction: Interaction) -> None:
    """Asks first."""
    await _act(interaction, "delete")


@app_commands.context_menu(name=named("opinion"))
async def opinion(interaction: Interaction, message: discord.Message) -> None:
    """An opinion about the pictures of a message."""
    await acknowledge(interaction)
    person, campaign_id, welcome = await _here(interaction)
    if welcome:
        await discord_asked.ask_about(interaction, person, campaign_id, message)
    else:
        await answer(interaction, person.id, campaign_id, [not_for_you(person.locale)])


FOR_EVERYBODY: tuple[Any, ...] = (compare, help_, mine, consent_, language_, mydata, opinion)


async def _here(interaction: Interaction) -> tuple[Annotator, str, bool]:
    """Who it is, the campaign of where they are, and whether they may answer there."""
    parts = interaction.client.parts
    person = await parts.recognize(interaction.user.id, negotiate([str(interaction.locale)]))
    place = await parts.place(interaction.channel, interaction.channel_id)
    return person, parts.campaign_of(place), may_answer(place, interaction.user)


async def _act(interaction: Interaction, action: str) -> None:
    await acknowledge(interaction)
    person, campaign_id, _ = await _here(interaction)
    turns = await interaction.client.parts.conversation.act(person, campaign_id, action)
    await answer(interaction, person.id, campaign_id, turns)
