"""Colour words of many languages, against published coordinates and against how people really write."""

import math
import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wording import catalogues
from feedback.colors import find_colors, find_shade, name_shade, nearest_shade, shades_of, with_color
from feedback.oklab import to_oklab, to_oklch
from feedback.records import Label

TABLE = tomllib.loads(files("feedback").joinpath("colors.toml").read_text("utf-8"))


@pytest.mark.parametrize(
    ("hex_color", "lightness", "chroma", "hue"),
    [  # CSS Color 4 / culori, to the digits that they publish
        ("#ff0000", 0.62796, 0.25768, 29.234),
        ("#00ff00", 0.86644, 0.29483, 142.495),
        ("#0000ff", 0.45201, 0.31321, 264.052),
        ("#ffff00", 0.96798, 0.21101, 109.769),
        ("#ffffff", 1.0, 0.0, 0.0),
        ("#000000", 0.0, 0.0, 0.0),
        ("#663399", 0.44027, 0.1603, 303.373),  # rebeccapurple
    ],
)
def test_oklch_agrees_with_published_values(hex_color: str, lightness: float, chroma: float, hue: float) -> None:
    found = to_oklch(hex_color)
    assert found.lightness == pytest.approx(lightness, abs=1e-4)
    assert found.chroma == pytest.approx(chroma, abs=1e-4)
    assert found.hue == pytest.approx(hue, abs=0.05)


@given(st.integers(0, 0xFFFFFF))
def test_lightness_and_chroma_stay_in_range(color: int) -> None:
    lightness, chroma, hue = to_oklch(f"#{color:06x}")
    assert -1e-6 <= lightness <= 1 + 1e-6
    assert 0 <= chroma < 0.4
    assert 0 <= hue < 360


def test_the_table_is_sound() -> None:
    shades = [name for family in TABLE["shades"].values() for name in family]
    assert len(set(shades)) == len(shades)
    assert len(TABLE["words"]) >= 40
    for language, words in TABLE["words"].items():
        assert set(words) <= set(shades), language
    assert set(TABLE["also"].values()) <= set(shades)
    for language, vague in TABLE["vague"].items():
        assert all(set(families) <= set(TABLE["shades"]) for families in vague.values()), language
        assert set(vague) <= set(TABLE["words"][language]), language


@pytest.mark.parametrize("language", sorted(TABLE["words"]))
def test_every_listed_form_is_found_whole(language: str) -> None:
    for shade, forms in TABLE["words"][language].items():
        for form in (form.strip() for form in forms.split(",")):
            word = form.replace("~", "").replace("*", "")
            if "~" in form or "*" in form:
                continue
            mentions = find_colors(word, language)
            assert mentions, (shade, word)
            assert mentions[0].span == (0, len(word)), (shade, word)


@pytest.mark.parametrize("tag", catalogues())
def test_every_shade_that_the_bot_offers_has_a_name_of_its_own_in_every_catalogue(tag: str) -> None:
    names = [name_shade(name, tag) for name in TABLE["offered"]]
    assert len(set(names)) == len(names)
    assert not any(character in name for name in names for character in "~*,")
    if tag != "en":
        assert all(name in TABLE["words"][tag] for name in TABLE["offered"])


@pytest.mark.parametrize(
    ("language", "text", "shades"),
    [
        ("es", "el cielo azul verdoso y las hojas rojizas", ["teal", "red"]),
        ("es", "me gusta el verde oscuro del sofá", ["dark green"]),
        ("de", "das dunkelgrüne Sofa und der Blaustich", ["dark green", "blue"]),
        ("de", "Brot und Not", []),
        ("de", "STRAHLEND WEISSES LICHT", ["white"]),
        ("ru", "небо синее, а надо голубое", ["blue", "light blue"]),
        ("ru", "тёмно-синяя ночь, синица спит", ["navy"]),
        ("ru", "зеленое и зелёное", ["green", "green"]),
        ("ja", "空の青が派手すぎる。緑もね", ["blue", "green"]),
        ("ja", "水色と紺", ["light blue", "navy"]),
        ("zh-Hans", "A发青，天空太蓝", ["cyan", "blue"]),
        ("zh-TW", "天空藍到像沒調白平衡", ["blue", "white"]),
        ("ar", "السماء زرقاء والألوان الحمراء والفيروزي", ["blue", "red", "turquoise"]),
        ("he", "הכחול הכהה והורוד", ["dark blue", "pink"]),
        ("fa", "آسمان فیروزه ای است", ["turquoise"]),
        ("fa", "آسمان فیروزه‌ای است", ["turquoise"]),
        ("hi", "आसमान नीला और फिरोजी", ["blue", "turquoise"]),
        ("hi-Latn", "sky thoda zyada teal hai, hara bhi", ["teal", "green"]),
        ("tr", "SARI ve LACİVERT, yeşilin tonu", ["yellow", "navy", "green"]),
        ("fi", "vihreästä ja sinisen", ["green", "blue"]),
        ("hu", "a kékek és a zöldek", ["blue", "green"]),
        ("ko", "하늘색이 예쁘고 노란색은 별로", ["sky blue", "yellow"]),
        ("vi", "trời xanh lá, áo xanh dương", ["green", "blue"]),
        ("th", "ทะเลสีเขียวเข้ม", ["dark green"]),
        ("cy", "mae'r awyr yn las", ["blue"]),
        ("ga", "tá an fhéar glas", ["green"]),
        ("el", "ΚΟΚΚΙΝΟ και γαλάζια", ["red", "light blue"]),
        ("uk", "синє та блакитне", ["blue", "light blue"]),
        ("en", "is it blue or is it teal? greenish, a red-brick wall", ["blue", "teal", "green", "red", "brick red"]),
        ("xx", "teal again", ["teal"]),
        ("es-en", "el sky azul y el teal", ["blue", "teal"]),
    ],
)
def test_finds_colors_as_people_write_them(language: str, text: str, shades: list[str]) -> None:
    assert [mention.shade.name for mention in find_colors(text, language)] == shades


