"""Images as people and trainers hand them over: files, bytes, PIL images, arrays and tensors of one or many."""

import os
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from feedback.reward.features import Features, Matrix, as_seen, open_image

if TYPE_CHECKING:
    from PIL.Image import Image

# NumPy and Pillow do most of the work and let others run meanwhile; more threads wait for each other at every plane.
THREADS: Final = min(os.cpu_count() or 1, 4)


def features_of(images: Any, features: Features) -> Matrix:
    """Features (n, features) of one image, a batch or a sequence. Raises ValueError or UnreadableImage.

    Files are opened only when their turn comes, so that thousands of them are never in memory together.
    """
    each, size = list(_each(images)), features.batch
    batches = [each[first : first + size] for first in range(0, len(each), size)]
    with ThreadPoolExecutor(THREADS) as pool:
        found = pool.map(lambda batch: features.of_many([_picture(one, features.side) for one in batch]), batches)
        return np.concatenate([np.empty((0, len(features.names)), np.float32), *found])


def _each(images: Any) -> Iterator[Any]:
    """Each image as it was given, out of sequences and batches."""
    if hasattr(images, "detach"):  # a tensor of any device and type, without importing torch
        images = images.detach().cpu()
        images = (images.float() if images.is_floating_point() else images).numpy()  # NumPy has no bfloat16
    if isinstance(images, np.ndarray) and images.ndim == 4:
        yield from images
    elif _is_one(images):
        yield images
    elif isinstance(images, Iterable):
        for image in images:
            yield from _each(image)
    else:
        raise ValueError(f"{type(images).__name__} is no image; give paths, bytes, PIL images, arrays or tensors")


def _is_one(image: Any) -> bool:
    return isinstance(image, str | Path | bytes | np.ndarray) or hasattr(image, "convert")


def _picture(image: Any, side: int | None) -> "Image":
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, str | Path | bytes):
        return open_image(image, side)
    return as_seen(image)


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
        if not np.isfinite(pixels).all():
            raise ValueError("an array holds values that are not finite, so it is no image")
        if np.abs(pixels - 0.5).max(initial=0) > 1:  # a little outside is what generators do
            raise ValueError("an array of floats must be 0 to 1; divide by 255, or give whole numbers")
        pixels = np.rint(np.clip(pixels, 0, 1) * 255)
    elif pixels.dtype == bool:
        pixels = pixels * 255
    elif pixels.size and not 0 <= pixels.min() <= pixels.max() <= 255:
        raise ValueError("an array of whole numbers must be 0 to 255")
    return Image.fromarray(np.ascontiguousarray(pixels.astype(np.uint8)))
