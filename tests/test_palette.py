"""An image's own palette, on pictures whose colours are known."""

from pathlib import Path

import pytest
from PIL import Image

from feedback.palette import palette, palette_of


def test_the_largest_area_comes_first_and_specks_are_left_out() -> None:
    picture = Image.new("RGB", (100, 100), "#14224f")
    picture.paste((0, 128, 128), (0, 0, 100, 30))
    picture.putpixel((50, 50), (255, 0, 0))
    assert [shade.name for shade in palette_of(picture)] == ["navy", "teal"]


@pytest.mark.parametrize("mode", ["RGBA", "L", "LA", "CMYK"])
def test_every_kind_of_picture_has_a_palette(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture"
    Image.new("RGB", (40, 30), "#8a8d91").convert(mode).save(path, "JPEG" if mode == "CMYK" else "PNG")
    assert [shade.family for shade in palette(path)] == ["grey"]


def test_a_photograph_sized_picture_with_a_gradient(tmp_path: Path) -> None:
    path = tmp_path / "sky.jpg"
    sky = Image.linear_gradient("L").resize((1200, 800))
    Image.merge("RGB", (sky.point(lambda v: v // 3), sky.point(lambda v: v // 2), sky)).save(path, quality=60)
    names = {shade.name for shade in palette(path)}
    assert "navy" in names
    assert {shade.family for shade in palette(path)} <= {"blue", "black", "grey", "purple"}


def test_what_is_no_image_is_an_oserror(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("no image")
    with pytest.raises(OSError, match="cannot identify"):
        palette(path)
