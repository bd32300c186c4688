"""How often a reward is right about choices that it has not seen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Figures:
    """Pairs of a chosen and a refused image that were put in that order, and the loss of all answers with ties."""

    right: float
    pairs: int
    loss: float  # nats, summed over all answers
    answers: int

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(
            self.right + other.right, self.pairs + other.pairs, self.loss + other.loss, self.answers + other.answers
        )

    @property
    def mean_loss(self) -> float:
        """Nats for each answer."""
        return self.loss / max(self.answers, 1)

    def __str__(self) -> str:
        """The accuracy with Wilson's 95 per cent interval, or that there is none."""
        if not self.pairs:
            return "no pairs"
        share, spread = self.right / self.pairs, _Z**2 / self.pairs
        middle = (share + spread / 2) / (1 + spread)
        half = _Z * float(np.sqrt(share * (1 - share) / self.pairs + spread / (4 * self.pairs))) / (1 + spread)
        return f"{share:.3f} ({middle - half:.3f} to {middle + half:.3f}, {self.pairs:,} pairs)"


NONE: Final = Figures(0, 0, 0, 0)


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
    figures = NONE
    for group in choices_of(scores, answers):
        loss = -float(group.log_probabilities(taste)[np.arange(len(group.chosen)), group.chosen].sum())
        utilities = group.options[:, :-1] @ taste.astype(group.options.dtype)
        figures += order(utilities, group.chosen) + Figures(0, 0, loss, len(group.chosen))
    return figures


def order(utilities: Floats, chosen: Wholes) -> Figures:
    """Of pairs with a chosen image: how many utilities (n, images) put in the right order, equal ones counting half."""
    images = utilities.shape[1]
    utilities, chosen = utilities[chosen < images], chosen[chosen < images]
    ahead = np.sign(utilities[np.arange(len(chosen)), chosen][:, None] - utilities)
    return Figures(float(((ahead + 1) / 2).sum() - len(chosen) / 2), len(chosen) * (images - 1), 0, 0)


def judge_people(scores: Floats, answers: Answers, tastes: Mapping[int, Floats] | Floats) -> Figures:
    """The figures over people, each judged by their own taste."""
    figures = NONE
    for person in np.unique(answers.annotator):
        figures += judge(scores, answers.take(answers.annotator == person), tastes[person])
    return figures


def after_answers(
    scores: Floats, given: Answers, held_out: Answers, population: Taste, counts: Sequence[int] = AFTER
) -> dict[int, Figures]:
    """Of people whom the population does not know: the figures on what is held out, after so many of their answers.

    Only people who gave enough answers for the largest count, so that the figures are about the same people.
    """
    figures = dict.fromkeys(counts, NONE)
    for person in np.unique(held_out.annotator):
        theirs = given.take(given.annotator == person)
        asked = held_out.take(held_out.annotator == person)
        if len(theirs) >= max(counts):
            for count in counts:
                taste = population.after(choices_of(scores, theirs.take(np.arange(count))))
                figures[count] += judge(scores, asked, taste.mean)
    return figures
