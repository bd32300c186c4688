"""What models learn from: pieces with their English, and messages in Latin letters. All expected by hand."""

import random

import pytest

from translation.training.augment import in_latin_letters
from translation.training.decoder_pairs import Example, Pair, examples
from translation.training.examples import Opinion


def test_sentences_that_are_cut_alike_are_learnt_one_by_one_where_they_stand() -> None:
    source = "Me gusta. <@42> Es azul."
    assert list(examples(Pair("es", source, "I like it. It is blue."))) == [
        Example(source, 0, 9, "I like it."),
        Example(source, 16, 24, "It is blue."),
    ]


def test_sentences_that_are_cut_unlike_are_learnt_at_once() -> None:
    source = "Me gusta. Es azul."
    assert list(examples(Pair("es", source, "I like that it is blue."))) == [
        Example(source, 0, 18, "I like that it is blue.")
    ]


@pytest.mark.parametrize("seed", range(4))
def test_in_latin_letters_the_evidence_is_found_again(seed: int) -> None:
    """Letters that Russians spell in one way only: one becomes two (ш), one nothing (ъ)."""
    labels = ({"aspect": "color", "span": [0, 7]}, {"aspect": "anatomy", "span": [9, 13]})
    opinion = Opinion("Шар сер, рука B съедена", "pair", "B", labels, language="ru")
    spelled = in_latin_letters(opinion, random.Random(seed))
    assert spelled.text == "shar ser, ruka B sedena"
    assert [label["span"] for label in spelled.labels] == [[0, 8], [10, 14]]
    assert [spelled.text[slice(*label["span"])] for label in spelled.labels] == ["shar ser", "ruka"]
    assert (spelled.kind, spelled.preference, spelled.language) == ("pair", "B", "ru")
