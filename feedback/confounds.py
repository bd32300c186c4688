"""Do preferences follow compression, size or position rather than content?

A pair of images is one observation, however many people judged it: what most of them chose is compared with the
property. Position is another for each showing, so there an answer is one observation.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from feedback.estimates import Estimate, TooLittle, resampled, share, so_many
from feedback.judgements import Answer, ImageFacts

if TYPE_CHECKING:
    from feedback.estimates import Floats

RESAMPLES: Final = 100
LEAST_PAIRS: Final = 30  # that differ in the property
SURE: Final = 0.01  # that chance makes any of the warnings (Bonferroni): images return in many pairs
NOTEWORTHY: Final = 0.05  # a share within 50 % ± this is not warned of, however many pairs there are
POSITION: Final = "the image shown first"
UNIT: Final = "pairs that differ"
_SAMPLING: Final = {"4:1:1": 0.25, "4:2:0": 0.25, "4:2:2": 0.5, "4:4:0": 0.5, "4:4:4": 1.0}

Property = Callable[[ImageFacts], float | None]
Images = Mapping[str, ImageFacts]

PROPERTIES: Final[Mapping[str, Property]] = {
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
    together: (
        Estimate | None
    )  # odds for a difference of usual size, RMS (for position: for being first); None: not known
    warning: str | None


class _Case(NamedTuple):
    """Answers that are alike: two images in the order of their ids, which was shown first, and which was chosen."""

    pair: tuple[str, str]
    shown: int
    chosen: int


def confounds(answers: Iterable[Answer], images: Images) -> tuple[Confound, ...]:
    """Each property, position last; of pairs only, ties left out."""
    from scipy.stats import binomtest

    cases = _cases(answers, images)
    counted = {name: _for_more(cases, images, of) for name, of in PROPERTIES.items()}
    counted[POSITION] = sum(times for case, times in cases.items() if case.shown == case.chosen), cases.total()
    enough = {name: found for name, found in counted.items() if found[1] >= LEAST_PAIRS}
    stand_out = {name: binomtest(*found).pvalue * len(enough) < SURE for name, found in enough.items()}
    together = _together(cases, images, [name for name in enough if name != POSITION])
    return tuple(
        _confound(name, *found, together.get(name), stands_out=bool(stand_out.get(name)))
        for name, found in counted.items()
    )


def _confound(name: str, more: int, pairs: int, together: Estimate | None, *, stands_out: bool) -> Confound:
    unit = ("answer about pairs", "answers about pairs") if name == POSITION else ("pair that differs", UNIT)
    if pairs < LEAST_PAIRS:
        return Confound(name, TooLittle(f"{so_many(pairs, *unit)}; {LEAST_PAIRS} are needed", pairs), None, None)
    estimate = share(more, pairs)
    if not stands_out or abs(estimate.value - 0.5) <= NOTEWORTHY:
        return Confound(name, estimate, together, None)
    warning = f"People chose {name} in {100 * estimate.value:.0f} % of {so_many(pairs, *unit)}."
    return Confound(name, estimate, together, warning)


def _cases(answers: Iterable[Answer], images: Images) -> Counter[_Case]:
    cases: Counter[_Case] = Counter()
    for answer in answers:
        if answer.kind == "pair" and answer.chosen and all(image in images for image in answer.images):
            first, second = sorted(answer.images)
            cases[_Case((first, second), int(answer.images[0] != first), int(answer.chosen != first))] += 1
    return cases


def _for_more(cases: Counter[_Case], images: Images, of: Property) -> tuple[int, int]:
    """Of the pairs of images that differ in a property and that people did not split evenly on: how many went to the
    image with more of it, and how many there are."""
    votes: Counter[tuple[str, str]] = Counter()
    for case, times in cases.items():
        votes[case.pair] += -times if case.chosen else times
    sides = [vote * _difference(pair, images, of) for pair, vote in votes.items()]
    return sum(side > 0 for side in sides), sum(side != 0 for side in sides)


def _difference(pair: Sequence[str], images: Images, of: Property) -> float:
    """By how much the first has more; 0 where it is not known of both."""
    first, second = (of(images[image]) for image in pair)
    return 0.0 if first is None or second is None else float(first - second)


def _together(cases: Counter[_Case], images: Images, names: Sequence[str]) -> dict[str, Estimate]:
    """Odds by a logistic regression on all properties at once; pairs of images are resampled for the intervals."""
    import numpy as np

    first = np.array([case.shown == case.chosen for case in cases])
    times = np.array(list(cases.values()))
    if cases.total() < LEAST_PAIRS or first.all() or not first.any():
        return {}
    pairs = list(dict.fromkeys(case.pair for case in cases))
    number = {pair: at for at, pair in enumerate(pairs)}
    group = np.array([number[case.pair] for case in cases])
    weights = times / np.bincount(group, times)[group]  # a pair of images weighs one, however many judged it
    differences = np.array([[_difference(pair, images, PROPERTIES[name]) for name in names] for pair in pairs])
    differences = differences.reshape(len(pairs), len(names))
    differences /= np.sqrt((differences**2).mean(axis=0))
    inputs = differences[group] * np.array([-1 if case.shown else 1 for case in cases])[:, None]
    one_each = np.ones(len(pairs), int)
    samples = [sample for block in resampled(one_each, samples=RESAMPLES) for sample in block]
    odds = [_odds(inputs, first, weights * sample[group]) for sample in samples]
    low, high = np.nanpercentile(odds, [2.5, 97.5], axis=0)
    found = zip([*names, POSITION], _odds(inputs, first, weights), low, high, strict=True)
    return {name: Estimate(float(odd), float(least), float(most), len(pairs)) for name, odd, least, most in found}


def _odds(inputs: "Floats", first: "Floats", weights: "Floats") -> "Floats":
    """By property, and last for being first: the intercept. Not a number where all chose the same side."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression

    drawn = weights > 0
    if first[drawn].all() or not first[drawn].any():
        return np.full(inputs.shape[1] + 1, np.nan)
    if not inputs.shape[1]:
        right = float((first * weights).sum() / weights.sum())
        return np.array([right / (1 - right)])
    fit = LogisticRegression(C=100, solver="newton-cholesky").fit(
        inputs[drawn], first[drawn], sample_weight=weights[drawn]
    )
    return np.exp([*fit.coef_[0], *fit.intercept_])
