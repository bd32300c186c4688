"""The gate: how likely it is that a translation invents nothing. What it rejects is "not translated", never shown.

A logistic regression over a handful of signs, fitted on judged translations by `translation.training.fit_gate`, which
also chooses the threshold and writes both to `weights/gate.json`.
"""

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import decimal

from translation.decoding import Hypothesis
from translation.identify import dominant_script
from translation.languages import UNKNOWN
from translation.negation import negation_lost, negation_made
from translation.segments import columns

GATE = Path(__file__).parent / "weights" / "gate.json"
VERSION = 2  # of the rules: form, segments, facts
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
WORD = re.compile(r"\w+")
IMAGE = re.compile(r"(?<![A-Za-zÀ-ɏ0-9_'’.])[B-D](?![A-Za-zÀ-ɏ0-9_'’])")
_COUNTED = "one two three four five six seven eight nine ten eleven twelve"
_ORDERED = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
SPELLED = {word: str(n) for words in (_COUNTED, _ORDERED) for n, word in enumerate(words.split(), 1)}


class Signs(NamedTuple):
    """What the gate looks at; of several parts of a message, the worst of each."""

    log_probability: float  # mean over the tokens
    length: float  # logarithm of the English letters
    stretch: float  # how far the length is from what the script lets expect, as a logarithm
    longest: float  # share of the words in the longest run that is said twice


# Of several parts of a message, in the order of Signs.
WORST: tuple[Callable[[Iterable[float]], float], ...] = (min, max, max, max)


class Gate(NamedTuple):
    """`weights` of the signs, in their order; `ratios` of English letters to columns of each script."""

    weights: tuple[float, ...]
    bias: float
    threshold: float  # the least confidence that is shown
    ratios: Mapping[str, float]


@cache
def gate(path: Path = GATE) -> Gate:
    """The fitted gate; a sign that it was fitted without weighs nothing."""
    table = json.loads(path.read_text("utf-8"))
    weights = tuple(float(table["weights"].get(sign, 0.0)) for sign in Signs._fields)
    return Gate(weights, table["bias"], table["threshold"], table["ratios"])


def gate_signature(path: Path) -> str:
    """Names the rules here and what was fitted: with another gate the same hypothesis may be shown or not."""
    return f"{VERSION}.{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"


def judge(source: str, hypothesis: Hypothesis, fitted: Gate | None = None, language: str = UNKNOWN) -> float:
    """The probability, 0 to 1, that the hypothesis invents nothing."""
    return judge_all([(source, hypothesis)], fitted, language)


def judge_all(parts: Sequence[tuple[str, Hypothesis]], fitted: Gate | None = None, language: str = UNKNOWN) -> float:
    """The same of a message in parts; 0 where one of them has no words, or does not keep the facts."""
    fitted = fitted or gate()
    found = signs_of(parts, fitted.ratios, language)
    if found is None:
        return 0.0
    total = fitted.bias + sum(weight * sign for weight, sign in zip(fitted.weights, found, strict=True))
    return 1 / (1 + math.exp(-max(-700.0, total)))


def signs_of(
    parts: Sequence[tuple[str, Hypothesis]], ratios: Mapping[str, float], language: str = UNKNOWN
) -> Signs | None:
    """The signs of a message in parts; None where it must not be shown whatever they say."""
    if not all(WORD.search(one.text) and facts_kept(source, one.text, language) for source, one in parts):
        return None
    each = [signs(source, hypothesis, ratios) for source, hypothesis in parts]
    worst = Signs(*(together(values) for together, values in zip(WORST, zip(*each, strict=True), strict=True)))
    return worst._replace(length=math.log(sum(len(hypothesis.text) for _, hypothesis in parts) + 1))


def signs(source: str, hypothesis: Hypothesis, ratios: Mapping[str, float]) -> Signs:
    """The signs of one part."""
    english = hypothesis.text
    expected = columns(source) * ratios.get(dominant_script(source) or "", 1.0)
    return Signs(
        log_probability=max(-20.0, hypothesis.log_probability),
        length=math.log(len(english) + 1),
        stretch=abs(math.log((len(english) + 4) / (expected + 4))),
        longest=longest_repeat(english),
    )


def facts_kept(source: str, english: str, language: str = UNKNOWN) -> bool:
    """Are numbers, a "no" and the images named by letter in both, or in neither?"""
    denied = negation_lost(source, english, language) or negation_made(source, english, language)
    return numbers_kept(source, english) and not denied and letters(source) == letters(english)


def numbers_kept(source: str, english: str) -> bool:
    """Are the numbers written in digits the same, in any order and any script's digits, or small ones in words?

    >>> numbers_kept("٦ أصابع", "6 fingers"), numbers_kept("6本", "six of them"), numbers_kept("6本", "five, 7")
    (True, True, False)
    """
    before, after = Counter(numbers(source)), Counter(numbers(english))
    lost = before - after
    spelled = Counter(SPELLED[word] for word in WORD.findall(english.lower()) if word in SPELLED)
    return not lost - spelled and not {n for n in after - before if n not in before}


def numbers(text: str) -> list[str]:
    """Each number in ASCII digits, without the marks between groups, which differ by country."""
    return ["".join(str(decimal(c)) for c in match if c.isdecimal()) for match in NUMBER.findall(text)]


def letters(text: str) -> set[str]:
    """The images that are named by letters; not A, which is a word in too many languages.

    >>> sorted(letters("B is softer than C, c'est D'accord, 3D"))
    ['B', 'C']
    """
    return set(IMAGE.findall(text))


def longest_repeat(text: str) -> float:
    """The share of words in the longest run that is said twice.

    >>> longest_repeat("like a house, Like a house"), longest_repeat("the light is soft")
    (0.5, 0.0)
    """
    words = [word.lower() for word in WORD.findall(text)]
    for size in range(len(words) // 2, 1, -1):
        runs = [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
        if len(set(runs)) < len(runs):
            return size / len(words)
    return 0.0
