"""Images coming in: what is refused, what is measured, and that the bytes stay as they were."""

import hashlib
import os
import resource
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import imagehash
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, JpegImagePlugin

from feedback.compression import estimate_jpeg_quality
from feedback.media import BadImage, Media, NoRoom


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(tmp_path / "media", max_bytes=2_000_000, max_pixels=1_000_000)


def picture(width: int = 48, height: int = 32) -> Image.Image:
    across, down = np.meshgrid(np.linspace(0, 255, width), np.linspace(0, 255, height))
    return Image.fromarray(np.stack([across, down, 255 - across], axis=-1).astype(np.uint8))


def encode(image: Image.Image, form: str, **options: object) -> bytes:
    target = BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_original_bytes_are_kept_under_their_hash(media: Media, form: str) -> None:
    data = encode(picture(), form)
    facts = media.take(data)
    assert facts.sha256 == hashlib.sha256(data).hexdigest()
    assert (facts.format, facts.width, facts.height, facts.size) == (form, 48, 32, len(data))
    assert media.read(facts.sha256) == data
    assert media.path(facts.sha256) == media.folder / facts.sha256[:2] / facts.sha256[2:4] / facts.sha256


def test_the_same_bytes_twice_are_one_file(media: Media) -> None:
    data = encode(picture(), "PNG")
    assert media.take(data) == media.take(data)
    assert len([path for path in media.folder.rglob("*") if path.is_file()]) == 1


def test_a_file_cut_short_on_the_disk_is_made_whole_again(media: Media) -> None:
    data = encode(picture(), "PNG")
    path = media.path(media.take(data).sha256)
    path.write_bytes(data[:10])
    media.take(data)
    assert path.read_bytes() == data


@pytest.mark.parametrize("subsampling", ["4:4:4", "4:2:2", "4:2:0"])
def test_every_quality_that_pillow_writes_is_recognised(media: Media, subsampling: str) -> None:
    for quality in range(1, 101):
        facts = media.examine(encode(picture(), "JPEG", quality=quality, subsampling=subsampling))
        assert (facts.jpeg_quality, facts.chroma_subsampling) == (quality, subsampling)


def test_grey_jpegs_have_a_quality_and_no_chroma(media: Media) -> None:
    for quality in (5, 50, 75, 96):
        facts = media.examine(encode(picture().convert("L"), "JPEG", quality=quality))
        assert (facts.jpeg_quality, facts.chroma_subsampling) == (quality, None)


def test_other_formats_have_no_jpeg_quality(media: Media) -> None:
    facts = media.examine(encode(picture(), "WEBP"))
    assert facts.jpeg_quality is None
    assert facts.chroma_subsampling is None


def test_photoshop_tables_get_a_near_quality() -> None:
    low, high = (JpegImagePlugin.presets[name]["quantization"] for name in ("web_low", "web_maximum"))
    assert estimate_jpeg_quality(dict(enumerate(low))) < 70 < estimate_jpeg_quality(dict(enumerate(high)))


def test_telephone_pictures_with_a_second_image_are_jpegs(media: Media) -> None:
    data = encode(picture(), "MPO", save_all=True, append_images=[picture(24, 16)])
    assert Image.open(BytesIO(data)).format == "MPO"
    assert media.take(data).format == "JPEG"
    assert media.read(hashlib.sha256(data).hexdigest()) == data


def test_the_perceptual_hash_survives_compression_but_not_another_picture(media: Media) -> None:
    astronaut = Image.effect_mandelbrot((256, 256), (-2.2, -1.4, 0.6, 1.4), 60).convert("RGB")
    original = imagehash.hex_to_hash(media.examine(encode(astronaut, "PNG")).perceptual_hash)
    compressed = imagehash.hex_to_hash(media.examine(encode(astronaut, "JPEG", quality=30)).perceptual_hash)
    other = imagehash.hex_to_hash(media.examine(encode(picture(), "PNG")).perceptual_hash)
    assert original - compressed <= 6 < original - other


