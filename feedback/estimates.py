"""A figure with its interval and its number of observations, or the reason why there is none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from feedback.errors import OpineError

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

RESAMPLES: Final = 500
DEFINED: Final = 0.8  # of the resamples, at least; else no interval is told
SIGNIFICANT: Final = 0.05  # after Benjamini and Hochberg: of what is flagged, one in twenty is by chance


class MissingLibraries(OpineError):
    """The extra `report` is not installed."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure; the interval holds 95 %, and is None where it cannot be computed."""

    value: float
    low: float | None
    high: float | None
    count: int


@dataclass(frozen=True, slots=True)
class TooLittle:
    """No figure, and why, as a sentence."""

    reason: str
    count: int = 0


def require_libraries() -> None:
    """Raise MissingLibraries, unless the extra `report` is installed."""
    from importlib.util import find_spec

    if missing := [name for name in ("krippendorff", "crowdkit", "scipy", "sklearn") if find_spec(name) is None]:
        raise MissingLibraries(
            f"the report needs {', '.join(missing)}, which come with an extra: pip install 'opine[report]'"
        )


def share(successes: int, trials: int) -> Estimate:
    """A share with its Wilson interval; `trials` is at least 1."""
    from scipy.stats import binomtest

    interval = binomtest(successes, trials).proportion_ci(method="wilson")
    return Estimate(successes / trials, float(interval.low), float(interval.high), trials)


def bootstrap(units: int, statistic: Callable[["Numbers"], float], *, seed: int = 0) -> tuple[float, float] | None:
    """The 95 % percentile interval of a statistic over resampled units, of which it is handed the numbers.

    None where the statistic is undefined (not finite) in many resamples. The same seed gives the same interval.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    found = np.array([statistic(generator.integers(units, size=units)) for _ in range(RESAMPLES)])
    finite = found[np.isfinite(found)]
    if len(finite) < DEFINED * RESAMPLES:
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def flagged(p_values: Sequence[float]) -> list[bool]:
    """Which of many tests stand out, at a false discovery rate of 5 %."""
    from scipy.stats import false_discovery_control

    return [bool(p < SIGNIFICANT) for p in false_discovery_control(p_values)] if p_values else []
