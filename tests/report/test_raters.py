"""People with known habits, and people without."""

import random
from collections.abc import Callable

import pytest

from feedback.estimates import Estimate, TooLittle
from feedback.judgements import Answer, Vote
from feedback.raters import Dominance, Leaning, dominance, first_shown, reliability, sides


def test_the_one_who_contradicts_is_found() -> None:
    """Three agree on all twenty; the fourth turns half of them round: 20 of 20 and 10 of 20."""
    truth = [n % 2 for n in range(20)]
    votes = [Vote(person, f"{n}", value) for person in ("ana", "ben", "eva") for n, value in enumerate(truth)]
    votes += [Vote("dan", f"{n}", value if n < 10 else 1 - value) for n, value in enumerate(truth)]
    found = reliability([*votes, Vote("zoe", "0", 0)])
    assert isinstance(found, dict)
    values = {person: one.value for person, one in found.items() if isinstance(one, Estimate)}
    assert values == {"ana": 1.0, "ben": 1.0, "eva": 1.0, "dan": 0.5}
    assert isinstance(found["zoe"], TooLittle)
    assert "1 answer that" in found["zoe"].reason


def test_two_people_are_too_few_to_tell_who_is_right() -> None:
    found = reliability([Vote(person, f"{n}", n % 2) for person in "ab" for n in range(50)])
    assert isinstance(found, TooLittle)
    assert isinstance(reliability([]), TooLittle)


def test_dominance_worked_out_by_hand() -> None:
    found = dominance({"a": 1, "b": 1, "c": 1, "d": 5})
    assert found == Dominance(people=4, answers=8, top=5 / 8, top_three=7 / 8, gini=pytest.approx(0.375))  # type: ignore[arg-type]
    assert isinstance(dominance({}), TooLittle)
    even = dominance({"a": 3, "b": 3})
    assert isinstance(even, Dominance)
    assert even.gini == pytest.approx(0)


def test_who_always_presses_the_same_side(draw: random.Random, ask: Callable[..., list[Answer]]) -> None:
    fair = ask(lambda one, other: draw.choice((one, other)))
    stuck = [Answer("stuck", f"{n}", ("x", "y"), "x") for n in range(20)]
    found = sides([*fair, *stuck, Answer("new", "1", ("x", "y"), "x")])
    assert [name for name, one in found.items() if isinstance(one, Leaning) and one.stands_out] == ["stuck"]
    assert isinstance(found["new"], TooLittle)
    overall = first_shown(fair)[2]
    assert (overall.low or 0) < 0.5 < (overall.high or 0)
    assert first_shown([Answer("a", "1", ("x", "y"), None)]) == {}
