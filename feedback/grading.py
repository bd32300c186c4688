"""Does everybody grade alike? Who is strict, who is kind, and how much of the spread of scores is theirs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from feedback.estimates import Estimate, TooLittle, bootstrap, flagged, so_many
from feedback.judgements import Mark
from feedback.raters import LEAST_ANSWERS, LEAST_PEOPLE, Leaning

if TYPE_CHECKING:
    from feedback.estimates import Floats, Numbers


@dataclass(frozen=True, slots=True)
class Grading:
    """Scores of -3 to 3 by person: `part` is the share of their variance that lies between people."""

    part: Estimate
    people: Mapping[str, Leaning]  # mean score
    spreads: Mapping[str, float]  # standard deviation of each person's scores
    middle: float  # of the people's means


def grading(marks: Iterable[Mark]) -> Grading | TooLittle:
    """Who grades unlike the others (a t test against the middle person), and how much of the variance is theirs.

    People judge different images, so a low mean may be a strict person or bad luck with images.
    """
    people: defaultdict[str, list[int]] = defaultdict(list)
    for mark in marks:
        people[mark.person].append(mark.score)
    enough = {person: scores for person, scores in people.items() if len(scores) >= LEAST_ANSWERS}
    if len(enough) < LEAST_PEOPLE:
        return TooLittle(
            f"{so_many(len(enough), 'person', 'people')} gave {LEAST_ANSWERS} labels or more; "
            f"{LEAST_PEOPLE} are needed",
            len(enough),
        )
    return _grading(enough)


def _grading(people: Mapping[str, Sequence[int]]) -> Grading:
    import numpy as np
    from scipy.stats import t

    scores = [np.array(one, float) for one in people.values()]
    sizes = np.array([len(one) for one in scores])
    means, spreads = np.array([one.mean() for one in scores]), np.array([one.std(ddof=1) for one in scores])
    squares, freedom = spreads**2 * (sizes - 1), sizes.sum() - len(sizes)
    # The spread of all: who happened to give one score only would otherwise stand out for certain.
    middle, errors = float(np.median(means)), np.sqrt(squares.sum() / freedom / sizes)
    reach = t.ppf(0.975, freedom) * errors
    lows, highs = means - reach, means + reach
    # Where nobody has any spread there is no test: they are the same, or plainly not.
    away = np.abs(means - middle) / np.where(errors > 0, errors, 1)
    stand_out = flagged(np.where(errors > 0, 2 * t.sf(away, freedom), means == middle).tolist())

    def between(drawn: "Numbers") -> "Floats":
        return _between(drawn, sizes, means - middle, squares)

    everybody = np.ones_like(sizes)
    low, high = bootstrap(everybody, between) or (None, None)
    figures = zip(people, means.tolist(), lows.tolist(), highs.tolist(), sizes.tolist(), stand_out, strict=True)
    return Grading(
        Estimate(float(between(everybody[None])[0]), low, high, int(sizes.sum())),
        {person: Leaning(Estimate(mean, least, most, size), out) for person, mean, least, most, size, out in figures},
        dict(zip(people, spreads.tolist(), strict=True)),
        middle,
    )


def _between(drawn: "Numbers", sizes: "Numbers", means: "Floats", squares: "Floats") -> "Floats":
    """The share of the variance that is between people: the variance components of a one-way analysis of variance.

    For each sample of people (samples x people: how often each is in it), from each one's number of scores, mean, and
    sum of squares around it.
    """
    import numpy as np

    number, total = drawn.sum(axis=1), drawn @ sizes
    within = drawn @ squares / (total - number)
    across = (drawn @ (sizes * means**2) - (drawn @ (sizes * means)) ** 2 / total) / (number - 1)
    usual = (total - drawn @ sizes**2 / total) / (number - 1)  # the size of a person, all but balanced
    between = np.maximum(0, (across - within) / usual)
    whole = between + within
    return np.asarray(np.divide(between, whole, out=np.zeros_like(whole), where=whole > 0))
