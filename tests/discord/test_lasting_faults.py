"""What fails for good keeps nothing else waiting: a message of a gap, a delivery, a client that does not close."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import structlog

from bot.discord_client import OpineClient
from bot.discord_delivery import GIVEN_UP_AFTER, _is_hopeless
from bot.discord_gaps import Gaps
from bot.discord_run import _in_a_line
from bot.discord_supervisor import _live
from feedback.discord_records import Delivery, Place
from feedback.errors import StoreBusy

DELIVERY = Delivery(opinion_id="o", annotator_id="p", channel_id=1, message_id=2)


class Channel:
    """One with a history of three messages; the second cannot be followed."""

    id = 1

    def __init__(self, error: Exception | None = None) -> None:
        self.error, self.taken, self.seen, self.removed = error, list[int](), list[int](), list[int]()

    async def history(self, *, after: Any = None, **_: object) -> AsyncIterator[Any]:
        if self.error is not None:
            raise self.error
        for number in (11, 12, 13) if after else ():
            yield SimpleNamespace(id=number)

    def is_for_us(self, _: object) -> bool:
        return True

    async def change(self, message: Any) -> None:
        if message.id == 12:
            raise ValueError

    async def take(self, message: Any, **_: object) -> None:
        self.taken.append(message.id)

    async def find_place(self, _: int) -> Place:
        return Place(channel_id=1, campaign_id="c", guild_id=3, last_message_id=10)

    async def said_in(self, *_: int) -> list[Any]:
        return []

    async def mark_seen(self, _: int, message_id: int) -> None:
        self.seen.append(message_id)

    async def remove_place(self, channel_id: int) -> None:
        self.removed.append(channel_id)


def gaps_of(channel: Channel) -> Gaps:
    counter = SimpleNamespace(inc=lambda: None)
    parts = SimpleNamespace(store=channel, metrics=SimpleNamespace(failed=counter, refuse=lambda _: None))
    client: Any = SimpleNamespace(parts=parts, get_partial_messageable=lambda *_, **__: channel)
    return Gaps(client, channel)  # type: ignore[arg-type]


def refused(kind: type[discord.HTTPException], status: int, code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    return kind(response, {"code": code, "message": ""})


async def test_one_message_of_a_gap_does_not_end_the_filling() -> None:
    channel = Channel()
    await gaps_of(channel).fill(1)
    assert channel.taken == channel.seen == [11, 12, 13]


async def test_only_a_channel_that_is_gone_or_closed_has_no_gap() -> None:
    gone = Channel(refused(discord.NotFound, 404, 10003))
    await gaps_of(gone).fill(1)
    assert gone.removed == [1]
    closed = Channel(refused(discord.Forbidden, 403, 50001))
    await gaps_of(closed).fill(1)
    assert closed.removed == []
    gaps = gaps_of(Channel(ValueError("odd")))
    for _ in range(2):
        with pytest.raises(ValueError, match="odd"):
            await gaps.fill(1)


@pytest.mark.parametrize(
    ("age", "error", "hopeless"),
    [
        (GIVEN_UP_AFTER * 2, ValueError(), True),
        (timedelta(hours=1), ValueError(), False),
        (GIVEN_UP_AFTER * 2, StoreBusy(), False),
    ],
)
async def test_a_delivery_is_given_up_after_a_day(age: timedelta, error: Exception, hopeless: bool) -> None:
    async def get_opinion(_: str) -> Any:
        return SimpleNamespace(created_at=datetime.now(UTC) - age)

    client: Any = SimpleNamespace(parts=SimpleNamespace(store=SimpleNamespace(get_opinion=get_opinion)))
    assert await _is_hopeless(client, DELIVERY, error) is hopeless


@pytest.mark.parametrize(("message", "kept"), [("Attempting a reconnect in %.2fs", False), ("Ignoring %s", True)])
def test_only_of_lost_connections_no_traceback_is_logged(message: str, kept: bool) -> None:
    error = ValueError()
    record = logging.LogRecord("discord.client", logging.ERROR, "", 1, message, (), (ValueError, error, None))
    assert _in_a_line(record)
    assert (record.exc_info is not None) is kept


async def test_a_client_closes_though_a_standing_task_failed() -> None:
    async def fail() -> None:
        raise ValueError

    metrics = SimpleNamespace(failed=SimpleNamespace(inc=lambda: None), trace=lambda: None)
    settings = SimpleNamespace(discord_shards=0)
    parts: Any = SimpleNamespace(settings=settings, metrics=metrics, store=None)
    client = OpineClient(parts)
    await client._async_setup_hook()
    client._standing = [asyncio.create_task(fail())]
    await asyncio.sleep(0)
    await client.close()
    assert client.is_closed()


async def test_a_client_that_cannot_be_closed_does_not_end_the_supervisor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise OSError("the connection broke")

    monkeypatch.setattr(discord.AutoShardedClient, "start", fail)
    monkeypatch.setattr(discord.AutoShardedClient, "close", fail)
    settings = SimpleNamespace(discord_shards=0, discord_token="token")
    parts: Any = SimpleNamespace(settings=settings, metrics=SimpleNamespace(trace=lambda: None), store=None)
    with structlog.testing.capture_logs() as logged:
        await _live(parts, asyncio.Event())
    assert [one["event"] for one in logged] == ["the Discord client died", "the Discord client was not closed well"]
