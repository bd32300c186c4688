"""What a reward must be better than, by hand."""

import numpy as np
import pytest

from feedback.reward.accuracy import NONE, Figures
from feedback.reward.answers import Answers, Remarks
from feedback.reward.baselines import by_length, by_position

ANA, BEN, EVE = range(3)


def answers(*rows: tuple[int, list[int], int]) -> Answers:
    """Of a person, the images shown, and the place of the chosen one."""
    count = len(rows)
    return Answers(
        split=np.full(count, "test"),
        annotator_split=np.full(count, "train"),
        weights=np.ones(count),
        images=np.array([(shown + [-1] * 4)[:4] for _, shown, _ in rows], np.int64).reshape(-1, 4),
        choice=np.array([choice for _, _, choice in rows], np.int64),
        annotator=np.array([person for person, _, _ in rows]),
    )


def remarks(*rows: tuple[int, list[int], int]) -> Remarks:
    """Of a person, the images meant, and the length of the evidence."""
    count = len(rows)
    return Remarks(
        split=np.full(count, "train"),
        annotator_split=np.full(count, "train"),
        weights=np.ones(count),
        targets=np.array([(meant + [-1] * 4)[:4] for _, meant, _ in rows], np.int64).reshape(-1, 4),
        others=np.full((count, 4), -1),
        aspect=np.zeros(count, np.int64),
        good=np.ones(count),
        annotator=np.array([person for person, _, _ in rows], np.int64),
        length=np.array([length for _, _, length in rows], np.int64),
    )


def test_the_image_of_which_others_said_more() -> None:
    said = remarks((BEN, [0], 10), (EVE, [0], 5), (BEN, [1], 12), (EVE, [2, 3], 4))
    assert by_length(answers((ANA, [0, 1], 0)), said) == Figures(1, 1, 0, 0, 1, 1)
    assert by_length(answers((ANA, [0, 1], 1)), said) == Figures(0, 1, 0, 0, 1, 1)
    assert by_length(answers((ANA, [2, 3], 1)), said) == Figures(0.5, 1, 0, 0, 1, 1)  # equal
    assert by_length(answers((ANA, [0, 1], 2), (ANA, [0], 0)), said) == NONE  # a tie; a single image
    assert by_length(answers((ANA, [0, 1, 2, 3], 1)), said) == Figures(
        2, 3, 0, 0, 1, 1
    )  # 12 loses to 15, wins over 4 and 4


def test_the_words_of_who_answers_do_not_count() -> None:
    said = remarks((BEN, [0], 10), (EVE, [0], 5), (BEN, [1], 12))
    assert by_length(answers((BEN, [0, 1], 1)), said) == Figures(0, 1, 0, 0, 1, 1)  # 5 and nothing
    assert by_length(answers((EVE, [0, 1], 1)), said) == Figures(1, 1, 0, 0, 1, 1)  # 10 and 12


def test_where_nothing_was_said_it_is_a_coin() -> None:
    assert by_length(answers((ANA, [4, 7], 1)), remarks()) == Figures(0.5, 1, 0, 0, 1, 1)
    assert by_length(answers(), remarks()) == NONE


def test_the_first_of_several() -> None:
    shown = answers((ANA, [3, 1], 0), (ANA, [1, 3], 1), (BEN, [5, 6, 7], 1), (BEN, [5, 6], 2))
    assert by_position(shown) == Figures(2, 4, 0, 0, 2, 2)
    assert str(by_position(answers((ANA, [3, 1], 2)))) == "no pairs"


@pytest.mark.parametrize("person", [ANA, EVE])
def test_the_order_of_images_does_not_matter_to_the_length(person: int) -> None:
    said = remarks((BEN, [0], 10), (EVE, [1], 5), (BEN, [2], 12))
    ways = [by_length(answers((person, shown, shown.index(2))), said) for shown in ([0, 1, 2], [2, 1, 0], [1, 2, 0])]
    assert ways == [Figures(2, 2, 0, 0, 1, 1)] * 3