def test_the_hash_is_of_the_picture_as_people_see_it(media: Media) -> None:
    upright = Image.effect_mandelbrot((200, 120), (-2.2, -1.4, 0.6, 1.4), 60).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned a quarter clockwise
    turned = encode(upright.rotate(90, expand=True), "PNG", exif=exif)
    assert media.examine(turned).perceptual_hash == media.examine(encode(upright, "PNG")).perceptual_hash
    assert (media.examine(turned).width, media.examine(turned).height) == (120, 200)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_colour_mode_is_understood(media: Media, mode: str) -> None:
    image = picture().convert("L").convert("I;16") if mode == "I;16" else picture().convert(mode)
    assert len(media.examine(encode(image, "JPEG" if mode == "CMYK" else "PNG")).perceptual_hash) == 16


def test_a_transparent_palette_is_understood(media: Media) -> None:
    image = picture().convert("P")
    assert media.examine(encode(image, "PNG", transparency=bytes(range(256)))).perceptual_hash


@pytest.mark.parametrize("form", ["GIF", "WEBP"])
def test_the_first_frame_of_an_animation_counts(media: Media, form: str) -> None:
    frames = [picture(), Image.new("RGB", (48, 32), "red")]
    moving = media.examine(encode(frames[0], form, save_all=True, append_images=frames[1:], lossless=True))
    assert moving.perceptual_hash == media.examine(encode(frames[0], form, lossless=True)).perceptual_hash


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b"\0" * 100, "no image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no image"),
        (encode(picture(), "BMP"), "no image"),
        (encode(picture(), "TIFF"), "no image"),
        (png_of_size(1001, 1000), "1,001,000 pixels"),
        (png_of_size(10_000, 10_000), "too many pixels"),  # where Pillow only warns
        (png_of_size(2**31 - 1, 2**31 - 1), "too many pixels"),
        (png_of_size(900, 900), "cut off or damaged"),  # a header that promises more than there is
        (b"\xff\xd8\xff" + b"\0" * 40, "image"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 2_000_000, "2,000,000 at most"),
    ],
)
def test_what_is_refused_says_what_to_do(media: Media, data: bytes, says: str) -> None:
    with pytest.raises(BadImage, match=says) as refusal:
        media.take(data)
    assert "send" in str(refusal.value)
    assert not media.folder.exists()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_file_that_was_cut_off_is_refused(media: Media, form: str) -> None:
    data = encode(picture(), form)
    for kept in range(1, len(data) - 24, 7):
        with pytest.raises(BadImage):
            media.examine(data[:kept])


@given(st.binary(min_size=1, max_size=300), st.sampled_from(["JPEG", "PNG", "WEBP", "GIF"]), st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_files_never_raise_anything_else(noise: bytes, form: str, data: st.DataObject) -> None:
    whole = bytearray(encode(picture(), form))
    start = data.draw(st.integers(0, len(whole) - 1))
    whole[start : start + len(noise)] = noise
    with suppress(BadImage):
        Media(Path("unused"), max_pixels=1_000_000).examine(bytes(whole))


@contextmanager
def small_files_only() -> Iterator[None]:
    """No longer than needed: the limit holds for the whole process, pytest's own report in a file included."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_where_the_system_refuses_to_write_nothing_is_left(media: Media) -> None:
    data = encode(Image.effect_noise((100, 100), 80), "PNG")
    assert len(data) > 4096
    with small_files_only(), pytest.raises(NoRoom, match=r"^there is no room left"):
        media.take(data)
    assert [path for path in media.folder.rglob("*") if path.is_file()] == []


def test_only_hashes_name_files(media: Media) -> None:
    for name in ("../../etc/passwd", "", "A" * 64, "a" * 63):
        with pytest.raises(ValueError, match="sha256"):
            media.path(name)
    with pytest.raises(FileNotFoundError):
        media.read("0" * 64)


def test_many_threads_may_take_the_same_image(media: Media) -> None:
    data = encode(picture(), "PNG")
    results: list[str] = []
    threads = [threading.Thread(target=lambda: results.append(media.take(data).sha256)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [hashlib.sha256(data).hexdigest()] * 8
    assert os.listdir(media.path(results[0]).parent) == [results[0]]
