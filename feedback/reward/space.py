"""Features of any length, brought to one scale and into few dimensions."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from feedback.reward.choices import Floats

MOST: Final = 48  # dimensions
_KEPT: Final = 0.995  # of the variance
_QUIET: Final = 30.0  # how many times over what artefacts change counts; beyond, what people do see goes, too
_FAR: Final = 5.0  # standard deviations: an image unlike all others must not run away with the score


@dataclass(frozen=True, slots=True)
class Space:
    """Standardised features, turned into their principal directions; the squared length of an average image is 1."""

    middle: Floats  # (features,)
    scale: Floats  # (features,)
    directions: Floats  # (features, dimensions)

    def place(self, features: Floats) -> Floats:
        """Features (..., features) as coordinates (..., dimensions)."""
        standard = np.clip((features - self.middle) / self.scale, -_FAR, _FAR)
        return np.asarray(standard @ self.directions)


def fit_space(views: Floats) -> Space:
    """The space of views (views, images, features), of which the first are the images as they are.

    What artefacts change in a feature, on average over all views (nothing in the first), counts as noise in its scale;
    and the directions along which they change several features together are shortened.
    """
    plain = views[0].astype(np.float64)
    noise = ((views - views[:1]) ** 2).mean(axis=(0, 1), dtype=np.float64)
    middle, variance = plain.mean(axis=0), plain.var(axis=0)
    varies = variance > 1e-10 * np.maximum(1, middle**2)
    scale = np.where(varies, np.sqrt(variance + noise), np.inf)
    standard = np.clip((views - middle) / scale, -_FAR, _FAR)
    quieted = _quieting((standard[1:] - standard[0]).reshape(-1, len(middle)))
    shortened = standard[0] @ quieted
    values, vectors = np.linalg.eigh(shortened.T @ shortened / len(shortened))
    values, vectors = np.maximum(values[::-1], 0), vectors[:, ::-1]
    total = max(float(values.sum()), 1e-12)
    enough = int(np.searchsorted(np.cumsum(values) / total, _KEPT)) + 1
    vectors = quieted @ vectors[:, : min(enough, MOST)]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(vectors.shape[1])]
    return Space(middle, scale, vectors * np.where(largest < 0, -1, 1) / np.sqrt(total))


def _quieting(moves: Floats) -> Floats:
    """A matrix (features, features) that shortens each direction by how far the moves (moves, features) go along it."""
    values, vectors = np.linalg.eigh(moves.T @ moves / max(len(moves), 1))
    return np.asarray((vectors / np.sqrt(1 + _QUIET * np.maximum(values, 0))) @ vectors.T)
