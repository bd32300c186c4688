"""What people chose, as a softmax over everything that they could have answered.

Luce's rule for one image out of several; a tie is one more answer, whose utility is a tie's own plus the mean of the
images' (Davidson 1970, doi:10.1080/01621459.1970.10481082; for three and more, Turner et al. 2020,
doi:10.1007/s00180-020-00959-3). Davidson's ties and not Rao and Kupper's: the likelihood is a softmax that is linear in
all its parameters, hence concave, and holds for four images as for two.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Wholes: TypeAlias = npt.NDArray[np.integer[Any]]

HABITS: Final = ("tie", "leniency")  # how readily somebody calls a tie, and a single image good


@dataclass(frozen=True, slots=True)
class Choices:
    """n answers, each out of equally many options: what an option is made of, the option chosen, and a weight."""

    options: Floats  # (n, options, dimensions)
    chosen: Wholes  # (n,)
    weights: Floats  # (n,)

    def log_probabilities(self, taste: Floats) -> Floats:
        """Of each option of each answer (n, options), for a taste (dimensions,)."""
        utilities = self.options @ taste.astype(self.options.dtype)
        utilities = utilities - utilities.max(axis=1, keepdims=True)
        return np.asarray(utilities - np.log(np.exp(utilities).sum(axis=1, keepdims=True)))

    def log_likelihood(self, taste: Floats) -> float:
        """The weighted sum over all answers."""
        rows = np.arange(len(self.chosen))
        return float(self.weights @ self.log_probabilities(taste)[rows, self.chosen])

    def derivatives(self, taste: Floats) -> tuple[Floats, Floats]:
        """The gradient (dimensions,) of the log likelihood, and its negative second derivative."""
        probabilities = np.exp(self.log_probabilities(taste))
        expected = np.einsum("na,nad->nd", probabilities, self.options)
        gradient = self.weights @ (self.options[np.arange(len(self.chosen)), self.chosen] - expected)
        roots = np.sqrt(probabilities * self.weights[:, None])[..., None]
        spread = (self.options * roots).reshape(-1, self.options.shape[2])
        middle = expected * np.sqrt(self.weights)[:, None]
        return gradient, spread.T @ spread - middle.T @ middle


def of_several(scores: Floats, chosen: Wholes, weights: Floats) -> Choices:
    """Choices among images with scores (n, images, d); where `chosen` is the number of images, a tie."""
    tie = scores.mean(axis=1, keepdims=True)
    return Choices(_with_habits(np.concatenate([scores, tie], axis=1), tie=-1), chosen, weights)


def of_one(scores: Floats, good: npt.NDArray[np.bool_], weights: Floats) -> Choices:
    """Judgements of single images with scores (n, d): good, against an average image, whose scores are 0."""
    both = np.stack([scores, np.zeros_like(scores)], axis=1)
    return Choices(_with_habits(both, lenient=0), np.where(good, 0, 1), weights)


def of_liked(scores: Floats, background: Floats) -> Choices:
    """Liked images (n, d), each as if chosen from among itself and the background (m, d)."""
    others = np.broadcast_to(background, (len(scores), *background.shape))
    options = np.concatenate([scores[:, None], others], axis=1)
    return Choices(_with_habits(options), np.zeros(len(scores), np.int64), np.ones(len(scores)))


def _with_habits(options: Floats, *, tie: int | None = None, lenient: int | None = None) -> Floats:
    habits = np.zeros((*options.shape[:2], len(HABITS)), options.dtype)
    for column, row in enumerate((tie, lenient)):
        if row is not None:
            habits[:, row, column] = 1
    return np.concatenate([options, habits], axis=2)
