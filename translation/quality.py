"""The gate: how likely it is that a translation may be shown. What it rejects is "not translated", never invented.

A logistic regression over a handful of signs, fitted on held-out pairs by `translation.training.fit_gate`, which also
chooses the threshold and writes both to `weights/gate.json`.
"""

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from unicodedata import decimal

from translation.decoding import Hypothesis
from translation.identify import dominant_script
from translation.segments import columns

GATE = Path(__file__).parent / "weights" / "gate.json"
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"\w+")
SIGNS = ("log_probability", "length", "stretch", "repeated")


class Gate(NamedTuple):
    """`weights` of the signs in the order of SIGNS; `ratios` of English letters to columns of each script."""

    weights: tuple[float, ...]
    bias: float
    threshold: float  # the least confidence that is shown
    ratios: Mapping[str, float]


@cache
def gate(path: Path = GATE) -> Gate:
    """The fitted gate."""
    table = json.loads(path.read_text("utf-8"))
    weights = tuple(table["weights"][sign] for sign in SIGNS)
    return Gate(weights, table["bias"], table["threshold"], table["ratios"])


def judge(source: str, hypothesis: Hypothesis, fitted: Gate | None = None) -> float:
    """The probability, 0 to 1, that the hypothesis says what the source says.

    A number that is lost or made up, or no words at all, is 0. The cosine of both
    embeddings was tried: it adds nothing beside the log-probability and costs another pass of the encoder.
    """
    if not WORD.search(hypothesis.text) or not numbers_kept(source, hypothesis.text):
        return 0.0
    fitted = fitted or gate()
    found = signs(source, hypothesis, fitted.ratios)
    total = fitted.bias + sum(weight * sign for weight, sign in zip(fitted.weights, found, strict=True))
    return 1 / (1 + math.exp(-total))


def signs(source: str, hypothesis: Hypothesis, ratios: Mapping[str, float]) -> tuple[float, ...]:
    """What the gate looks at, in the order of SIGNS."""
    expected = columns(source) * ratios.get(dominant_script(source) or "", 1.0)
    return (
        hypothesis.log_probability,
        math.log(len(hypothesis.text) + 1),
        abs(math.log((len(hypothesis.text) + 4) / (expected + 4))),
        repeated(hypothesis.text),
    )


def numbers_kept(source: str, english: str) -> bool:
    """Are the numbers written in digits the same, in any order and any script's digits?

    >>> numbers_kept("٦ أصابع", "6 fingers"), numbers_kept("6本", "five of them, 7")
    (True, False)
    """
    before, after = Counter(numbers(source)), Counter(numbers(english))
    return not before - after and not {n for n in after - before if n not in before}


def numbers(text: str) -> list[str]:
    """Each number in ASCII digits, without the marks between groups, which differ by country."""
    return ["".join(str(decimal(c)) for c in match if c.isdecimal()) for match in NUMBER.findall(text)]


def repeated(text: str) -> float:
    """The share of words that belong to a run of two words or more said before."""
    words = [word.lower() for word in WORD.findall(text)]
    pairs = list(pairwise(words))
    return 1 - len(set(pairs)) / len(pairs) if pairs else 0.0


def is_shown(confidence: float) -> bool:
    """Is it sure enough to be shown?"""
    return confidence >= gate().threshold
