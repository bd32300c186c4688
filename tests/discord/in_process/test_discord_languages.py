"""What simcord 3.2.1 cannot do, over sockets to `fake_discord`: readings that come later, images that are fetched."""

import pytest
from fake_discord import FakeDiscord, Message
from people_talk import agree, say_why, understood
from pictures import picture
from simulated import readable
from tongues import CHOSEN, MENU, TONGUES, every_tongue

from bot.discord_names import find
from bot.discord_parts import Parts
from bot.wording import wording
from bot.worker import Worker
from feedback.reading import Reader

pytestmark = pytest.mark.asyncio(loop_scope="module")


def plain(message: Message) -> str:
    return readable(message.components)


@every_tongue
async def test_words_are_read(connected: tuple[FakeDiscord, Parts], tag: str, reader: Reader) -> None:
    """Simcord refuses the address at which an answer is edited later (`/messages/%40original`)."""
    discord, parts = connected
    said, (locale, words) = wording(tag), TONGUES[tag]
    somebody = discord.person("somebody", locale=locale)
    asked = somebody.slash("language", language=tag) if tag in CHOSEN else somebody.slash("compare")
    shown = await agree(somebody, asked)
    receipt = await say_why(somebody, shown, words)
    await Worker(parts.store, lambda: reader).step(reader)
    read = await understood(somebody, receipt)
    assert said.say("Thank you!") in plain(read)
    assert words in plain(read).replace("**", "")
    assert said.say("Correct it") in read.labels
    mine = await somebody.slash("mine").answer()
    assert mine.labels == [said.say("Correct it")]
    assert words in plain(mine).replace("**", "")
    assert said.say("What should I correct?") in plain(await somebody.press(mine, "fix:").answer())
    assert not discord.violations
    assert not discord.missed


@every_tongue
async def test_the_menu_of_a_message_with_images(connected: tuple[FakeDiscord, Parts], tag: str) -> None:
    """Simcord has no address to fetch an image from."""
    discord, _ = connected
    said = wording(tag)
    somebody = discord.person("somebody", locale=TONGUES[tag][0])
    await agree(somebody, somebody.slash("language", language=tag))
    number = list(TONGUES).index(tag)
    note = somebody.says("look", files=[(f"{i}.png", picture(77 * number + i)) for i in (1, 2)])
    shown = await somebody.context_menu(find(TONGUES[tag][0], "opinion") or MENU, note).answer()
    assert said.say("Which one do you prefer, and why? Any language is fine.") in plain(shown)
    assert said.say("Say why") in shown.labels
    assert len(shown.images) == 2
    assert not discord.violations
    assert not discord.missed
