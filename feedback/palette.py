"""An image's own palette, as named shades: what somebody may mean who says "the blue"."""

from pathlib import Path
from typing import TYPE_CHECKING

from feedback.colors import Shade, nearest_shade

if TYPE_CHECKING:
    from PIL import Image

SAMPLE = 160  # pixels of the longer side; enough for areas of colour, and quick
COLORS = 24
SMALLEST = 0.004  # share of the picture that a colour must cover


def palette(path: Path) -> tuple[Shade, ...]:
    """The named shades of an image, those that cover most first; OSError where it cannot be read."""
    from PIL import Image

    with Image.open(path) as image:
        image.draft("RGB", (SAMPLE, SAMPLE))
        image.thumbnail((SAMPLE, SAMPLE))
        return palette_of(image.convert("RGB"))


def palette_of(image: "Image.Image") -> tuple[Shade, ...]:
    """The same for an image in memory."""
    from PIL import Image

    reduced = image.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=2)
    colors = reduced.getpalette() or []
    share: dict[Shade, int] = {}
    for index, count in enumerate(reduced.histogram()):
        if count:
            shade = nearest_shade("#" + bytes(colors[3 * index : 3 * index + 3]).hex())
            share[shade] = share.get(shade, 0) + count
    least = SMALLEST * image.width * image.height
    return tuple(shade for shade in sorted(share, key=lambda s: share[s], reverse=True) if share[shade] >= least)
