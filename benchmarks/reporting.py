"""How fast `opine report` is on 100,000 answers, beside the bootstrap of Krippendorff's alpha in `krippendorff` alone.

    OMP_NUM_THREADS=1 nice -n 19 python benchmarks/reporting.py [--answers 100000] [--profile FILE]

An export's tables are written as `opine export` writes them, without the images' bytes: people in six languages who
choose and label with a taste of their own. The peer is handed the finished counts of the labels' polarity and calls
`krippendorff.alpha` once for each of the report's resamples: one of the report's figures, and not one more. Each runs
in a process of its own, which tells the processor's time, so that a busy machine counts for little, and peak memory.
"""

import argparse
import cProfile
import io
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
from apart import apart

from feedback.export.columns import Row
from feedback.export.critiques import Critiques
from feedback.export.folder import MANIFEST
from feedback.export.images import Images
from feedback.export.opinions import Opinions
from feedback.export.preferences import Preferences
from feedback.export.splits import split_of
from feedback.export.writing import TableWriter
from feedback.taxonomy import taxonomy

ANSWERS = 20  # to each comparison
IMAGES = 1_000
PEOPLE = 500
LANGUAGES = ("en", "es", "ar", "hi", "ja", "sw")
GENERATORS = ("one", "two", "three", "four")
RANDOM = np.random.default_rng(1)


def write_export(folder: Path, answers: int) -> None:
    """Every answer is an opinion with two labels, and a preference."""
    images = [_image(number) for number in range(IMAGES)]
    people = [f"person-{number:032}" for number in range(PEOPLE)]
    _write(folder, Images, iter(images))
    shown = [RANDOM.choice(IMAGES, 2, replace=False) for _ in range(answers // ANSWERS)]
    said = []
    for number in range(answers):
        turn, comparison = divmod(number, len(shown))
        person = (comparison * 7 + turn) % PEOPLE
        pair = [images[one] for one in RANDOM.permutation(shown[comparison])]
        said.append(_answer(number, f"comparison-{comparison:027}", people[person], LANGUAGES[person % 6], pair))
    _write(folder, Opinions, iter(said))
    _write(folder, Preferences, iter(said))
    _write(folder, Critiques, (label for one in said for label in _labels(one)))
    tables = [target.name for target in (Images, Opinions, Preferences, Critiques)]
    (folder / MANIFEST).write_text(json.dumps({"tables": {table: {} for table in tables}}))


def _image(number: int) -> dict[str, Any]:
    width, height = (int(side) for side in RANDOM.integers(256, 2048, 2))
    return {
        "image_id": f"image-{number:032}",
        "format": "JPEG",
        "width": width,
        "height": height,
        "size": int(width * height * RANDOM.uniform(0.05, 0.5)),
        "jpeg_quality": int(RANDOM.integers(20, 96)),
        "chroma_subsampling": str(RANDOM.choice(["4:2:0", "4:4:4"])),
        "generator": GENERATORS[number % len(GENERATORS)],
        "beauty": RANDOM.normal(),
    }


def _answer(number: int, comparison: str, person: str, language: str, pair: list[dict[str, Any]]) -> dict[str, Any]:
    wish = pair[0]["beauty"] - pair[1]["beauty"] + RANDOM.logistic()
    chosen = None if abs(wish) < 0.3 else pair[wish < 0]
    return {
        "opinion_id": f"opinion-{number:032}",
        "showing_id": f"showing-{number:032}",
        "comparison_id": comparison,
        "kind": "pair",
        "image_ids": [image["image_id"] for image in pair],
        "generators": [image["generator"] for image in pair],
        "chosen_image_id": chosen and chosen["image_id"],
        "conflict": False,
        "annotator": person,
        "source_language": language,
        "pair": pair,
    }


def _labels(said: dict[str, Any]) -> Iterator[dict[str, Any]]:
    aspects = list(taxonomy().aspects)
    for image in said["pair"]:
        number = min(int(RANDOM.exponential(3)), len(aspects) - 1)
        polarity = "positive" if image["beauty"] + RANDOM.logistic() > 0 else "negative"
        label = {"aspect": aspects[number], "polarity": polarity, "strength": int(RANDOM.integers(1, 4))}
        yield said | label | {"target_image_ids": [image["image_id"]], "status": "suggested"}


def _write(folder: Path, target: Any, rows: Iterator[Row]) -> None:
    writer = TableWriter(folder, target.name, target.columns)
    for row in rows:
        whole = dict.fromkeys(target.columns) | {name: row[name] for name in row.keys() & target.columns.keys()}
        writer.add(split_of(row.get("comparison_id", row.get("image_id"))), whole)
    writer.close()


def report(folder: Path, profile: str | None) -> float:
    """Seconds of the processor, imports included."""
    from bot import cli_report

    start = time.process_time()
    with redirect_stdout(io.StringIO()):
        if profile:
            profiler = cProfile.Profile()
            profiler.runcall(cli_report.report, folder, folder / "report.html")
            profiler.dump_stats(profile)
        else:
            cli_report.report(folder, folder / "report.html")
    return time.process_time() - start


def alone(folder: Path) -> float:
    """The same of krippendorff's figure, resampled; only the resampling is timed."""
    import krippendorff
    import pandas as pd

    from feedback.estimates import RESAMPLES
    from feedback.judgements import polarity_votes
    from feedback.report.tables import read_material

    votes = polarity_votes(read_material(folder).marks)
    counts = pd.crosstab(
        np.array([str(vote.unit) for vote in votes]), np.array([vote.value for vote in votes])
    ).to_numpy()
    counts = counts[counts.sum(axis=1) > 1]
    start = time.process_time()
    for _ in range(RESAMPLES):
        chosen = counts[RANDOM.integers(len(counts), size=len(counts))]
        krippendorff.alpha(value_counts=chosen, level_of_measurement="ordinal")
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--answers", type=int, default=100_000)
    parser.add_argument("--profile", metavar="FILE", help="write a profile of the report (cProfile), which slows it")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_export(folder, given.answers)
        ours, memory = apart(report, folder, given.profile)
        peer, peer_memory = apart(alone, folder)
    print(f"report on {given.answers} answers: {ours:.1f} s of the processor, {memory:.0f} MB")
    print(f"krippendorff alone, one figure: {peer:.1f} s of the processor, {peer_memory:.0f} MB")
    print(f"time of the report beside that: {ours / peer:.3f}")


if __name__ == "__main__":
    main()
