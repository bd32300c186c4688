"""Chooses the reader's thresholds on labelled messages that its training set aside, and writes them beside the weights.

    python benchmarks/thresholds.py --opinions DIR [--more DIR...] --weights translation/weights [--cache FILE]

What is written was chosen on all of them. What is printed as `confirmed` was chosen on one half of them and scored on
the other, both ways round (near-duplicates stay together). One figure decides (see `worth`). The opinions of `dev` are
never looked at.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from aside import answer, arguments, encoded, set_aside

from translation.bundled import Encoded
from translation.training.corpora import by_path
from translation.training.split import groups

Thresholds = dict[str, float]

# Those of evidence and targets are not fitted: around these values no figure moves by more than the halves differ.
# Labels of all polarities share one: a threshold for each gains a tenth of a point on the half that did not choose.
START: Thresholds = {
    "label.positive": 0.3,
    "label.negative": 0.3,
    "label.neutral": 0.3,
    "any": 0.48,
    "choice": 0.3,
    "preference": 0.5,
    "target": 0.5,
    "attribute": 0.4,
    "evidence.share": 0.3,
    "evidence.floor": 0.1,
    "evidence.begin": 0.9,
    "evidence.again": 0.9,
    "evidence.least": 0.5,
    "confidence.slope": 1.0,
    "confidence.offset": 0.0,
}
LABELS = ("label.positive", "label.negative", "label.neutral")
TRIED: list[list[Thresholds]] = [
    [dict.fromkeys(LABELS, value) for value in np.arange(0.2, 0.5, 0.04)],
    [{"any": value} for value in np.arange(0.4, 0.7, 0.05)],
    [{"preference": value} for value in np.arange(0.4, 0.75, 0.1)],
]


class Messages:
    """Labelled messages, and how well the reader does on them at some thresholds."""

    def __init__(self, pairs: Sequence[tuple[Encoded, dict[str, Any]]], score: Any) -> None:
        self._pairs, self._score = pairs, score

    def answers(self, thresholds: Mapping[str, float]) -> list[dict[str, Any]]:
        """Predictions at these thresholds, as the scorer wants them."""
        return [
            answer(replace(one, schema=replace(one.schema, thresholds=thresholds)), row["kind"])
            for one, row in self._pairs
        ]

    def figures(self, thresholds: Mapping[str, float]) -> dict[str, float]:
        """The scorer's figures."""
        tally = self._score.Tally()
        for (_, row), found in zip(self._pairs, self.answers(thresholds), strict=True):
            tally.add(row, found)
        tally.pairs.clear()  # chrF is slow, and not asked for
        return {name: value or 0.0 for name, value in tally.figures().items() if not name.startswith(("chrf", "lang"))}

    def calibration(self, thresholds: Mapping[str, float]) -> Thresholds:
        """Slope and offset that make the confidence of a label the share of such labels that are right."""
        plain = {**thresholds, "confidence.slope": 1.0, "confidence.offset": 0.0}
        found = []
        for (_, row), read in zip(self._pairs, self.answers(plain), strict=True):
            gold = {(label["aspect"], label["polarity"]) for label in row["labels"]}
            found += [(one["confidence"], (one["aspect"], one["polarity"]) in gold) for one in read["labels"]]
        p, right = np.clip(np.array([c for c, _ in found]), 1e-4, 1 - 1e-4), np.array([r for _, r in found], float)
        x = np.log(p / (1 - p))

        def loss(slope: float, offset: float) -> float:
            q = 1 / (1 + np.exp(-(slope * x + offset)))
            return float(-(right * np.log(q) + (1 - right) * np.log(1 - q)).mean())

        grid = [(s, o) for s in np.arange(0.2, 2.05, 0.05) for o in np.arange(-2, 2.05, 0.1)]
        slope, offset = min(grid, key=lambda at: loss(*at))
        return {"confidence.slope": round(float(slope), 2), "confidence.offset": round(float(offset), 2)}


def worth(found: Mapping[str, float]) -> float:
    """What is maximized; target and span F1 only break ties of what they alone depend on."""
    main = found["label_f1"] + 0.5 * found["preference_accuracy"] - 0.4 * found["false_alarms"]
    return main + 0.3 * found["target_f1"] + 0.2 * found["span_f1"]


def climbed(messages: Messages) -> Thresholds:
    """The best thresholds that changing one after the other leads to; labels and `any` twice, as they depend."""
    best = dict(START)
    reached = worth(messages.figures(best))
    for changes in (*TRIED, *TRIED[:2]):
        for change in changes:
            tried = best | {name: round(float(value), 3) for name, value in change.items()}
            if (now := worth(messages.figures(tried))) > reached + 1e-6:
                best, reached = tried, now
    return best | messages.calibration(best)


def main() -> None:
    """Encode what was set aside once, choose, confirm, write."""
    args = arguments(__doc__).parse_args()
    path = args.weights / "thresholds.json"
    before = json.loads(path.read_text("utf-8")) if path.exists() else START
    path.write_text(json.dumps(before, indent=1) + "\n", "utf-8")
    rows, score = set_aside(args.opinions, args.more), by_path(args.opinions / "score.py")
    pairs = list(zip(encoded(args.weights, rows, args.cache), rows, strict=True))
    side = [number % 2 for number in groups([row["reference"] for row in rows])]
    halves = [Messages([pair for pair, own in zip(pairs, side, strict=True) if own == n], score) for n in (0, 1)]
    everything = Messages(pairs, score)
    best = climbed(everything)
    path.write_text(json.dumps(best, indent=1) + "\n", "utf-8")
    print(json.dumps(best, indent=1))
    for name, found in {
        "before": everything.figures(before),
        "chosen on all": everything.figures(best),
        "confirmed": halves[1].figures(climbed(halves[0])),
        "confirmed, turned": halves[0].figures(climbed(halves[1])),
    }.items():
        print(name.ljust(18), *(f"{figure} {value:.3f}" for figure, value in found.items()))


if __name__ == "__main__":
    main()
