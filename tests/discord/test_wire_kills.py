"""The bot, killed at fifty random moments while people press and submit: whatever they were told is kept, once."""

import asyncio
import random
from collections.abc import Awaitable, Callable

import pytest
from bot_process import BotProcess
from fake_discord import FakeDiscord, Interaction, Message
from fake_discord.people import Person
from people_talk import compare, killed_meanwhile, say_why

Run = Callable[..., Awaitable[BotProcess]]
KILLS, PEOPLE = 50, 8
IN_START = 5  # each so many-th kill hits a process that is still starting


@pytest.mark.timeout(900)  # a minute where nothing else is running
async def test_whatever_was_acknowledged_before_a_kill_is_there_once(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs", OPINE_WORKER="false")
    people = [discord.person(f"P{number}") for number in range(PEOPLE)]
    shown = [await compare(person) for person in people]
    chance = random.Random(50)
    for number in range(KILLS):
        talks = [talk(person, message, chance) for person, message in zip(people, shown, strict=True)]
        enough = acknowledged(discord) + chance.randint(0, 4)
        await killed_meanwhile(bot, talks, lambda: acknowledged(discord) >= enough, chance.uniform(0, 0.2))  # noqa: B023
        if number % IN_START == 0:
            await bot.launch()
            await asyncio.sleep(chance.uniform(0, 0.5))
            await bot.kill()
        await bot.start()
    for person, message in zip(people, shown, strict=True):
        assert "Received" in (await say_why(person, message, "B, the light is softer")).text
    check_opinions(discord, bot)
    check_choices(discord, bot)
    assert discord.violations == []


async def talk(person: Person, shown: Message, chance: random.Random) -> None:
    """Press and write without a pause, about the same two pictures."""
    while True:
        if chance.random() < 0.5:
            await person.press(shown, chance.choice(("A", "B", "No difference"))).answer()
        else:
            await say_why(person, shown, f"B, the light is softer {chance.random()}")


def acknowledged(discord: FakeDiscord) -> int:
    return sum(bool(answer(given)) for given in discord.world.interactions.values())


def check_opinions(discord: FakeDiscord, bot: BotProcess) -> None:
    """Every receipt that somebody saw stands for one opinion; nothing is there twice, or was never sent."""
    sent = {str(one.id): words(one) for one in discord.world.interactions.values() if one.kind == 5}
    told = {str(one.id) for one in discord.world.interactions.values() if one.kind == 5 and "Received" in answer(one)}
    kept = bot.stored("SELECT client_message_id, source_text FROM opinions")
    assert len(kept) == len(dict(kept))
    assert dict(kept).items() <= sent.items()
    assert told <= set(dict(kept))
    assert len(told) > KILLS / 2, "hardly anybody was answered"


def check_choices(discord: FakeDiscord, bot: BotProcess) -> None:
    """The choice that counts is the last one that was acknowledged, or one that was pressed after it."""
    last: dict[int, list[str]] = {}
    for one in discord.world.interactions.values():
        verb, _, what = one.data.get("custom_id", "").partition(":")
        if verb == "choose":
            choice = what.partition("@")[0].rpartition(":")[2]
            before = [] if "Noted" in answer(one) else last.get(one.user.id, [])
            last[one.user.id] = [*before, choice]
    kept = bot.stored(
        "SELECT choice FROM clicks WHERE id IN (SELECT max(id) FROM clicks GROUP BY showing_id) ORDER BY showing_id"
    )
    possible = [last[user] for user in sorted(last)]
    assert len(kept) == len(possible)
    assert all(choice in choices for choice, choices in zip(kept, possible, strict=True))


def answer(given: Interaction) -> str:
    return given.original.text if given.original is not None and not given.original.loading else ""


def words(given: Interaction) -> str:
    return str(given.data["components"][0]["component"]["value"])
