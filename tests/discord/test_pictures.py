"""The pictures that the bot draws: every colour in its place, every digit legible, every figure told in words too."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from bot import discord_pictures as pictures
from bot.discord_pictures import BORDER, GAP, GREY, IN_A_ROW, SIDE, stats_picture, stats_text, swatches
from bot.wording import catalogues, wording
from feedback.colors import shades
from feedback.figures import AspectFigure, CampaignFigures, DayFigure, LanguageFigure
from feedback.taxonomy import taxonomy

COLORS = st.integers(0, 0xFFFFFF).map("#{:06x}".format)
LANGUAGES = ["zh-Hans", "hi-Latn", "pt-BR", "es-en", "und", "en", "ja", "de", "ru", "fr", "ar", "sw", "ta", "uk"]
BARS = [pictures.COUNT, pictures.PRAISE, pictures.COMPLAINT, pictures.REMARK]
DARK, LIGHT = "#313338", "#ffffff"  # the backgrounds of Discord's themes


def opened(png: bytes) -> Image.Image:
    image = Image.open(BytesIO(png))
    assert image.format == "PNG"
    return image.convert("RGBA")


def square(image: Image.Image, index: int) -> Image.Image:
    row, column = divmod(index, IN_A_ROW)
    left, top = column * (SIDE + GAP), row * (SIDE + GAP)
    return image.crop((left, top, left + SIDE, top + SIDE))


def rgba(color: str) -> tuple[int, ...]:
    return ImageColor.getcolor(color, "RGBA")  # type: ignore[return-value]


def luminance(color: str) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-relative-luminance"""
    parts = (part / 255 for part in ImageColor.getrgb(color)[:3])
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@settings(max_examples=50, deadline=None)
@given(st.lists(COLORS, min_size=1, max_size=25))
def test_each_colour_is_in_its_square(colors: list[str]) -> None:
    image = opened(swatches([("", color) for color in colors]))
    columns, rows = min(len(colors), IN_A_ROW), -(-len(colors) // IN_A_ROW)
    assert image.size == (columns * (SIDE + GAP) - GAP, rows * (SIDE + GAP) - GAP)
    for index, color in enumerate(colors):
        found = square(image, index)
        assert found.getpixel((SIDE // 2, SIDE // 4)) == rgba(color)
        assert found.getpixel((SIDE // 2, BORDER - 1)) == rgba(GREY)
        assert found.getpixel((0, 0))[3] == 0  # type: ignore[index]  # the corner is round


@settings(max_examples=50, deadline=None)
@given(COLORS, st.integers(1, 25))
def test_each_digit_can_be_read(color: str, count: int) -> None:
    image = opened(swatches([("", color)] * count))
    last = square(image, count - 1).crop((BORDER, SIDE // 2, SIDE - BORDER, SIDE - BORDER))
    drawn = {pixel for _, pixel in last.getcolors(SIDE * SIDE) or ()}
    inks = [ink for ink in ("#000000", "#ffffff") if rgba(ink) in drawn]
    assert max(contrast(color, ink) for ink in inks) >= 3


def test_numbers_differ_and_names_stay_out_of_the_picture() -> None:
    image = opened(swatches([("teal", "#008080")] * 12))
    assert len({square(image, index).tobytes() for index in range(12)}) == 12
    assert swatches([("teal", "#008080")]) == swatches([("\u202eمرحبا 青", "#008080")])


def test_every_shade_that_can_be_offered_is_drawn_small() -> None:
    for shade in shades():
        assert len(swatches([(shade.name, shade.hex)] * IN_A_ROW)) < 20_000


def test_a_square_stands_out_from_both_themes() -> None:
    assert contrast(GREY, DARK) >= 3
    assert contrast(GREY, LIGHT) >= 3


def test_no_swatch_is_an_error_of_the_caller() -> None:
    with pytest.raises(ValueError, match="at least one shade"):
        swatches([])


def of_campaign(days: int = 30, languages: int = 0, aspects: int = 0, count: int = 1) -> CampaignFigures:
    first = date(2026, 2, 28)
    return CampaignFigures(
        opinions=days * count,
        people=count,
        by_day=tuple(DayFigure(day=first + timedelta(number), opinions=count) for number in range(days)),
        by_language=tuple(LanguageFigure(language=tag, opinions=count) for tag in LANGUAGES[:languages]),
        by_aspect=tuple(
            AspectFigure(aspect=aspect, positive=count, negative=count, neutral=count)
            for aspect in tuple(taxonomy().aspects)[:aspects]
        ),
        pairs=count,
        agreement=0.75 if count else None,
    )


FULL = of_campaign(languages=99, aspects=99, count=123_456)
EMPTY = of_campaign(count=0)


@pytest.mark.parametrize(
    "figures",
    [
        EMPTY,
        FULL,
        of_campaign(days=1),
        of_campaign(days=1, languages=1, aspects=1, count=0),
        of_campaign(days=400, languages=8, aspects=18, count=1),
        of_campaign(languages=9, aspects=2, count=10**9),
    ],
)
def test_every_campaign_can_be_drawn(figures: CampaignFigures) -> None:
    png = stats_picture(figures)
    image = opened(png)
    assert len(png) < 1_000_000
    assert 1.3 < image.width / image.height < 1.8  # Discord shows a portrait very small
    assert image.width > 1400
    assert image.getpixel((0, 0)) == image.getpixel((image.width - 1, image.height - 1)) == rgba(pictures.CARD)


def test_all_that_is_counted_is_drawn() -> None:
    drawn, blank = ({pixel for _, pixel in opened(stats_picture(one)).getcolors(2**24) or ()} for one in (FULL, EMPTY))
    assert drawn >= {rgba(color) for color in BARS}
    assert rgba(pictures.COUNT) not in blank


def test_bars_and_words_stand_out_from_the_card() -> None:
    assert contrast(pictures.INK, pictures.CARD) >= 7
    assert all(contrast(bar, pictures.CARD) >= 3 for bar in BARS)


@pytest.mark.parametrize("tag", catalogues())
def test_the_words_fit_a_description_in_every_language(tag: str) -> None:
    text = stats_text(FULL, wording(tag))
    assert len(text) <= 1024
    assert len(text.splitlines()) == 5 + pictures.MOST_SAID


def test_the_words_say_what_the_picture_shows() -> None:
    figures = CampaignFigures(
        opinions=1234,
        people=87,
        by_day=tuple(DayFigure(day=date(2026, 2, day), opinions=day) for day in (1, 2, 3)),
        by_language=tuple(LanguageFigure(language=tag, opinions=9) for tag in ("hi-Latn", "und", "es-en")),
        by_aspect=(AspectFigure(aspect="lighting", positive=3, negative=2, neutral=1),),
        pairs=40,
        agreement=0.725,
    )
    assert stats_text(figures, wording("en")).splitlines() == [
        "Opinions: 1,234",
        "In the last 3 days: 6",
        "People: 87",
        "Agreement of people who answered the same comparison: 72% (pairs: 40)",
        "Languages: Hindi (Latin) (9), Unknown language (9), es-en (9)",
        "light: praise 3, complaints 2, remarks 1",
    ]
    assert stats_text(EMPTY, wording("en")) == "Opinions: 0\nIn the last 30 days: 0\nPeople: 0"
