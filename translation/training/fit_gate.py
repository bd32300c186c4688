"""Fits the translation gate on judged translations (see judged.py), and writes `weights/gate.json`.

    python -m translation.training.fit_gate --judged FILE... [--opinions DIR... --tatoeba DIR]
    python -m translation.training.fit_gate --judged FILE... --models DIR --checkpoint m2m100-418m

Texts are translated anew; a line whose translation has changed since it was judged is left out. Confidence is the
chance that a translation invents nothing. The threshold is the lowest confidence from which on at most `--invents` of
what is shown invents, by predictions of cross-validation. Figures are stored beside the weights.
"""

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translation.bundled import BundledReader
from translation.checkpoints import fitted_gate, folder_of
from translation.identify import dominant_script
from translation.quality import GATE, Signs, gate, signs_of
from translation.segments import columns
from translation.training.decoder_pairs import Pair, examples, load_corpus
from translation.training.judged import Judged, JudgedError, add_decoder_options, attempted, chosen_decoder, read
from translation.translate import Attempt

FOLDS = 10
FEWEST = 20  # shown translations; fewer say nothing about two in a hundred
DIRECTIONS = np.array([1 if sign == "log_probability" else -1 for sign in Signs._fields])
NEVER = 1.01  # a threshold that shows nothing
Floats = NDArray[np.float64]


class Row(NamedTuple):
    """A judged translation and its signs; None: rejected whatever they are."""

    judged: Judged
    signs: Signs | None


def letters_per_column(pairs: Sequence[Pair]) -> dict[str, float]:
    """How many letters of English a column of each script becomes."""
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for source, start, end, english in (example for pair in pairs for example in examples(pair)):
        if script := dominant_script(source[start:end]):
            totals[script][0] += len(english)
            totals[script][1] += columns(source[start:end])
    return {script: round(english / source, 3) for script, (english, source) in sorted(totals.items())}


def rows_of(judged: Sequence[Judged], found: Sequence[Attempt], ratios: Mapping[str, float]) -> list[Row]:
    """Those that are still translated as they were judged; what needed no translation is left out."""
    rows: list[Row] = []
    for one, attempt in zip(judged, found, strict=True):
        if attempt.text == one.translation and attempt.answers:
            parts = [(answer.part.text, answer.hypothesis) for answer in attempt.answers]
            rows.append(Row(one, signs_of(parts, ratios, one.language)))
    return rows


def fitted(x: Floats, y: Floats) -> tuple[Floats, float]:
    """Weights and bias; a sign that would speak for what it must speak against is left out, as chance."""
    kept, weights = np.arange(x.shape[1]), np.zeros(x.shape[1])
    while True:
        found, bias = regression(x[:, kept], y)
        sensible = found * DIRECTIONS[kept] >= 0
        if sensible.all():
            weights[kept] = found
            return weights, bias
        kept = kept[sensible]


def regression(x: Floats, y: Floats, ridge: float = 1.0) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression, by Newton's method on standardized columns."""
    middle, spread = x.mean(0), x.std(0)
    spread[spread < 1e-9] = 1.0
    z = np.column_stack([(x - middle) / spread, np.ones(len(x))])
    w, penalty = np.zeros(z.shape[1]), np.diag([ridge] * x.shape[1] + [1e-6])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(z @ w, -30, 30)))
        curvature = z.T @ (z * (p * (1 - p))[:, None]) + penalty
        w -= np.linalg.solve(curvature, z.T @ (p - y) + penalty @ w)
    weights = w[:-1] / spread
    return weights, float(w[-1] - weights @ middle)


def confidence_of(x: Floats, weights: Floats, bias: float) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x @ weights + bias, -30, 30))))


def crossed(x: Floats, y: Floats) -> Floats:
    """Each row's confidence by a fit that has not seen it."""
    fold = np.random.default_rng(0).permutation(len(x)) % FOLDS
    out = np.zeros(len(x))
    for number in range(FOLDS):
        weights, bias = fitted(x[fold != number], y[fold != number])
        out[fold == number] = confidence_of(x[fold == number], weights, bias)
    return out


def threshold_for(confidence: Floats, y: Floats, invents: float) -> float:
    """The lowest confidence from which on at most this share invents; NEVER where too few would be shown."""
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(1 - y[order])
    shown = np.arange(1, len(order) + 1)
    last = np.append(confidence[order][1:] < confidence[order][:-1], True)  # equals are shown together
    enough = np.flatnonzero((shown >= FEWEST) & last & (wrong / shown <= invents))
    return float(confidence[order][enough[-1]]) if len(enough) else NEVER


