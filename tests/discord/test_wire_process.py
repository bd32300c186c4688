"""The shipped command as a process on Discord: beside the web, in shards, with every kind of frame, and its errors."""

import asyncio
import json
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from bot_process import BotProcess
from fake_discord import FakeDiscord
from fake_discord.records import Guild
from people_talk import agree, compare, say_why, understood

Run = Callable[..., Awaitable[BotProcess]]


async def works(discord: FakeDiscord) -> None:
    ana = discord.person("Ana")
    answer = await understood(ana, await say_why(ana, await compare(ana), "B, the light is softer"))
    assert "light" in answer.text
    assert discord.violations == []


async def test_with_a_token_the_web_server_is_on_discord_too(discord: FakeDiscord, run: Run) -> None:
    bot = await run("serve --port 0", fresh=True)
    await works(discord)
    assert await bot.stop() == 0


@pytest.mark.parametrize("frames", ["text", "zlib-stream", "zstd-stream"])
async def test_every_kind_of_frame(discord: FakeDiscord, run: Run, tmp_path: Path, frames: str) -> None:
    settings = {}
    if frames == "text":
        discord.gateway.frames = "text"
    if frames == "zlib-stream":  # as where the package is not installed
        (tmp_path / "zstandard.py").write_text("raise ImportError")
        settings["PYTHONPATH"] = str(tmp_path)
    await run(fresh=True, **settings)
    assert discord.gateway.queries[0]["compress"] == ("zstd-stream" if frames == "text" else frames)
    await works(discord)


async def test_shards(discord: FakeDiscord, run: Run) -> None:
    servers = await on_both_shards(discord)
    bot = await run(OPINE_DISCORD_SHARDS="2", OPINE_WORKER="false")
    await discord.connected(shards=2)
    assert sorted(tuple(identify["shard"]) for identify in discord.gateway.identifies) == [(0, 2), (1, 2)]
    for server in servers:
        person = discord.person("Ana", channel=discord.add_channel("general", server))
        assert (await agree(person, person.slash("compare"))).images
        assert (await person.slash("compare", person.direct).answer()).images
    assert await bot.stop() == 0


async def test_one_process_may_run_some_of_the_shards(discord: FakeDiscord, run: Run) -> None:
    await run(OPINE_DISCORD_SHARDS="4", OPINE_DISCORD_SHARD_IDS="1,3", OPINE_WORKER="false")
    await discord.connected(shards=2)
    assert sorted(tuple(identify["shard"]) for identify in discord.gateway.identifies) == [(1, 4), (3, 4)]


async def test_a_wrong_token_is_said_and_final(discord: FakeDiscord, demo: Path, tmp_path: Path) -> None:
    code, said = await ended(BotProcess(discord, copy(demo, tmp_path), OPINE_DISCORD_TOKEN="wrong"))
    assert code == 1
    assert "OPINE_DISCORD_TOKEN" in said
    assert "wrong" not in said
    assert len(discord.world.refusals) == 1


async def test_a_missing_token_or_campaign_is_said(discord: FakeDiscord, demo: Path, tmp_path: Path) -> None:
    data = copy(demo, tmp_path)
    code, said = await ended(BotProcess(discord, data, OPINE_DISCORD_TOKEN=""))
    assert (code, "OPINE_DISCORD_TOKEN" in said) == (1, True)
    code, said = await ended(BotProcess(discord, data, OPINE_DISCORD_CAMPAIGN="nowhere"))
    assert (code, "OPINE_DISCORD_CAMPAIGN" in said) == (1, True)


async def test_a_second_process_over_one_sqlite_is_told_what_to_do(discord: FakeDiscord, run: Run) -> None:
    first = await run()
    code, said = await ended(BotProcess(discord, first.data))
    assert code == 1
    assert "opine serve" in said
    assert "PostgreSQL" in said


async def test_events_that_come_twice_are_taken_once(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    ana = discord.person("Ana")
    await agree(ana, ana.slash("compare", ana.direct))
    session = discord.gateway.connected[0]
    ana.says("B, the light is softer", ana.direct)
    session.dispatch("MESSAGE_CREATE", json.loads(session.sent[-1][1])["d"])
    opened = await ana.press(await ana.slash("compare").answer(), "why:").acknowledged()
    submitted = ana.submit(opened, "A, the colours are warm")
    session.dispatch("INTERACTION_CREATE", json.loads(session.sent[-1][1])["d"])
    await understood(ana, await submitted.answer())
    await ana.reads(lambda message: message.reply_to is not None and "> " in message.text, ana.direct)
    assert bot.stored("SELECT count(*) FROM opinions") == [2]
    assert len([message for message in ana.sees(ana.direct) if message.reply_to]) == 1


async def test_two_processes_with_one_token_are_told_of(discord: FakeDiscord, run: Run) -> None:
    bots = [await run(OPINE_WORKER="false") for _ in range(2)]
    for number in range(8):
        await discord.person(f"P{number}").slash("help").answer()
    for _ in range(100):
        if any("another process may use the same token" in bot.logged for bot in bots):
            return
        await asyncio.sleep(0.1)
    raise AssertionError("nobody was told")


async def test_who_sends_too_much_at_once_is_told_and_types_nothing_twice(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs", OPINE_OPINIONS_PER_MINUTE="4", OPINE_WORKER="false")
    ana, ben = discord.person("Ana"), discord.person("Ben")
    shown = await agree(ana, ana.slash("compare", ana.direct))
    for number in range(5):
        note = ana.says(f"B, the light is soft {number}", ana.direct)
        reply = await ana.reads(lambda message, id_=note.id: message.reply_to == id_, ana.direct)  # type: ignore[misc]
    assert "a lot at once" in reply.text
    opened = await ana.press(shown, "why:").acknowledged()
    again = await ana.submit(opened, "B, velvet").answer()
    assert "a lot at once" in again.text
    assert bot.stored("SELECT count(*) FROM opinions") == [4]
    await asyncio.sleep(16)
    assert "velvet" not in (await ana.press(again, "Try again").answer()).text
    assert bot.stored("SELECT source_text FROM opinions")[4:] == ["B, velvet"]
    await say_why(ben, await compare(ben), "A, others are not held up")
    assert discord.violations == []


async def on_both_shards(discord: FakeDiscord) -> tuple[Guild, Guild]:
    """Two servers that come to different shards of two."""
    another = discord.guild
    while (another.id ^ discord.guild.id) >> 22 & 1 == 0:
        await asyncio.sleep(0.001)
        another = discord.add_guild("another")
    return discord.guild, another


def copy(demo: Path, folder: Path) -> Path:
    return shutil.copytree(demo, folder / "data")


async def ended(process: BotProcess) -> tuple[int, str]:
    """Start it, and see it end by itself."""
    await process.launch()
    code = await asyncio.wait_for(process.process.wait(), 120)
    return code, process.logged
