"""A taste: what somebody cares for, and how sure that is; every answer moves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from feedback.reward.choices import Choices, Floats

_STEPS: Final = 30
_SMALL: Final = 1e-4  # Newton's decrement before the last step: twice what was left to win, in nats


@dataclass(frozen=True, slots=True)
class Taste:
    """A Gaussian over the weights of all dimensions: aspects, what has no name, habits."""

    mean: Floats  # (d,)
    covariance: Floats  # (d, d)

    def after(self, choices: Sequence[Choices]) -> "Taste":
        """The taste once these choices are known: Laplace's approximation at the most probable weights.

        The log posterior is concave, so that Newton's method ends there from wherever it begins; the prior keeps it
        finite for people who always choose the same.
        """
        certainty = np.linalg.inv(self.covariance)
        mean, known = self.mean, self._log_posterior(self.mean, certainty, choices)
        for _ in range(_STEPS):
            gradient, curvature = self._derivatives(mean, certainty, choices)
            step = np.linalg.solve(curvature, gradient)
            mean, known = self._climb(mean, step, known, certainty, choices)
            if gradient @ step < _SMALL:  # so near the end, a step squares what is left
                break
        covariance = np.linalg.inv(self._derivatives(mean, certainty, choices)[1])
        return Taste(mean, (covariance + covariance.T) / 2)

    def _derivatives(self, mean: Floats, certainty: Floats, choices: Sequence[Choices]) -> tuple[Floats, Floats]:
        gradient, curvature = certainty @ (self.mean - mean), certainty.copy()
        for group in choices:
            more_gradient, more_curvature = group.derivatives(mean)
            gradient += more_gradient
            curvature += more_curvature
        return gradient, curvature

    def _log_posterior(self, mean: Floats, certainty: Floats, choices: Sequence[Choices]) -> float:
        away = mean - self.mean
        return sum(group.log_likelihood(mean) for group in choices) - float(away @ certainty @ away) / 2

    def _climb(
        self, mean: Floats, step: Floats, known: float, certainty: Floats, choices: Sequence[Choices]
    ) -> tuple[Floats, float]:
        """A whole step, or the first half, quarter, ... of it that does not lead down."""
        for halvings in range(20):
            there = mean + step / 2**halvings
            reached = self._log_posterior(there, certainty, choices)
            if reached >= known:
                return there, reached
        return mean, known
