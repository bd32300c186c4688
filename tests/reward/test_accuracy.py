"""How sure the figures are, against simulated truth, scipy and cases by hand."""

import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from scipy.stats import binomtest
from simulated_export import Simulated, simulate

from feedback.reward.accuracy import NONE, Figures, after_answers, judge, judge_people, judge_strangers, order
from feedback.reward.answers import Answers
from feedback.reward.fitting import fit
from feedback.reward.taste import Taste

LIKED, REFUSED = 0, 1


def judged(right: np.ndarray, people: int) -> Figures:
    """Pairs whose first image is liked, each shown to so many people of whom so many chose it."""
    chosen = np.where(np.arange(people) < right[:, None], LIKED, REFUSED).ravel()
    shown = np.repeat(np.arange(2 * len(right)).reshape(-1, 2), people, axis=0)
    return order(np.tile([1.0, 0.0], (len(chosen), 1)), chosen, shown)


def test_an_interval_covers_the_truth_where_many_people_judge_the_same_few_pairs() -> None:
    chance, truth = np.random.default_rng(0), 1.2 / (1.2 + 0.62)
    covered, as_if_independent = list[bool](), list[bool]()
    for _ in range(400):
        found = judged(chance.binomial(40, chance.beta(1.2, 0.62, 12)), 40)
        for way, figures in ((covered, found), (as_if_independent, replace(found, effective=found.pairs))):
            low, high = figures.interval
            way.append(low <= truth <= high)
    assert 0.9 < np.mean(covered) < 0.98
    assert np.mean(as_if_independent) < 0.5


@pytest.mark.parametrize("share", [0.1, 0.5, 0.83])
def test_where_every_comparison_has_one_pair_the_interval_is_wilsons(share: float) -> None:
    right = np.arange(400) < 400 * share
    found = judged(right.astype(int), 1)
    wilson = binomtest(int(right.sum()), 400).proportion_ci(method="wilson")
    assert found.comparisons == found.pairs == 400
    assert found.interval == pytest.approx(tuple(wilson), abs=5e-4)


def test_what_pairs_are_worth_by_hand() -> None:
    assert judged(np.array([3, 1]), 4) == Figures(4, 8, 0, 0, 2, 4)  # 2 / 1 * (1 + 1) / 64 is the variance; 1/4 by it
    assert judged(np.array([2, 2, 2, 1]), 2).effective == pytest.approx(7 / 64 * 3 / 4 * 64 / 0.75)
    assert judged(np.array([3, 3]), 3) == Figures(6, 6, 0, 0, 2, 2)  # all right: as many as comparisons
    assert judged(np.array([3]), 4) == Figures(3, 4, 0, 0, 1, 1)
    assert str(judged(np.array([3]), 4)).endswith("; 4 pairs about 1 comparison)")
    assert str(Figures(913.2, 1156, 0, 0, 117, 467)) == "0.790 (0.751 to 0.824; 1,156 pairs about 117 comparisons)"


def test_pairs_of_an_answer_and_of_the_same_images_in_another_order_are_one_comparison() -> None:
    utilities = np.array([[1, 2, 0, 3], [1, 3, 0, 2], [1, 0, np.nan, np.nan]])
    found = order(utilities, np.array([1, 1, 2]), np.array([[7, 8, 9, 3], [7, 3, 9, 8], [7, 8, -1, -1]]))
    assert found == Figures(5, 6, 0, 0, 1, 1)  # the last is a tie


def test_figures_add_and_survive_a_file() -> None:
    found = judged(np.array([3, 1, 2]), 4)
    assert Figures(**json.loads(json.dumps(asdict(found)))) == found
    assert asdict(found + NONE) == pytest.approx(asdict(found))
    assert asdict(found + found) == pytest.approx(asdict(found) | {"right": 12, "pairs": 24})
    assert NONE + NONE == NONE


def test_people_judged_apart_share_comparisons() -> None:
    simulated = simulate(people=12, answers=40, images=20)
    scores, answers = simulated.views[:1], simulated.exported.answers
    taste = np.random.default_rng(1).normal(size=scores.shape[2] + 2) / 20
    together, apart = (judge(scores, answers, taste), judge_people(scores, answers, np.tile(taste, (12, 1))))
    assert 0 < together.comparisons < together.pairs
    assert asdict(apart) == pytest.approx(asdict(together), rel=1e-5)


def one_feature(answers: int) -> tuple[np.ndarray, Answers]:
    """Images 0 and 1 differ by 2; by turns each is chosen."""
    unused = np.full(answers, "")
    images, choice = np.tile([0, 1, -1, -1], (answers, 1)), np.arange(answers) % 2
    return np.array([[[1.0], [-1.0]]]), Answers(unused, unused, np.ones(answers), images, choice, np.arange(answers))


def test_without_a_spread_the_predictive_loss_is_that_of_the_mean() -> None:
    scores, answers = one_feature(6)
    mean = np.array([0.7, -0.4, 0.2])
    alone = judge_strangers(scores, answers, Taste(mean, np.zeros((3, 3))))
    assert asdict(alone) == pytest.approx(asdict(judge(scores, answers, mean)), rel=1e-12)


def test_the_predictive_loss_is_an_integral_over_tastes() -> None:
    scores, answers = one_feature(6)
    mean, deviation = np.array([0.6, -0.4, 0.2]), 1.0
    places, weights = np.polynomial.hermite_e.hermegauss(60)
    weighed = mean[0] + deviation * places
    total = np.exp(weighed) + np.exp(-weighed) + np.exp(mean[1])
    chances = [weights @ (np.exp(side * weighed) / total) / weights.sum() for side in (1, -1)]
    found = judge_strangers(scores, answers, Taste(mean, np.diag([deviation**2, 0, 0])))
    assert found.mean_loss == pytest.approx(-np.mean(np.log(chances)), abs=0.03)
    assert found.mean_loss < judge(scores, answers, mean).mean_loss - 0.04  # people differ, and it knows


def few_seen(seen: int, seed: int) -> Simulated:
    """Of 40 people, a few are seen; 12 say when to end."""
    simulated = simulate(people=40, answers=50, seed=seed)
    answers = simulated.exported.answers
    sides = np.select([answers.annotator < seen, answers.annotator < seen + 12], ["train", "validation"], "test")
    return replace(simulated, exported=replace(simulated.exported, answers=replace(answers, annotator_split=sides)))


def test_the_round_kept_serves_new_people_better_than_the_first() -> None:
    gains = []
    for seed in (0, 2):
        simulated = few_seen(12, seed)
        answers, shares = simulated.exported.answers, []
        for rounds in (1, 12):
            fitted = fit(simulated.exported, simulated.views, seed=0, rounds=rounds)
            given, asked = answers.take(answers.split == "train"), answers.of("test", "test")
            found = after_answers(fitted.scores, given, asked, fitted.population, (20,))[20]
            shares.append(found.right / found.pairs)
        gains.append(shares[1] - shares[0])
    assert min(gains) >= 0
    assert np.mean(gains) > 0.04


def test_the_first_round_is_kept_only_where_it_is_alone() -> None:
    simulated = few_seen(6, 0)
    alone, several = (fit(simulated.exported, simulated.views, seed=0, rounds=rounds) for rounds in (1, 3))
    losses = [done.held_out.mean_loss for done in several.rounds]
    assert losses[0] == min(losses)
    assert (alone.best, several.best) == (0, 1)
    assert [done.number for done in several.rounds] == [1, 2, 3]
