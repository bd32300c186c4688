"""Cutting messages up and gluing them together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translation.segments import Segment, columns, join, split, spoken

PROTECTED = [
    "<@123456789>", "<@!42>", "<#77>", "<@&5>", "<:party:8812>", "<a:wave:99>", "<t:1700000000:R>",
    "@everyone", "@maria_92",
    "https://example.org/a?b=c&d=é#x", "www.example.org", "ana@example.org", "civitai.com/models/42", "foto_01.png",
    "</vote:991>", "<id:customize>", "#atardecer",
    "`x = 1`", "```py\nprint('hola')\n```",
    "😍", "👨‍👩‍👧‍👦", "👍🏽", "❤️", "🇪🇸", "5️⃣", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", ":)", "<3", "||",
]  # fmt: skip
WORDS = ["qué luz", "右の方が好き。", "الصورة الأولى أجمل", "B is better!", "\n", " ", "...", "ciel trop bleu, non ?"]

messages = st.lists(st.sampled_from(PROTECTED + WORDS), max_size=8).map(" ".join)


ids = st.integers(1, 10**19).map(str)
words = st.text("abcdefghijklmnopqrstuvwxyz0123456789_", min_size=2, max_size=12).filter(
    lambda w: not w.startswith("_")
)
untouched = st.one_of(
    ids.map("<@{}>".format),
    ids.map("<@!{}>".format),
    ids.map("<@&{}>".format),
    ids.map("<#{}>".format),
    st.builds("<{}:{}:{}>".format, st.sampled_from(["", "a"]), words, ids),
    st.builds("<t:{}{}>".format, st.integers(0, 10**10), st.sampled_from(["", ":t", ":F", ":R"])),
    st.builds("https://{}.example/{}?{}=%20{}".format, words, words, words, ids),
    st.builds("`{}`".format, st.text(st.characters(exclude_characters="`\n", exclude_categories=["Cs"]), min_size=1)),
    st.builds("```{}```".format, st.text(st.characters(exclude_characters="`", exclude_categories=["Cs"]))),
    st.sampled_from(["😍", "🔥", "👍🏽", "🫠", "🧑‍🎨", "⬅", "⤴️", "🈚", "🅰️", "🇯🇵", "2️⃣", "©️"]),
)


@given(st.lists(untouched, min_size=1, max_size=5), st.sampled_from(["qué luz", "空が青い", "الضوء", "B"]))
def test_whatever_must_not_be_translated_comes_through_byte_for_byte(pieces: list[str], said: str) -> None:
    message = f" {said} ".join(["", *pieces, ""])
    segments = split(message)
    through = "".join(segment.text for segment in segments if not segment.translate)
    glued = join(segments, ["ENGLISH" for segment in segments if segment.translate])
    at = 0
    for piece in pieces:
        assert piece in through
        assert glued.encode().find(piece.encode(), at) >= at
        at = glued.encode().find(piece.encode(), at) + len(piece.encode())


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
    assert texts("la #2 me gusta.es buena") == ["la #2 me gusta.es buena"]


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        ("A es fría. B es cálida.", ["A es fría.", "B es cálida."]),
        ("das 3. Bild ist z. B. schärfer", ["das 3. Bild ist z. B. schärfer"]),
        ("wow!! mejor... pero no tanto", ["wow!!", "mejor... pero no tanto"]),
        ("右が好き。空が青い。", ["右が好き。", "空が青い。"]),
        ("A 6.5 kép. „Szép!” mondta", ["A 6.5 kép.", "„Szép!”", "mondta"]),
        ("पहली अच्छी है। दूसरी नहीं", ["पहली अच्छी है।", "दूसरी नहीं"]),
    ],
)  # fmt: skip
def test_sentences(message: str, parts: list[str]) -> None:
    assert texts(message) == parts


@given(st.lists(st.sampled_from(["La luz es suave.", "¿Y la B?", "我喜欢。", "Nein!"]), min_size=1, max_size=6))
def test_sentences_in_are_sentences_out(said: list[str]) -> None:
    segments = split(" ".join(said))
    assert [s.text for s in segments if s.translate] == said
    assert join(segments, ["One."] * len(said)).count("One.") == len(said)


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("jajaja qué fuerte lol", ["qué fuerte"]), ("変すぎるｗｗｗ", ["変すぎる"]), ("ㅋㅋㅋ 별로", ["별로"]),
        ("jajaja", []), ("**la luz**", ["la luz"]), ("B", []), ("@A!", []), ("A, B", []), ("> cita", ["cita"]),
        ("- uno", ["uno"]),
        ("hihat ovat outoja", ["hihat ovat outoja"]), ("¯\\_(ツ)_/¯ vale", ["vale"]), ("(´・ω・`) すき", ["すき"]),
    ],
)  # fmt: skip
def test_what_only_stands_around_is_not_translated(message: str, said: list[str]) -> None:
    assert texts(message) == said


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


@pytest.mark.parametrize(
    "unit", ["ㅋ", "ｗ", "笑w", "哈", "ه", "ha", "(-", "-", "a.", "a@", "z. B. ", "*a", "lol ", ":)"]
)
@pytest.mark.parametrize("before", ["(", "й"])
@pytest.mark.timeout(30)  # a pattern that backtracks needs hours
def test_a_wall_of_text_comes_through(unit: str, before: str) -> None:
    wall = before + unit * (4000 // len(unit)) + "й"
    assert "".join(piece.text for piece in split(wall)) == wall
