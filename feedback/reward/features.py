"""What a reward sees of an image: a vector of numbers, by the built-in descriptor or by an encoder of your own."""

import math
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from feedback.errors import OpineError

if TYPE_CHECKING:
    from PIL import Image

Vector = NDArray[np.float32]
Matrix = NDArray[np.float32]
BUILT_IN: Final = "descriptor"


class UnreadableImage(OpineError, ValueError):
    """This file is no image that can be read; the message says what to do."""


class Features(Protocol):
    """Turns an image into numbers; equal signatures mean equal numbers for equal images."""

    signature: str  # goes into model cards: "descriptor:2"
    names: tuple[str, ...]  # one per dimension; "" where it has none
    side: int | None  # for `open_image`: so many pixels across and down are enough
    batch: int  # of so many images at a time `of_many` is fastest

    def of(self, image: "Image.Image") -> Vector:
        """The features of an RGB image as people see it (see `open_image`): float32, (len(names),)."""
        ...

    def of_many(self, images: Sequence["Image.Image"]) -> Matrix:
        """The same of several: (images, len(names))."""
        ...


def load_features(name: str = BUILT_IN) -> Features:
    """The built-in descriptor; or any image encoder of transformers, by its id on the hub or its local folder.

    Raises `feedback.reward.encoders.NoEncoder` where it cannot be had.
    """
    if name == BUILT_IN:
        from feedback.reward.descriptor import Descriptor

        return Descriptor()
    from feedback.reward.encoders import Encoder

    return Encoder(name)


def open_image(source: Path | str | bytes, side: int | None = None) -> "Image.Image":
    """The image as people see it: turned as its EXIF says, on white where transparent, sRGB by its profile.

    With `side` a JPEG is decoded no larger than needed for that many pixels across and down, which is faster.
    Raises UnreadableImage.
    """
    from PIL import Image

    label = "these bytes" if isinstance(source, bytes) else str(source)
    try:
        image = Image.open(BytesIO(source) if isinstance(source, bytes) else source)
        if image.width * image.height > (Image.MAX_IMAGE_PIXELS or math.inf):
            raise Image.DecompressionBombError(f"{image.width} x {image.height} pixels are too many")
        if side:
            image.draft(None, (side, side))
        image.load()
    except FileNotFoundError:
        raise
    except Exception as error:  # malformed files raise anything from struct.error to IndexError
        raise UnreadableImage(f"{label} cannot be read as an image ({error}); give a JPEG, PNG, WebP or GIF") from error
    return as_seen(image)


def as_seen(image: "Image.Image") -> "Image.Image":
    """As people see it: turned as its EXIF says, on white where it is transparent, in sRGB by its profile."""
    from PIL import Image, ImageOps

    profile = image.info.get("icc_profile")
    with suppress(Exception):  # broken EXIF: people then see it unturned, too
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        image = Image.fromarray(np.rint(np.asarray(image) / 257).astype(np.uint8))
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    if image.mode not in ("RGB", "CMYK", "L"):
        image = image.convert("RGB")
    return _in_srgb(image, profile) if profile else image.convert("RGB")


def _in_srgb(image: "Image.Image", profile: bytes) -> "Image.Image":
    """Converted by its profile; a profile that is broken, or is for another kind of pixels, is taken for sRGB."""
    from PIL import ImageCms

    try:
        return (
            ImageCms.profileToProfile(
                image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            or image
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return image.convert("RGB")
