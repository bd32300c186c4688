"""What people are shown: a copy of bounded size without metadata, made once and kept."""

import asyncio
import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from feedback.media import Media

if TYPE_CHECKING:
    from PIL import Image

LONGEST_SIDE: Final = 1600
VERSION: Final = "1"  # of how copies are made: a new one is a new folder and a new ETag
TYPES: Final = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}


class Displayed:
    """The displayed copies, by the sha256 of their originals."""

    def __init__(self, media: Media, folder: Path) -> None:
        self._media = media
        self._folder = folder / VERSION
        self._making: dict[str, asyncio.Task[Path]] = {}
        self._slots = asyncio.Semaphore(2)  # decoding takes much memory

    async def find(self, sha256: str) -> Path:
        """The copy's file, made now if there is none; FileNotFoundError where there is no original.

        However many ask at once, it is made once; one who goes away does not stop it for the others.
        """
        path = self._folder / sha256[:2] / f"{sha256}.jpg"
        if await asyncio.to_thread(path.is_file):
            return path
        if sha256 not in self._making:
            self._making[sha256] = asyncio.create_task(self._make(sha256, path))
        return await asyncio.shield(self._making[sha256])

    async def _make(self, sha256: str, path: Path) -> Path:
        try:
            async with self._slots:
                await asyncio.to_thread(_write_copy, self._media.path(sha256), path)
            return path
        finally:
            del self._making[sha256]


def _write_copy(original: Path, path: Path) -> None:
    content = copy_for_display(original.read_bytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def copy_for_display(original: bytes) -> bytes:
    """A JPEG as people should see the image: upright, in sRGB, on white, at most 1600 pixels long, with no metadata.

    Quality 95 without chroma subsampling, so that what people judge is the original's compression and not ours.
    """
    from PIL import Image, ImageOps

    with Image.open(BytesIO(original), formats=tuple(TYPES)) as opened:
        opened.load()
        image = _to_srgb(ImageOps.exif_transpose(opened))
    image.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    clean = Image.new("RGB", image.size)  # a new image carries nothing over
    clean.paste(image)
    out = BytesIO()
    clean.save(out, "JPEG", quality=95, subsampling="4:4:4", optimize=True)
    return out.getvalue()


def _to_srgb(image: "Image.Image") -> "Image.Image":
    """Colours as the embedded profile means them: dropping a profile without converting would shift every hue."""
    import numpy as np
    from PIL import Image, ImageCms

    profile = image.info.get("icc_profile")
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))  # `convert` would cut off all above 255
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image).convert("RGB")
    elif image.mode not in ("RGB", "CMYK", "L"):
        image = image.convert("RGB")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            image = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB") or image
        except (ImageCms.PyCMSError, OSError):  # a broken profile, or one of another colour model
            pass
    return image.convert("RGB")
