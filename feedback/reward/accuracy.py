"""How often a reward is right about choices that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from feedback.reward.answers import Answers
from feedback.reward.choices import Choices, Floats, Wholes, of_one, of_several
from feedback.reward.taste import Taste

AFTER: Final = (0, 5, 10, 20)  # answers of a new person
SEEN_OWN: Final = "annotators seen, by their own taste"
SEEN: Final = "annotators seen, by the population's"
UNSEEN: Final = "annotators unseen"
_Z: Final = 1.96  # of a 95 per cent interval
_DRAWS: Final = 128  # of tastes from a population


@dataclass(frozen=True, slots=True)
class Figures:
    """Pairs of a chosen and a refused image that were put in that order, and the loss of all answers with ties.

    Many people judge the same images, and one pair that is hard is wrong for most of them: such pairs are worth fewer
    than they are.
    """

    right: float
    pairs: int
    loss: float  # nats, summed over all answers
    answers: int
    comparisons: int  # sets of images that the pairs are of
    effective: float  # how many independent pairs would tell as much

    def __add__(self, other: "Figures") -> "Figures":
        """Of both; how many comparisons they share is not known, so that all count as shared."""
        pairs, doubt = self.pairs + other.pairs, self._doubt + other._doubt
        return Figures(
            self.right + other.right,
            pairs,
            self.loss + other.loss,
            self.answers + other.answers,
            max(self.comparisons, other.comparisons),
            (pairs / doubt) ** 2 if pairs else 0,
        )

    @property
    def _doubt(self) -> float:
        return self.pairs / float(np.sqrt(self.effective)) if self.pairs else 0

    @property
    def mean_loss(self) -> float:
        """Nats for each answer."""
        return self.loss / max(self.answers, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's, 95 per cent, of the share that is right, for as many pairs as they are worth."""
        share, spread = self.right / self.pairs, _Z**2 / self.effective
        middle = (share + spread / 2) / (1 + spread)
        half = _Z * float(np.sqrt(share * (1 - share) / self.effective + spread / (4 * self.effective))) / (1 + spread)
        return middle - half, middle + half

    def __str__(self) -> str:
        """The accuracy with its interval, or that there is none."""
        if not self.pairs:
            return "no pairs"
        low, high = self.interval
        about = f"{self.comparisons:,} comparison{'' if self.comparisons == 1 else 's'}"
        return f"{self.right / self.pairs:.3f} ({low:.3f} to {high:.3f}; {self.pairs:,} pairs about {about})"


NONE: Final = Figures(0, 0, 0, 0, 0, 0)


def choices_of(scores: Floats, answers: Answers, views: Wholes | None = None) -> list[Choices]:
    """Answers as choices among images with scores (views, images, d), those of two, of three, ... images apart.

    `views` (n, 4) says which view of each image is taken; without it, the first.
    """
    views = np.zeros_like(answers.images) if views is None else views
    counts, groups = answers.counts, []
    for count in np.unique(counts):
        rows = counts == count
        shown = scores[views[rows, :count], answers.images[rows, :count]]
        chosen, weights = answers.choice[rows], answers.weights[rows].astype(scores.dtype)
        groups.append(of_one(shown[:, 0], chosen == 0, weights) if count == 1 else of_several(shown, chosen, weights))
    return groups


def judge(scores: Floats, answers: Answers, taste: Floats) -> Figures:
    """The figures of one taste (d,) on answers, each counted once, about images with scores (views, images, d)."""
    figures = order(_utilities(scores, answers, taste), answers.choice, answers.images)
    return replace(figures, loss=_loss(scores, answers, [taste]), answers=len(answers))


def judge_people(scores: Floats, answers: Answers, tastes: Mapping[int, Floats] | Floats) -> Figures:
    """The figures over people, each judged by their own taste."""
    utilities, loss = np.full(answers.images.shape, np.nan), 0.0
    for person in np.unique(answers.annotator):
        rows = answers.annotator == person
        theirs = answers.take(rows)
        utilities[rows] = _utilities(scores, theirs, tastes[person])
        loss += _loss(scores, theirs, [tastes[person]])
    return replace(order(utilities, answers.choice, answers.images), loss=loss, answers=len(answers))


