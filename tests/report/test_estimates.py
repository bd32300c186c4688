"""Shares against scipy's Wilson interval."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from feedback.estimates import share


@given(st.integers(1, 5000).flatmap(lambda trials: st.tuples(st.integers(0, trials), st.just(trials))))
@settings(max_examples=50, deadline=None)
def test_a_share_has_wilsons_interval(counts: tuple[int, int]) -> None:
    found, interval = share(*counts), binomtest(*counts).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high))
