"""Images as people and trainers hand them over: files, bytes, PIL images, arrays and tensors of one or many."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL.Image import Image


def pictures_of(images: Any) -> "Iterator[Image]":
    """Each image in RGB; of one image, a batch or a sequence. Raises ValueError or UnreadableImage."""
    if hasattr(images, "detach"):  # a tensor of any device and type, without importing torch
        images = images.detach().float().cpu().numpy()
    if isinstance(images, np.ndarray) and images.ndim == 4:
        yield from map(_from_array, images)
    elif _is_one(images):
        yield _picture(images)
    elif isinstance(images, Iterable):
        for image in images:
            yield from pictures_of(image)
    else:
        raise ValueError(f"{type(images).__name__} is no image; give paths, bytes, PIL images, arrays or tensors")


def _is_one(image: Any) -> bool:
    return isinstance(image, str | Path | bytes | np.ndarray) or hasattr(image, "convert")


def _picture(image: Any) -> "Image":
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, str | Path | bytes):
        from feedback.reward.features import open_image

        return open_image(image)
    picture: Image = image.convert("RGB")
    return picture


def _from_array(pixels: np.ndarray) -> "Image":
    """(3, h, w) or (h, w, 3); floats are 0 to 1, whole numbers 0 to 255."""
    from PIL import Image

    if pixels.ndim == 3 and pixels.shape[0] == 3 and pixels.shape[2] != 3:
        pixels = pixels.transpose(1, 2, 0)
    if pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(
            f"an array of shape {pixels.shape} is no image; give (n, 3, h, w), (n, h, w, 3) or one of them"
        )
    if np.issubdtype(pixels.dtype, np.floating):
        pixels = np.rint(np.clip(pixels, 0, 1) * 255)
    return Image.fromarray(np.ascontiguousarray(pixels.astype(np.uint8)))
