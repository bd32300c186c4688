"""Bradley-Terry with ties against a case worked out by hand, and against strengths that are known."""

import math
import random

import pytest

from feedback.aggregate import Duel, generator_duels, image_duels, strengths
from feedback.judgements import Answer


def test_two_things_worked_out_by_hand() -> None:
    """6 wins, 3 losses, 3 ties fit exactly: P = 1/2, 1/4, 1/4, so the odds are 2 and v = 1/4 / sqrt(1/8)."""
    duels = [Duel("a", "b", share) for share in [1.0] * 6 + [0.0] * 3 + [0.5] * 3]
    found = strengths(duels, prior_deviation=1e6)
    (scale,) = found.scales
    a, b = scale.strengths["a"], scale.strengths["b"]
    assert a.value - b.value == pytest.approx(math.log(2), abs=1e-4)
    assert found.tie == pytest.approx(0.25 / math.sqrt(0.125), abs=1e-4)
    # Curvature of 12 answers in the difference: (1/2 + 1/4 - (1/2 - 1/4)^2) / 4 each; a is half the difference.
    error = (a.high or 0) - a.value
    assert error == pytest.approx(1.96 / math.sqrt(12 * (0.75 - 0.0625) / 4) / 2, rel=1e-3)


def test_known_strengths_are_found(draw: random.Random) -> None:
    truth = {name: (number - 4.5) / 3 for number, name in enumerate("abcdefghij")}
    inside = 0
    duels = []
    for _ in range(3000):
        one, other = draw.sample(sorted(truth), 2)
        win, lose = math.exp(truth[one]), math.exp(truth[other])
        share = draw.choices([1.0, 0.0, 0.5], [win, lose, 0.5 * math.sqrt(win * lose)])[0]
        duels.append(Duel(one, other, share))
    found = strengths(duels)
    for name, one in found.scales[0].strengths.items():
        assert one.value == pytest.approx(truth[name], abs=0.25)
        inside += (one.low or 0) <= truth[name] <= (one.high or 0)
    assert inside >= 8
    assert found.tie == pytest.approx(0.5, abs=0.1)
    assert found.answers == 3000


def test_what_never_lost_stays_finite() -> None:
    (scale,) = strengths([Duel("a", "b", 1.0)] * 200).scales
    assert 1 < scale.strengths["a"].value < 10


def test_what_nothing_connects_is_on_scales_of_its_own() -> None:
    duels = [Duel("a", "b", 1.0), Duel("b", "c", 1.0), Duel("x", "y", 0.5)]
    found = strengths(duels)
    assert [set(scale.strengths) for scale in found.scales] == [{"a", "b", "c"}, {"x", "y"}]
    assert list(found.scales[0].strengths) == ["a", "b", "c"]
    assert strengths([]).scales == ()


def test_an_answer_about_a_set_weighs_one() -> None:
    answer = Answer("ana", "c", ("x", "y", "z"), "y", ("one", "two", "one"))
    assert image_duels([answer]) == [Duel("y", "x", 1.0, 0.5), Duel("y", "z", 1.0, 0.5)]
    tied = Answer("ana", "c", ("x", "y", "z"), None, ("one", "two", None))
    assert sum(duel.weight for duel in image_duels([tied])) == pytest.approx(1)
    assert [duel.share for duel in image_duels([tied])] == [0.5] * 3
    assert generator_duels([tied]) == []
    assert {duel.second for duel in generator_duels([answer])} == {"one"}


def test_an_answer_about_a_set_counts_once_for_each_of_its_images() -> None:
    answers = [Answer(f"p{n}", "c", ("w", "x", "y", "z"), "w") for n in range(4)]
    found = strengths(image_duels(answers))
    assert {name: one.count for name, one in found.scales[0].strengths.items()} == dict.fromkeys("wxyz", 4)
    assert found.answers == 4
    generators = [Answer("ana", "c", ("w", "x", "y", "z"), "w", ("a", "a", "b", "b"))] * 3
    told = strengths(generator_duels(generators))
    assert {name: one.count for name, one in told.scales[0].strengths.items()} == {"a": 3, "b": 3}
    assert told.answers == 3
