"""The model of word pieces."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from translation import ngrams
from translation.languages import languages
from translation.ngrams import BUCKETS, buckets, chances, model, pieces, quantized

TEXTS = {
    "es": "me gusta mucho la luz",
    "de": "das licht ist sehr schön",
    "fi": "valo on paljon pehmeämpi",
    "tr": "ışık çok daha yumuşak",
    "ru": "вторая картинка мне нравится",
    "en": "the light is much softer",
}


@pytest.mark.parametrize("tag", TEXTS)
def test_plain_words_are_told_apart(tag: str) -> None:
    found = chances(TEXTS[tag])
    assert max(found, key=lambda one: found[one]) == tag


def test_chances_are_probabilities_of_tags_of_the_table() -> None:
    found = chances("la luz")
    assert sum(found.values()) == pytest.approx(1)
    assert set(found) <= set(languages())


@pytest.mark.parametrize("text", ["", "123 !!", "😍"])
def test_without_words_it_says_nothing(text: str) -> None:
    assert chances(text) == {}


@given(st.text(max_size=200))
def test_any_text_has_its_rows(text: str) -> None:
    assert all(0 <= row < BUCKETS for row in buckets(text))


def test_pieces_of_scripts_with_vowel_signs_keep_them() -> None:
    assert "=तस्वीर" in set(pieces("तस्वीर।"))


def test_case_and_composition_do_not_matter() -> None:
    assert chances("CAFÉ") == chances("cafe\u0301") == chances("café")


def test_it_is_small() -> None:
    assert ngrams.WEIGHTS.stat().st_size < 3_000_000
    assert model().table.shape[0] == BUCKETS


def test_what_is_saved_is_what_is_read(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    table = rng.normal(size=(8, 4)).astype(np.float32)
    out, bias = rng.normal(size=(4, 2)).astype(np.float32), np.zeros(2, np.float32)
    ngrams.save(tmp_path / "m.npz", ["a", "b"], table, out, bias, 1.5)
    found = model(tmp_path / "m.npz")
    assert (found.languages, found.heat) == (("a", "b"), 1.5)
    np.testing.assert_allclose(found.table * found.scale, table, atol=found.scale)
    assert quantized(table)[0].dtype == np.int8
