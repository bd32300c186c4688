"""Naming the language of a message."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from translation.bundled import BundledReader
from translation.identify import (
    Identified,
    Voter,
    cleaned,
    detected,
    dominant_script,
    identify,
    prior,
    rewritten,
    together,
    written_in,
)
from translation.languages import find_language, languages
from translation.mixed import named as named_as

CLEAR = {
    "es": "Prefiero la segunda imagen, la luz es mucho más suave",
    "fr": "Je préfère la première image, les couleurs sont plus douces",
    "de": "Das zweite Bild gefällt mir besser, das Licht ist viel weicher",
    "it": "Preferisco la seconda immagine, i colori sono più caldi",
    "pt": "Prefiro a segunda imagem, as cores estão muito mais bonitas",
    "nl": "Ik vind de tweede foto mooier, het licht is veel zachter",
    "pl": "Drugi obrazek bardziej mi się podoba, światło jest miękkie",
    "cs": "Druhý obrázek se mi líbí víc, světlo je mnohem měkčí",
    "ro": "Îmi place mai mult a doua imagine, lumina este mai blândă",
    "hu": "A második kép jobban tetszik, sokkal lágyabb a fény",
    "fi": "Pidän enemmän toisesta kuvasta, valo on paljon pehmeämpi",
    "sv": "Jag gillar den andra bilden mer, ljuset är mycket mjukare",
    "tr": "İkinci resmi daha çok beğendim, ışık çok daha yumuşak",
    "vi": "Tôi thích bức ảnh thứ hai hơn, ánh sáng dịu hơn nhiều",
    "id": "Saya lebih suka gambar yang kedua, cahayanya lebih lembut",
    "ru": "Вторая картинка мне нравится больше, свет намного мягче",
    "uk": "Друга картинка мені подобається більше, світло м'якше",
    "el": "Μου αρέσει περισσότερο η δεύτερη εικόνα",
    "he": "התמונה השנייה יפה יותר, האור רך",
    "ar": "الصورة الثانية أجمل، الإضاءة أنعم بكثير",
    "fa": "عکس دوم را بیشتر دوست دارم، نورش خیلی نرم‌تر است",
    "hi": "मुझे दूसरी तस्वीर ज़्यादा पसंद है, रोशनी बहुत नरम है",
    "bn": "দ্বিতীয় ছবিটা বেশি ভালো লেগেছে",
    "ta": "இரண்டாவது படம் மிகவும் அழகாக இருக்கிறது",
    "th": "ชอบภาพที่สองมากกว่า แสงนุ่มกว่าเยอะ",
    "ka": "მეორე სურათი უფრო მომწონს",
    "hy": "Երկրորդ նկարն ավելի շատ եմ հավանում",
    "ja": "右の方が好き。でも空の青が派手すぎる",
    "ko": "두 번째 사진이 더 좋아요",
    "zh-Hans": "我更喜欢第二张图，光线柔和多了",
    "am": "ሁለተኛው ምስል ይበልጥ ያምራል",
    "en": "I like the second picture more, the light is much softer",
    "hi-Latn": "bhai B ka sky thoda zyada teal hai, mujhe pasand nahi aaya",
    "ru-Latn": "mne bolshe nravitsya vtoraya kartinka, svet ochen myagkiy",
    "el-Latn": "mou aresei perissotero i deuteri eikona, to fos einai poly omorfo",
    "ar-Latn": "el soora el tanya a7la bkteer, el noor na3em awi",
    "bn-Latn": "amar ditiyo chobita beshi bhalo legeche, alo ta khub norom",
}
UNKNOWN = ["😍😍😍", "123 456", "https://example.org/a", "", "...!!", "B", "<@123> 👍", "kkkkkk", "jajaja 555", "A B"]


def named(reader: BundledReader, text: str) -> Identified:
    (encoded,) = reader.encode([text], ["pair"])
    return identify(text, dict(zip(reader.languages, encoded.language.tolist(), strict=True)))


@pytest.mark.parametrize("tag", CLEAR)
def test_clear_messages(reader: BundledReader, tag: str) -> None:
    found = named(reader, CLEAR[tag])
    assert found.language == tag
    assert found.confidence > 0.5


@pytest.mark.parametrize("text", UNKNOWN)
def test_nothing_to_go_by_is_und(reader: BundledReader, text: str) -> None:
    assert named(reader, text).language == "und"


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("B 더 좋아요", "Kore"), ("A の vibe が最高", "Jpan"), ("這張比較好", "Hani"), ("lol это круто", "Cyrl"),
        ("The 青 looks off to me", "Latn"), ("ＡＢＣ good", "Latn"), ("ｶﾜｲｲ", "Jpan"), ("12", None),
    ],
)  # fmt: skip
def test_scripts(text: str, script: str | None) -> None:
    assert dominant_script(text) == script


def test_laughter_in_one_script_tells_the_language() -> None:
    assert identify("ㅋㅋㅋㅋ", {}).language == "ko"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("jajaja qué fuerte https://a.example/b 😂", "qué fuerte"),
        ("muuuuuy bonito kkkkk", "muuy bonito"),
        ("@A es mejor", "es mejor"),
        ("草ｗｗｗ 変", "草 変"),
    ],
)
def test_cleaning(text: str, words: str) -> None:
    assert cleaned(text) == words


def test_langdetect_always_says_the_same() -> None:
    assert detected("het is mooi en het licht") == detected("het is mooi en het licht")
    assert detected("!!") == {}


def test_the_person_tips_the_scales() -> None:
    torn = {"id": 0.5, "ms": 0.5}
    assert identify("gambar ini cantik", torn, declared="ms").language == "ms"
    assert identify("gambar ini cantik", torn, history={"id": 20}).language == "id"
    sure = {"es": 0.99, "en": 0.01}
    assert identify("me gusta la luz", sure, declared="en", history={"en": 50}).language == "es"


def test_a_mixed_tag_in_the_history_speaks_for_its_language() -> None:
    assert prior(None, {"es-en": 5, "es": 1}) == prior(None, {"es": 6})
    assert prior(None, {"es-en": 500}) == prior(None, {"es": 500})


def test_whoever_says_nothing_has_no_vote() -> None:
    voters = [Voter(1.0, {"es": 0.9, "pt": 0.1}), Voter(9.0, {})]
    assert together(voters, {}, ("es", "pt"))["es"] == pytest.approx(0.9, abs=0.01)


def test_chances_are_shared_out_in_the_script_at_hand() -> None:
    found = rewritten({"hi": 0.5, "hi-Latn": 0.2, "es": 0.2, "ru": 0.1}, "Latn", written_in("Latn"))
    assert found["hi-Latn"] == pytest.approx(0.7)
    assert "hi" not in found
    assert sum(found.values()) == pytest.approx(1)
    assert rewritten({"ja": 1.0}, "Latn", written_in("Latn")) == {}


MIXED = {
    "es-en": ["bro la luz es muy linda but the hands look so weird wey", "me encanta el vibe, the lighting is so good"],
    "tl-en": ["ang ganda ng kulay but the hands look so weird talaga"],
}


@pytest.mark.parametrize(("tag", "text"), [(tag, text) for tag, texts in MIXED.items() for text in texts])
def test_a_mixed_message_is_named_by_both(tag: str, text: str) -> None:
    first = tag.split("-")[0]
    assert identify(text, {first: 0.6, "en": 0.4}).language == tag
    assert identify(text, {first: 0.3, "en": 0.7}).language == tag


@pytest.mark.parametrize("tag", [tag for tag in CLEAR if tag != "en"])
def test_a_clear_message_is_not_mixed(tag: str) -> None:
    assert named_as(CLEAR[tag], tag, {tag: 0.9, "en": 0.1}) == tag


@pytest.mark.parametrize("text", ["the hands look weird", "nice vibe on the second", "lol that lighting tho"])
def test_english_is_not_mixed(text: str) -> None:
    assert named_as(text, "en", {"en": 0.9, "es": 0.05}) == "en"


def test_a_declared_language_speaks_for_its_romanised_form() -> None:
    gains = prior("hi", {})
    assert 0 < gains["hi-Latn"] < gains["hi"]
    assert prior("no such tag", {"und": 9}) == {}


@settings(deadline=None)
@given(st.text(max_size=60), st.dictionaries(st.sampled_from(sorted(languages())), st.floats(0, 1), max_size=4))
def test_always_a_tag_of_the_table(text: str, head: dict[str, float]) -> None:
    found = identify(text, head)
    assert found.language == "und" or find_language(found.language) is not None
    assert 0 <= found.confidence <= 1
