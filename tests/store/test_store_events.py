import asyncio

import pytest
from scenes import joined, make_scene, read_all, reading
from sqlalchemy import text

from feedback.store import Store
from feedback.store_events import add_events


async def test_a_reading_is_announced_to_its_person(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    said, theirs = await store.add_opinion(scene.says()), await store.add_opinion(other.says())
    assert await store.latest_event_id() == 0
    await read_all(store, reading())
    event = (await store.events_after(scene.annotator.id, 0))[0]
    assert (event.kind, event.payload, event.annotator_id) == ("reading", {"opinion_id": said.id}, scene.annotator.id)
    assert await store.events_after(scene.annotator.id, event.id) == []
    everybodys = await store.events_since(0)
    assert [one.payload["opinion_id"] for one in everybodys] == [said.id, theirs.id]
    assert await store.events_since(everybodys[0].id) == everybodys[1:]
    assert await store.latest_event_id() == everybodys[1].id
    assert await store.latest_event_id(scene.annotator.id) == event.id
    assert await store.latest_event_id("nobody") == 0
    assert await store.events_since(0, limit=1) == everybodys[:1]
    assert await store.events_since(10**30) == await store.events_after(scene.annotator.id, 10**30) == []


async def test_numbers_only_grow_even_when_all_events_are_gone(store: Store) -> None:
    scene = await make_scene(store)
    await store.add_opinion(scene.says())
    await read_all(store, reading())
    last = await store.latest_event_id()
    await store.erase(scene.annotator.id)
    assert await store.latest_event_id() == 0
    again = await joined(store, scene, "ana")
    await store.add_opinion(again.says())
    await read_all(store, reading())
    assert await store.latest_event_id() > last


async def test_an_event_that_commits_late_is_not_skipped(store: Store) -> None:
    scene = await make_scene(store)
    first, second = [await store.add_opinion(scene.says(f"texto {n}", str(n))) for n in range(2)]
    claims = {claim.opinion.id: claim for claim in await store.claim(2, 60)}
    async with store._database.write() as slow:
        await add_events(slow, "slow", [first])
        finishing = asyncio.create_task(store.finish(claims[second.id], reading()))
        await asyncio.sleep(0.3)
        assert await store.events_since(0) == []  # the later number waits for the earlier one
    assert await finishing
    events = await store.events_since(0)
    assert [event.payload["opinion_id"] for event in events] == [first.id, second.id]


async def test_waiting_ends_with_a_commit(store: Store) -> None:
    scene = await make_scene(store)
    seen = store.changes
    waiting = asyncio.create_task(store.wait(20))
    await asyncio.sleep(0)
    await store.add_opinion(scene.says())
    async with asyncio.timeout(10):
        assert await waiting > seen


async def test_what_happened_before_waiting_is_not_missed(store: Store) -> None:
    scene = await make_scene(store)
    seen = store.changes
    await store.add_opinion(scene.says())
    async with asyncio.timeout(10):
        assert await store.wait(20, seen) > seen


async def test_waiting_ends_in_time(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    async with asyncio.timeout(10):
        assert await store.wait(0.05) == store.changes
    await store.close()


async def test_claims_wake_nobody(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    seen = store.changes
    await store.claim(10, 60)
    assert store.changes == seen
    await store.close()


async def test_another_process_is_heard_on_postgresql(postgresql: str) -> None:
    here, there = await Store.open(postgresql, "a secret"), await Store.open(postgresql, "a secret")
    scene = await make_scene(here)
    async with asyncio.timeout(20):
        while there.changes == 0:  # the listener announces itself when it stands
            await asyncio.sleep(0.01)
        seen = there.changes
        waiting = asyncio.create_task(there.wait(15, seen))
        await here.add_opinion(scene.says())
        assert await waiting > seen
    await here.close()
    await there.close()


async def test_listening_goes_on_after_a_broken_connection(postgresql: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feedback.changes.RECONNECT_SECONDS", 0.05)
    store = await Store.open(postgresql, "a secret")
    async with asyncio.timeout(20):
        while store.changes == 0:
            await asyncio.sleep(0.01)
        seen = store.changes
        async with store._database.write() as session:
            await session.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        assert await store.wait(15, seen) > seen  # announced when it stands again
    await store.close()
