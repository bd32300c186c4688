"""What the internet does to pictures: compression, resizing, shifts, and all of that again and again.

A reward is trained on pictures changed like this, because it must not care; `BROKEN` is what it must care about.
"""

from collections.abc import Callable
from io import BytesIO
from typing import Final, TypeAlias

import numpy as np
from PIL import Image, ImageFilter, ImageOps

Artefact: TypeAlias = Callable[[Image.Image], Image.Image]

QUALITIES: Final = (95, 90, 85, 75, 60, 40, 20)
SUBSAMPLINGS: Final = ("4:4:4", "4:2:0")
RESIZERS: Final = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}
_SCREENS: Final = (0.5, 0.67, 0.75, 0.8, 1.25, 1.5)  # zoom of browsers and displays
_UNSEEN: Final = 60  # augmentation keeps to qualities from here: what is worse people do see


def jpeg(quality: int, subsampling: str = "4:2:0") -> Artefact:
    """Written as JPEG and read again."""
    return lambda image: _again(image, "JPEG", quality=quality, subsampling=subsampling)


def webp(quality: int) -> Artefact:
    """Written as lossy WebP and read again."""
    return lambda image: _again(image, "WEBP", quality=quality)


def resized(factor: float, resizer: str) -> Artefact:
    """Brought to another size by one of RESIZERS; Pillow's low-pass before they drop pixels (nearest does not)."""
    return lambda image: image.resize(_scaled(image, factor), RESIZERS[resizer])


def resized_without_lowpass(factor: float, resizer: str) -> Artefact:
    """The same as most other libraries do it by default: from the nearest pixels alone, so that detail aliases.

    Parmar et al. 2022, arXiv:2104.11222. There is no Lanczos among these.
    """

    def apply(image: Image.Image) -> Image.Image:
        size = _scaled(image, factor)
        across, down = image.width / size[0], image.height / size[1]
        # Pillow's `transform` interpolates at the point; pixel centres are at halves.
        matrix = (across, 0, 0, 0, down, 0)
        return image.transform(size, Image.Transform.AFFINE, matrix, RESIZERS[resizer])

    return apply


def there_and_back(factor: float, resizer: str) -> Artefact:
    """Brought to another size and back by the same resizer."""
    return lambda image: image.resize(_scaled(image, factor), RESIZERS[resizer]).resize(image.size, RESIZERS[resizer])


def shifted(across: int = 1, down: int = 1) -> Artefact:
    """Moved by whole pixels to the right and down; the border is repeated."""

    def apply(image: Image.Image) -> Image.Image:
        moved = image.copy()
        moved.paste(image, (across, down))
        return moved

    return apply


def shared_again(seed: int) -> Artefact:
    """As a screenshot that is passed on: shown at another zoom, cut by a few pixels, saved two or three times."""

    def apply(image: Image.Image) -> Image.Image:
        chance = np.random.default_rng(seed)
        resizer = str(chance.choice(["bilinear", "bicubic", "lanczos"]))
        image = resized(float(chance.choice(_SCREENS)), resizer)(image)
        left, top, right, bottom = (int(edge) for edge in chance.integers(0, 4, 4))
        if min(image.size) > left + right + top + bottom:  # an icon stays whole
            image = image.crop((left, top, image.width - right, image.height - bottom))
        for _ in range(int(chance.integers(2, 4))):
            image = _saved(chance)(image)
        return image

    return apply


def unseen(seed: int) -> Artefact:
    """One of all that people hardly see, chosen by the seed: for the augmentation of training."""
    chance = np.random.default_rng(seed)
    factor = float(chance.uniform(0.5, 1.5))
    resizer = str(chance.choice(["bilinear", "bicubic", "lanczos"]))
    left, top = (int(step) for step in chance.integers(0, 3, 2))
    kinds: tuple[Artefact, ...] = (
        _saved(chance),
        _saved(chance),
        resized(factor, resizer),
        shifted(left, top),
        shared_again(int(chance.integers(2**31))),
    )
    return kinds[int(chance.integers(len(kinds)))]


def _saved(chance: np.random.Generator) -> Artefact:
    quality = int(chance.integers(_UNSEEN, 96))
    subsampling = str(chance.choice(SUBSAMPLINGS))
    return webp(quality) if chance.random() < 0.25 else jpeg(quality, subsampling)


BROKEN: Final[dict[str, Artefact]] = {
    "JPEG quality 10": jpeg(10),
    "banding": lambda image: ImageOps.posterize(image, 3),
    "blur": lambda image: image.filter(ImageFilter.GaussianBlur(max(image.size) / 200)),
}


def _again(image: Image.Image, form: str, **settings: object) -> Image.Image:
    target = BytesIO()
    image.save(target, form, **settings)
    return Image.open(target).convert("RGB")


def _scaled(image: Image.Image, factor: float) -> tuple[int, int]:
    return max(round(image.width * factor), 1), max(round(image.height * factor), 1)
