"""Images coming in: checked, fingerprinted, and kept byte for byte under their sha256.

Nothing is ever re-encoded here: how an image was compressed is part of what people judge.
"""

import errno
import hashlib
import os
import re
import shutil
import tempfile
import threading
import warnings
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from feedback.compression import estimate_jpeg_quality, name_chroma_subsampling
from feedback.errors import NotFound, OpineError
from feedback.records import NewImage

if TYPE_CHECKING:
    from PIL import Image

MAX_BYTES: Final = 30_000_000
MAX_PIXELS: Final = 50_000_000
_ACCEPTED: Final = ("JPEG", "PNG", "WEBP", "GIF")
_FORMATS: Final[dict[str, Literal["JPEG", "PNG", "WEBP", "GIF"]]] = {
    "JPEG": "JPEG",
    "MPO": "JPEG",  # a JPEG with further pictures behind the first, as telephones write
    "PNG": "PNG",
    "WEBP": "WEBP",
    "GIF": "GIF",
}
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_warning_filter = threading.Lock()  # Python's warning filters belong to the process, not to a thread


class BadImage(OpineError, ValueError):
    """These bytes are not an image that is accepted; the message says what to do."""


class NoRoom(OpineError, OSError):
    """The disk, or the quota, is full; nothing was kept."""

    def __str__(self) -> str:
        return str(self.strerror)


class MissingImage(NotFound, FileNotFoundError):
    """An image that is known has no file: the media folder is another one, or incomplete."""


class Media:
    """A folder of original images, each under its sha256: `ab/cd/abcd...`. May be used from several threads."""

    def __init__(self, folder: Path, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self.max_pixels = max_pixels

    def take(self, data: bytes) -> NewImage:
        """Keep the image and return what its bytes say; on return it is on the disk. The same bytes twice are one file.

        Raises BadImage or NoRoom. Of an animation the first frame counts.
        """
        facts = self.examine(data)
        self._keep(facts.sha256, data)
        return facts

    def examine(self, data: bytes) -> NewImage:
        """Return what the bytes say without keeping them; width and height are as stored, before any EXIF rotation."""
        if not data:
            raise BadImage("the image is empty (0 bytes); send the file again")
        if len(data) > self.max_bytes:
            raise BadImage(f"the image has {len(data):,} bytes; send one of {self.max_bytes:,} at most")
        with self._open(data) as image:
            _decode(image)
            quality = estimate_jpeg_quality(getattr(image, "quantization", {}))
            return NewImage(
                sha256=hashlib.sha256(data).hexdigest(),
                format=_FORMATS[image.format or ""],
                width=image.width,
                height=image.height,
                size=len(data),
                perceptual_hash=_perceptual_hash(image),
                jpeg_quality=quality,
                chroma_subsampling=name_chroma_subsampling(getattr(image, "layer", [])),
            )

    def path(self, sha256: str) -> Path:
        """Where the image with this sha256 is, or would be."""
        if not _SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a sha256 in lower-case hexadecimal")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def read(self, sha256: str) -> bytes:
        """The original bytes; MissingImage where there are none."""
        try:
            return self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise self._missing(sha256) from error

    def copy(self, sha256: str, target: Path) -> None:
        """Copy the original to a new place; MissingImage where there is none."""
        try:
            shutil.copyfile(self.path(sha256), target)
        except FileNotFoundError as error:
            raise self._missing(sha256) from error

    def _missing(self, sha256: str) -> MissingImage:
        return MissingImage(f"the image {sha256} is not in {self.folder}; restore that folder")

    def _open(self, data: bytes) -> "Image.Image":
        from PIL import Image, UnidentifiedImageError

        try:
            with _warning_filter, warnings.catch_warnings():
                warnings.simplefilter("error", Image.DecompressionBombWarning)
                image = Image.open(BytesIO(data), formats=_ACCEPTED)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise BadImage(f"the image has too many pixels; send one of {self.max_pixels:,} at most") from error
        except UnidentifiedImageError as error:
            raise BadImage(f"this is no image that can be read; send one of {', '.join(_ACCEPTED)}") from error
        except Exception as error:  # a malformed header raises anything from struct.error to IndexError
            raise BadImage(f"the image is damaged ({error}); export it again and send the new file") from error
        if (pixels := image.width * image.height) > self.max_pixels:
            raise BadImage(f"the image has {pixels:,} pixels; send one of {self.max_pixels:,} at most")
        return image

    def _keep(self, sha256: str, data: bytes) -> None:
        path = self.path(sha256)
        try:
            if path.stat().st_size == len(data):
                return
        except FileNotFoundError:
            pass
        try:
            _write_atomically(path, data)
        except OSError as error:
            if error.errno not in NO_ROOM:
                raise
            sentence = f"there is no room left for the image ({len(data):,} bytes); free some disk space"
            raise NoRoom(error.errno, sentence, str(path)) from error


def _decode(image: "Image.Image") -> None:
    """Read every pixel once: only this shows that a file was cut off."""
    try:
        image.load()
    except Exception as error:  # damaged pixel data raises anything from OSError to IndexError
        raise BadImage(f"the image is cut off or damaged ({error}); send the whole file again") from error


def _perceptual_hash(image: "Image.Image") -> str:
    """The 64-bit DCT hash of the image as people see it: turned as its EXIF says, on white where it is transparent."""
    import imagehash
    from PIL import Image, ImageOps

    with suppress(Exception):  # broken EXIF: people then see it unturned, too
        image = ImageOps.exif_transpose(image)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return str(imagehash.phash(image))


def _write_atomically(path: Path, data: bytes) -> None:
    """Write so that a crash at any moment leaves the whole file or none."""
    _make_durable_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".incoming-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _make_durable_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_durable_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
