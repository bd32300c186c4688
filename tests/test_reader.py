"""The shipped weights, as they are used: sizes, spans, batches, long and strange text, plain sentences."""

import itertools
import unicodedata
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.normalize import normalize
from feedback.records import Kind
from translation.bundled import WEIGHTS, BundledReader, Encoded
from translation.tokens import MOST, Tokenizer
from translation.windows import OVERLAP, WINDOW, windows

MEGABYTE = 1_000_000
STRANGE = "👩‍🔥❤️\u200d\u200c\u0301 \t\n\u202e\ufeffﷺ½ﬁ가नम्ה٣"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(WEIGHTS / "tokens.model")


def one(reader: BundledReader, text: str, kind: Kind = "single") -> Encoded:
    return reader.encode([text], [kind])[0]


def test_weights_are_small() -> None:
    sizes = [path.stat().st_size for path in WEIGHTS.iterdir()]
    assert sum(sizes) < 90 * MEGABYTE
    assert max(sizes) < 80 * MEGABYTE


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from(STRANGE)), max_size=40))
@settings(deadline=None)
def test_tokens_lie_inside_the_text_in_order_and_cover_what_is_visible(tokenizer: Tokenizer, text: str) -> None:
    marks = "\ufffd\u2581"  # of a byte that was no text, and sentencepiece's own of a space: the only two that it drops
    text = "".join("." if c in marks else c for c in text)
    (tokens,) = tokenizer.encode([text])
    assert len(tokens.ids) == len(tokens.offsets) + tokenizer.before + 1
    assert all(0 <= start <= end <= len(text) for start, end in tokens.offsets)
    starts = [start for start, _ in tokens.offsets]
    assert starts == sorted(starts)
    covered = {i for start, end in tokens.offsets for i in range(start, end)}
    visible = {i for i, c in enumerate(text) if unicodedata.category(c)[0] not in "CZ" and not c.isspace()}
    assert visible <= covered


def test_tokens_match_their_words(tokenizer: Tokenizer) -> None:
    text = "  ﬁne 👩‍👩‍👧 light, ½ off"
    (tokens,) = tokenizer.encode([text])
    pieces = [text[start:end] for start, end in tokens.offsets]
    assert "".join(pieces) == text
    assert any(piece.strip() == "light" for piece in pieces)


def test_a_lone_surrogate_is_read_as_an_unknown_character(reader: BundledReader) -> None:
    assert one(reader, "nice \ud83d light").offsets.max() == len("nice \ud83d light")


@given(st.lists(st.integers(0, 9), min_size=1, max_size=700))
def test_windows_cover_every_token_and_are_short(lengths: list[int]) -> None:
    ends = np.cumsum([n % 3 + 1 for n in lengths])
    text = "".join("." if n == 7 else "x" for n in lengths for _ in range(n % 3 + 1))
    offsets = list(zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True))
    found = windows(text, offsets)
    assert {i for start, end in found for i in range(start, end)} == set(range(len(offsets)))
    assert all(0 < end - start <= WINDOW for start, end in found)
    assert all(before[1] - after[0] in (0, OVERLAP) for before, after in itertools.pairwise(found))


def test_a_message_is_read_the_same_in_any_company(reader: BundledReader) -> None:
    texts = ["B, la luz es más suave 😬", "ok", "右の方が好き。でも空の青が派手すぎる", "word " * 60, ""]
    kinds: list[Kind] = ["pair", "single", "pair", "set", "single"]
    together = reader.encode(texts, kinds)
    for text, kind, batched in zip(texts, kinds, together, strict=True):
        alone = one(reader, text, kind)
        for name in ("language", "labels", "preference", "aspects", "memory"):
            np.testing.assert_allclose(getattr(batched, name), getattr(alone, name), atol=1e-4)


def test_threads_may_share_a_reader(reader: BundledReader) -> None:
    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda i: one(reader, f"soft light {i % 2}"), range(8)))
    for part in read[2:]:
        assert any(np.array_equal(part.labels, other.labels) for other in read[:2])


