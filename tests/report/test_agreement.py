"""Alpha against published figures; what cannot be computed is said, not raised."""

import random

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedback.agreement import Level, alpha, alpha_by, alphas
from feedback.estimates import Estimate, TooLittle
from feedback.judgements import Answer, Mark, Vote, choice_votes, polarity_votes

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C: four observers, twelve units.
OBSERVERS = ("1 2 3 3 2 1 4 1 2 . . .", "1 2 3 3 2 2 4 1 2 5 . 3", ". 3 3 3 2 3 4 2 2 5 1 .", "1 2 3 3 2 4 4 1 2 5 1 .")
PUBLISHED = [
    Vote(f"observer {person}", f"unit {unit}", int(value))
    for person, line in enumerate(OBSERVERS)
    for unit, value in enumerate(line.split())
    if value != "."
]


@pytest.mark.parametrize(("level", "value"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_published_figures(level: Level, value: float) -> None:
    found = alpha(PUBLISHED, level)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(value, abs=5e-4)
    assert found.count == 11  # the twelfth unit has one observer
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.743 < found.high


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=4, max_size=4).filter(lambda kind: sum(kind) > 1), min_size=1),
    st.lists(st.integers(0, 3), min_size=20, max_size=20),
    st.sampled_from(["nominal", "ordinal"]),
)
@settings(max_examples=50, deadline=None)
def test_many_samples_at_once_are_as_one_by_one(kinds: list[list[int]], drawn: list[int], level: Level) -> None:
    counts, times = np.array(kinds), np.resize(drawn, (2, len(kinds)))
    found = alphas(counts, times, level)
    for one, often in zip(found, times, strict=True):
        sample = np.repeat(counts, often, axis=0)
        if (sample.sum(axis=0) > 0).sum() > 1:
            assert one == pytest.approx(krippendorff.alpha(value_counts=sample, level_of_measurement=level))
        else:
            assert not np.isfinite(one)


def test_the_interval_is_that_of_units_drawn_one_by_one() -> None:
    draw = np.random.default_rng(3)
    truth = draw.integers(3, size=80)
    given_ones = np.where(draw.random((4, 80)) < 0.7, truth, draw.integers(3, size=(4, 80)))
    found = alpha(
        [Vote(str(p), str(u), int(v)) for p, row in enumerate(given_ones) for u, v in enumerate(row)], "nominal"
    )
    again = [
        krippendorff.alpha(given_ones[:, draw.integers(80, size=80)], level_of_measurement="nominal")
        for _ in range(1000)
    ]
    assert isinstance(found, Estimate)
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(again, [2.5, 97.5])), abs=0.02)


@pytest.mark.parametrize(
    ("votes", "reason"),
    [
        ([], "nobody"),
        ([Vote("ana", f"{n}", n % 2) for n in range(50)], "only one person"),
        ([Vote(f"{n % 2}", f"{n}", n % 2) for n in range(50)], "0 times"),
        ([Vote(person, f"{n}", 1) for n in range(50) for person in "ab"], "everybody said the same"),
    ],
)
def test_what_cannot_be_computed_is_said(votes: list[Vote], reason: str) -> None:
    found = alpha(votes, "nominal")
    assert isinstance(found, TooLittle)
    assert reason in found.reason


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 15), st.integers(-1, 1)), max_size=60))
@settings(max_examples=30, deadline=None)
def test_no_votes_crash_it(drawn: list[tuple[int, int, int]]) -> None:
    votes = {(person, unit): Vote(str(person), str(unit), value) for person, unit, value in drawn}
    found = alpha(votes.values(), "ordinal", least_units=1)
    assert isinstance(found, TooLittle) or found.value <= 1


def test_groups_are_measured_apart() -> None:
    marks = [
        Mark(person, "c", f"{n}", aspect, language, score)
        for n in range(12)
        for person, language in (("a", "ar"), ("b", "ar"))
        for aspect, score in (("lighting", (-1) ** n * 2), ("hands", (-1) ** (n if person == "a" else n // 2)))
    ]
    found = alpha_by(marks, lambda mark: [mark.aspect], polarity_votes, "ordinal")
    assert [isinstance(one, Estimate) and round(one.value, 1) for one in found.values()] == [0.0, 1.0]
    assert list(found) == ["hands", "lighting"]


def test_who_says_both_is_counted_once() -> None:
    marks = [Mark("ana", "c", "i", "color", "es", score) for score in (3, -1, -1)]
    assert [vote.value for vote in polarity_votes(marks)] == [1]


def test_a_choice_is_of_an_image_and_not_of_a_side() -> None:
    one = Answer("ana", "c", ("x", "y"), "y")
    other = Answer("ben", "c", ("y", "x"), "y")
    assert len({vote.value for vote in choice_votes([one, other])}) == 1
    assert [vote.value for vote in choice_votes([one, Answer("ana", "c", ("x", "y"), None)])] == [-1]


def test_agreement_on_choices_does_not_depend_on_ids(draw: random.Random) -> None:
    """Images are named in the order of their import: what is imported first may always be the better one."""

    def answers(better_first: bool) -> list[Answer]:
        said = []
        for number in range(40):
            better, worse = (
                (f"{number}-a", f"{number}-b") if better_first or number % 2 else (f"{number}-b", f"{number}-a")
            )
            for person in "abcde":
                chosen = better if draw.random() < 0.92 else worse
                said.append(Answer(person, f"c{number}", (better, worse), chosen))
        return said

    for found in (alpha(choice_votes(answers(first)), "nominal") for first in (True, False)):
        assert isinstance(found, Estimate)
        assert found.value > 0.4
