"""The people behind the figures: how reliable, how many, and which side they press."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from feedback.estimates import Estimate, TooLittle, flagged, share, so_many
from feedback.judgements import Answer, Vote

LEAST_ANSWERS: Final = 10  # of one person, before anything is said about them
LEAST_PEOPLE: Final = 3
ITERATIONS: Final = 100
Name = TypeVar("Name", bound=Hashable)


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


def reliability(votes: Iterable[Vote]) -> dict[str, Estimate | TooLittle] | TooLittle:
    """How often each person says what Dawid and Skene's model (1979) takes for the truth, by way of crowd-kit.

    Only units that two people or more judged count. The interval is Wilson's, around the expected number.
    """
    shared = _shared(votes)
    answers = Counter(vote.person for vote in shared)
    enough = [person for person, number in answers.items() if number >= LEAST_ANSWERS]
    if len(enough) < LEAST_PEOPLE:
        return TooLittle(
            f"{so_many(len(enough), 'person', 'people')} judged {LEAST_ANSWERS} things or more that others judged, "
            f"too; {LEAST_PEOPLE} are needed",
            len(shared),
        )
    expected = _expected_right(shared)
    return {
        person: share(round(expected[person]), number)
        if number >= LEAST_ANSWERS
        else TooLittle(f"{so_many(number, 'answer')} that can be compared; {LEAST_ANSWERS} are needed", number)
        for person, number in answers.most_common()
    }


def _shared(votes: Iterable[Vote]) -> list[Vote]:
    votes = list(votes)
    judges = Counter(vote.unit for vote in votes)
    return [vote for vote in votes if judges[vote.unit] > 1]


def _expected_right(votes: Sequence[Vote]) -> dict[str, float]:
    """By person: the sum over their votes of the probability that the vote is the truth."""
    import warnings

    import numpy as np
    import pandas as pd
    from crowdkit.aggregation import DawidSkene

    tasks, people = _numbers(vote.unit for vote in votes), _numbers(vote.person for vote in votes)
    frame = pd.DataFrame(
        {
            "task": [tasks[vote.unit] for vote in votes],  # numbers: crowd-kit takes three times as long over names
            "worker": [people[vote.person] for vote in votes],
            "label": [vote.value for vote in votes],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # crowd-kit 1.4 in pandas 3.1
        truth = DawidSkene(n_iter=ITERATIONS).fit_predict_proba(frame)
    right = truth.to_numpy()[
        truth.index.get_indexer(pd.Index(frame["task"])), truth.columns.get_indexer(pd.Index(frame["label"]))
    ]
    sums = np.bincount(frame["worker"], right)
    return {person: float(sums[number]) for person, number in people.items()}


def _numbers(names: Iterable[Name]) -> dict[Name, int]:
    """Each name's number, in the order in which they come."""
    return {name: number for number, name in enumerate(dict.fromkeys(names))}


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
        person: TooLittle(f"{so_many(len(first), 'pair')}; {LEAST_ANSWERS} are needed", len(first))
        for person, first in people.items()
    }
    for (person, first), out in zip(enough.items(), stand_out, strict=True):
        found[person] = Leaning(share(sum(first), len(first)), out)
    return dict(sorted(found.items(), key=lambda item: -len(people[item[0]])))
