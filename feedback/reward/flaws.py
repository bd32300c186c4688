"""Visible flaws: blur, noise, and steps where the eye expects a slope (banding, blocks)."""

from collections.abc import Iterator, Sequence

import numpy as np

from feedback.reward.vision import Band, Plane, percentile


def flaws(planes: Plane, bands: Sequence[Band]) -> Iterator[tuple[str, float]]:
    """By name; each is quiet while the flaw is below the visibility threshold."""
    fine, middle, coarse = (band.whole for band in bands[:3])
    yield "sharpness", _sharpness(fine, middle)
    yield "sharpness, coarser", _sharpness(middle, coarse)
    yield "noise", float(np.log1p(percentile(_pooled(fine, 8), 10)))
    yield "noise, coarser", float(np.log1p(percentile(_pooled(middle, 8), 10)))
    yield "steps", _steps(planes[0])


def _sharpness(fine: Plane, coarse: Plane) -> float:
    """How much of the strongest edges of one scale is there at the next finer one."""
    strength = _pooled(coarse, 2)
    sharp = _pooled(fine, 4)[: strength.shape[0], : strength.shape[1]]
    edges = strength[: sharp.shape[0], : sharp.shape[1]] ** 2
    return float((edges * np.log(1 + sharp)).sum() / (edges.sum() + 1))


def _pooled(plane: Plane, size: int) -> Plane:
    """The mean of each tile of so many pixels; what is left over at the border is cut off."""
    height, width = (length - length % size for length in plane.shape)
    rows = np.asarray(sum(plane[first:height:size] for first in range(size)))
    return np.asarray(sum(rows[:, first:width:size] for first in range(size)) / size**2)


def _steps(lightness: Plane) -> float:
    """How far slopes go in steps: in smooth tiles, the squares of differences against the square of their mean."""
    total = 0.0
    for differences in (np.diff(lightness, axis=0), np.diff(lightness, axis=1)):
        size = np.abs(differences)
        mean, square = _pooled(size, 8), _pooled(size * size, 8)
        visible = np.maximum(square - 2.5 * mean**2 - 0.006**2, 0)
        smooth = 1 / (1 + (mean / 0.01) ** 4)
        total += float((smooth * np.sqrt(visible)).mean())
    return total * 100
