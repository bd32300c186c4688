"""People who are strict, and people who are not."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from feedback.estimates import TooLittle
from feedback.grading import Grading, grading
from feedback.judgements import Mark


def test_who_grades_on_a_curve(draw: random.Random) -> None:
    def marks(person: str, mean: int) -> list[Mark]:
        return [Mark(person, "c", f"{n}", "color", "en", mean + draw.choice([-1, 0, 1])) for n in range(30)]

    usual = [mark for n in range(6) for mark in marks(f"usual-{n}", 1)]
    alike, unlike = grading(usual), grading([*usual, *marks("strict", -2)])
    assert isinstance(alike, Grading)
    assert isinstance(unlike, Grading)
    assert not any(one.stands_out for one in alike.people.values())
    assert alike.part.value < 0.1
    assert [name for name, one in unlike.people.items() if one.stands_out] == ["strict"]
    # Between: the variance of seven means, 9/7 with Bessel's correction; within: 2/3.
    assert unlike.part.value == pytest.approx((9 / 7) / (9 / 7 + 2 / 3), abs=0.06)


def test_all_the_same_grade_is_no_crash() -> None:
    found = grading([Mark(person, "c", f"{n}", "color", "en", 2) for person in "abc" for n in range(10)])
    assert isinstance(found, Grading)
    assert found.part.value == 0
    assert isinstance(grading([]), TooLittle)


@given(st.lists(st.lists(st.integers(-3, 3), min_size=10, max_size=20), min_size=3, max_size=6))
@settings(max_examples=30, deadline=None)
def test_intervals_are_those_of_students_test_with_the_spread_of_all(people: list[list[int]]) -> None:
    found = grading([Mark(str(n), "c", "i", "color", "en", one) for n, scores in enumerate(people) for one in scores])
    assert isinstance(found, Grading)
    assert found.middle == np.median([np.mean(scores) for scores in people])
    freedom = sum(map(len, people)) - len(people)
    spread = np.sqrt(sum(np.var(scores) * len(scores) for scores in people) / freedom)
    for scores, one in zip(people, found.people.values(), strict=True):
        if spread:
            interval = t.interval(0.95, freedom, np.mean(scores), spread / np.sqrt(len(scores)))
            assert (one.estimate.low, one.estimate.high) == pytest.approx(tuple(interval))
        else:
            assert one.stands_out == (scores[0] != found.middle)


def test_who_happens_to_give_one_score_only_does_not_stand_out(draw: random.Random) -> None:
    """Twenty people of one kind: nine in ten of their labels say "good"; by chance some say nothing else."""

    def stand_out() -> bool:
        people = {f"p{n}": [draw.choices([1, -1], [9, 1])[0] for _ in range(12)] for n in range(20)}
        marks = [Mark(person, "c", f"{n}", "color", "en", s) for person, of in people.items() for n, s in enumerate(of)]
        found = grading(marks)
        assert isinstance(found, Grading)
        return any(one.stands_out for one in found.people.values())

    assert sum(stand_out() for _ in range(40)) <= 10
