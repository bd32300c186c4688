"""Beam search over the bundled decoder, with the weights that are shipped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from translation.bundled import BundledReader
from translation.decoding import END, EnglishDecoder, Search, loops, stack

MESSAGES = [
    "Me gusta mucho.",
    "B, la luz es más suave, pero las manos dan miedo",
    "右の方が好き。でも空の青が派手すぎる",
    "الصورة الأولى أجمل، الألوان هادئة",
    "Das Licht ist schön.",
]


@pytest.fixture(scope="module")
def decoder() -> EnglishDecoder:
    return EnglishDecoder()


@pytest.fixture(scope="module")
def memories(reader: BundledReader) -> list[np.ndarray]:
    return [encoded.memory for encoded in reader.encode(MESSAGES, ["single"] * len(MESSAGES))]


def test_plain_sentences_are_understood(decoder: EnglishDecoder, memories: list[np.ndarray]) -> None:
    like, *_, light = decoder.translate(memories)
    assert "like" in like.text
    assert "light" in light.text


def test_deterministic(decoder: EnglishDecoder, memories: list[np.ndarray]) -> None:
    assert decoder.translate(memories) == EnglishDecoder(threads=1).translate(memories)


def test_a_batch_says_what_each_says_alone(decoder: EnglishDecoder, memories: list[np.ndarray]) -> None:
    together = decoder.translate(memories)
    for memory, hypothesis in zip(memories, together, strict=True):
        (alone,) = decoder.translate([memory])
        assert alone.text == hypothesis.text
        assert alone.log_probability == pytest.approx(hypothesis.log_probability, abs=1e-4)


def test_a_wider_beam_finds_no_worse(decoder: EnglishDecoder, memories: list[np.ndarray]) -> None:
    narrow, wide = (decoder.translate(memories, beam) for beam in (1, 4))
    gain = [b.log_probability - a.log_probability for a, b in zip(narrow, wide, strict=True)]
    assert np.mean(gain) > 0


def test_nothing_in_nothing_out(decoder: EnglishDecoder) -> None:
    assert decoder.translate([]) == []


def test_noise_stops(decoder: EnglishDecoder) -> None:
    noise = np.random.default_rng(0).normal(size=(12, 1152)).astype(np.float32)
    (hypothesis,) = decoder.translate([noise])
    assert len(hypothesis.text.split()) <= 2 * 12 + 12


def test_every_byte_can_be_written(decoder: EnglishDecoder) -> None:
    assert {piece for piece in decoder.pieces if len(piece) == 1} >= {bytes([byte]) for byte in range(256)}
    assert decoder.pieces[:2] == [b"", b""]


@given(st.lists(st.integers(2, 5), max_size=8), st.integers(1, 8))
def test_loops_are_stopped(before: list[int], period: int) -> None:
    tokens, phrase = list(before), list(range(10, 10 + period))
    for token in phrase * 6:
        if loops(tokens, token):
            break
        tokens.append(token)
    said = (len(tokens) - len(before)) / period
    assert said < (4 if period < 3 else 3)


def test_a_little_repetition_is_speech() -> None:
    assert not loops([7, 7], 7)  # no, no, no
    assert not loops([1, 2, 3, 9, 1, 2], 3)


def test_search_takes_the_likeliest_by_its_mean() -> None:
    search = Search(width=2, source=5)
    first = np.log(np.array([[0.6, 0.3, 0.1]], np.float32))
    search.advance(0, first, np.array([[5, 6, END]]))
    assert [beam.tokens for beam in search.beams] == [(5,), (6,)]
    second = np.log(np.array([[0.9, 0.1], [0.5, 0.5]], np.float32))
    search.advance(0, second, np.array([[END, 7], [END, 8]]))
    best = search.best()
    assert best.tokens == (5, END)
    assert best.mean == pytest.approx(np.log(0.6 * 0.9) / 2)


def test_search_gives_up_at_its_limit() -> None:
    search = Search(width=1, source=1)
    for token in range(search.limit):
        assert not search.done
        search.advance(0, np.zeros((1, 1), np.float32), np.array([[100 + token]]))
    assert search.done
    assert search.best().tokens[-1] != END


def test_padding_is_masked() -> None:
    memory, mask = stack([np.ones((2, 1152), np.float32), np.ones((5, 1152), np.float32)])
    assert memory.shape == (2, 5, 1152)
    assert (mask[0, 0, 0] == 0).tolist() == [True, True, False, False, False]
    assert mask[1].any() == np.False_
