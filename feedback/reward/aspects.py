"""A score for each aspect of the taxonomy, learned from what people said of it."""

from typing import Final

import numpy as np

from feedback.reward.answers import Remarks
from feedback.reward.choices import Choices, Floats, Wholes
from feedback.reward.taste import Taste
from feedback.taxonomy import taxonomy

_SPREAD: Final = 2.0  # of an aspect's score over images, in logits, before anything was said


def fit_aspects(places: Floats, remarks: Remarks) -> Floats:
    """Weights (aspects, dimensions): for images at `places`, `places @ weights.T` are the log odds of praise.

    A label says how its targets differ from the images beside them, or, alone, from an average image; with a leaning to
    praise or complain that the aspect has of its own. An aspect of which nobody spoke scores 0.
    """
    size = places.shape[1]
    nothing = Taste(np.zeros(size + 1), np.eye(size + 1) * _SPREAD**2)
    weights = np.zeros((len(taxonomy().aspects), size))
    contrasts = mean_place(places, remarks.targets) - mean_place(places, remarks.others)
    for aspect in np.unique(remarks.aspect):
        rows = remarks.aspect == aspect
        said = _praise_or_complaint(contrasts[rows], remarks.good[rows], remarks.weights[rows])
        weights[aspect] = nothing.after([said]).mean[:size]
    return weights


def mean_place(places: Floats, images: Wholes) -> Floats:
    """The middle (n, dimensions) of each row of images (n, 4); the average image, 0, where there is none."""
    there = images >= 0
    summed = np.where(there[..., None], places[images], 0).sum(axis=1)
    return np.asarray(summed / np.maximum(there.sum(axis=1, keepdims=True), 1))


def _praise_or_complaint(contrasts: Floats, good: Floats, weights: Floats) -> Choices:
    praise = np.concatenate([contrasts, np.ones((len(contrasts), 1))], axis=1)
    options = np.stack([praise, np.zeros_like(praise)], axis=1)
    chosen = np.repeat([0, 1], len(good))
    return Choices(np.concatenate([options, options]), chosen, np.concatenate([weights * good, weights * (1 - good)]))
