"""The likelihood and its update, against cases computed by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.reward.choices import Choices, of_liked, of_one, of_several
from feedback.reward.questions import information, next_question
from feedback.reward.taste import Taste

CHANCE = np.random.default_rng(1)
small = st.floats(-4, 4)


def pair(first: float, second: float, chosen: int = 0) -> Choices:
    return of_several(np.array([[[first], [second]]]), np.array([chosen]), np.ones(1))


def standard(size: int) -> Taste:
    return Taste(np.zeros(size), np.eye(size))


def test_two_images_by_hand() -> None:
    """Davidson: worths 3 and 1 with ties of worth 2 sqrt(3 x 1): 3, 1 and 3.4641 of 7.4641."""
    taste = np.array([math.log(3), math.log(2), 0])
    shares = np.exp(pair(1, 0).log_probabilities(taste))[0]
    assert shares == pytest.approx([3 / 7.4641016, 1 / 7.4641016, 3.4641016 / 7.4641016], abs=1e-8)


def test_three_images_by_hand() -> None:
    """Worths 4, 2 and 1, ties of worth 1 times their geometric mean, 2: of 9."""
    scores = np.log([[[4.0], [2.0], [1.0]]])
    shares = np.exp(of_several(scores, np.array([0]), np.ones(1)).log_probabilities(np.array([1.0, 0, 0])))[0]
    assert shares == pytest.approx([4 / 9, 2 / 9, 1 / 9, 2 / 9])


@given(small, small, small, small)
def test_swapping_the_images_mirrors_the_answer(first: float, second: float, weight: float, tie: float) -> None:
    taste = np.array([weight, tie, 0.0])
    one, other = pair(first, second).log_probabilities(taste)[0], pair(second, first).log_probabilities(taste)[0]
    assert one == pytest.approx(other[[1, 0, 2]], abs=1e-9)


@given(small, small, small)
def test_what_images_share_changes_nothing(first: float, second: float, shared: float) -> None:
    taste = np.array([1.0, 0.3, 0.0])
    apart = pair(first + shared, second + shared).log_probabilities(taste)
    assert apart == pytest.approx(pair(first, second).log_probabilities(taste), abs=1e-9)


def test_derivatives_against_differences() -> None:
    scores = CHANCE.normal(size=(7, 3, 4))
    choices = of_several(scores, np.array([0, 1, 2, 3, 3, 0, 1]), CHANCE.uniform(0.2, 1, 7))
    taste, step = CHANCE.normal(size=6), 1e-5 * np.eye(6)
    gradient, curvature = choices.derivatives(taste)
    slopes = [(choices.log_likelihood(taste + h) - choices.log_likelihood(taste - h)) / 2e-5 for h in step]
    bends = [-(choices.derivatives(taste + h)[0] - choices.derivatives(taste - h)[0]) / 2e-5 for h in step]
    assert gradient == pytest.approx(slopes, abs=1e-6)
    assert curvature == pytest.approx(np.array(bends), abs=1e-6)


def test_one_answer_by_hand() -> None:
    """The most probable weight w of "good" said of an image that scores 1, before which it is standard normal.

    Leniency l adds to w: both equal s, where s = 1 - sigmoid(2 s), thus s = 0.3374; curvature p (1 - p) = 0.2236.
    """
    after = standard(3).after([of_one(np.array([[1.0]]), np.array([True]), np.ones(1))])
    weight, tie, leniency = after.mean
    assert weight == leniency == pytest.approx(1 / (1 + math.exp(2 * weight)), abs=1e-5)
    assert weight == pytest.approx(0.3374, abs=1e-4)
    assert tie == 0
    bend = weight * (1 - weight)
    expected = np.linalg.inv(np.array([[1 + bend, 0, bend], [0, 1, 0], [bend, 0, 1 + bend]]))
    assert after.covariance == pytest.approx(expected, abs=1e-5)


def test_half_a_win_each_way_is_a_draw_in_weight() -> None:
    both = [pair(1, 0, 0), pair(1, 0, 1)]
    assert standard(3).after(both).mean[0] == pytest.approx(0, abs=1e-6)


def test_ties_draw_images_together_and_are_learned() -> None:
    prior = Taste(np.array([2.0, 0, 0]), np.eye(3))
    after = prior.after([pair(1, 0, 2)] * 10)
    assert after.mean[0] < 1.5
    assert after.mean[1] > 1


def test_always_the_same_answer_stays_finite() -> None:
    scores = np.tile([[[3.0], [-3.0]]], (5_000, 1, 1))
    after = standard(3).after([of_several(scores, np.zeros(5_000, int), np.ones(5_000))])
    assert np.isfinite(after.covariance).all()
    assert 0 < after.mean[0] < 5
    assert np.linalg.eigvalsh(after.covariance).min() > 0


@pytest.mark.parametrize("start", [-30.0, 0.0, 30.0])
def test_the_same_end_from_any_prior_that_is_wide(start: float) -> None:
    scores = CHANCE.normal(size=(400, 2, 1))
    chosen = (scores[:, 1, 0] > scores[:, 0, 0]) ^ (CHANCE.uniform(size=400) < 0.2)
    choices = of_several(np.tile(scores, 1), chosen.astype(int), np.ones(400))
    after = Taste(np.array([start, start, 0]), np.eye(3) * 1e6).after([choices])
    gradient, _ = choices.derivatives(after.mean)
    assert np.abs(gradient[:2]).max() < 1e-2


def test_no_answers_change_nothing() -> None:
    taste = Taste(np.array([0.5, -1, 0]), np.diag([1.0, 2, 3]))
    after = taste.after([])
    assert after.mean == pytest.approx(taste.mean)
    assert after.covariance == pytest.approx(taste.covariance)


def test_liked_images_against_the_background() -> None:
    background = CHANCE.normal(size=(16, 2))
    liked = np.array([[2.0, 0], [1.8, 0.1], [2.2, -0.2], [1.9, 0], [2.1, 0.2]])
    taste = standard(4).after([of_liked(liked, background)])
    assert taste.mean[0] > 0.5
    assert abs(taste.mean[1]) < taste.mean[0] / 2
    assert np.diag(taste.covariance)[0] < 1


def test_information_by_hand() -> None:
    """Nothing is learned of equal images; of a weight of about 100 either way, without ties, nearly all of log 2."""
    sure = Taste(np.array([0.0, -50, 0]), np.diag([1e4, 1, 1]))
    told = information(np.array([[0.0], [0.0], [1.0]]), sure, np.array([[0, 1], [0, 2]]))
    assert told[0] == pytest.approx(0, abs=1e-12)
    assert told[1] == pytest.approx(math.log(2), abs=0.03)


def test_information_is_what_answers_tell_on_average() -> None:
    taste = Taste(np.array([0.4, 0.2, 0]), np.diag([0.8, 1e-12, 1]))
    (told,) = information(np.array([[1.0], [-0.5]]), taste, np.array([[0, 1]]))
    weights = 0.4 + np.sqrt(0.8) * np.random.default_rng(3).standard_normal(100_000)
    utilities = np.stack([weights, -0.5 * weights, 0.2 + 0.25 * weights])
    shares = np.exp(utilities) / np.exp(utilities).sum(axis=0)
    entropy = lambda p: -(p * np.log(p)).sum(axis=0)  # noqa: E731
    assert told == pytest.approx(entropy(shares.mean(axis=1)) - entropy(shares).mean(), abs=2e-3)


def test_the_question_is_about_what_is_not_known() -> None:
    candidates = np.array([[0.0, 0], [3, 0], [0, 1]])
    taste = Taste(np.zeros(4), np.diag([1e-6, 1, 1, 1]))
    assert next_question(candidates, taste) in {(0, 2), (1, 2)}
    assert next_question(candidates, taste, np.array([[0, 1]])) == (0, 1)
    with pytest.raises(ValueError, match="at least two"):
        next_question(candidates[:1], taste)
