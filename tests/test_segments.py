"""Cutting messages up and gluing them together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translation.segments import Segment, columns, join, split, spoken

PROTECTED = [
    "<@123456789>", "<@!42>", "<#77>", "<@&5>", "<:party:8812>", "<a:wave:99>", "<t:1700000000:R>",
    "@everyone", "@maria_92",
    "https://example.org/a?b=c&d=é#x", "www.example.org", "ana@example.org",
    "`x = 1`", "```py\nprint('hola')\n```",
    "😍", "👨‍👩‍👧‍👦", "👍🏽", "❤️", "🇪🇸", "5️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", ":)", "<3", "||",
]  # fmt: skip
WORDS = ["qué luz", "右の方が好き。", "الصورة الأولى أجمل", "B is better!", "\n", " ", "...", "ciel trop bleu, non ?"]

messages = st.lists(st.sampled_from(PROTECTED + WORDS), max_size=8).map(" ".join)


def texts(message: str, **options: int) -> list[str]:
    return [segment.text for segment in split(message, **options) if segment.translate]


@given(st.text(max_size=400) | messages)
def test_the_segments_are_the_message(message: str) -> None:
    assert "".join(segment.text for segment in split(message)) == message


@given(st.text(max_size=400) | messages, st.integers(5, 60))
def test_however_short_the_segments(message: str, longest: int) -> None:
    segments = split(message, longest)
    assert "".join(segment.text for segment in segments) == message
    assert all(columns(segment.text) <= longest for segment in segments if segment.translate)


@given(messages)
def test_gluing_the_originals_back_is_the_message(message: str) -> None:
    segments = split(message)
    assert join(segments, [segment.text for segment in segments if segment.translate]) == message


@pytest.mark.parametrize("piece", PROTECTED)
@pytest.mark.parametrize("message", ["{}", "qué luz {} me gusta", "空の青{}派手", "{} hola", "hola {}", "a\n{}\nb"])
def test_protected_pieces_come_through(piece: str, message: str) -> None:
    segments = split(message.format(piece))
    assert not any(piece in segment.text for segment in segments if segment.translate)
    assert piece in join(segments, ["ENGLISH" for segment in segments if segment.translate])
    assert piece not in spoken(message.format(piece))


@given(st.sampled_from(PROTECTED), st.text(st.characters(categories=("Lo", "Ll")), max_size=30))
def test_whatever_the_translation(piece: str, english: str) -> None:
    segments = split(f"me gusta {piece} la luz")
    assert f" {piece} " in join(segments, [english] * 2)


def test_image_letters_and_prices_are_not_protected() -> None:
    assert texts("@A es mejor que B, 3:4") == ["@A es mejor que B, 3:4"]


def test_a_short_message_stays_whole() -> None:
    assert texts("A es fría. B es cálida.") == ["A es fría. B es cálida."]


def test_lines_stay_lines() -> None:
    segments = split("uno\n\n- dos\r\ntres")
    assert join(segments, ["one", "two", "three"]) == "one\n\n- two\r\nthree"


def test_a_long_message_is_cut_at_sentences() -> None:
    sentence = "La luz de la imagen B es mucho más suave que la de A."
    assert texts(" ".join([sentence] * 4), longest=60) == [sentence] * 4


def test_english_sentences_do_not_touch_where_the_original_had_no_space() -> None:
    segments = split("右が好き。空が青い。", longest=10)
    assert join(segments, ["I like the right.", "The sky is blue."]) == "I like the right. The sky is blue."


def test_nothing_to_translate() -> None:
    assert split("") == []
    assert texts("123 ... 😍 https://example.org") == []
    assert split("😍") == [Segment("😍", translate=False)]
