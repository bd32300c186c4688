"""The local Discord of `tests/fake_discord`, and the shipped command as a process that talks with it."""

import asyncio
import fcntl
import os
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from bot_process import BotProcess
from fake_discord import FakeDiscord
from pictures import picture

from bot.demo import create_demo
from bot.opening import opened
from bot.settings import Settings
from feedback.media import Media
from feedback.store import Store


@pytest.fixture
async def discord() -> AsyncIterator[FakeDiscord]:
    async with FakeDiscord() as fake:
        yield fake


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder to be copied, with the demo campaign and one of pairs alone; xdist's workers share it."""
    own = tmp_path_factory.getbasetemp()
    place = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    folder = place / "demo"
    with (place / "demo.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            asyncio.run(create_campaigns(Settings(data=place / "demo.part", _env_file=None)))
            (place / "demo.part").rename(folder)
    return folder


async def create_campaigns(settings: Settings) -> None:
    async with opened(settings) as parts:
        await create_demo(*parts)
        await create_pairs(*parts)


async def create_pairs(store: Store, media: Media) -> None:
    campaign = await store.create_campaign("pairs", "Pairs")
    images = [await store.add_image(campaign.id, media.take(picture(number * 4561))) for number in range(1, 41)]
    for one, other in zip(images[::2], images[1::2], strict=True):
        await store.add_comparison(campaign.id, [one.id, other.id])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
async def shared(postgresql: str, tmp_path: Path) -> dict[str, str]:
    """The settings of a PostgreSQL database with these campaigns, which several processes may open."""
    await create_campaigns(Settings(data=tmp_path / "data", database_url=postgresql, _env_file=None))
    return {"OPINE_DATABASE_URL": postgresql, "OPINE_DISCORD_CAMPAIGN": "pairs"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BotProcess]:
    """A bot that all tests of a file talk with, each with people of its own."""
    data = shutil.copytree(demo, tmp_path_factory.mktemp("bot") / "data")
    async with FakeDiscord() as discord:
        settings = {"OPINE_DISCORD_CAMPAIGN": "pairs", "OPINE_DISCORD_METRICS_PORT": str(free_port())}
        process = BotProcess(discord, data, **settings)
        await process.start()
        yield process
        await process.kill()


@pytest.fixture
def server(bot: BotProcess) -> Iterator[FakeDiscord]:
    """The Discord of that bot; no test may leave a broken limit, a ping, a missed interaction or an error behind."""
    discord = bot.discord
    discord.world.violations.clear()
    missed, logged = len(discord.missed), len(bot.logged)
    yield discord
    assert discord.violations == []
    assert discord.missed[missed:] == []
    assert "[error" not in bot.logged[logged:]


@pytest.fixture
async def run(demo: Path, tmp_path: Path, discord: FakeDiscord) -> AsyncIterator[Callable[..., Awaitable[BotProcess]]]:
    """Starts a bot for one test alone, which may kill it: `bot = await run(OPINE_...=...)`."""
    started: list[BotProcess] = []

    async def start(command: str = "discord", *, fresh: bool = False, **settings: str) -> BotProcess:
        data = shutil.copytree(demo, tmp_path / f"data-{len(started)}")
        process = BotProcess(discord, data, command=command, fresh=fresh, **settings)
        started.append(process)
        await process.start()
        return process

    yield start
    for process in started:
        if process.process.returncode is None:
            await process.kill()
