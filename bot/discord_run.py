"""`opine discord`, and Discord inside `opine serve`."""

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import discord.gateway
import discord.http
import structlog
import uvloop
import yarl
from prometheus_client import start_http_server

from bot.conversation import Conversation
from bot.demo import create_demo
from bot.discord_metrics import DiscordMetrics
from bot.discord_parts import Parts
from bot.discord_supervisor import supervise
from bot.displayed import Displayed
from bot.logs import set_up
from bot.metrics import Metrics
from bot.opening import opened
from bot.rates import Buckets
from bot.settings import Settings
from feedback.errors import NotFound, OpineError, StoreError, StoreInUse
from feedback.media import Media
from feedback.store import Store

MEASURE_SECONDS = 10

log = structlog.get_logger(__name__)


def run() -> int:
    """Be on Discord until SIGINT or SIGTERM, then drain; returns the exit code."""
    settings = Settings()
    set_up(json=settings.log_json)
    try:
        uvloop.run(_run(settings))
    except StoreInUse as error:
        print(
            f"opine: {error}; or set OPINE_DISCORD_TOKEN for `opine serve`: then that one is on Discord",
            file=sys.stderr,
        )
        return 1
    except OpineError as error:
        print(f"opine: {error}", file=sys.stderr)
        return 1
    return 0


def _in_a_line(record: logging.LogRecord) -> bool:
    """What discord.py logs of a lost connection, in a line: it brings a traceback along for each try."""
    if str(record.msg).startswith(("Attempting a reconnect", "Failed to connect")):
        record.exc_info = None
    return True


async def _run(settings: Settings) -> None:
    if not settings.discord_token:
        raise OpineError("there is no token: set OPINE_DISCORD_TOKEN to that of your bot, from the developer portal")
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack:
        store, media = await stack.enter_async_context(opened(settings))
        metrics = Metrics()
        if settings.discord_metrics_port:
            start_http_server(settings.discord_metrics_port, settings.host, metrics.registry)
            measuring = asyncio.create_task(_measure(store, metrics))
            stack.callback(measuring.cancel)
        if settings.demo:
            await create_demo(store, media)
        if settings.worker:
            from bot.serving import make_worker
            from bot.worker import running

            await stack.enter_async_context(running(make_worker(settings, store, metrics)))
        await _supervise(await make_parts(settings, store, media, metrics), stopping)


async def _measure(store: Store, metrics: Metrics) -> None:
    """Keep the figures of the queue up to date; `opine serve` does it when it is asked."""
    while True:
        with suppress(StoreError):
            counts = await store.work_counts()
            metrics.work_age.set(counts.pop("oldest_seconds"))
            for state, count in counts.items():
                metrics.work.labels(state).set(count)
        await asyncio.sleep(MEASURE_SECONDS)


async def _supervise(parts: Parts, stopping: asyncio.Event) -> None:
    measuring = asyncio.create_task(_measure_deliveries(parts))
    try:
        await supervise(parts, stopping)
    finally:
        measuring.cancel()


async def _measure_deliveries(parts: Parts) -> None:
    """The same of answers; also while Discord is away, since it is then that they wait."""
    while True:
        with suppress(StoreError):
            parts.metrics.delivery_age.set(await parts.store.oldest_delivery_seconds())
        await asyncio.sleep(MEASURE_SECONDS)


async def make_parts(settings: Settings, store: Store, media: Media, metrics: Metrics) -> Parts:
    """What the bot is made of; OpineError where the settings do not fit what is stored."""
    _prepare(settings)
    try:
        campaign = await store.get_campaign(settings.discord_campaign)
    except NotFound as error:
        name = settings.discord_campaign
        raise OpineError(f"no campaign {name!r}: create it, or name another one in OPINE_DISCORD_CAMPAIGN") from error
    return Parts(
        settings=settings,
        store=store,
        media=media,
        conversation=Conversation(store, media, training_use=settings.discord_training_use),
        displayed=Displayed(media, settings.data / "displayed"),
        metrics=DiscordMetrics(metrics),
        limits=Buckets(settings.opinions_per_minute),
        campaign_id=campaign.id,
    )


@asynccontextmanager
async def beside(settings: Settings, store: Store, media: Media, metrics: Metrics) -> AsyncIterator[None]:
    """Be on Discord for as long as the block lasts; a token that is not good does not keep the web away."""
    stopping = asyncio.Event()
    parts = await make_parts(settings, store, media, metrics)
    task = asyncio.create_task(_told(parts, stopping))
    try:
        yield
    finally:
        stopping.set()
        await task


async def _told(parts: Parts, stopping: asyncio.Event) -> None:
    try:
        await _supervise(parts, stopping)
    except OpineError as error:
        log.error("not on Discord", reason=str(error))


def _prepare(settings: Settings) -> None:
    """Where Discord is, and what is logged; the library has these in class variables."""
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak
    for name in ("discord.client", "discord.shard"):
        logging.getLogger(name).addFilter(_in_a_line)
    if settings.discord_api:
        discord.http.Route.BASE = settings.discord_api.rstrip("/")
    if settings.discord_gateway:
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway)