def judge_strangers(scores: Floats, answers: Answers, population: Taste) -> Figures:
    """The figures on people of whom only the population is known: the order by its mean, the loss by its spread.

    The probability of an answer is the mean over tastes drawn from the population, always by the same numbers. By its
    mean alone, the loss would punish a population for knowing that people differ.
    """
    half = np.random.default_rng(0).normal(size=(_DRAWS // 2, len(population.mean)))
    values, vectors = np.linalg.eigh(population.covariance)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    tastes = population.mean + np.concatenate([half, -half]) @ root
    return replace(judge(scores, answers, population.mean), loss=_loss(scores, answers, tastes))


def _utilities(scores: Floats, answers: Answers, taste: Floats) -> Floats:
    """Of each image shown (n, 4), NaN where there is none."""
    found = scores[0][answers.images] @ taste[: scores.shape[2]].astype(scores.dtype)
    return np.where(answers.images < 0, np.nan, found)


def _loss(scores: Floats, answers: Answers, tastes: Sequence[Floats] | Floats) -> float:
    """Nats of all answers, each with its mean probability over tastes."""
    loss = 0.0
    for group in choices_of(scores, answers):
        rows = np.arange(len(group.chosen))
        told = np.array([group.log_probabilities(taste)[rows, group.chosen] for taste in tastes], np.float64)
        loss -= float((np.logaddexp.reduce(told) - np.log(len(tastes))).sum())
    return loss


def order(utilities: Floats, chosen: Wholes, shown: Wholes | None = None) -> Figures:
    """Of pairs with a chosen image: how many utilities (n, images) put in the right order, equal ones counting half.

    A utility is NaN where there is no image. `shown` (n, images) says which images they are of; without it, no two
    answers are about the same.
    """
    images = (~np.isnan(utilities)).sum(axis=1)
    rows = np.flatnonzero((chosen < images) & (images > 1))
    ahead = np.sign(utilities[rows, chosen[rows]][:, None] - utilities[rows])
    right = (np.nansum(ahead, axis=1) + images[rows] - 1) / 2
    comparison = np.arange(len(rows)) if shown is None else _sets(shown[rows])
    return _figures(np.bincount(comparison, right), np.bincount(comparison, images[rows] - 1))


def _sets(shown: Wholes) -> Wholes:
    """A number for each set of images."""
    return np.unique(np.sort(shown, axis=1), axis=0, return_inverse=True)[1].reshape(-1)


def _figures(right: Floats | Wholes, pairs: Floats | Wholes) -> Figures:
    """Of comparisons; their pairs are worth what the variance of the share over comparisons tells (ratio estimator)."""
    count, total = len(pairs), float(pairs.sum())
    share = float(right.sum()) / max(total, 1)
    away = float(np.square(right - share * pairs).sum())
    known = count > 1 and away > 0  # else nothing tells how alike the pairs of a comparison are
    effective = min(total, share * (1 - share) * (count - 1) / count * total**2 / away) if known else count
    return Figures(float(right.sum()), int(total), 0, 0, count, float(effective))


def after_answers(
    scores: Floats, given: Answers, held_out: Answers, population: Taste, counts: Sequence[int] = AFTER
) -> dict[int, Figures]:
    """Of people whom the population does not know: the figures on what is held out, after so many of their answers.

    Only people who gave enough answers for the largest count, so that the figures are about the same people.
    """
    of_people = {int(person): given.take(given.annotator == person) for person in np.unique(held_out.annotator)}
    enough = {person: theirs for person, theirs in of_people.items() if len(theirs) >= max(counts)}
    asked, figures = held_out.take(np.isin(held_out.annotator, list(enough))), {}
    for count in counts:
        known = {person: choices_of(scores, theirs.take(np.arange(count))) for person, theirs in enough.items()}
        tastes = {person: population.after(choices).mean for person, choices in known.items()}
        figures[count] = judge_people(scores, asked, tastes)
    return figures
