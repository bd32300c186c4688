"""Which pair to ask about next: the one whose answer tells most about somebody's taste.

The information of an answer is the mutual information between it and the taste, H[E p] - E H[p] in nats: BALD
(Houlsby et al. 2011, arXiv:1112.5745). How much better one image is than the other is a single Gaussian number, so
that both expectations are one-dimensional, over equally probable slices of it (which holds for wide tastes as well, as
Gauss-Hermite quadrature does not); the readiness for ties is taken at its mean.
"""

from itertools import combinations
from statistics import NormalDist
from typing import Final

import numpy as np

from feedback.reward.choices import HABITS, Floats, Wholes
from feedback.reward.taste import Taste

_SLICES: Final = 64
_AT_ONCE: Final = 20_000  # pairs
_NODES: Final = np.array([NormalDist().inv_cdf((number + 0.5) / _SLICES) for number in range(_SLICES)])


def next_question(candidates: Floats, taste: Taste, pairs: Wholes | None = None) -> tuple[int, int]:
    """The most informative pair among candidates with scores (n, d); of the given pairs (m, 2), or of all.

    Of equally informative pairs the first; raises ValueError where there is no pair.
    """
    pairs = np.array(list(combinations(range(len(candidates)), 2))) if pairs is None else pairs
    if len(pairs) == 0:
        raise ValueError("give at least two candidates")
    chunks = (pairs[start : start + _AT_ONCE] for start in range(0, len(pairs), _AT_ONCE))
    nats = np.concatenate([information(candidates, taste, some) for some in chunks])
    first, second = pairs[int(np.argmax(nats))]
    return int(first), int(second)


def information(candidates: Floats, taste: Taste, pairs: Wholes) -> Floats:
    """Nats (m,) that the answer to each pair (m, 2) is expected to tell."""
    size = candidates.shape[1]
    difference = candidates[pairs[:, 0]] - candidates[pairs[:, 1]]
    mean = difference @ taste.mean[:size]
    deviation = np.sqrt(np.einsum("md,de,me->m", difference, taste.covariance[:size, :size], difference))
    gap = mean[:, None] + deviation[:, None] * _NODES
    tie = np.full_like(gap, taste.mean[size + HABITS.index("tie")])
    utilities = np.stack([gap / 2, -gap / 2, tie], axis=-1)
    odds = np.exp(utilities - utilities.max(axis=-1, keepdims=True))
    answers = odds / odds.sum(axis=-1, keepdims=True)
    return np.asarray(_entropy(answers.mean(axis=1)) - _entropy(answers).mean(axis=1))


def _entropy(probabilities: Floats) -> Floats:
    return np.asarray(-(probabilities * np.log(np.maximum(probabilities, 1e-300))).sum(axis=-1))
