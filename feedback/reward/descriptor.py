"""The built-in descriptor: what the eye gets out of a picture, in numbers that keep still where it sees no change.

Every picture is looked at as if it covered as much of the view as a square of 8.5 degrees: it is brought to the area of
256 x 256 pixels at 30 pixels per degree, so that neither its size nor its resizer matters. Contrast counts by how
visible it is (`feedback.reward.vision`). Needs numpy and Pillow, no weights.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from feedback.reward.features import Matrix, Vector
from feedback.reward.flaws import flaws
from feedback.reward.vision import Band, Plane, color_bands, halve, lightness_bands, oklab, percentile

if TYPE_CHECKING:
    from PIL import Image

SIDE: Final = 256
LEVELS: Final = 5
COLOR_LEVELS: Final = 2
HUES: Final = 8
GRID: Final = 3
_DIRECTIONS: Final = ("vertical", "horizontal", "diagonal")
_SHARES: Final = (5, 25, 50, 75, 95)
_GREY: Final = 0.04  # chroma at which a hue is half as plain as it can be
Named = Iterator[tuple[str, float]]


class Descriptor:
    """Colour, contrast by scale and direction, layout and visible flaws."""

    signature = "descriptor:2"
    side: int | None = 2 * SIDE
    batch = 1

    def __init__(self) -> None:
        # glibc then keeps freed memory of the size of a plane, which each plane would otherwise have to fetch anew.
        np.empty(2**24, np.uint8)
        self.names = tuple(name for name, _ in _described(np.zeros((SIDE, SIDE, 3), np.uint8)))

    def of(self, image: "Image.Image") -> Vector:
        """The features of an RGB image."""
        values = [value for _, value in _described(np.asarray(canonical(image)))]
        return np.array(values, np.float32)

    def of_many(self, images: Sequence["Image.Image"]) -> Matrix:
        """The features of several, one after the other."""
        return np.array([self.of(image) for image in images])


def canonical(image: "Image.Image") -> "Image.Image":
    """The image at the size at which it is looked at; its proportions stay."""
    from PIL import Image

    scale = SIDE / (image.width * image.height) ** 0.5
    size = max(round(image.width * scale), 2**LEVELS), max(round(image.height * scale), 2**LEVELS)
    return image.convert("RGB").resize(size, Image.Resampling.BICUBIC, reducing_gap=3.0)


def _described(pixels: np.ndarray) -> Named:
    planes = oklab(pixels)
    small = halve(planes)
    smaller = halve(small)
    lightness = list(lightness_bands(planes[0], LEVELS))
    _, red, blue = halve(smaller)
    colors = list(color_bands(red, blue, COLOR_LEVELS, first=3))
    return chain(
        _tones(planes[0]),
        _colors(small),
        _contrasts(lightness, colors),
        _layout(smaller, lightness[2]),
        flaws(planes, lightness),
    )


def _tones(lightness: Plane) -> Named:
    yield "lightness mean", float(lightness.mean())
    yield "lightness spread", float(lightness.std())
    for share, value in zip(_SHARES, np.percentile(lightness[::2, ::2], _SHARES), strict=True):
        yield f"lightness {share} %", float(value)
    yield "share nearly black", _softly_above(0.2 - lightness, 0.05)
    yield "share nearly white", _softly_above(lightness - 0.95, 0.03)


def _colors(planes: Plane) -> Named:
    lightness, a, b = planes
    chroma = np.sqrt(a * a + b * b)
    yield "a mean", float(a.mean())
    yield "b mean", float(b.mean())
    yield "chroma mean", float(chroma.mean())
    yield "chroma spread", float(chroma.std())
    yield "chroma 90 %", percentile(chroma, 90)
    # Hasler and Süsstrunk 2003, doi:10.1117/12.477378, on OKLab's opponents.
    yield "colourfulness", float(np.hypot(a.std(), b.std()) + 0.3 * np.hypot(a.mean(), b.mean()))
    yield "chroma with lightness", float(np.mean((chroma - chroma.mean()) * (lightness - lightness.mean())))
    yield from _hues(a, b, chroma)


def _hues(a: Plane, b: Plane, chroma: Plane) -> Named:
    """How much of the picture has each hue, greys nearly out; neighbouring hues share what lies between them."""
    plain = chroma**2 / (chroma**2 + _GREY**2)
    unit = 1 / (chroma + 1e-6)
    across, up = a * unit, b * unit
    for number in range(HUES):
        angle = 2 * np.pi * number / HUES
        near = np.maximum(across * np.float32(np.cos(angle)) + up * np.float32(np.sin(angle)), 0) ** 2
        yield f"hue {360 * number // HUES}", float((plain * near * near).mean())
    yield "one hue", float(np.hypot((plain * across).mean(), (plain * up).mean()) / (plain.mean() + 0.05))


def _contrasts(lightness: Sequence[Band], colors: Sequence[tuple[Band, Band]]) -> Named:
    for band in lightness:
        for direction, response in zip(_DIRECTIONS, band.responses, strict=True):
            yield f"{direction} detail at {band.cycles:.1f}", _compressed(response.mean())
        yield f"strong detail at {band.cycles:.1f}", _compressed(percentile(band.whole, 90))
    for red, blue in colors:
        yield f"colour detail at {red.cycles:.1f}", _compressed((red.whole + blue.whole).mean() / 3)


def _layout(planes: Plane, band: Band) -> Named:
    """Where light, colour and detail are: each cell of a grid against the whole; and how alike left and right are."""
    chroma = np.sqrt(planes[1] ** 2 + planes[2] ** 2)
    parts = {"lightness": planes[0], "chroma": chroma, "detail": np.log(1 + band.whole)}
    for name, plane in parts.items():
        cells = _cells(plane)
        for (row, column), value in np.ndenumerate(cells - cells.mean()):
            yield f"{name} at {row} {column}", float(value)
    light = planes[0] - planes[0].mean()
    yield "left like right", float((light * light[:, ::-1]).mean() / ((light**2).mean() + 1e-3))


def _cells(plane: Plane) -> Plane:
    """Means over a grid whose cells fade into each other, so that nothing jumps when an edge moves by a pixel."""
    rows, columns = (_windows(length) for length in plane.shape)
    return np.asarray(rows @ plane @ columns.T)


@cache
def _windows(length: int) -> Plane:
    """Weights (GRID, length) of triangles around the middle of each cell."""
    places = (np.arange(length) + 0.5) / length * GRID
    weights = np.maximum(1 - np.abs(places - np.arange(GRID)[:, None] - 0.5), 0)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


def _softly_above(excess: Plane, softness: float) -> float:
    return float((1 / (1 + np.exp(excess / -softness))).mean())


def _compressed(response: float) -> float:
    return float(np.log1p(response))
