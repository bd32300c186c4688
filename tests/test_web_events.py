"""Event streams of a real server: resumed where they ended, kept alive, ended on shutdown, cheap when idle."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import fastapi.routing
import httpx
import pytest
from web_site import API, LIGHT, Live, Visitor, open_live, open_site

from bot.web_events import STREAMS_PER_PERSON, Streams, last_seen


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Live]:
    async with open_live(tmp_path, requests_per_minute=10**6) as live:
        yield live


@asynccontextmanager
async def stream(visitor: Visitor, last: int | None = None) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    headers = visitor.headers | ({"Last-Event-ID": str(last)} if last is not None else {})
    async with visitor.client.stream("GET", f"{API}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        frames = parsed(answer)
        assert "listening" in (await anext(frames))["comment"]
        yield frames


async def parsed(answer: httpx.Response) -> AsyncIterator[dict[str, str]]:
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line:
            yield frame
            frame = {}
        else:
            name, _, value = line.partition(": ")
            frame[name or "comment"] = value


async def following(frames: AsyncIterator[dict[str, str]]) -> tuple[int, list[dict[str, Any]]]:
    """The next event's id and turns; comments are passed over."""
    async with asyncio.timeout(20):
        async for frame in frames:
            if "data" in frame:
                data = json.loads(frame["data"])
                assert frame["event"] == "turns"
                assert frame["id"] == str(data["event_id"])
                return data["event_id"], data["turns"]
    raise AssertionError("the stream ended")


async def test_the_reading_arrives_with_what_was_understood(live: Live) -> None:
    visitor, other = await live.visitor(), await live.visitor()
    async with stream(visitor) as frames, stream(other) as elsewhere:
        await visitor.say("la luz es suave", "m1")
        await other.say("the light is soft", "m1")
        await live.read()
        (_, turns), (_, theirs) = await following(frames), await following(elsewhere)
    assert turns[0]["kind"] == "understood"
    assert turns[0]["critique"]["opinion"]["source_text"] == "la luz es suave"
    assert theirs[0]["critique"]["opinion"]["source_text"] == "the light is soft"


async def test_a_stream_goes_on_where_the_last_one_ended_and_repeats_nothing(live: Live) -> None:
    visitor = await live.visitor()
    said = [f"opinion number {n}" for n in range(4)]
    seen: list[str] = []
    last: int | None = None
    for number, text in enumerate(said):
        if number != 2:  # two readings come while nobody listens
            async with stream(visitor, last) as frames:
                if number == 0:
                    await visitor.say(text, f"m{number}", showing_id=visitor.showing["id"])
                    await live.read()
                last, turns = await following(frames)
                seen.append(turns[0]["critique"]["opinion"]["source_text"])
        if number < 3:
            await visitor.say(said[number + 1], f"m{number + 1}", showing_id=visitor.showing["id"])
            await live.read()
    async with stream(visitor, last) as frames:
        while len(seen) < len(said):
            last, turns = await following(frames)
            seen.append(turns[0]["critique"]["opinion"]["source_text"])
    assert seen == said


async def test_without_an_id_a_stream_begins_now(live: Live) -> None:
    visitor = await live.visitor()
    await visitor.say("earlier than that", "m1", showing_id=visitor.showing["id"])
    await live.read()
    async with stream(visitor) as frames:
        await visitor.say("later than that", "m2", showing_id=visitor.showing["id"])
        await live.read()
        _, turns = await following(frames)
    assert turns[0]["critique"]["opinion"]["source_text"] == "later than that"


async def test_idle_streams_are_kept_alive(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fastapi.routing, "_PING_INTERVAL", 0.1)
    visitor = await live.visitor()
    async with stream(visitor) as frames, asyncio.timeout(10):
        assert (await anext(frames))["comment"] == "ping"


async def test_streams_end_when_the_server_stops_and_it_waits_for_nobody(live: Live) -> None:
    visitor = await live.visitor()
    async with stream(visitor) as frames:
        began = asyncio.get_running_loop().time()
        live.server.handle_exit(signal.SIGTERM, None)
        assert [frame async for frame in frames if frame.get("comment") != "ping"] == []
        await live.serving
        assert asyncio.get_running_loop().time() - began < 5


async def test_a_stream_that_went_away_leaves_nothing(live: Live) -> None:
    visitor = await live.visitor()
    async with stream(visitor) as _:
        assert live.site.parts.streams.open == 1
    async with asyncio.timeout(10):
        while live.site.parts.streams.open:
            await asyncio.sleep(0.05)


async def test_nobody_opens_streams_without_end(live: Live) -> None:
    visitor = await live.visitor()
    waker = [live.site.parts.streams._waker(visitor.id) for _ in range(STREAMS_PER_PERSON)]
    for one in waker:
        one.__enter__()
    refused = await visitor.send("GET", "/events")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    for one in waker:
        one.__exit__(None, None, None)


async def test_idle_streams_ask_the_database_nothing(tmp_path: Path) -> None:
    async with open_site(tmp_path) as site:
        visitor = await site.visitor()
        streams = Streams(site.store)
        waiting = asyncio.create_task(streams.run())
        asked: list[str] = []
        listening: list[int] = []
        real = site.store.events_after

        async def counted(annotator_id: str, event_id: int, limit: int = 100) -> Any:
            asked.append(annotator_id)
            return await real(annotator_id, event_id, limit)

        site.store.events_after = counted  # type: ignore[method-assign]

        async def idle(number: int) -> None:
            async for event in streams.follow(f"nobody {number}", None):
                assert event is None
                listening.append(number)

        async def listen() -> int:
            async for event in streams.follow(visitor.id, None):
                if event is not None:
                    return event.id
                listening.append(-1)
            raise AssertionError("ended")

        idlers = [asyncio.create_task(idle(number)) for number in range(300)]
        listener = asyncio.create_task(listen())
        async with asyncio.timeout(60):
            while len(listening) < 301:
                await asyncio.sleep(0.05)
            await visitor.say("the light is soft")
            await site.read((LIGHT,))
            await listener
        assert set(asked) == {visitor.id}
        streams.close()
        await asyncio.wait_for(asyncio.gather(*idlers), 10)
        waiting.cancel()


@pytest.mark.parametrize(
    ("header", "expected"),
    [(None, None), ("", None), ("7", 7), ("0", 0), ("-1", None), ("x", None), ("9" * 30, None), ("9" * 5000, None)],
)
def test_an_id_that_is_not_ours_is_none(header: str | None, expected: int | None) -> None:
    assert last_seen(header) == expected
