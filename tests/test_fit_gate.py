"""Fitting the gate on judged translations."""

from pathlib import Path

import numpy as np
import pytest

from translation.bundled import BundledReader
from translation.decoding import Hypothesis
from translation.parts import whole
from translation.quality import Signs
from translation.training.fit_gate import (
    NEVER,
    Row,
    at_most,
    confidence_of,
    crossed,
    figures,
    fit,
    fitted,
    rows_of,
    table,
    threshold_for,
)
from translation.training.judged import Judged, JudgedError, read
from translation.translate import Answer, Attempt


def judged(verdict: str, language: str = "es", translation: str = "x") -> Judged:
    return Judged(language, "texto", translation, verdict)


def rows(count: int, seed: int = 0) -> list[Row]:
    """Translations that invent the more, the lower their log-probability."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        sure = float(rng.uniform(-3, 0))
        invents = rng.random() < 1 / (1 + np.exp(6 * (sure + 1.5)))
        signs = Signs(sure, 3.0, float(rng.random()), 0.0)
        made.append(Row(judged("invents" if invents else "right", ("es", "de")[number % 2]), signs))
    return made


def test_a_file_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "judged.tsv"
    path.write_text("# comment\nes\thola\thello\tright\n\nes\tqué\twhat\t\n", "utf-8")
    assert list(read(path)) == [Judged("es", "hola", "hello", "right")]


@pytest.mark.parametrize("line", ["es\thola\thello\tgood", "es\thola", "es\ta\tb\tright\tmore"])
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "judged.tsv"
    path.write_text(f"# comment\n{line}\n", "utf-8")
    with pytest.raises(JudgedError, match=r"judged\.tsv:2"):
        list(read(path))


def test_the_regression_finds_the_weights() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(4000, 2))
    y = (rng.random(4000) < confidence_of(x, np.array([2.0, -1.0]), 0.5)).astype(float)
    weights, bias = fitted(x, y)
    assert [*weights, bias] == pytest.approx([2.0, -1.0, 0.5], abs=0.2)


def test_a_sign_that_never_varies_is_no_trouble() -> None:
    x = np.column_stack([np.linspace(-1, 1, 50), np.zeros(50)])
    weights, _ = fitted(x, (x[:, 0] > 0).astype(float))
    assert weights[0] > 0
    assert weights[1] == 0


def test_cross_validation_has_not_seen_the_row() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=(40, 4))
    y = (x[:, 0] + rng.normal(size=40) > 0).astype(float)
    turned = y.copy()
    turned[7] = 1 - turned[7]
    before, after = crossed(x, y), crossed(x, turned)
    assert before[7] == after[7]
    assert (before != after).sum() >= 30  # all but the rows of its own fold


def test_a_sign_that_points_the_wrong_way_is_left_out() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(500, 2))
    weights, _ = fitted(x, (x[:, 0] + x[:, 1] > 0).astype(float))  # longer is not surer
    assert weights[0] > 0
    assert weights[1] == 0


def test_the_threshold_keeps_its_promise() -> None:
    confidence = np.linspace(1, 0, 200)
    y = (confidence > 0.5).astype(float)
    threshold = threshold_for(confidence, y, 0.02)
    shown = confidence >= threshold
    assert 1 - y[shown].mean() <= 0.02
    assert shown.sum() == 102  # one more would be three mistakes in 103: over two in a hundred


def test_equal_confidence_is_shown_together_or_not() -> None:
    confidence = np.array([0.9] * 30 + [0.8] * 30)
    y = np.array([1.0] * 30 + [1.0] * 15 + [0.0] * 15)
    assert threshold_for(confidence, y, 0.02) == pytest.approx(0.9)


def test_without_proof_nothing_is_shown() -> None:
    assert threshold_for(np.linspace(1, 0, 19), np.ones(19), 0.02) == NEVER
    assert threshold_for(np.linspace(1, 0, 100), np.zeros(100), 0.02) == NEVER


def test_what_is_written() -> None:
    made = [*rows(600), Row(judged("invents"), None)]
    found = fit(made, {"Latn": 1.0}, 0.02)
    whole = found["cross-validated"]["all"]
    assert found["weights"]["log_probability"] > 0
    assert whole["invents"] <= 0.02
    assert 0.1 < whole["coverage"] < 0.6
    assert whole["judged"] == 601 == sum(found["cross-validated"][tag]["judged"] for tag in ("es", "de"))
    assert table(found).count("\n") == 4


def test_too_few_are_refused() -> None:
    with pytest.raises(JudgedError, match="too few"):
        fit(rows(10), {}, 0.02)


def test_the_bound_is_above_the_share() -> None:
    assert at_most(0, 20) > 0.1
    assert at_most(2, 1000) == pytest.approx(0.0057, abs=1e-3)
    assert at_most(0, 0) == 1.0


def test_figures_of_what_is_shown() -> None:
    some = [judged("right"), judged("gist"), judged("invents"), judged("invents")]
    found = figures(some, np.array([0.9, 0.8, 0.7, 0.1]), 0.6)
    assert (found["shown"], found["coverage"], found["invents"]) == (3, 0.75, 0.333)
    assert (found["precision"], found["invented before"]) == (0.666, 0.5)


def test_what_has_changed_since_it_was_judged_is_left_out(reader: BundledReader) -> None:
    answer = Answer(whole(reader, "hola", "es"), Hypothesis("Hello.", -0.1), 0.9)
    found = [Attempt("Hello", [answer], "es"), Attempt("Hi", [answer], "es"), Attempt("😍", [], "es")]
    three = [judged("right", translation=text) for text in ("Hello", "Hello", "😍")]
    assert [row.judged for row in rows_of(three, found, {})] == [three[0]]
