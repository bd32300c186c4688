"""Small images for tests, each number another one."""

import zlib
from io import BytesIO
from pathlib import Path

from PIL import Image


def picture(number: int, form: str = "PNG") -> bytes:
    """A small gradient in a colour of its own."""
    red, green, blue = (number >> 16) % 256, (number >> 8) % 256, number % 256
    image = Image.linear_gradient("L").resize((24, 16)).convert("RGB")
    target = BytesIO()
    Image.blend(image, Image.new("RGB", image.size, (red, green, blue)), 0.9).save(target, form)
    return target.getvalue()


def write_pictures(folder: Path, *names: str) -> None:
    """Write one image per name, all different, into the folder and its subfolders."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(picture(zlib.crc32(name.encode())))
