"""Chooses the reader's thresholds on training messages that its training set aside, and writes them beside the weights.

    python benchmarks/thresholds.py --opinions DIR --weights translation/weights

One figure decides (see `worth`). The opinions of `dev`
are never looked at.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from reading import by_path

from feedback.normalize import normalize
from translation.bundled import BundledReader, Encoded
from translation.training import corpora
from translation.training.split import held_out

START = {
    "label.positive": 0.4,
    "label.negative": 0.4,
    "label.neutral": 0.4,
    "any": 0.3,
    "choice": 0.3,
    "preference": 0.5,
    "target": 0.5,
    "attribute": 0.4,
    "evidence.share": 0.5,
    "evidence.floor": 0.1,
    "evidence.begin": 0.9,  # not tried: lower values shatter evidence for no gain
    "evidence.again": 0.6,
    "evidence.least": 0.3,
    "confidence.slope": 1.0,
    "confidence.offset": 0.0,
}
POLARITY = {f"label.{polarity}": np.arange(0.14, 0.56, 0.06) for polarity in ("positive", "negative", "neutral")}
TRIED = {
    **POLARITY,
    "any": np.arange(0.3, 0.75, 0.05),
    "preference": np.arange(0.4, 0.75, 0.1),
    "evidence.again": np.arange(0.3, 1.0, 0.2),
    "evidence.least": np.arange(0.1, 0.6, 0.2),
    "evidence.share": np.arange(0.3, 0.75, 0.2),
    "target": np.arange(0.35, 0.6, 0.05),
}


def answers(encoded: Sequence[Encoded], rows: Sequence[dict[str, Any]], thresholds: dict[str, float]) -> list[Any]:
    """Predictions at these thresholds, as the scorer wants them."""
    found = []
    for part, row in zip(encoded, rows, strict=True):
        tuned = replace(part, schema=replace(part.schema, thresholds=thresholds))
        labels, preference = normalize(tuned, row["kind"])
        found.append({"preference": preference.choice, "labels": [label.model_dump() for label in labels]})
    return found


def figures(rows: Sequence[dict[str, Any]], predictions: Sequence[Any], score: Any) -> dict[str, float]:
    """The scorer's figures."""
    tally = score.Tally()
    for row, answer in zip(rows, predictions, strict=True):
        tally.add(row, answer)
    return {name: value or 0.0 for name, value in tally.figures().items() if name != "chrf"}


def worth(found: dict[str, float]) -> float:
    """What is maximized; target and span F1 only break ties of what they alone depend on."""
    main = found["label_f1"] + 0.5 * found["preference_accuracy"] - 0.4 * found["false_alarms"]
    return main + 0.3 * found["target_f1"] + 0.2 * found["span_f1"]


def calibration(rows: Sequence[dict[str, Any]], predictions: Sequence[Any]) -> tuple[float, float]:
    """Slope and offset that make the confidence of a label the share of such labels that are right."""
    pairs = []
    for row, answer in zip(rows, predictions, strict=True):
        gold = {(label["aspect"], label["polarity"]) for label in row["labels"]}
        pairs += [(one["confidence"], float((one["aspect"], one["polarity"]) in gold)) for one in answer["labels"]]
    p, right = np.clip(np.array([c for c, _ in pairs]), 1e-4, 1 - 1e-4), np.array([r for _, r in pairs])
    x = np.log(p / (1 - p))

    def loss(slope: float, offset: float) -> float:
        q = 1 / (1 + np.exp(-(slope * x + offset)))
        return float(-(right * np.log(q) + (1 - right) * np.log(1 - q)).mean())

    grid = [(s, o) for s in np.arange(0.2, 2.05, 0.05) for o in np.arange(-2, 2.05, 0.1)]
    slope, offset = min(grid, key=lambda at: loss(*at))
    return round(float(slope), 2), round(float(offset), 2)


def main() -> None:
    """Read what was set aside once, then climb one threshold at a time."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--weights", type=Path, required=True)
    args = parser.parse_args()
    path = args.weights / "thresholds.json"
    best = dict(START)
    path.write_text(json.dumps(best, indent=1) + "\n", "utf-8")
    everything = list(corpora.opinions(args.opinions))
    aside = held_out([row["reference"] for row in everything])
    rows = [row for row, out in zip(everything, aside, strict=True) if out]
    reader, score = BundledReader(args.weights), by_path(args.opinions / "score.py")
    encoded = reader.encode([row["source_text"] for row in rows], [row["kind"] for row in rows])
    reached = worth(figures(rows, answers(encoded, rows, best), score))
    for tries in (TRIED, {**POLARITY, "any": TRIED["any"]}):
        for name, values in tries.items():
            for value in values:
                tried = {**best, name: round(float(value), 3)}
                now = worth(figures(rows, answers(encoded, rows, tried), score))
                if now > reached + 1e-6:
                    best, reached = tried, now
    found = answers(encoded, rows, best)
    best["confidence.slope"], best["confidence.offset"] = calibration(rows, found)
    path.write_text(json.dumps(best, indent=1) + "\n", "utf-8")
    print(json.dumps({**best, **figures(rows, found, score)}, indent=1))


if __name__ == "__main__":
    main()
