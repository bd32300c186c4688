"""The same of messages and of what operators name things: no limit is violated, nobody pinged, nothing drawn as markup.

Of what is written in windows, `test_wire_texts` has it.
"""

import pytest
from fake_discord import MANAGE_GUILD, FakeDiscord, Message
from fake_discord.people import Person
from fake_discord.records import walk
from hypothesis import HealthCheck, Phase, given, settings
from people_talk import agree
from test_limits import markup_within, words

from bot.discord_parts import Parts

pytestmark = pytest.mark.asyncio(loop_scope="module")

few = settings(
    deadline=None,
    max_examples=6,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # an example takes a second: what fails is small enough
    suppress_health_check=[HealthCheck.too_slow],
)


def find_markup(messages: list[Message]) -> set[str]:
    """What is drawn of the bot's messages."""
    texts = [part["content"] for one in messages for part in walk(one.components) if part["type"] == 10]
    return {kind for text in texts for kind in markup_within(text)}


def check(discord: FakeDiscord, person: Person) -> None:
    """Letters under images are small, quotes are the bot's."""
    for place in (person.channel, person.direct):
        ours = [message for message in person.sees(place) if message.author == discord.world.bot]
        assert find_markup(ours) <= {"quote", "bold", "small"}
    assert discord.violations == []
    assert discord.missed == []


@few
@given(text=words)
async def test_of_a_message(connected: tuple[FakeDiscord, Parts], text: str) -> None:
    """A stranger's, which waits behind the terms, and is edited later."""
    discord, _ = connected
    person = discord.person("stranger")
    note = person.says(text, person.direct)
    terms = await person.reads(lambda message: bool(message.buttons), person.direct)
    if any("consent:accept" in button["custom_id"] for button in terms.buttons):
        await person.press(terms, "consent:accept").answer()
    person.edits(note, text[::-1])
    person.says(f"<@{discord.world.bot.id}> {text}"[:4000])
    await person.reads(lambda message: bool(message.buttons))
    check(discord, person)


@few
@given(text=words, other=words)
async def test_of_what_operators_name_things(connected: tuple[FakeDiscord, Parts], text: str, other: str) -> None:
    discord, parts = connected
    campaign = await parts.store.create_campaign(f"c{discord.world.snowflake()}", other, question=text)
    runs = discord.add_role(text[:100], MANAGE_GUILD)
    person = discord.person("operator", roles=[runs], channel=discord.add_channel(other[:100]))
    await person.slash("setup", campaign=campaign.name, role=runs).answer()
    await person.slash("setup", campaign=text).answer()
    await person.slash("setup", campaign=campaign.name, role=runs).answer()
    await person.slash("campaign").answer()
    await agree(person, person.slash("compare"))
    check(discord, person)
