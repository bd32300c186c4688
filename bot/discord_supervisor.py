"""Keeps a client alive: when one dies, of whatever, a new one takes its place, later and later."""

import asyncio
import random
import time

import discord
import structlog

from bot.discord_client import OpineClient
from bot.discord_parts import Parts
from feedback.errors import OpineError

log = structlog.get_logger(__name__)

SHORTEST, LONGEST = 1.0, 30.0  # seconds between two clients
LOST_SECONDS = 60.0  # without a connection, after which a new client is tried: the library's own waits grow to minutes
STEADY_SECONDS = 120.0  # a client that lived so long starts the waits from the shortest again


class BadToken(OpineError):
    """Discord does not know the token; trying again would not help."""


async def supervise(parts: Parts, stopping: asyncio.Event) -> None:
    """Be on Discord until `stopping` is set, then drain; BadToken where the token is not good."""
    wait = SHORTEST
    while not stopping.is_set():
        began = time.monotonic()
        await _live(parts, stopping)
        if stopping.is_set():
            return
        wait = SHORTEST if time.monotonic() - began > STEADY_SECONDS else min(2 * wait, LONGEST)
        parts.metrics.restarts.inc()
        try:
            await asyncio.wait_for(stopping.wait(), wait * random.uniform(0.5, 1))
        except TimeoutError:
            continue


async def _live(parts: Parts, stopping: asyncio.Event) -> None:
    """One client's life; what ended it is logged."""
    client = OpineClient(parts)
    running = asyncio.create_task(client.start(parts.settings.discord_token))
    ended = [asyncio.create_task(stopping.wait()), asyncio.create_task(_lost(client))]
    try:
        await asyncio.wait([running, *ended], return_when=asyncio.FIRST_COMPLETED)
        if not running.done():
            await client.drain()
        await running
    except discord.LoginFailure as error:
        raise BadToken("Discord refuses OPINE_DISCORD_TOKEN; copy the token anew from its developer portal") from error
    except Exception as error:
        log.error("the Discord client died", error=type(error).__qualname__, reason=str(error)[:200])
    finally:
        for task in ended:
            task.cancel()
        try:
            await client.close()
        except Exception as error:
            log.error("the Discord client was not closed well", error=type(error).__qualname__, reason=str(error)[:200])
        running.cancel()


async def _lost(client: OpineClient) -> None:
    """Return once a connection has been lost for too long."""
    while client.lost_for() < LOST_SECONDS:  # noqa: ASYNC110
        await asyncio.sleep(1)
    log.warning("no connection to Discord for a while; starting anew")
