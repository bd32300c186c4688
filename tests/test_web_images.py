"""Images as shown: no metadata, right colours, right way up, bounded, made once, never a page."""

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageCms, PngImagePlugin
from web_site import API, CAMPAIGN, Site, open_site, png

from bot import displayed as displayed_copies
from bot.displayed import LONGEST_SIDE, Displayed, copy_for_display
from feedback.media import Media


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as site:
        yield site


async def upload(site: Site, data: bytes) -> str:
    answer = await site.client.post(
        f"{API}/campaigns/{CAMPAIGN}/images", files={"file": ("a", data)}, headers=site.operator
    )
    image_id: str = answer.json()["id"]
    return image_id


def with_secrets() -> bytes:
    exif = Image.Exif()
    exif[0x013B] = "Jane Photographer"
    exif[0x0112] = 6  # turned by 90 degrees
    note = PngImagePlugin.PngInfo()
    note.add_text("parameters", "secret prompt")
    out = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG", exif=exif, pnginfo=note)
    return out.getvalue()


async def test_a_copy_is_shown_without_metadata_and_upright(site: Site) -> None:
    data = with_secrets()
    answer = await site.client.get(f"{API}/images/{await upload(site, data)}")
    assert answer.headers["content-type"] == "image/jpeg"
    assert b"Jane" not in answer.content
    assert b"secret" not in answer.content
    with Image.open(BytesIO(answer.content)) as image:
        assert image.size == (40, 60)
        assert not image.getexif()


async def test_copies_are_cacheable_for_good_and_never_a_page(site: Site) -> None:
    path = f"{API}/images/{await upload(site, png())}"
    answer = await site.client.get(path)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    again = await site.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_original_is_byte_for_byte_and_only_for_readers(site: Site) -> None:
    data = with_secrets()
    path = f"{API}/images/{await upload(site, data)}/original"
    assert (await site.client.get(path)).status_code == 401
    answer = await site.client.get(path, headers=site.operator)
    assert answer.content == data
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_head_tells_of_an_image_without_sending_it(site: Site) -> None:
    path = f"{API}/images/{await upload(site, png())}"
    for address in (path, f"{path}/original"):
        whole, head = [await site.client.request(how, address, headers=site.operator) for how in ("GET", "HEAD")]
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(whole.content))
        assert head.headers["content-type"] == whole.headers["content-type"]
    assert (await site.client.head(f"{path}/original")).status_code == 401


async def test_a_lost_original_is_a_404(site: Site) -> None:
    image_id = await upload(site, png("red"))
    image = await site.store.get_image(image_id)
    site.parts.media.path(image.sha256).unlink()
    for path in (f"{API}/images/{image_id}", f"{API}/images/{image_id}/original"):
        assert (await site.client.get(path, headers=site.operator)).status_code == 404


async def test_many_who_ask_at_once_have_it_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    media = Media(tmp_path / "media")
    sha256 = media.take(png(size=(900, 700))).sha256
    made: list[int] = []

    def counted(original: bytes) -> bytes:
        made.append(1)
        return copy_for_display(original)

    monkeypatch.setattr(displayed_copies, "copy_for_display", counted)
    displayed = Displayed(media, tmp_path / "displayed")
    first = asyncio.create_task(displayed.find(sha256))
    rest = [asyncio.create_task(displayed.find(sha256)) for _ in range(20)]
    await asyncio.sleep(0)
    first.cancel()  # whoever goes away takes nothing from the others
    paths = set(await asyncio.gather(*rest))
    assert (len(made), len(paths)) == (1, 1)
    assert await Displayed(media, tmp_path / "displayed").find(sha256) in paths
    assert len(made) == 1, "kept on disk"


def test_large_images_are_bounded_and_small_ones_keep_their_size() -> None:
    for size in ((4000, 1000), (LONGEST_SIDE, 20), (30, 20)):
        with Image.open(BytesIO(copy_for_display(png(size=size)))) as image:
            scale = min(1.0, LONGEST_SIDE / max(size))
            assert image.size == (round(size[0] * scale), round(size[1] * scale))


def shown(image: Image.Image, kind: str = "PNG", **options: Any) -> tuple[int, ...]:
    out = BytesIO()
    image.save(out, kind, **options)
    with Image.open(BytesIO(copy_for_display(out.getvalue()))) as copy:
        pixel = copy.getpixel((2, 2))
        assert isinstance(pixel, tuple)
        return tuple(int(value) for value in pixel)


def close(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) <= 4 for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "LA", "1", "I;16"])
def test_every_mode_is_shown(mode: str) -> None:
    white: dict[str, Any] = {"I;16": 65535, "1": 1, "LA": (255, 255), "RGB": "white", "RGBA": "white"}
    image = Image.new(mode, (8, 8), white.get(mode, 255))
    if mode == "P":
        image.putpalette([255] * 768)
    assert close(shown(image), (255, 255, 255))


def test_sixteen_bit_grey_is_scaled_and_not_cut() -> None:
    assert close(shown(Image.new("I;16", (8, 8), 32768)), (128, 128, 128))


def test_transparent_parts_are_white() -> None:
    assert close(shown(Image.new("RGBA", (8, 8), (0, 0, 0, 0))), (255, 255, 255))


def profile_bytes() -> bytes:
    data: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()  # type: ignore[no-untyped-call]
    return data


def test_colours_stay_what_they_are_with_and_without_a_usable_profile() -> None:
    srgb = profile_bytes()
    assert close(shown(Image.new("RGB", (8, 8), "teal"), icc_profile=srgb), (0, 128, 128))
    assert close(shown(Image.new("RGB", (8, 8), "teal"), icc_profile=b"broken"), (0, 128, 128))
    assert close(shown(Image.new("CMYK", (8, 8), (0, 0, 0, 0)), "JPEG"), (255, 255, 255))


def swapped_profile() -> bytes:
    """The sRGB profile with red and blue exchanged: what it calls red is blue."""
    profile = bytearray(profile_bytes())
    count = int.from_bytes(profile[128:132], "big")
    entries = {bytes(profile[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, blue = entries[b"rXYZ"], entries[b"bXYZ"]
    profile[red + 4 : red + 12], profile[blue + 4 : blue + 12] = (
        profile[blue + 4 : blue + 12],
        profile[red + 4 : red + 12],
    )
    return bytes(profile)


def test_an_embedded_profile_is_applied_and_not_just_dropped() -> None:
    assert close(shown(Image.new("RGB", (8, 8), (255, 0, 0)), icc_profile=swapped_profile()), (0, 0, 255))


def test_the_first_frame_of_an_animation_is_shown() -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    with Image.open(BytesIO(copy_for_display(out.getvalue()))) as copy:
        pixel = copy.getpixel((2, 2))
        assert isinstance(pixel, tuple)
        assert close(pixel, (255, 0, 0))
