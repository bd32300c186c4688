"""Two processes over one PostgreSQL, each on a shard of its own, both reading: nobody is answered twice, or never."""

import asyncio
from itertools import chain
from pathlib import Path

import psycopg
from bot_process import BotProcess
from fake_discord import FakeDiscord, Message
from fake_discord.people import Person
from people_talk import answered, compare, say_why, understood
from sqlalchemy import make_url
from test_wire_process import on_both_shards

PEOPLE, ROUNDS = 4, 3  # of each server


async def test_each_opinion_is_stored_read_and_answered_once(
    discord: FakeDiscord, shared: dict[str, str], tmp_path: Path
) -> None:
    servers = await on_both_shards(discord)
    bots = [
        BotProcess(discord, tmp_path / "data", OPINE_DISCORD_SHARDS="2", OPINE_DISCORD_SHARD_IDS=shard, **shared)
        for shard in "01"
    ]
    try:
        await asyncio.gather(*(bot.launch() for bot in bots))
        await discord.connected(shards=2)
        channels = [discord.add_channel("talk", server) for server in servers]
        people = [discord.person(f"P{number}", channel=one) for number in range(PEOPLE) for one in channels]
        shown = await asyncio.gather(*(compare(person) for person in people))
        noted = await asyncio.gather(*map(write, people))
        discord.faults.delay("PATCH", "/webhooks/", 0.5, times=len(people))  # of receipts: the first that are sent
        said = await asyncio.gather(*map(talk, people, shown))
        codes = await asyncio.gather(*(bot.stop() for bot in bots))
    finally:
        for bot in bots:
            if bot.process.returncode is None:
                await bot.kill()
    assert codes == [0, 0]
    assert sorted(stored(shared, "SELECT source_text FROM opinions")) == sorted(chain(noted, *said))
    assert stored(shared, "SELECT count(*) FROM readings") == [len(people) * (ROUNDS + 1)]
    assert stored(shared, "SELECT count(*) FROM discord_deliveries WHERE due_at IS NOT NULL") == [0]
    for person in people:
        assert len([message for message in person.sees(person.direct) if message.reply_to]) == 1
    assert discord.missed == []
    assert discord.violations == []
    assert "[error" not in bots[0].logged


async def write(person: Person) -> str:
    """A direct message, and its reply, which becomes what was understood."""
    note = person.says(f"A, the shadows are deep {person.user.name}", person.direct)
    reply = await answered(person, note)
    await person.reads(lambda message: message is reply and "> " in message.text, person.direct, within=60)
    return note.content


async def talk(person: Person, shown: Message) -> list[str]:
    """Write into windows; each receipt becomes what was understood, and stays so."""
    words = [f"B, the light is softer, {person.user.name} {number}" for number in range(ROUNDS)]
    receipts = [await say_why(person, shown, text) for text in words]
    for receipt in receipts:
        await understood(person, receipt)
    await asyncio.sleep(0.5)
    assert all("> " in receipt.text for receipt in receipts), "a receipt overtook what was understood"
    return words


def stored(settings: dict[str, str], query: str) -> list[object]:
    address = make_url(settings["OPINE_DATABASE_URL"]).set(drivername="postgresql")
    with psycopg.connect(address.render_as_string(hide_password=False)) as connection:
        return [row[0] for row in connection.execute(query)]  # type: ignore[arg-type]
