"""One bot inside `simcord` for all tests of a file, each with people of their own."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from discord.gateway import DiscordWebSocket
from discord.http import Route
from fake_discord import FakeDiscord

sys.path.insert(0, str(Path(__file__).parent))  # where `simulated` is

from simulated import World, start

from bot.discord_parts import Parts
from bot.discord_run import make_parts
from bot.discord_supervisor import supervise
from bot.metrics import Metrics
from bot.opening import opened
from bot.settings import Settings
from feedback.reading import Reader


@pytest.fixture(scope="session")
def reader() -> Reader:
    return Reader(threads=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def simulation(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    data = shutil.copytree(demo, tmp_path_factory.mktemp("simulated") / "data")
    settings = Settings(data=data, discord_campaign="pairs", _env_file=None)
    async with opened(settings) as (store, media):
        world = await start(await make_parts(settings, store, media, Metrics()))
        yield world
        await world.env.shutdown()


@pytest.fixture
def world(simulation: World) -> Iterator[World]:
    """No test may leave an error, a broken limit or a ping behind."""
    sent, errors = len(simulation.env.http_requests), simulation.env.error_cursor
    failed = simulation.failed
    yield simulation
    assert simulation.failed == failed
    assert simulation.env.errors_since(errors) == ()
    assert simulation.wrong(sent) == []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def connected(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[FakeDiscord, Parts]]:
    """The same over sockets, in this process as well: for what simcord lacks."""
    data = shutil.copytree(demo, tmp_path_factory.mktemp("connected") / "data")
    async with FakeDiscord() as discord:
        addresses = {"discord_api": discord.api_url, "discord_gateway": discord.gateway_url}
        settings = Settings(
            data=data, discord_campaign="pairs", discord_token=discord.token, **addresses, _env_file=None
        )
        with pytest.MonkeyPatch.context() as patch:
            for owner, name in ((Route, "BASE"), (DiscordWebSocket, "DEFAULT_GATEWAY")):
                patch.setattr(owner, name, getattr(owner, name))  # the bot sets them; they are set back
            async with opened(settings) as (store, media):
                parts, stopping = await make_parts(settings, store, media, Metrics()), asyncio.Event()
                living = asyncio.create_task(supervise(parts, stopping))
                await discord.connected()
                await discord.synced()
                yield discord, parts
                stopping.set()
                await living
