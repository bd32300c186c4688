"""The population: how tastes are spread over people, learned from everybody's choices by expectation maximisation."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from feedback.reward.choices import HABITS, Choices, Floats
from feedback.reward.taste import Taste

People = Sequence[Sequence[Choices]]  # each annotator's choices

_CARE: Final = 0.25  # people want what they call good: what a logit of praise is worth before anybody chose
_ASPECT, _UNNAMED, _HABIT = 0.5, 1.0, 1.0  # how far people differ in it, as a standard deviation
_UNSURE: Final = 2.0  # how much less is known of the middle than of how far people are from it
_PSEUDO_PEOPLE: Final = 5.0  # that the first spread counts for


def first_population(aspects: int, unnamed: int) -> Taste:
    """What is assumed before anybody chose."""
    mean = np.concatenate([np.full(aspects, _CARE), np.zeros(unnamed + len(HABITS))])
    spread = [_ASPECT] * aspects + [_UNNAMED] * unnamed + [_HABIT] * len(HABITS)
    return Taste(mean, np.diag(np.square(spread)))


def pooled(assumed: Taste, everybody: Sequence[Choices]) -> Taste:
    """A first middle, as if one person had made all choices."""
    loose = Taste(assumed.mean, assumed.covariance * _UNSURE**2)
    return Taste(loose.after(everybody).mean, assumed.covariance)


def next_population(assumed: Taste, population: Taste, people: People) -> tuple[Taste, Floats]:
    """A round of expectation maximisation: a better population, and everybody's weights (people, d) in the former."""
    tastes = [population.after(choices) for choices in people]
    means = np.array([taste.mean for taste in tastes])
    middle = _middle(assumed, population, means)
    away = means - middle
    uncertain = np.sum([taste.covariance for taste in tastes], axis=0)
    spread = uncertain + away.T @ away + _PSEUDO_PEOPLE * assumed.covariance
    return Taste(middle, spread / (len(people) + _PSEUDO_PEOPLE)), means


def _middle(assumed: Taste, population: Taste, means: Floats) -> Floats:
    of_people = np.linalg.inv(population.covariance)
    of_middle = np.linalg.inv(assumed.covariance * _UNSURE**2)
    certainty = len(means) * of_people + of_middle
    return np.asarray(np.linalg.solve(certainty, of_people @ means.sum(axis=0) + of_middle @ assumed.mean))
