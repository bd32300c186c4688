"""sRGB to OKLab and OKLCH, by Björn Ottosson's definition: https://bottosson.github.io/posts/oklab/."""

import math
from typing import NamedTuple


class Lab(NamedTuple):
    """OKLab: equal distances look about equally far apart."""

    lightness: float  # 0 black, 1 white
    a: float  # green to red
    b: float  # blue to yellow


class Lch(NamedTuple):
    """OKLab in polar coordinates."""

    lightness: float
    chroma: float  # 0 is grey
    hue: float  # degrees, 0 to 360; 0 for greys, which have none


def to_oklab(hex_color: str) -> Lab:
    """The place of an sRGB colour such as "#008080"."""
    red, green, blue = (_linear(int(hex_color[i : i + 2], 16) / 255) for i in (1, 3, 5))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return Lab(
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def to_oklch(hex_color: str) -> Lch:
    """The same in lightness, chroma and hue."""
    lightness, a, b = to_oklab(hex_color)
    chroma = math.hypot(a, b)
    return Lch(lightness, chroma, math.degrees(math.atan2(b, a)) % 360 if chroma > 1e-4 else 0.0)


def _linear(value: float) -> float:
    """Undo sRGB's transfer curve."""
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)
