"""The form in which a sentence is translated."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from translation.canonical import canonical, finished_like, relaxed

SENTENCES = ["la luz es suave", "Пальцев шесть", "右が好き", "पहली अच्छी है", "ფერი კარგია", "الإضاءة جميلة"]


@pytest.mark.parametrize("text", SENTENCES)
def test_a_capital_or_a_final_stop_changes_nothing(text: str) -> None:
    stop = canonical(text)[len(text) :]
    small = text[:1].lower() + text[1:]
    assert len({canonical(form) for form in (text, small, text + stop, f"  {small} ", text.capitalize() + stop)}) == 1
    assert canonical(small) == canonical(text[:1].title() + text[1:] + stop)


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("QUÉ MANOS MÁS RARAS!!", "es", "Qué manos más raras!!"),
        ("B", "es", "B."),
        ("NSFW", "es", "NSFW."),
        ("LA B ES MEJOR", "es", "La B es mejor."),
        ("ışık çok iyi", "tr", "Işık çok iyi."),
        ("IŞIK ÇOK İYİ", "tr", "Işık çok iyi."),
        ("iyi", "tr", "İyi."),
        ("ფერი", "ka", "ფერი."),
        ("qué? sí!", "es", "Qué? sí!"),
        ("สวยมาก", "th", "สวยมาก"),
        ("右が好き", "ja", "右が好き。"),
        ("पहली अच्छी है", "hi", "पहली अच्छी है।"),
        ("լույսը լավն է", "hy", "Լույսը լավն է։"),
        ("ብርሃኑ ያምራል", "am", "ብርሃኑ ያምራል።"),
        ("6 dedos", "es", "6 Dedos."),
        ("👍", "und", "👍"),
        ("", "und", ""),
    ],
)
def test_forms(text: str, language: str, form: str) -> None:
    assert canonical(text, language) == form


@given(st.text(max_size=80))
@example("aA¼¼¼¼")
@example("ΐ")
def test_the_form_of_a_form_is_itself(text: str) -> None:
    once = canonical(text)
    assert canonical(once) == once


@pytest.mark.parametrize(
    ("text", "form"),
    [("muuuuy bonito!!!", "Muy bonito!"), ("1000000 veces.....", "1000000 Veces..."), ("bien", "Bien.")],
)
def test_the_second_try_is_without_stretching(text: str, form: str) -> None:
    assert relaxed(text) == form


@pytest.mark.parametrize(
    ("source", "english", "shown"),
    [
        ("qué luz", "What light.", "What light"),
        ("Qué luz.", "What light.", "What light."),
        ("qué luz!", "What light!", "What light!"),
        ("bueno", "Well...", "Well..."),
    ],
)
def test_who_wrote_no_stop_gets_none(source: str, english: str, shown: str) -> None:
    assert finished_like(source, english) == shown
