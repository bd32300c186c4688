"""Which texts say no."""

import pytest

from translation.languages import languages
from translation.negation import find_negation, lexicon, negation_lost, negation_made


def test_every_language_of_the_lexicon_is_known() -> None:
    assert set(lexicon()) - {"en-plain"} <= set(languages())
    assert len(lexicon()) > 50


@pytest.mark.parametrize(
    ("language", "no", "yes"),
    [
        ("es", "la luz no es mala", "notable luz"), ("de", "keine Hände", "kleine Hände"),
        ("fr", "pas net", "très net"),
        ("ru", "пальцы не те", "небо синее"), ("pl", "nie podoba mi się", "niebo ładne"),
        ("hi", "अच्छा नहीं", "नया और सुंदर"),
        ("bn", "ভালো না", "নাক সুন্দর"), ("ja", "手がおかしくない", "空がきれい"), ("ko", "마음에 안 들어", "안개가 좋다"),
        ("zh-Hans", "手不对", "颜色不错"), ("ar", "الإضاءة ليست جيدة", "الإضاءة جيدة"), ("th", "ไม่สวย", "สวยมาก"),
        ("tr", "renkler iyi değil", "renkler iyi"), ("hi-Latn", "accha nahi laga", "accha naya look"),
        ("cs", "nemá ruce", "nejlepší nebe"), ("id", "tidak bagus", "bagus banget"), ("vi", "không đẹp", "đẹp quá"),
    ],
)  # fmt: skip
def test_no_and_yes(language: str, no: str, yes: str) -> None:
    assert find_negation(no, language) is True
    assert not find_negation(yes, language)


def test_where_no_is_an_ending_too_only_finding_it_tells() -> None:
    assert find_negation("ışık çok iyi", "tr") is None
    assert not negation_made("güzel olmamış", "it did not turn out well", "tr")


def test_a_language_without_words_says_nothing() -> None:
    assert find_negation("ko dara", "yo") is None
    assert not negation_lost("ko dara", "it is good", "yo")


@pytest.mark.parametrize(
    ("source", "english", "lost", "made"),
    [
        ("no me gusta", "I like it", True, False), ("no me gusta", "I don't like it", False, False),
        ("me gusta", "I do not like it", False, True), ("sin vida", "lifeless", False, False),
        ("me gusta", "the arm is missing", False, False),
    ],
)  # fmt: skip
def test_what_a_translation_did_to_a_no(source: str, english: str, lost: bool, made: bool) -> None:
    assert (negation_lost(source, english, "es"), negation_made(source, english, "es")) == (lost, made)
