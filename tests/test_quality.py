"""The gate, and translation as a whole, with the weights that are shipped."""

from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from translation.bundled import BundledReader
from translation.decoding import EnglishDecoder, Hypothesis
from translation.quality import Gate, Signs, gate, judge, judge_all, letters, longest_repeat, numbers, numbers_kept
from translation.translate import Translation, translate

SURE = Hypothesis("I like the light.", -0.2)
DOUBTFUL = Hypothesis("The old reation of the old man in the old man.", -1.8)


@pytest.fixture(scope="module")
def models(reader: BundledReader) -> tuple[BundledReader, EnglishDecoder]:
    return reader, EnglishDecoder()


def translated(models: tuple[BundledReader, EnglishDecoder], *messages: tuple[str, str]) -> list[Translation]:
    reader, decoder = models
    texts, languages = [text for text, _ in messages], [language for _, language in messages]
    return translate(reader, decoder, reader.encode(texts, ["single"] * len(texts)), languages)


def test_the_gate_tells_sure_from_doubtful() -> None:
    good, bad = judge("Me gusta la luz.", SURE), judge("La reacción del viejo", DOUBTFUL)
    assert 0 <= bad < gate().threshold < good <= 1


CAUTIOUS = Gate(weights=(4.0, 0.0, -1.0, -3.0), bias=3.0, threshold=0.7, ratios={"Latn": 1.0})


@pytest.mark.parametrize(
    ("sign", "worse"),
    [
        ("log_probability", SURE._replace(log_probability=-1.5)),
        ("length", SURE._replace(text="I like the light very much indeed.")),
        ("stretch", SURE._replace(text="I like")),
        ("longest", SURE._replace(text="I like the light, I like the light.")),
    ],
)
def test_each_sign_counts(sign: str, worse: Hypothesis) -> None:
    weights = tuple(float(name == sign) * (1 if sign == "log_probability" else -1) for name in Signs._fields)
    alone = Gate(weights=weights, bias=0.0, threshold=0.5, ratios={"Latn": 1.0})
    assert judge("Me gusta la luz.", worse, alone, "es") < judge("Me gusta la luz.", SURE, alone, "es")


def test_a_no_that_is_lost_or_made_up_is_never_shown() -> None:
    denied = SURE._replace(text="I don't like the light.")
    assert judge("No me gusta la luz.", SURE, CAUTIOUS, "es") == 0
    assert judge("Me gusta la luz.", denied, CAUTIOUS, "es") == 0
    assert judge("No me gusta la luz.", denied, CAUTIOUS, "es") > 0.5
    assert judge("No me gusta la luz.", SURE, CAUTIOUS) > 0.5  # in no known language "no" may mean anything


def test_another_image_is_never_shown() -> None:
    about = [judge("B tiene luz", Hypothesis(f"{name} has light", -0.2), CAUTIOUS, "es") for name in "BC"]
    assert about[0] > 0.5
    assert about[1] == 0
    assert letters("C'est B, 右はD") == {"B", "D"}


def test_the_worst_part_speaks_for_the_message() -> None:
    good, bad = ("Me gusta la luz.", SURE), ("Qué manos.", Hypothesis("What hands.", -2.0))
    both = judge_all([good, bad], CAUTIOUS, "es")
    assert both <= judge(*bad, CAUTIOUS, "es") < judge(*good, CAUTIOUS, "es")
    assert judge_all([good, ("6 dedos", SURE)], CAUTIOUS, "es") == 0.0


def test_a_sign_that_a_gate_was_fitted_without_weighs_nothing(tmp_path: Path) -> None:
    (tmp_path / "gate.json").write_text(
        '{"weights": {"log_probability": 2.0}, "bias": 1.0, "threshold": 0.5, "ratios": {}}', "utf-8"
    )
    fitted = gate(tmp_path / "gate.json")
    assert fitted.weights == (2.0, 0, 0, 0)
    assert judge("Me gusta.", Hypothesis("I like it.", -0.5), fitted, "es") == pytest.approx(0.5)


def test_an_impossible_translation_is_no_error() -> None:
    assert judge("Me gusta.", Hypothesis("I like it.", float("-inf")), CAUTIOUS) < 1e-9


@pytest.mark.parametrize("text", ["", "...", "I see 7 fingers.", "I see fingers."])
def test_no_words_or_another_number_is_never_shown(text: str) -> None:
    assert judge("Veo 6 dedos.", SURE._replace(text=text)) == 0.0


@pytest.mark.parametrize(
    ("source", "english", "kept"),
    [
        ("६ उंगलियाँ", "6 fingers", True), ("1.000 veces", "1,000 times", True), ("指が6本", "six fingers", True),
        ("qué luz", "10 lights", False), ("3 y 3", "3 and 3", True), ("16:9", "9:16", False),
        ("Bild 2", "the second picture", True), ("6 y 6", "six", False), ("la 3.ª", "the third", True),
        ("6 dedos", "five", False),
    ],
)  # fmt: skip
def test_numbers(source: str, english: str, kept: bool) -> None:
    assert numbers_kept(source, english) == kept


@given(st.text(max_size=40), st.integers(0, 10**9))
def test_no_number_is_ever_made_up(source: str, number: int) -> None:
    assume(str(number) not in numbers(source))
    assert not numbers_kept(source, f"there are {number}")


def test_repetition() -> None:
    assert longest_repeat("the light is soft") == 0
    assert longest_repeat("salad salad salad salad") == 0.5
    assert longest_repeat("") == 0


def test_english_is_its_own_translation(models: tuple[BundledReader, EnglishDecoder]) -> None:
    assert translated(models, ("nice  light 😍", "en")) == [Translation("nice  light 😍", 1.0)]


def test_what_has_no_words_is_kept(models: tuple[BundledReader, EnglishDecoder]) -> None:
    assert translated(models, ("😍 <@42>", "und"), ("", "und")) == [Translation("😍 <@42>", 1.0), Translation("", 1.0)]


def test_a_plain_sentence_is_shown_with_what_it_carries(models: tuple[BundledReader, EnglishDecoder]) -> None:
    plain, carrying = translated(models, ("No tengo tiempo.", "es"), ("<@42> No tengo tiempo. 😍", "es"))
    assert plain.text is not None
    assert "time" in plain.text
    assert carrying.text == f"<@42> {plain.text} 😍"


def test_nonsense_is_not_translated(models: tuple[BundledReader, EnglishDecoder]) -> None:
    (translation,) = translated(models, ("xq zzrt blorf qwpk vlim trrr", "und"))
    assert translation.text is None
    assert translation.confidence < gate().threshold


def test_one_message_does_not_change_another(models: tuple[BundledReader, EnglishDecoder]) -> None:
    messages = [("No tengo tiempo.", "es"), ("Das Licht ist schön.", "de"), ("Je l'aime bien.\nOui.", "fr")]
    assert [t.text for t in translated(models, *messages)] == [translated(models, m)[0].text for m in messages]