def at_most(wrong: int, shown: int, z: float = 1.645) -> float:
    """The share of wrong ones that is exceeded in one of twenty samples (Wilson's bound).

    >>> round(at_most(1, 100), 3)
    0.045
    """
    if not shown:
        return 1.0
    share, spread = wrong / shown, z * z / shown
    root = z * math.sqrt(share * (1 - share) / shown + spread / (4 * shown))
    return (share + spread / 2 + root) / (1 + spread)


def figures(judged: Sequence[Judged], confidence: Floats, threshold: float) -> dict[str, float]:
    """What is shown, and what of it is right, gist or invented."""
    shown = [one.verdict for one, sure in zip(judged, confidence, strict=True) if sure >= threshold]
    share = {verdict: round(shown.count(verdict) / max(1, len(shown)), 3) for verdict in ("right", "gist", "invents")}
    return {
        "judged": len(judged),
        "invented before": round(sum(one.verdict == "invents" for one in judged) / max(1, len(judged)), 3),
        "shown": len(shown),
        "coverage": round(len(shown) / max(1, len(judged)), 3),
        "precision": round(share["right"] + share["gist"], 3),
        **share,
        "invents at most": round(at_most(shown.count("invents"), len(shown)), 3),
    }


def fit(rows: Sequence[Row], ratios: Mapping[str, float], invents: float) -> dict[str, Any]:
    """What is written to gate.json."""
    open_to = np.array([row.signs is not None for row in rows])
    if open_to.sum() < FEWEST:
        raise JudgedError(f"{open_to.sum()} usable judged translations are too few to fit a gate")
    x = np.array([row.signs for row in rows if row.signs is not None], float)
    y = np.array([row.judged.verdict != "invents" for row in rows if row.signs is not None], float)
    confidence = np.zeros(len(rows))
    confidence[open_to] = crossed(x, y)
    threshold = threshold_for(confidence[open_to], y, invents)
    weights, bias = fitted(x, y)
    languages: dict[str, list[int]] = defaultdict(list)
    for number, row in enumerate(rows):
        languages[row.judged.language].append(number)

    def of(numbers: Sequence[int]) -> dict[str, float]:
        return figures([rows[n].judged for n in numbers], confidence[list(numbers)], threshold)

    return {
        "confidence": "the chance that nothing is invented",
        "weights": {sign: round(float(value), 4) for sign, value in zip(Signs._fields, weights, strict=True)},
        "bias": round(bias, 4),
        "threshold": round(threshold, 4),
        "ratios": dict(ratios),
        "cross-validated": {
            "all": of(range(len(rows))),
            **{language: of(numbers) for language, numbers in sorted(languages.items())},
        },
    }


def table(found: Mapping[str, Any]) -> str:
    """The figures in Markdown."""
    columns = list(found["cross-validated"]["all"])
    lines = [f"| language | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for language, row in found["cross-validated"].items():
        lines.append(f"| {language} | {' | '.join(str(row[column]) for column in columns)} |")
    return "\n".join(lines)


def main() -> None:
    """Read, translate anew, fit, write, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--judged", type=Path, nargs="+", required=True)
    parser.add_argument("--invents", type=float, default=0.02, help="share of the shown that may invent")
    add_decoder_options(parser)
    parser.add_argument("--opinions", type=Path, nargs="*", default=[], help="to measure anew how long English is")
    parser.add_argument("--tatoeba", type=Path, help="for the same")
    args = parser.parse_args()
    decoder = chosen_decoder(args)
    out = fitted_gate(folder_of(args.models, args.checkpoint)) if args.checkpoint else GATE
    judged = [one for path in args.judged for one in read(path)]
    found = list(attempted(BundledReader(), decoder, [(one.language, one.text) for one in judged]))
    ratios = gate(decoder.gate_file).ratios
    if args.opinions and args.tatoeba:
        corpus = load_corpus(args.tatoeba, args.opinions)
        ratios = letters_per_column([*corpus.opinions, *corpus.held_tatoeba])
    rows = rows_of(judged, found, ratios)
    result = {"decoder": decoder.signature, **fit(rows, ratios, args.invents)}
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{len(rows)} of {len(judged)} judged translations are still the same\n\n{table(result)}")
    if result["threshold"] == NEVER:
        print(f"\nNo threshold keeps what is invented under {args.invents:.0%}: nothing will be shown.")


if __name__ == "__main__":
    main()
