"""The shipped `opine discord`, on the wire, when its database or it itself was away: nothing that was said is lost."""

import asyncio
from collections.abc import Awaitable, Callable

from bot_process import BotProcess
from fake_discord import FakeDiscord, Message
from fake_discord.people import Person
from people_talk import agree

Run = Callable[..., Awaitable[BotProcess]]
AWAY = "trying again"
SAID = "SELECT source_text FROM opinions ORDER BY id"


async def begin(discord: FakeDiscord, run: Run, *words: str) -> tuple[BotProcess, Person, list[Message]]:
    """A bot, and somebody who said something to it in a direct message."""
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs", OPINE_WORKER="false")
    ana = discord.person("Ana")
    await agree(ana, ana.slash("compare", ana.direct))
    return bot, ana, [await answered(ana, ana.says(one, ana.direct)) for one in words]


async def answered(person: Person, note: Message) -> Message:
    """The message, once the bot has replied to it."""
    await person.reads(lambda one: one.reply_to == note.id and AWAY not in one.text, person.direct, within=60)
    return note


async def until(bot: BotProcess, query: str, wanted: list[object]) -> None:
    for _ in range(300):
        if bot.stored(query) == wanted:
            return
        await asyncio.sleep(0.1)
    assert bot.stored(query) == wanted


async def test_while_the_database_is_away_people_are_told_and_afterwards_all_is_taken_in(
    discord: FakeDiscord, run: Run
) -> None:
    bot, ana, [first] = await begin(discord, run, "A, the shadows are deep")
    await until(bot, "SELECT last_message_id FROM discord_places", [first.id])
    with bot.locked():
        late = [ana.says(f"B, the light is soft {number}", ana.direct) for number in range(2)]
        told = await ana.reads(AWAY, ana.direct, within=40)
        assert told.reply_to == late[0].id
    for note in late:
        await answered(ana, note)
    assert told.deleted
    assert bot.stored(SAID) == ["A, the shadows are deep", "B, the light is soft 0", "B, the light is soft 1"]
    await until(bot, "SELECT last_message_id FROM discord_places", [late[-1].id])
    with bot.locked():
        lost = ana.says("A, the colours are warm", ana.direct)
        ana.says("B, I said it again", ana.direct)
        await asyncio.sleep(1)
        await bot.kill()
    discord.gateway.forget_sessions()
    await bot.start()
    await answered(ana, lost)
    await until(bot, f"SELECT count(*) FROM ({SAID})", [5])
    assert discord.violations == []


async def test_what_comes_while_a_gap_is_filled_does_not_hide_what_was_missed(discord: FakeDiscord, run: Run) -> None:
    bot, ana, _ = await begin(discord, run, "A, the shadows are deep")
    await bot.stop()
    discord.gateway.forget_sessions()
    for number in range(3):
        ana.says(f"B, missed {number}", ana.direct)
    discord.faults.delay("GET", f"/channels/{ana.direct.id}/messages", 2.0, times=2)
    await bot.start()
    await answered(ana, ana.says("A, at once", ana.direct))
    assert bot.stored(SAID) == [
        "A, the shadows are deep",
        *(f"B, missed {number}" for number in range(3)),
        "A, at once",
    ]
    replies = [one.reply_to for one in ana.sees(ana.direct) if one.reply_to]
    assert len(replies) == len(set(replies)) == 5


async def test_a_gap_is_filled_once_discord_answers_again(discord: FakeDiscord, run: Run) -> None:
    bot, ana, _ = await begin(discord, run, "A, the shadows are deep")
    await bot.stop()
    discord.gateway.forget_sessions()
    missed = ana.says("B, missed", ana.direct)
    discord.faults.cut("GET", f"/channels/{ana.direct.id}/messages", times=2)
    await bot.start()
    await answered(ana, missed)


async def test_edits_and_deletions_that_were_missed_are_followed(discord: FakeDiscord, run: Run) -> None:
    words = [f"A, the light is soft {number}" for number in range(3)]
    bot, ana, notes = await begin(discord, run, *words)
    await bot.stop()
    discord.gateway.forget_sessions()
    ana.edits(notes[0], "B, the light is harsh")
    ana.deletes(notes[1])
    await bot.start()
    await until(bot, "SELECT source_text FROM opinions ORDER BY client_message_id", ["B, the light is harsh", words[2]])
    await bot.stop()
    discord.gateway.forget_sessions()
    await bot.start()
    await answered(ana, ana.says("A, the colours are warm", ana.direct))
    assert len(bot.stored(SAID)) == 3
    assert "[error" not in bot.logged
    assert discord.violations == []
