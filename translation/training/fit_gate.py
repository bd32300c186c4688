"""Fits the translation gate on pairs that the decoder did not learn from, and writes `weights/gate.json`.

    python -m translation.training.fit_gate --tatoeba DIR --opinions DIR...

A translation counts as good where its chrF against the reference is 45 or more. The threshold is the lowest
confidence from which on at least `--precision` of the translations are good (a right paraphrase far from the
reference counts as wrong), by predictions of five-fold cross-validation; the figures are stored beside the weights.
Opinions and Tatoeba weigh the same."""

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translation.bundled import BundledReader
from translation.decoding import EnglishDecoder, Hypothesis
from translation.identify import dominant_script
from translation.quality import GATE, SIGNS, numbers_kept, signs
from translation.segments import columns
from translation.training.decoder_pairs import Pair, load_corpus, sample

GOOD = 45.0
FOLDS = 5
Floats = NDArray[np.float64]


class Judged(NamedTuple):
    """A pair with its translation, and whether it is good."""

    pair: Pair
    hypothesis: Hypothesis
    good: bool


def judged(pairs: list[Pair], reader: BundledReader, decoder: EnglishDecoder) -> list[Judged]:
    """Translate and compare with the references."""
    import sacrebleu

    found: list[Judged] = []
    for at in range(0, len(pairs), 64):
        part = pairs[at : at + 64]
        encoded = reader.encode([pair.source for pair in part], ["single"] * len(part))
        hypotheses = decoder.translate([one.memory for one in encoded])
        for pair, hypothesis in zip(part, hypotheses, strict=True):
            score = sacrebleu.sentence_chrf(hypothesis.text, [pair.english]).score
            found.append(Judged(pair, hypothesis, score >= GOOD))
    return found


def letters_per_column(pairs: list[Pair]) -> dict[str, float]:
    """How many letters of English a column of each script becomes."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pair in pairs:
        script = dominant_script(pair.source)
        if script:
            totals[script][0] += len(pair.english)
            totals[script][1] += columns(pair.source)
    return {script: round(english / source, 3) for script, (english, source) in sorted(totals.items())}


def table(rows: list[Judged], ratios: dict[str, float]) -> tuple[Floats, Floats, Floats]:
    """Signs, goodness, weight of each row; rows that lost a number are left out, as they are always rejected."""
    kept = [row for row in rows if numbers_kept(row.pair.source, row.hypothesis.text)]
    x = np.array([signs(row.pair.source, row.hypothesis, ratios) for row in kept])
    opinions = np.array([row.pair.opinion for row in kept])
    weight = np.where(opinions, 0.5 / opinions.mean(), 0.5 / (1 - opinions.mean()))
    return x, np.array([row.good for row in kept], float), weight


def fitted(x: Floats, y: Floats, weight: Floats, ridge: float = 1.0) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression, by Newton's method on standardized columns."""
    middle, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    w, penalty = np.zeros(z.shape[1]), np.diag([ridge] * x.shape[1] + [1e-6])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ w))
        curvature = z.T @ (z * (weight * p * (1 - p))[:, None]) + penalty
        w -= np.linalg.solve(curvature, z.T @ (weight * (p - y)) + penalty @ w)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ middle)


def crossed(x: Floats, y: Floats, weight: Floats) -> Floats:
    """Each row's confidence from a fit that has not seen it."""
    fold = np.random.default_rng(0).integers(0, FOLDS, len(x))
    out = np.zeros(len(x))
    for number in range(FOLDS):
        weights, bias = fitted(x[fold != number], y[fold != number], weight[fold != number])
        out[fold == number] = 1 / (1 + np.exp(-(x[fold == number] @ weights + bias)))
    return out


def threshold_for(confidence: Floats, y: Floats, weight: Floats, precision: float) -> float:
    """The lowest confidence from which on the share of good rows reaches `precision`, or the best there is."""
    order = np.argsort(-confidence)
    share = np.cumsum((weight * y)[order]) / np.cumsum(weight[order])
    enough = np.flatnonzero(share[20:] >= precision) + 20
    at = int(enough.max()) if len(enough) else int(share[20:].argmax()) + 20
    return float(confidence[order][at])


def figures(confidence: Floats, y: Floats, threshold: float) -> dict[str, float]:
    shown = confidence >= threshold
    return {
        "count": len(y),
        "good": round(float(y.mean()), 3),
        "coverage": round(float(shown.mean()), 3),
        "precision": round(float(y[shown].mean()), 3) if shown.any() else 0.0,
        "recall": round(float(y[shown].sum() / max(1.0, y.sum())), 3),
    }


def fit(rows: list[Judged], ratios: dict[str, float], precision: float) -> dict[str, Any]:
    """What is written to gate.json."""
    x, y, weight = table(rows, ratios)
    opinions = np.array([row.pair.opinion for row in rows if numbers_kept(row.pair.source, row.hypothesis.text)])
    confidence = crossed(x, y, weight)
    threshold = threshold_for(confidence, y, weight, precision)
    weights, bias = fitted(x, y, weight)
    return {
        "good means": f"sentence chrF of {GOOD:g} or more",
        "weights": {sign: round(float(value), 4) for sign, value in zip(SIGNS, weights, strict=True)},
        "bias": round(bias, 4),
        "threshold": round(threshold, 4),
        "ratios": ratios,
        "held-out opinions": figures(confidence[opinions], y[opinions], threshold),
        "held-out Tatoeba": figures(confidence[~opinions], y[~opinions], threshold),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tatoeba", type=Path, required=True)
    parser.add_argument("--opinions", type=Path, nargs="+", required=True, help="folders of training splits")
    parser.add_argument("--precision", type=float, default=0.8)
    parser.add_argument("--pairs", type=int, default=700, help="of Tatoeba")
    args = parser.parse_args()
    corpus = load_corpus(args.tatoeba, args.opinions)
    held = [pair for pair in corpus.held_opinions if pair.language != "en"]
    ratios = letters_per_column([*corpus.opinions, *corpus.held_tatoeba])
    rows = judged(held + sample(corpus.held_tatoeba, args.pairs), BundledReader(), EnglishDecoder())
    found = fit(rows, ratios, args.precision)
    GATE.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