def test_words_that_cut_the_space_differently() -> None:
    [ao] = find_colors("青い", "ja")
    assert ao.ambiguous
    assert {"blue", "green"} <= set(ao.families)
    [xanh] = find_colors("xanh", "vi")
    assert {"blue", "green"} <= set(xanh.families)
    [qing] = find_colors("青", "zh-Hans")
    assert {"blue", "green"} <= set(qing.families)
    [golubo] = find_colors("голубой", "ru")
    assert not golubo.ambiguous
    [glas] = find_colors("glas", "cy")
    assert {"blue", "green", "grey"} == set(glas.families)


def test_only_plain_words_are_ambiguous() -> None:
    assert [m.ambiguous for m in find_colors("blue, dark blue, teal, grey", "en")] == [True, False, False, False]


@pytest.mark.parametrize("language", ["en", "ar", "vi", "zh-Hans", "tr", "de", "ko", "hi"])
@given(text=st.text(max_size=60))
def test_spans_lie_in_the_text_in_order_and_apart(language: str, text: str) -> None:
    end = 0
    for mention in find_colors(text, language):
        assert end <= mention.span[0] < mention.span[1] <= len(text)
        end = mention.span[1]


def test_decomposed_text_is_found_with_spans_in_its_own_characters() -> None:
    decomposed = "ba\u0301o ma\u0300u đo\u0309"
    [mention] = find_colors(decomposed, "vi")
    assert (mention.shade.name, decomposed[slice(*mention.span)]) == ("red", "đo\u0309")


def color(text: str, words: str) -> Label:
    start = text.index(words)
    return Label(aspect="color", polarity="negative", span=(start, start + len(words)))


def test_a_color_label_gets_the_color_of_its_evidence() -> None:
    text = "Me encanta la A, pero el azul marino chilla; el rojo bien"
    labelled = with_color(color(text, "el azul marino chilla"), text, "es")
    assert (labelled.value, labelled.value_raw) == ("navy", "azul marino")


def test_or_of_its_clause_but_not_of_the_rest_of_the_sentence() -> None:
    text = "the teal is too loud, the frame is nice"
    assert with_color(color(text, "too loud"), text, "en").value == "teal"
    assert with_color(color(text, "nice"), text, "en").value is None
    both = "teal and navy are too loud"
    assert with_color(color(both, "too loud"), both, "en").value is None


def test_other_labels_and_known_values_stay_as_they_are() -> None:
    text = "the blue light"
    light = Label(aspect="lighting", polarity="positive", span=(0, 14))
    assert with_color(light, text, "en") is light
    known = color(text, "blue").model_copy(update={"value": "teal"})
    assert with_color(known, text, "en") is known


def test_nearest_shade_and_families() -> None:
    assert nearest_shade("#018281").name == "teal"
    assert nearest_shade("#131f4a").name == "navy"
    assert {"blue", "navy", "sky blue"} <= {shade.name for shade in shades_of("blue")}
    golden = find_shade("golden")
    assert golden is not None
    assert golden.name == "gold"
    assert find_shade("no such colour") is None
    for name in TABLE["offered"]:
        shade = find_shade(name)
        assert shade is not None
        assert nearest_shade(shade.hex) == shade
        assert math.isclose(shade.oklch.lightness, to_oklab(shade.hex).lightness)
