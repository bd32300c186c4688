"""The internet's artefacts: what they say they do, and the same each time."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from feedback.compression import estimate_jpeg_quality, name_chroma_subsampling
from feedback.reward.artefacts import BROKEN, jpeg, resized, resized_without_lowpass, shared_again, shifted, unseen


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    waves = np.sin(np.arange(96)[:, None] / 5) * np.cos(np.arange(128)[None] / 7)
    grain = np.random.default_rng(0).normal(0, 20, (96, 128, 1))
    colors = np.stack([waves, -waves, waves**2], axis=-1) * 100 + 128 + grain
    return Image.fromarray(colors.clip(0, 255).astype(np.uint8))


@pytest.mark.parametrize(("quality", "chroma"), [(95, "4:4:4"), (75, "4:2:0"), (20, "4:2:0")])
def test_jpeg_is_written_as_asked(quality: int, chroma: str, picture: Image.Image) -> None:
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality, subsampling=chroma)
    with Image.open(written) as again:
        assert estimate_jpeg_quality(again.quantization) == quality
        assert name_chroma_subsampling(again.layer) == chroma
        assert jpeg(quality, chroma)(picture).tobytes() == again.convert("RGB").tobytes()


def test_a_shift_moves_every_pixel(picture: Image.Image) -> None:
    before, after = np.array(picture), np.array(shifted(2, 1)(picture))
    np.testing.assert_array_equal(after[1:, 2:], before[:-1, :-2])
    assert before.shape == after.shape


def test_only_a_lowpass_keeps_stripes_from_aliasing() -> None:
    stripes = Image.fromarray(np.tile(np.array([0, 0, 255, 255] * 32, np.uint8), (64, 1))).convert("RGB")
    kept = np.array(resized(0.2, "bilinear")(stripes)).std()
    aliased = np.array(resized_without_lowpass(0.2, "bilinear")(stripes)).std()
    assert aliased > 5 * kept


def test_the_same_seed_gives_the_same_bytes(picture: Image.Image) -> None:
    for seed in range(12):
        assert unseen(seed)(picture).tobytes() == unseen(seed)(picture).tobytes()
    assert len({unseen(seed)(picture).tobytes() for seed in range(12)}) > 8


def test_broken_pictures_keep_their_size(picture: Image.Image) -> None:
    for artefact in BROKEN.values():
        broken = artefact(picture)
        assert broken.size == picture.size
        assert np.abs(np.array(broken, float) - np.array(picture, float)).mean() > 1


@pytest.mark.parametrize("side", [1, 2, 5, 10])
def test_an_icon_is_shared_as_well(side: int, picture: Image.Image) -> None:
    icon = picture.resize((side, side))
    for seed in range(40):
        assert min(unseen(seed)(icon).size) > 0
        assert min(shared_again(seed)(icon).size) > 0
