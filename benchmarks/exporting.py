"""How fast everything is exported to all targets, beside pyarrow writing the same Parquet tables.

    nice -n 19 python benchmarks/exporting.py [--opinions 100000] [--profile FILE]

A store of its own is filled with people who compare pairs in words and by click. The peer reads the tables that the
export wrote and writes them again with `pyarrow.parquet`, row group by row group: no store, no JSON, no card. Each runs
in a process of its own, which tells its time and its peak memory.
"""

import argparse
import asyncio
import cProfile
import tempfile
import time
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from apart import apart
from PIL import Image
from sqlalchemy import insert

from feedback.ids import new_id
from feedback.media import Media
from feedback.store import Store
from feedback.tables import ClickRow, LabelRow, OpinionRow, ReadingRow, ShowingRow

TEXT = "B, la luz es más suave, pero las manos dan miedo 😬"
ENGLISH = "B, the light is softer, but the hands are scary 😬"
ANSWERS = 20  # to each comparison
IMAGES = 200
PEOPLE = 500
NOW = datetime(2026, 1, 2, tzinfo=UTC)


async def fill(url: str, folder: Path, opinions: int) -> None:
    """Write the store: campaign, people and comparisons by its verbs, what was said as rows."""
    store, media = await Store.open(url, "a secret"), Media(folder / "media")
    campaign = await store.create_campaign("benchmark", "Benchmark")
    random = np.random.default_rng(1)
    images = []
    for _ in range(IMAGES):
        data = BytesIO()
        Image.fromarray(random.integers(0, 255, (32, 32, 3), np.uint8)).resize((256, 256)).save(data, "JPEG")
        images.append((await store.add_image(campaign.id, media.take(data.getvalue()))).id)
    comparisons = []
    for number in range(opinions // ANSWERS):
        pair = random.choice(IMAGES // 20, 2, replace=False) + number % 20 * (IMAGES // 20)
        shown = [images[one] for one in pair]
        comparisons.append((await store.add_comparison(campaign.id, shown, f"prompt {number % 20}")).id)
    people = [(await store.enter("web", f"person {number}")).id for number in range(PEOPLE)]
    async with store._database.write() as session:
        for start in range(0, opinions, 5_000):
            rows = [_said(campaign.id, comparisons, people, n) for n in range(start, min(opinions, start + 5_000))]
            for table, of in zip(
                (ShowingRow, OpinionRow, ReadingRow, LabelRow, ClickRow), zip(*rows, strict=True), strict=True
            ):
                await session.execute(insert(table), [row for some in of for row in some])
    await store.close()


def _said(campaign: str, comparisons: list[str], people: list[str], number: int) -> tuple[list[dict[str, Any]], ...]:
    """The rows of one opinion: a showing, the words, their reading with two labels, and a click for every other one."""
    turn, comparison = divmod(number, len(comparisons))
    person = people[(comparison * 7 + turn) % len(people)]
    showing, opinion, choice = new_id(), new_id(), "BA"[number % 3 == 0]
    common = {"campaign_id": campaign, "annotator_id": person}
    shown = {"id": showing, "comparison_id": comparisons[comparison], "positions": "01", "shown_at": NOW}
    words = {"id": opinion, "showing_id": showing, "source_text": TEXT, "channel": "web", "client_message_id": opinion}
    read = {
        "id": number + 1,
        "opinion_id": opinion,
        "language": "es",
        "language_confidence": 0.9,
        "translation": ENGLISH,
        "translation_confidence": 0.8,
        "choice": choice,
        "choice_confidence": 0.8,
        "signature": "normalizer:benchmark",
        "translation_signature": "translation:benchmark",
        "created_at": NOW,
    }
    click = {"showing_id": showing, "choice": choice, "opinion_id": opinion, "training_use": True, "created_at": NOW}
    return (
        [shown | common | {"state": "answered"}],
        [words | common | {"consent_version": 1, "training_use": True, "created_at": NOW}],
        [read],
        [
            _label(opinion, number + 1, "lighting", "positive", 6, 28),
            _label(opinion, number + 1, "anatomy", "negative", 33, 51),
        ],
        [click] if number % 2 else [],
    )


def _label(opinion: str, reading: int, aspect: str, polarity: str, start: int, end: int) -> dict[str, Any]:
    return {
        "id": new_id(),
        "opinion_id": opinion,
        "reading_id": reading,
        "aspect": aspect,
        "polarity": polarity,
        "strength": 2,
        "targets": ("B",),
        "attributes": (),
        "span_start": start,
        "span_end": min(end, len(TEXT)),
        "confidence": 0.8,
        "status": "suggested",
        "created_at": NOW,
    }


def export_all(url: str, folder: Path, profile: str | None) -> float:
    """Seconds."""
    from feedback.export import export

    async def run() -> float:
        store = await Store.open(url, "a secret")
        start = time.perf_counter()
        await export(store, Media(folder / "media"), folder / "out", targets=("all",))
        seconds = time.perf_counter() - start
        await store.close()
        return seconds

    profiler = cProfile.Profile() if profile else None
    seconds = profiler.runcall(asyncio.run, run()) if profiler else asyncio.run(run())
    if profiler:
        profiler.dump_stats(profile)
    return seconds


def write_again(folder: Path, *, from_rows: bool) -> float:
    """The same of writing the tables with pyarrow alone, as it does by default: from Arrow's columns, or from dicts.

    Only the writing is timed, and from dicts the making of columns.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    seconds = 0.0
    for path in sorted((folder / "out" / "data").rglob("*.parquet")):
        tables = pq.ParquetFile(path)
        with pq.ParquetWriter(folder / "again.parquet", tables.schema_arrow) as writer:
            for number in range(tables.num_row_groups):
                table = tables.read_row_group(number)
                rows = table.to_pylist() if from_rows else None
                start = time.perf_counter()
                writer.write_table(table if rows is None else pa.Table.from_pylist(rows, schema=tables.schema_arrow))
                seconds += time.perf_counter() - start
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=int, default=100_000)
    parser.add_argument("--profile", metavar="FILE", help="write a profile of the export (cProfile), which slows it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, url = Path(name), f"sqlite:///{name}/opine.db"
        asyncio.run(fill(url, folder, given.opinions))
        export, memory = apart(export_all, url, folder, given.profile)
        print(f"{given.opinions} opinions to all targets: {export:.1f} s, {memory:.0f} MB")
        for name, from_rows in (("Arrow's columns", False), ("Python's dicts", True)):
            peer, memory = apart(write_again, folder, from_rows=from_rows)
            print(
                f"pyarrow, from {name}: {peer:.1f} s, {memory:.0f} MB; rate of the export beside it {peer / export:.3f}"
            )


if __name__ == "__main__":
    main()
