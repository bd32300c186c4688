"""The shipped `opine discord`, killed, stopped and cut off: what was acknowledged is there, once."""

import asyncio
import itertools
import os
import random
from collections.abc import Awaitable, Callable

import pytest
from bot_process import BotProcess
from fake_discord import FakeDiscord
from fake_discord.people import Person
from people_talk import agree, answered, compare, killed_meanwhile, say_why, understood

Run = Callable[..., Awaitable[BotProcess]]
KILLS = int(os.environ.get("OPINE_TEST_KILLS", "5"))


async def delivered(bot: BotProcess) -> None:
    for _ in range(300):
        if bot.stored("SELECT count(*) FROM discord_deliveries") == [0]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("an answer is still on its way")


async def test_buttons_and_windows_outlive_the_process(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    ana = discord.person("Ana")
    shown = await compare(ana)
    opened = await ana.press(shown, "why:").acknowledged()
    await bot.kill()
    await bot.start()
    answer = await understood(ana, await ana.submit(opened, "B, the light is softer").answer())
    assert "light" in answer.text
    assert "you prefer A" in (await ana.press(shown, "A").answer()).text
    assert bot.stored("SELECT source_text FROM opinions") == ["B, the light is softer"]
    assert discord.violations == []


async def test_commands_are_told_only_when_they_changed(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_WORKER="false")
    await bot.kill()
    await bot.start()
    assert [call.method for call in discord.requests if call.path.endswith("/commands")] == ["PUT"]


async def test_an_answer_that_a_crash_kept_back_comes_from_the_next_process(discord: FakeDiscord, run: Run) -> None:
    bot = await run()
    ana = discord.person("Ana")
    receipt = await say_why(ana, await compare(ana), "B, the light is softer")
    await bot.kill()
    await bot.start()
    assert "light" in (await understood(ana, receipt)).text
    await delivered(bot)


async def test_a_token_that_expired_meanwhile_is_finished_silently(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_WORKER="false")
    ana = discord.person("Ana")
    await say_why(ana, await compare(ana), "B, the light is softer")
    await bot.kill()
    discord.world.later(901)
    bot.settings["OPINE_WORKER"] = "true"
    await bot.start()
    await delivered(bot)
    assert "[error" not in bot.logged


async def test_what_was_written_during_an_outage_is_taken_in_afterwards(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    ana = discord.person("Ana")
    await agree(ana, ana.slash("compare", ana.direct))
    first = ana.says("A, the shadows are deep", ana.direct)
    await answered(ana, first)
    await discord.down()
    missed = [ana.says(f"B, the light is soft {number}", ana.direct) for number in range(3)]
    await asyncio.sleep(1)
    await discord.up(sessions_lost=True)
    for message in missed:
        await answered(ana, message)
    kept = bot.stored("SELECT client_message_id FROM opinions ORDER BY id")
    assert kept == [str(message.id) for message in (first, *missed)]
    assert discord.violations == []


async def test_what_was_written_while_the_process_was_away_is_taken_in_once(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    ana = discord.person("Ana")
    await agree(ana, ana.slash("compare", ana.direct))
    first = ana.says("A, the shadows are deep", ana.direct)
    await answered(ana, first)
    await bot.stop()
    discord.gateway.forget_sessions()
    missed = ana.says("B, the light is soft", ana.direct)
    for _ in range(2):
        await bot.start()
        await answered(ana, missed)
        await bot.stop()
    replies = [message.reply_to for message in ana.sees(ana.direct) if message.reply_to]
    assert replies == [first.id, missed.id]
    assert bot.stored("SELECT count(*) FROM opinions") == [2]


async def test_sigterm_lets_what_is_under_way_come_to_its_end(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    ana = discord.person("Ana")
    shown = await compare(ana)
    opened = await ana.press(shown, "why:").acknowledged()
    discord.faults.delay("PATCH", "/webhooks/", 1.0)
    submitted = ana.submit(opened, "B, the light is softer")
    await submitted.acknowledged()
    assert await bot.stop() == 0
    assert (await submitted.answer(1)).text
    assert bot.stored("SELECT count(*) FROM opinions") == [1]
    assert discord.gateway.connected == []


@pytest.mark.timeout(3600)
async def test_killed_at_random_moments_each_acknowledged_answer_is_there_once(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs", OPINE_WORKER="false", OPINE_OPINIONS_PER_MINUTE="6000")
    people = [discord.person(f"P{number}") for number in range(8)]
    for person in people:
        await agree(person, person.slash("compare", person.direct))
    told: dict[str, str] = {}

    async def talk(person: Person) -> None:
        for text in (f"B, the light is soft, {number}" for number in itertools.count()):
            note = person.says(text, person.direct)
            await answered(person, note)
            told[str(note.id)] = text

    chance = random.Random(4)
    for _ in range(KILLS):
        enough = len(told) + chance.randint(0, 12)
        await killed_meanwhile(bot, map(talk, people), lambda: len(told) >= enough, chance.uniform(0, 0.3))  # noqa: B023
        await bot.start()
    seen = [message for person in people for message in person.sees(person.direct)]
    written = {str(message.id) for message in seen if not message.author.bot}
    for _ in range(600):
        kept = bot.stored("SELECT client_message_id, source_text FROM opinions")
        if {id_ for id_, _ in kept} == written:
            break
        await asyncio.sleep(0.1)
    assert {id_ for id_, _ in kept} == written, "what was written while it was dead was taken in, too"
    assert len(kept) == len(written)
    assert told.items() <= dict(kept).items()
    replies = [message.reply_to for person in people for message in person.sees(person.direct) if message.reply_to]
    assert len(replies) == len(set(replies)), "nobody was answered twice"
