"""Do preferences follow compression, size or position rather than content?

A pair of images is one observation, however many people judged it: what most of them chose is compared with the
property. Position is another for each showing, so there an answer is one observation.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from feedback.estimates import Estimate, TooLittle, share
from feedback.judgements import Answer, ImageFacts

if TYPE_CHECKING:
    from feedback.estimates import Floats

RESAMPLES: Final = 100
LEAST_PAIRS: Final = 30  # that differ in the property
SURE: Final = 0.01  # that chance makes any of the warnings (Bonferroni): images return in many pairs
NOTEWORTHY: Final = 0.05  # a share within 50 % ± this is not warned of, however many pairs there are
POSITION: Final = "the image shown first"
_SAMPLING: Final = {"4:1:1": 0.25, "4:2:0": 0.25, "4:2:2": 0.5, "4:4:0": 0.5, "4:4:4": 1.0}

PROPERTIES: Final[Mapping[str, Callable[[ImageFacts], float | None]]] = {
    "the less compressed image (JPEG quality; PNG counts as 100)": lambda image: (
        100.0 if image.format == "PNG" else image.jpeg_quality
    ),
    "the image with more bytes per pixel": lambda image: image.size / (image.width * image.height),
    "the image with finer chroma subsampling": lambda image: (
        1.0 if image.format == "PNG" else _SAMPLING.get(image.chroma_subsampling or "")
    ),
    "the image with more pixels": lambda image: image.width * image.height,
    "the wider image (width by height)": lambda image: image.width / image.height,
}


@dataclass(frozen=True, slots=True)
class Confound:
    """How often people chose what has more of the property, and what it is worth with all others held the same."""

    name: str
    estimate: Estimate | TooLittle
    together: Estimate | None  # odds for one standard deviation more (for position: for being first); None: not known
    warning: str | None


def confounds(answers: Iterable[Answer], images: Mapping[str, ImageFacts]) -> tuple[Confound, ...]:
    """Each property, position last; of pairs only, ties left out."""
    from scipy.stats import binomtest

    pairs = [a for a in answers if a.kind == "pair" and a.chosen and all(image in images for image in a.images)]
    counted = {name: _for_more(pairs, images, of) for name, of in PROPERTIES.items()}
    counted[POSITION] = sum(a.chosen == a.images[0] for a in pairs), len(pairs)
    enough = {name: found for name, found in counted.items() if found[1] >= LEAST_PAIRS}
    stand_out = {name: binomtest(*found).pvalue * len(enough) < SURE for name, found in enough.items()}
    together = _together(pairs, images, list(enough))
    return tuple(
        _confound(name, *found, together.get(name), stands_out=bool(stand_out.get(name)))
        for name, found in counted.items()
    )


def _confound(name: str, more: int, pairs: int, together: Estimate | None, *, stands_out: bool) -> Confound:
    unit = "answers about pairs" if name == POSITION else "pairs that differ"
    if pairs < LEAST_PAIRS:
        return Confound(name, TooLittle(f"{pairs} {unit}; {LEAST_PAIRS} are needed", pairs), None, None)
    estimate = share(more, pairs)
    warns = stands_out and abs(estimate.value - 0.5) > NOTEWORTHY
    warning = f"People chose {name} in {estimate.value:.0%} of {pairs:,} {unit}.".replace("%", " %") if warns else None
    return Confound(name, estimate, together, warning)


def _for_more(
    answers: Sequence[Answer], images: Mapping[str, ImageFacts], of: Callable[[ImageFacts], float | None]
) -> tuple[int, int]:
    """Of the pairs of images that differ in a property and that people did not split evenly on: how many went to the
    image with more of it, and how many there are."""
    votes: defaultdict[tuple[str, ...], int] = defaultdict(int)
    for answer in answers:
        pair = tuple(sorted(answer.images))
        votes[pair] += 1 if answer.chosen == pair[0] else -1
    sides = [vote * _difference(pair, images, of) for pair, vote in votes.items()]
    return sum(side > 0 for side in sides), sum(side != 0 for side in sides)


def _difference(
    pair: Sequence[str], images: Mapping[str, ImageFacts], of: Callable[[ImageFacts], float | None]
) -> float:
    """By how much the first has more; 0 where it is not known of both."""
    first, second = (of(images[image]) for image in pair)
    return 0.0 if first is None or second is None else float(first - second)


def _together(answers: Sequence[Answer], images: Mapping[str, ImageFacts], names: Sequence[str]) -> dict[str, Estimate]:
    """Odds by a logistic regression on all properties at once; pairs of images are resampled for the intervals."""
    import numpy as np

    names = [name for name in names if name in PROPERTIES]
    first = np.array([answer.chosen == answer.images[0] for answer in answers])
    if len(answers) < LEAST_PAIRS or first.all() or not first.any():
        return {}
    differences = np.array([[_difference(a.images, images, PROPERTIES[name]) for name in names] for a in answers])
    inputs = differences.reshape(len(answers), len(names)) / (differences.std(axis=0) if names else 1)
    _, groups = np.unique([" ".join(sorted(answer.images)) for answer in answers], return_inverse=True)
    weights = 1 / np.bincount(groups)[groups]  # a pair of images weighs one, however many judged it
    members = [np.flatnonzero(groups == group) for group in range(groups.max() + 1)]
    generator = np.random.default_rng(0)
    samples = [
        np.concatenate([members[n] for n in generator.integers(len(members), size=len(members))])
        for _ in range(RESAMPLES)
    ]
    odds = np.array([_odds(inputs[one], first[one], weights[one]) for one in samples if len(set(first[one])) == 2])
    low, high = np.percentile(odds, [2.5, 97.5], axis=0)
    found = zip([*names, POSITION], _odds(inputs, first, weights), low, high, strict=True)
    return {name: Estimate(float(odd), float(least), float(most), len(members)) for name, odd, least, most in found}


def _odds(inputs: "Floats", first: "Floats", weights: "Floats") -> "Floats":
    """By property, and last for being first: the intercept."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    if not inputs.shape[1]:
        right = float((first * weights).sum() / weights.sum())
        return np.array([right / (1 - right)])
    fit = LogisticRegression(solver="newton-cholesky").fit(inputs, first, sample_weight=weights)
    return np.exp([*fit.coef_[0], *fit.intercept_])
