"""The descriptor: what nobody sees moves it little, what everybody sees moves it much."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image, ImageCms

import bot.demo
from feedback.oklab import to_oklab
from feedback.reward.artefacts import BROKEN, jpeg, resized, shifted
from feedback.reward.descriptor import Descriptor, canonical
from feedback.reward.features import UnreadableImage, load_features, open_image
from feedback.reward.pictures import features_of
from feedback.reward.vision import color_sensitivity, lightness_sensitivity, oklab, parts, percentile, respond

PHOTOGRAPHS = sorted((Path(bot.demo.__file__).parent / "photographs").glob("*.jpg"))


@pytest.fixture(scope="module")
def photographs() -> list[Image.Image]:
    return [open_image(path) for path in PHOTOGRAPHS]


@pytest.fixture(scope="module")
def described(photographs: list[Image.Image]) -> np.ndarray:
    return np.array([Descriptor().of(image) for image in photographs])


def _moved(photographs, described, change) -> float:
    """Mean over features and photographs, in each feature's spread between photographs."""
    changed = np.array([Descriptor().of(change(image)) for image in photographs])
    return float((np.abs(changed - described) / (described.std(axis=0) + 1e-3)).mean())


@pytest.mark.parametrize("change", [jpeg(75), jpeg(75, "4:4:4"), shifted(), resized(0.75, "lanczos")])
def test_what_nobody_sees_moves_it_little(change, photographs, described) -> None:
    assert _moved(photographs, described, change) < 0.03


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_moves_it_many_times_as_far_as_jpeg_75(name: str, photographs, described) -> None:
    assert _moved(photographs, described, BROKEN[name]) > 4 * _moved(photographs, described, jpeg(75))


def test_it_names_each_number_once(described) -> None:
    features = load_features()
    assert described.shape[1] == len(features.names) == len(set(features.names))
    assert described.dtype == np.float32
    assert features.signature == "descriptor:2"


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (7, 500), (257, 255)])
def test_every_shape_has_finite_features(size: tuple[int, int]) -> None:
    assert np.isfinite(Descriptor().of(Image.new("RGB", size, "teal"))).all()


def test_it_looks_at_every_picture_from_as_far() -> None:
    width, height = canonical(Image.new("RGB", (4000, 1000))).size
    assert (width, height) == (512, 128)


@pytest.mark.parametrize("color", ["#000000", "#ffffff", "#008080", "#d93a1f"])
def test_planes_are_oklab(color: str) -> None:
    pixel = np.array([[tuple(bytes.fromhex(color[1:]))]], np.uint8)
    np.testing.assert_allclose(oklab(pixel)[:, 0, 0], to_oklab(color), atol=1e-5)


def test_sensitivity_to_lightness_peaks_at_eight_cycles_as_published() -> None:
    cycles = np.arange(0.5, 40, 0.1)
    found = [lightness_sensitivity(value) for value in cycles]
    assert cycles[int(np.argmax(found))] == pytest.approx(8, abs=0.5)
    assert max(found) == pytest.approx(1, abs=0.02)


def test_sensitivity_to_colour_only_falls() -> None:
    red, blue = zip(*map(color_sensitivity, np.arange(0, 30, 0.5)), strict=True)
    assert red[0] == blue[0] == 1
    assert (np.diff(red) < 0).all()
    assert (np.diff(blue) < 0).all()


def test_the_response_is_quiet_below_the_threshold_and_masked_by_its_surroundings() -> None:
    def response(contrast: float, around: float = 0.0) -> float:
        plane = np.full((3, 9, 9), around, np.float32)
        plane[0, 4, 4] = contrast
        return float(respond(plane)[0, 4, 4])

    assert response(0.2) < 0.02
    assert response(2) > 3 * 5 * response(0.4)
    assert response(2, around=8) < response(2) / 4


@settings(max_examples=30)
@given(arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(2, 9)), elements=st.floats(0, 99, width=32)))
def test_percentiles_are_those_of_numpy(values: np.ndarray) -> None:
    for share in (0, 10, 50, 90, 100):
        assert percentile(values, share) == pytest.approx(np.percentile(values.astype(float), share), abs=1e-4)


def test_what_is_smooth_and_the_three_kinds_of_detail_sum_to_the_plane() -> None:
    plane = np.random.default_rng(0).uniform(size=(17, 22)).astype(np.float32)
    smooth, details = parts(plane)
    np.testing.assert_allclose(smooth + details.sum(axis=0), plane, atol=1e-6)
    vertical, horizontal, diagonal = (np.abs(part).max() for part in parts(np.tile(plane[0], (17, 1)))[1])
    assert vertical > 0.1  # stripes that stand
    assert horizontal < 1e-6
    assert diagonal < 1e-6


def test_an_image_is_opened_as_people_see_it() -> None:
    turned, clear = BytesIO(), BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20), "red").save(turned, "JPEG", exif=exif)
    Image.new("RGBA", (4, 4), (255, 0, 0, 0)).save(clear, "PNG")
    assert open_image(turned.getvalue()).size == (20, 40)
    assert open_image(clear.getvalue()).getpixel((0, 0)) == (255, 255, 255)


def test_a_profile_is_obeyed() -> None:
    lab = Image.new("RGB", (4, 4), (128, 128, 128))
    target = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab.save(target, "PNG", icc_profile=profile)
    assert open_image(target.getvalue()).getpixel((0, 0)) == (128, 128, 128)
    lab.save(target := BytesIO(), "PNG", icc_profile=b"broken")
    assert open_image(target.getvalue()).getpixel((0, 0)) == (128, 128, 128)


def test_a_smaller_decoding_hardly_moves_it() -> None:
    large = BytesIO()
    open_image(PHOTOGRAPHS[0]).resize((1024, 1024)).save(large, "JPEG", quality=95)
    small = open_image(large.getvalue(), side=512)
    assert small.size == (512, 512)
    away = Descriptor().of(small) - Descriptor().of(open_image(large.getvalue()))
    assert np.abs(away).mean() < 0.01
    (scored,) = features_of(large.getvalue(), Descriptor())
    assert (scored == Descriptor().of(small)).all()


def test_what_is_no_image_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "notes.jpg").write_text("no image")
    with pytest.raises(UnreadableImage, match=r"notes\.jpg cannot be read"):
        open_image(tmp_path / "notes.jpg")
