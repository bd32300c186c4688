"""What the demo does to its photographs: small, repeatable edits that people can notice and argue about."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

Edit = Callable[[Image.Image], Image.Image]

# Quality 95 without chroma subsampling: as the photographs themselves, so that compression gives no variant away.
_ENCODING = {"quality": 95, "subsampling": "4:4:4"}


def encode(photograph: bytes, variant: str) -> bytes:
    """The photograph's bytes after the edit of that name; unchanged for "original"."""
    if variant == "original":
        return photograph
    with Image.open(BytesIO(photograph)) as image:
        edited = EDITS[variant](image if image.mode == "L" else image.convert("RGB"))
    target = BytesIO()
    edited.save(target, "JPEG", **({"quality": 7} if variant == "heavy-jpeg" else _ENCODING))
    return target.getvalue()


def _brightness(gain: float) -> Edit:
    return lambda image: ImageEnhance.Brightness(image).enhance(gain)


def _balance(red: float, blue: float) -> Edit:
    return lambda image: _from_floats(_floats(image) * (red, 1.0, blue))


def _sky(red: float, green: float, blue: float) -> Edit:
    """Shift what is blue or dark, and leave lamps and skin as they are."""

    def edit(image: Image.Image) -> Image.Image:
        pixels = _floats(image)
        bluish = np.clip((pixels[..., 2:] - pixels[..., :1]) / 60, 0, 1)
        return _from_floats(pixels * (1 - bluish) + pixels * (red, green, blue) * bluish)

    return edit


def _blue_cup(image: Image.Image) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    reddish = np.asarray(hue.point(lambda h: 255 if h < 12 or h > 243 else 0)).astype(np.float32)
    reddish *= np.asarray(saturation) > 150
    mask = Image.fromarray(reddish.astype(np.uint8)).filter(ImageFilter.MedianFilter(5))
    blue = Image.merge("HSV", (hue.point(lambda h: (h + 148) % 256), saturation, value)).convert("RGB")
    return Image.composite(blue, image, mask.filter(ImageFilter.GaussianBlur(1)))


def _cropped(image: Image.Image) -> Image.Image:
    """Cut through the middle of the subject, at the original size."""
    width, height = image.size
    return image.crop((width * 45 // 100, height // 5, width, height * 3 // 4)).resize(
        (width, height), Image.Resampling.BICUBIC
    )


def _noisy(image: Image.Image) -> Image.Image:
    noise = np.random.default_rng(7).normal(0, 28, (image.height, image.width, 1))
    return _from_floats(_floats(image) + noise)


def _pixelated(image: Image.Image) -> Image.Image:
    small = image.resize((image.width // 5, image.height // 5), Image.Resampling.BOX)
    return small.resize(image.size, Image.Resampling.NEAREST)


def _poster(word: str) -> Edit:
    def edit(image: Image.Image) -> Image.Image:
        poster = ImageOps.expand(image, (24, 24, 24, 110), "white")
        font = ImageFont.load_default(76)
        middle = (poster.width // 2, poster.height - 58)
        ImageDraw.Draw(poster).text(middle, word, fill=(110, 30, 20), font=font, anchor="mm")
        return poster

    return edit


def _squeezed(image: Image.Image) -> Image.Image:
    return image.resize((image.width * 2 // 3, image.height), Image.Resampling.BICUBIC)


def _third_eye(image: Image.Image) -> Image.Image:
    """Copy the cat's left eye onto its forehead."""
    eye = image.crop((132, 78, 214, 152))
    mask = Image.new("L", eye.size)
    ImageDraw.Draw(mask).ellipse((8, 8, eye.width - 8, eye.height - 8), fill=255)
    edited = image.copy()
    edited.paste(eye, (190, 8), mask.filter(ImageFilter.GaussianBlur(5)))
    return edited


def _tilted(image: Image.Image) -> Image.Image:
    """Turn by seven degrees, then zoom in until no corner is empty."""
    turned = image.rotate(7, Image.Resampling.BICUBIC)
    across, down = image.width // 9, image.height // 9
    return turned.crop((across, down, image.width - across, image.height - down))


def _floats(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("RGB"), dtype=np.float32)


def _from_floats(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


EDITS: dict[str, Edit] = {
    "banded": lambda image: ImageOps.posterize(image, 3),
    "blue-cup": _blue_cup,
    "blurred": lambda image: image.filter(ImageFilter.GaussianBlur(3)),
    "cold": _balance(0.78, 1.3),
    "cropped": _cropped,
    "flat": lambda image: ImageEnhance.Contrast(image).enhance(0.45),
    "heavy-jpeg": lambda image: image,
    "misspelled-poster": _poster("COFEFE"),
    "monochrome": lambda image: image.convert("L"),
    "noisy": _noisy,
    "overexposed": _brightness(1.7),
    "oversaturated": lambda image: ImageEnhance.Color(image).enhance(2.4),
    "oversharpened": lambda image: image.filter(ImageFilter.UnsharpMask(3, 400, 0)),
    "pixelated": _pixelated,
    "poster": _poster("COFFEE"),
    "sepia": lambda image: ImageOps.colorize(image.convert("L"), "#1d0f04", "#fff3d6", "#a5794a"),
    "squeezed": _squeezed,
    "teal-sky": _sky(0.4, 1.35, 1.05),
    "third-eye": _third_eye,
    "tilted": _tilted,
    "too-dark": _brightness(0.35),
    "violet-sky": _sky(1.9, 0.75, 1.15),
    "warm": _balance(1.15, 0.7),
}
