"""What the eye makes of pixels: OKLab, contrast in units of the visibility threshold, and the response to it.

Sources: sensitivity to lightness by frequency, Mannos and Sakrison 1974 (doi:10.1109/TIT.1974.1055250); to colour, the
filters of S-CIELAB, Zhang and Wandell 1997 (doi:10.1889/1.1985127); the response to contrast and its masking,
Legge and Foley 1980 (doi:10.1364/JOSA.70.001458), Watson and Solomon 1997 (doi:10.1364/JOSAA.14.002379).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Plane: TypeAlias = NDArray[np.floating[Any]]

PIXELS_PER_DEGREE: Final = 30.0
PEAK: Final = 0.8  # a band of `bands` answers most to this share of its level's highest frequency
LIGHTNESS_THRESHOLD: Final = 0.015  # contrast just visible in a photograph where the eye is most sensitive
CHROMA_THRESHOLD: Final = 0.02  # OKLab units: where people start to tell two patches side by side apart
DARK: Final = 0.1  # lightness of stray light: contrasts in black are not seen

_SRGB: Final = np.arange(256, dtype=np.float32) / 255
_LINEAR: Final = np.where(_SRGB <= 0.04045, _SRGB / 12.92, ((_SRGB + 0.055) / 1.055) ** 2.4).astype(np.float32)
# The matrices of `feedback.oklab`.
_TO_CONES: Final = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_TO_LAB: Final = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)


def oklab(pixels: NDArray[np.uint8]) -> Plane:
    """Lightness, a and b (3, height, width) of sRGB pixels (height, width, 3)."""
    # Line by line: BLAS would spread one large product over all processors, which score other images meanwhile.
    lines = np.ascontiguousarray(np.swapaxes(pixels, 1, 2))
    cones = _TO_CONES @ _LINEAR.take(lines)
    return np.ascontiguousarray(np.swapaxes(_TO_LAB @ _cube_root(cones), 0, 1))


def _cube_root(values: Plane) -> Plane:
    """By logarithms, in place: half the time of a power. Black stays black to within 1e-7."""
    np.maximum(values, np.float32(1e-24), out=values)
    np.log(values, out=values)
    values *= np.float32(1 / 3)
    return np.exp(values, out=values)


def lightness_sensitivity(cycles: float) -> float:
    """Relative to its peak near eight cycles per degree."""
    return float(2.6 * (0.0192 + 0.114 * cycles) * np.exp(-((0.114 * cycles) ** 1.1)))


def color_sensitivity(cycles: float) -> tuple[float, float]:
    """To red against green, and to blue against yellow, relative to that for large patches."""

    def of(near: float, far: float, fine: float, broad: float) -> float:
        waves = (np.pi * cycles * np.array([fine, broad])) ** 2
        return float((near * np.exp(-waves[0]) + far * np.exp(-waves[1])) / (near + far))

    return of(0.531, 0.330, 0.0392, 0.494), of(0.488, 0.371, 0.0536, 0.386)


@dataclass(frozen=True, slots=True)
class Band:
    """One scale of one plane: responses to vertical, horizontal and diagonal detail (3, height, width)."""

    cycles: float  # per degree
    responses: Plane
    whole: Plane  # their sum (height, width)


def lightness_bands(lightness: Plane, levels: int) -> Iterator[Band]:
    """From the finest detail to the coarsest; each level is half as large as the one before."""
    for level, plane in enumerate(pyramid(smooth(lightness), levels)):
        cycles = _cycles(level)
        straight, oblique = (lightness_sensitivity(f) / LIGHTNESS_THRESHOLD for f in (cycles, cycles * 2**0.5))
        light, contrast = parts(plane)
        contrast *= 3 * straight / (light + DARK)  # OKLab's lightness is a cube root of light
        contrast[2] *= oblique / straight
        yield _band(cycles, contrast)


def color_bands(a: Plane, b: Plane, levels: int, first: int) -> Iterator[tuple[Band, Band]]:
    """The same of red against green and blue against yellow, for planes that begin at level `first`."""
    for level, (red, blue) in enumerate(zip(pyramid(a, levels), pyramid(b, levels), strict=True), first):
        cycles = _cycles(level)
        reds, blues = (weight / CHROMA_THRESHOLD for weight in color_sensitivity(cycles))
        yield _band(cycles, parts(red)[1] * reds), _band(cycles, parts(blue)[1] * blues)


def _band(cycles: float, contrast: Plane) -> Band:
    responses = respond(contrast)
    return Band(cycles, responses, responses.sum(axis=0))


def _cycles(level: int) -> float:
    return float(PEAK * PIXELS_PER_DEGREE / 2 / 2**level)


def respond(contrast: Plane) -> Plane:
    """Quiet below the threshold (power 2.5), a square root far above it, masked by all around it."""
    squares = contrast * contrast
    response = np.sqrt(np.abs(contrast))
    response *= squares
    around = smooth(squares.sum(axis=0))
    squares *= np.float32(0.5)
    squares += 1 + around / 6  # half the mean of three
    response /= squares
    return response


def parts(plane: Plane) -> tuple[Plane, Plane]:
    """What is smooth in it (height, width), and its vertical, horizontal and diagonal detail (3, height, width).

    Detail is what smoothing across, down, or both in turn takes away; all four sum to the plane.
    """
    down, across = _smooth(plane, 0), _smooth(plane, 1)
    both = _smooth(down, 1)
    return both, np.stack([down - both, across - both, plane - down - across + both])


def percentile(values: Plane, share: float) -> float:
    """NumPy's own, many times as fast: partitions at one place use wide registers, at two they do not."""
    place = share / 100 * (values.size - 1)
    below = int(place)
    parted = np.partition(values, below, axis=None)
    low, high = float(parted[below]), float(parted[below + 1 :].min(initial=np.inf))
    return low if below == place else low + (place - below) * (high - low)


def pyramid(plane: Plane, levels: int) -> Iterator[Plane]:
    """The plane, then each time half as large, low-passed before every second pixel is dropped."""
    for level in range(levels):
        if level:
            plane = halve(plane)
        yield plane


def halve(plane: Plane) -> Plane:
    return _halve(_halve(plane, -2), -1)


def smooth(plane: Plane) -> Plane:
    return _smooth(_smooth(plane, 0), 1)


def _smooth(plane: Plane, axis: int) -> Plane:
    """By 1 2 1, the border repeated."""
    result = plane * np.float32(0.5)
    sides, line = np.swapaxes(plane * np.float32(0.25), 0, axis), np.swapaxes(result, 0, axis)
    line[1:] += sides[:-1]
    line[:-1] += sides[1:]
    line[0] += sides[0]
    line[-1] += sides[-1]
    return result


def _halve(plane: Plane, axis: int) -> Plane:
    """By 1 3 3 1, of which every second: what would alias is gone before. An odd last line is left out."""
    lines = np.swapaxes(plane, 0, axis)
    even, odd = lines[: len(lines) - len(lines) % 2 : 2], lines[1::2]
    result = even + odd
    result *= np.float32(3)
    result[1:] += odd[:-1]
    result[:-1] += even[1:]
    result[0] += even[0]
    result[-1] += odd[-1]
    result *= np.float32(0.125)
    return np.ascontiguousarray(np.swapaxes(result, 0, axis))
