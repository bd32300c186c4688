"""The worker over a real store and the real reader: batches, poison, stopping in the middle."""

import asyncio
from collections.abc import Sequence
from functools import cache

from bot.worker import IDLE_SECONDS, Worker, running
from feedback.reading import Message, Reader
from feedback.records import NewImage, NewOpinion, Reading, Showing
from feedback.store import Store

TEXTS = ("The light is lovely", "手が怖い", "B, por la luz", "lol ok", "الألوان هادئة", "A wins", "too dark", "mooi!")


@cache
def reader() -> Reader:
    return Reader(threads=2)


class Poisoned:
    """The real reader, but for one text that it cannot stand."""

    def __init__(self, poison: str = "") -> None:
        self.signature = reader().signature
        self.poison = poison
        self.batches: list[int] = []

    def read(self, messages: Sequence[Message]) -> list[Reading]:
        self.batches.append(len(messages))
        if any(message.source_text == self.poison for message in messages):
            raise RuntimeError("cannot read this")
        return reader().read(messages)


async def shown(store: Store) -> Showing:
    campaign = await store.create_campaign("demo", "Demo")
    images = []
    for number in range(2):
        digest = f"{number:064x}"
        facts = NewImage(sha256=digest, format="PNG", width=8, height=8, size=99, perceptual_hash=digest[:16])
        images.append((await store.add_image(campaign.id, facts)).id)
    comparison = await store.add_comparison(campaign.id, images)
    annotator = await store.enter("web", "ann", "en")
    return await store.show(annotator.id, comparison.id, images)


async def say(store: Store, showing: Showing, texts: Sequence[str]) -> list[str]:
    return [
        (
            await store.add_opinion(
                NewOpinion(
                    showing_id=showing.id,
                    annotator_id=showing.annotator_id,
                    source_text=text,
                    channel="web",
                    client_message_id=str(number),
                )
            )
        ).id
        for number, text in enumerate(texts)
    ]


async def test_all_are_read_in_batches(store: Store) -> None:
    ids = await say(store, await shown(store), TEXTS)
    reads = Poisoned()
    async with running(Worker(store, lambda: reads)):
        await until_read(store, *ids)
    critiques = [await store.get_critique(name) for name in ids]
    assert [c.opinion.source_text for c in critiques] == list(TEXTS)
    assert all(c.reading for c in critiques)
    assert critiques[1].reading is not None
    assert critiques[1].reading.language == "ja"
    assert len(reads.batches) < len(TEXTS)


async def test_a_poisoned_message_costs_nobody_else_their_reading(store: Store) -> None:
    ids = await say(store, await shown(store), TEXTS)
    reads = Poisoned(TEXTS[2])
    worker = Worker(store, lambda: reads)
    while await worker.step(reads):
        pass
    unread = [name for name in ids if not (await store.get_critique(name)).reading]
    assert unread == [ids[2]]
    assert (await store.work_counts())["waiting"] == 1  # it will be tried again


async def test_cancelled_in_the_middle_the_rest_is_read_by_the_next(store: Store) -> None:
    ids = await say(store, await shown(store), TEXTS)
    reads = Poisoned()
    worker = Worker(store, lambda: reads, batch=1)
    async with running(worker):
        await worker.ready.wait()
    await store.release_all()  # what a restart does
    async with running(Worker(store, lambda: reads)):
        await until_read(store, *ids)
    assert all([(await store.get_critique(name)).reading for name in ids])


async def test_a_new_opinion_wakes_an_idle_worker(store: Store) -> None:
    showing = await shown(store)
    reads = Poisoned()
    worker = Worker(store, lambda: reads)
    async with running(worker):
        await worker.ready.wait()
        await asyncio.sleep(0.1)
        ids = await say(store, showing, TEXTS[:1])
        async with asyncio.timeout(IDLE_SECONDS / 2):
            await until_read(store, *ids)


async def until_read(store: Store, *names: str) -> None:
    async with asyncio.timeout(30):
        while not all([(await store.get_critique(name)).reading for name in names]):
            await asyncio.sleep(0.02)


async def test_a_reader_that_cannot_be_loaded_is_told_and_ends_nothing(store: Store) -> None:
    def missing() -> Poisoned:
        raise FileNotFoundError("no weights")

    worker = Worker(store, missing)
    await worker.run()
    assert worker.failed
    assert not worker.ready.is_set()


async def test_readings_are_observed_once_stored(store: Store) -> None:
    await say(store, await shown(store), TEXTS[1:3])
    observed: list[str] = []
    reads = Poisoned()
    worker = Worker(store, lambda: reads, observe=lambda reading: observed.append(reading.language))
    assert await worker.step(reads) == 2
    assert observed == ["ja", "es"]
