"""The people behind the figures: how reliable, how many, which side they press, and how strictly they grade."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from feedback.estimates import Estimate, TooLittle, bootstrap, flagged, share
from feedback.judgements import Answer, Mark, Vote

if TYPE_CHECKING:
    from feedback.estimates import Floats

LEAST_ANSWERS: Final = 10  # of one person, before anything is said about them
LEAST_PEOPLE: Final = 3
ITERATIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Dominance:
    """How unevenly the answers come from people; counted, not estimated."""

    people: int
    answers: int
    top: float  # share of the most active person
    top_three: float
    gini: float  # 0: all gave as many; near 1: one gave nearly all


@dataclass(frozen=True, slots=True)
class Leaning:
    """One person's figure, and whether it stands out after allowing for how many people were looked at."""

    estimate: Estimate
    stands_out: bool


@dataclass(frozen=True, slots=True)
class Grading:
    """Scores of -3 to 3 by person: `part` is the share of their variance that lies between people."""

    part: Estimate
    people: Mapping[str, Leaning]  # mean score
    spreads: Mapping[str, float]  # standard deviation of each person's scores
    middle: float  # of the people's means


def reliability(votes: Iterable[Vote]) -> dict[str, Estimate | TooLittle] | TooLittle:
    """How often each person says what Dawid and Skene's model (1979) takes for the truth, by way of crowd-kit.

    Only units that two people or more judged count. The interval is Wilson's, around the expected number.
    """
    shared = _shared(votes)
    answers = Counter(vote.person for vote in shared)
    enough = [person for person, number in answers.items() if number >= LEAST_ANSWERS]
    if len(enough) < LEAST_PEOPLE:
        return TooLittle(
            f"{len(enough)} people judged {LEAST_ANSWERS} things or more that others judged, too; "
            f"{LEAST_PEOPLE} are needed",
            len(shared),
        )
    expected = _expected_right(shared)
    return {
        person: share(round(expected[person]), number)
        if number >= LEAST_ANSWERS
        else TooLittle(f"{number} answers that can be compared; {LEAST_ANSWERS} are needed", number)
        for person, number in answers.most_common()
    }


def _shared(votes: Iterable[Vote]) -> list[Vote]:
    votes = list(votes)
    judges = Counter(vote.unit for vote in votes)
    return [vote for vote in votes if judges[vote.unit] > 1]


def _expected_right(votes: Sequence[Vote]) -> dict[str, float]:
    """By person: the sum over their votes of the probability that the vote is the truth."""
    import warnings

    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    frame = pd.DataFrame([(vote.unit, vote.person, vote.value) for vote in votes], columns=["task", "worker", "label"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # crowd-kit 1.4 in pandas 3.1
        truth = DawidSkene(n_iter=ITERATIONS).fit_predict_proba(frame).stack()
    right = truth.reindex(pd.MultiIndex.from_frame(frame[["task", "label"]])).to_numpy()
    sums = pd.Series(right).groupby(frame["worker"]).sum()
    return {str(person): float(total) for person, total in sums.items()}


def dominance(answers_by_person: Mapping[str, int]) -> Dominance | TooLittle:
    """The share of the most active people, and Gini's coefficient."""
    counts = sorted(answers_by_person.values())
    if not (total := sum(counts)):
        return TooLittle("nobody has answered yet")
    ranks = range(1, len(counts) + 1)
    gini = 2 * sum(rank * count for rank, count in zip(ranks, counts, strict=True)) / (len(counts) * total)
    return Dominance(len(counts), total, counts[-1] / total, sum(counts[-3:]) / total, gini - 1 - 1 / len(counts))


def first_shown(answers: Iterable[Answer]) -> dict[int, Estimate]:
    """By number of images on the screen: how often the first of them was chosen; ties left out."""
    chosen: defaultdict[int, list[bool]] = defaultdict(list)
    for answer in answers:
        if answer.chosen:
            chosen[len(answer.images)].append(answer.chosen == answer.images[0])
    return {number: share(sum(first), len(first)) for number, first in sorted(chosen.items())}


def sides(answers: Iterable[Answer]) -> dict[str, Leaning | TooLittle]:
    """By person, most answers first: how often they chose the first image of a pair; ties left out."""
    from scipy.stats import binomtest

    people: defaultdict[str, list[bool]] = defaultdict(list)
    for answer in answers:
        if answer.kind == "pair" and answer.chosen:
            people[answer.person].append(answer.chosen == answer.images[0])
    enough = {person: first for person, first in people.items() if len(first) >= LEAST_ANSWERS}
    stand_out = flagged([float(binomtest(sum(first), len(first)).pvalue) for first in enough.values()])
    found: dict[str, Leaning | TooLittle] = {
        person: TooLittle(f"{len(first)} pairs; {LEAST_ANSWERS} are needed", len(first))
        for person, first in people.items()
    }
    for (person, first), out in zip(enough.items(), stand_out, strict=True):
        found[person] = Leaning(share(sum(first), len(first)), out)
    return dict(sorted(found.items(), key=lambda item: -len(people[item[0]])))


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
            f"{len(enough)} people gave {LEAST_ANSWERS} labels or more; {LEAST_PEOPLE} are needed", len(enough)
        )
    return _grading(enough)


def _grading(people: Mapping[str, Sequence[int]]) -> Grading:
    import numpy as np

    scores = [np.array(one, float) for one in people.values()]
    everything = np.concatenate(scores)
    middle = float(np.median([one.mean() for one in scores]))
    stand_out = flagged([_unlike(one, middle) for one in scores])
    low, high = bootstrap(len(scores), lambda chosen: _between([scores[int(number)] for number in chosen])) or (
        None,
        None,
    )
    return Grading(
        Estimate(_between(scores), low, high, len(everything)),
        {person: Leaning(_mean(one), out) for person, one, out in zip(people, scores, stand_out, strict=True)},
        {person: float(one.std(ddof=1)) for person, one in zip(people, scores, strict=True)},
        middle,
    )


def _unlike(scores: "Floats", middle: float) -> float:
    """The p-value of a t test of one person's mean against the middle one of all people's means."""
    from scipy.stats import ttest_1samp

    if not scores.var():  # no spread, no test: they are the same, or plainly not
        return float(scores[0] == middle)
    return float(ttest_1samp(scores, middle).pvalue)


def _between(scores: "Sequence[Floats]") -> float:
    """The share of the variance that is between people: the variance components of a one-way analysis of variance."""
    import numpy as np

    sizes = np.array([len(one) for one in scores])
    everything = np.concatenate(scores)
    within = sum(float(((one - one.mean()) ** 2).sum()) for one in scores) / (sizes.sum() - len(sizes))
    across = sum(len(one) * float((one.mean() - everything.mean()) ** 2) for one in scores) / (len(sizes) - 1)
    usual = (sizes.sum() - (sizes**2).sum() / sizes.sum()) / (len(sizes) - 1)  # the size of a person, all but balanced
    between = max(0.0, (across - within) / usual)
    return float(between / (between + within)) if between + within else 0.0


def _mean(scores: "Floats") -> Estimate:
    from scipy.stats import t

    error = float(scores.std(ddof=1)) / len(scores) ** 0.5
    reach = float(t.ppf(0.975, len(scores) - 1)) * error
    return Estimate(float(scores.mean()), float(scores.mean()) - reach, float(scores.mean()) + reach, len(scores))
