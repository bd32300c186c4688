"""Fits a reward to an export's features: aspects from what was said, then tastes from what was chosen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from feedback.reward.accuracy import Figures, choices_of, judge_people, judge_strangers
from feedback.reward.answers import Answers, Exported
from feedback.reward.aspects import fit_aspects
from feedback.reward.choices import Choices, Floats
from feedback.reward.population import first_population, next_population, pooled
from feedback.reward.space import Space, fit_space
from feedback.reward.taste import Taste

BACKGROUND: Final = 32  # images that stand for the population's
_PATIENCE: Final = 2  # rounds without a better validation loss


@dataclass(frozen=True, slots=True)
class Round:
    """What the curves show: the loss in nats for each answer, and the figures on what validation holds out."""

    number: int
    loss: float
    seen: Figures
    unseen: Figures

    @property
    def held_out(self) -> Figures:
        """On all that validation holds out, which is nothing in a small export."""
        return self.seen + self.unseen


@dataclass(frozen=True, slots=True)
class Fitted:
    """Everything that scores images, before it is given names."""

    space: Space
    aspects: Floats  # (aspects, dimensions)
    population: Taste
    background: Floats  # (images, aspects + dimensions)
    scores: Floats  # of all views of all images (views, images, aspects + dimensions)
    rounds: tuple[Round, ...]
    best: int  # the round that was kept


def fit(
    exported: Exported, views: Floats, *, seed: int, rounds: int, watch: Callable[[Round], None] = lambda done: None
) -> Fitted:
    """Fit to features of views (views, images, features), the first of which are the images as they are.

    Each answer counts half for the images as they are and half for a view of each drawn anew in each round. It ends
    early once validation gets worse, and keeps the best round; the last where validation holds out nothing, and the
    first only if it is the only one, as nobody's spread has been learned before it.
    """
    chance = np.random.default_rng(seed)
    space = fit_space(views[:, exported.training_images])
    places = space.place(views)
    aspects = fit_aspects(places[0], exported.remarks.of("train", "train"))
    scores = scores_of(places, aspects).astype(np.float32)
    done, populations = list[Round](), list[Taste]()
    for population, result in _rounds(exported.answers, scores, len(aspects), chance):
        done.append(result)
        populations.append(population)
        watch(result)
        best = _best(done)
        if len(done) == rounds or len(done) - 1 - best >= _PATIENCE:
            break
    background = scores[0][exported.training_images].astype(np.float64)
    chosen = chance.permutation(len(background))[:BACKGROUND]
    return Fitted(space, aspects, populations[best], background[np.sort(chosen)], scores, tuple(done), best)


def _best(done: Sequence[Round]) -> int:
    if not done[-1].held_out.answers:
        return len(done) - 1
    return min(range(min(1, len(done) - 1), len(done)), key=lambda number: done[number].held_out.mean_loss)


def scores_of(places: Floats, aspects: Floats) -> Floats:
    """What a taste weighs: the aspects' scores, then the dimensions that have no name (..., aspects + dimensions)."""
    return np.concatenate([places @ aspects.T, places], axis=-1)


def _rounds(
    answers: Answers, scores: Floats, aspects: int, chance: np.random.Generator
) -> Iterator[tuple[Taste, Round]]:
    training = answers.of("train", "train")
    assumed = first_population(aspects, scores.shape[2] - aspects)
    population = pooled(assumed, augmented(scores, training, chance))
    names = np.unique(training.annotator)
    seen, unseen = answers.of("validation", "train"), answers.of("validation", "validation")
    seen = seen.take(np.isin(seen.annotator, names))
    of_people = [training.take(training.annotator == name) for name in names]
    number = 0
    while True:
        people: Sequence[Sequence[Choices]] = [augmented(scores, theirs, chance) for theirs in of_people]
        better, means = next_population(assumed, population, people)
        tastes = dict(zip(names.tolist(), means, strict=True))
        number += 1
        yield (
            population,
            Round(
                number,
                _loss(people, means),
                judge_people(scores, seen, tastes),
                judge_strangers(scores, unseen, population),
            ),
        )
        population = better


def augmented(scores: Floats, answers: Answers, chance: np.random.Generator) -> list[Choices]:
    """The answers as choices, half of their weight for the images as they are, half for a view of each by chance."""
    if len(scores) == 1:
        return choices_of(scores, answers)
    drawn = chance.integers(1, len(scores), answers.images.shape)
    half = answers.halved()
    return [*choices_of(scores, half), *choices_of(scores, half, drawn)]


def _loss(people: Sequence[Sequence[Choices]], means: Floats) -> float:
    pairs = [(group, mean) for choices, mean in zip(people, means, strict=True) for group in choices]
    weight = sum(float(group.weights.sum()) for group, _ in pairs)
    return -sum(group.log_likelihood(mean) for group, mean in pairs) / max(weight, 1e-12)