def test_outputs_have_the_shapes_that_are_promised(reader: BundledReader) -> None:
    read = one(reader, "Die Hände sehen falsch aus", "pair")
    n, schema = len(read.offsets), reader.schema
    assert read.aspects.shape == (n, len(schema.aspects))
    assert read.attributes.shape == (n, len(schema.attributes))
    assert read.labels.shape == (len(schema.aspects), 3)
    assert read.memory.shape == (n + 5, 1152)  # start, three of the prefix, end
    assert read.language.sum() == pytest.approx(1, abs=1e-4)
    assert read.preference[2:4].tolist() == [0, 0]  # a pair has no C and D
    assert "und" in reader.languages
    assert reader.signature.startswith("encoder-e5s.")


def test_a_long_text_is_read_to_its_end(reader: BundledReader) -> None:
    read = one(reader, "I went to the market and bought some bread. " * 60 + "The hands have six fingers.")
    labels, _ = normalize(read, "single")
    hands = [label for label in labels if label.aspect == "anatomy" and label.polarity == "negative"]
    assert hands
    assert all("fingers" in read.text[slice(*label.span or (0, 0))] for label in hands)


ODD = ["\u202e\u202d\u200b", "👍" * 300, "а" * 4000, "Z̷̢̛͓a̶l̸g̵o̷" * 20, "<b>&amp;</b>", "\n\n", "١٢٣"]


@pytest.mark.parametrize("text", ODD)
def test_strange_text_is_read_without_complaint(reader: BundledReader, text: str) -> None:
    for label in normalize(one(reader, text, "set"), "set")[0]:
        start, end = label.span or (0, 0)
        assert 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    ("text", "aspect", "polarity", "words"),
    [
        ("The hands look wrong, six fingers", "anatomy", "negative", "hands"),
        ("me encanta la luz suave del atardecer", "lighting", "positive", "luz"),
        ("手がおかしい、指が六本ある", "anatomy", "negative", "手"),
        ("way too blurry", "sharpness", "negative", "blurry"),
        ("цвета слишком кислотные", "color", "negative", "цвета"),
        ("الألوان هادئة ومتناسقة", "color", "positive", "الألوان"),
        ("यह बहुत सुंदर तस्वीर है", "overall", "positive", "सुंदर"),
    ],
)
def test_plain_judgements_in_many_scripts(
    reader: BundledReader, text: str, aspect: str, polarity: str, words: str
) -> None:
    labels, _ = normalize(one(reader, text), "single")
    found = [label for label in labels if (label.aspect, label.polarity) == (aspect, polarity)]
    assert found, labels
    spans = [range(*label.span) for label in labels if label.span]
    at = text.index(words)
    assert any(i in span for span in spans for i in range(at, at + len(words)))


@pytest.mark.parametrize(
    "text", ["hello everyone", "quelle heure est-il ?", "lol ok", "ありがとう", "https://example.org/x"]
)
def test_messages_that_judge_nothing_get_no_label(reader: BundledReader, text: str) -> None:
    labels, preference = normalize(one(reader, text, "pair"), "pair")
    assert labels == ()
    assert preference.choice is None


@pytest.mark.parametrize(
    ("text", "kind", "choice"),
    [
        ("I prefer B", "pair", "B"),
        ("je préfère la première", "pair", "A"),
        ("右の方が好き", "pair", "B"),
        ("C, sin duda", "set", "C"),
    ],
)
def test_plain_preferences(reader: BundledReader, text: str, kind: Kind, choice: str) -> None:
    assert normalize(one(reader, text, kind), kind)[1].choice == choice


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("la luz es demasiado dura", "es"),
        ("die Hände sehen komisch aus", "de"),
        ("gostei mais da luz da primeira", "pt"),
        ("空の色が派手すぎる", "ja"),
        ("небо слишком синее", "ru"),
        ("👍🔥🔥", "und"),
    ],
)
def test_the_language_head_knows_short_messages(reader: BundledReader, text: str, language: str) -> None:
    best = reader.languages[int(one(reader, text).language.argmax())]
    assert best.split("-")[0] == language


def test_a_character_that_is_written_out_cannot_hold_everybody_up(reader: BundledReader, tokenizer: Tokenizer) -> None:
    text = "\ufdfa" * 4000  # 18 letters each
    (tokens,) = tokenizer.encode([text])
    assert len(tokens.offsets) == MOST
    assert one(reader, text).windows <= MOST // (WINDOW - OVERLAP) + 1
