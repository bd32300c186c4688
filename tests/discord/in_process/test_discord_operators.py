"""The commands of those who run a server: who may use them, where, and what they do."""

import discord
import pytest
from simcord import OptionError, SetupError
from simulated import Person, World

from bot.names import error

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATORS = {"setup", "stats", "campaign"}
LOCALES = {"fr": "fr", "ko": "ko", "ru": "ru", "zh-TW": "zh-Hant", "es-419": "es", "bg": "en"}  # "bg": no catalogue

every_locale = pytest.mark.parametrize(("locale", "tag"), LOCALES.items())


def operator(world: World, locale: str = "en-US", tag: str = "en") -> Person:
    """Somebody who manages the server, in a channel of their own."""
    manages = world.guild.create_role("operators", permissions=discord.Permissions(manage_guild=True))
    somebody = world.person(locale, tag, roles=[manages])
    somebody.channel = world.guild.create_text_channel(f"pictures-{somebody.user.id}")
    return somebody


async def test_only_operators_see_their_commands_and_only_in_servers(world: World) -> None:
    anybody, runs = world.person("en-US"), operator(world)
    assert not OPERATORS & set(anybody.member.available_commands(world.channel))
    assert set(runs.member.available_commands(world.channel)) >= OPERATORS
    assert not OPERATORS & set(runs.user.available_commands())
    for name in OPERATORS:
        with pytest.raises(SetupError, match="default-member-permissions"):
            await anybody.slash(name, **({"campaign": "pairs"} if name == "setup" else {}))
        with pytest.raises(SetupError, match="context"):
            await runs.slash(name, direct=True)


async def test_what_is_for_everybody_is_there_everywhere(world: World) -> None:
    anybody = world.person("en-US")
    everybody = {"compare", "language", "consent", "mydata export", "mydata delete", "mine", "help"}
    assert set(anybody.member.available_commands(world.channel)) == everybody
    assert set(anybody.user.available_commands()) == everybody


@every_locale
async def test_setup_keeps_the_place_and_campaign_lists_it(world: World, locale: str, tag: str) -> None:
    runs = operator(world, locale, tag)
    answerers = world.guild.create_role("answerers")
    done = await runs.slash("setup", campaign="pairs", every=0, channel=runs.channel, role=answerers)
    assert done.message.ephemeral
    said = runs.said
    assert done.text == f"#{runs.channel.name}: Pairs · {said.say('only when asked')} · @answerers"
    place = await world.parts.store.find_place(runs.channel.id)
    assert place is not None
    assert (place.guild_id, place.interval_minutes, place.role_id) == (world.guild.id, 0, answerers.id)
    listed = await runs.slash("campaign")
    assert listed.message.ephemeral
    assert done.text in listed.text.split("\n")
    assert said.say("Everywhere else: {campaign}", campaign="Pairs") in listed.text


@every_locale
async def test_only_those_with_the_role_may_answer_there(world: World, locale: str, tag: str) -> None:
    runs, answerers = operator(world), world.guild.create_role("answerers")
    await runs.slash("setup", campaign="pairs", role=answerers)
    without, having = world.person(locale, tag), world.person(locale, tag, roles=[answerers])
    without.channel = having.channel = runs.channel
    refused = await without.slash("compare")
    assert refused.message.ephemeral
    assert refused.text == without.said.say("Here, only people with a certain role may answer.")
    assert having.said.say("I agree") in (await having.slash("compare")).buttons.values()


@every_locale
async def test_setup_says_what_is_wrong(world: World, locale: str, tag: str) -> None:
    runs = operator(world, locale, tag)
    assert (await runs.slash("setup", campaign="none such")).text == error(tag, "no_campaign")
    me = world.guild.me
    assert me is not None
    closed = {me: discord.PermissionOverwrite(attach_files=False)}
    where = world.guild.create_text_channel(f"closed-{runs.user.id}", overwrites=closed)
    lacking = await runs.slash("setup", campaign="pairs", channel=where)
    assert lacking.text == runs.said.say("There I lack permissions: {names}.", names="attach files")
    assert await world.parts.store.find_place(where.id) is None
    with pytest.raises(OptionError):
        await runs.slash("setup", campaign="pairs", every=-1)


@pytest.mark.parametrize(("locale", "tag"), [("fr", "fr"), ("zh-TW", "zh-Hant")])
async def test_stats_are_a_picture_and_words(world: World, locale: str, tag: str) -> None:
    runs = operator(world, locale, tag)
    given = await runs.slash("stats")
    assert given.message.ephemeral
    (file,) = given.message.attachments
    assert (file.filename, (await file.read())[:4]) == ("stats.png", b"\x89PNG")
    assert runs.said.say("Opinions: {opinions}", opinions=0) in given.text
    assert len(given.images) == 1


async def test_what_is_due_is_posted_and_pressed_by_each_for_themselves(world: World) -> None:
    runs = operator(world)
    await runs.slash("setup", campaign="pairs", every=60)
    await world.until(lambda: bool(runs.channel.history()))
    (posted,) = [message for message in runs.channel.history() if not message.flags.ephemeral]
    custom_ids = [child.custom_id for row in posted.components if hasattr(row, "children") for child in row.children]
    for locale, tag in (("el", "el"), ("uk", "uk")):
        somebody = world.person(locale, tag)
        chosen = await somebody.member.click(posted, custom_id=custom_ids[0])
        assert chosen.ephemeral
        assert chosen.response is not None
        assert somebody.said.say("I agree") in str(chosen.response.components)
