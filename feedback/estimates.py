"""A figure with its interval and its number of observations, or the reason why there is none."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from feedback.errors import OpineError

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    Numbers = np.ndarray[tuple[int, ...], np.dtype[np.int64]]

RESAMPLES: Final = 500
NORMAL: Final = 1.959963984540054  # 95 % of a normal distribution are within so many deviations
BLOCK: Final = 1_000_000  # numbers drawn at once, so that memory stays small
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
    alike: bool = False  # there is data enough, but all of it says the same

    def __str__(self) -> str:
        return self.reason if self.alike else f"too little data: {self.reason}"


def so_many(count: int, one: str, many: str | None = None) -> str:
    """A number with what it counts; without `many`, the plural ends in s.

    >>> so_many(1, "answer"), so_many(1200, "person", "people")
    ('1 answer', '1,200 people')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def require_libraries() -> None:
    """Raise MissingLibraries, unless the extra `report` is installed."""
    from importlib.util import find_spec

    if missing := [name for name in ("krippendorff", "crowdkit", "scipy", "sklearn") if find_spec(name) is None]:
        raise MissingLibraries(
            f"the report needs {', '.join(missing)}, which come with an extra: pip install 'opine[report]'"
        )


def share(successes: int, trials: int) -> Estimate:
    """A share with its Wilson interval (1927); `trials` is at least 1."""
    value, reach = successes / trials, NORMAL**2 / trials
    middle = value + reach / 2
    spread = (reach * (value * (1 - value) + reach / 4)) ** 0.5
    low, high = ((middle - spread) / (1 + reach), (middle + spread) / (1 + reach))
    return Estimate(value, max(0.0, low), min(1.0, high), trials)  # rounding errors at none and all


def resampled(times: "Numbers", *, samples: int = RESAMPLES, seed: int = 0) -> Iterator["Numbers"]:
    """How often a bootstrap draws each unit (samples x units), in blocks; units that are alike may stand as one.

    `times` says how many units each stands for. The same seed gives the same samples.
    """
    import numpy as np

    generator = np.random.default_rng(seed)
    at_once = max(1, BLOCK // len(times))
    for start in range(0, samples, at_once):
        yield generator.multinomial(times.sum(), times / times.sum(), size=min(at_once, samples - start))


def bootstrap(times: "Numbers", statistic: Callable[["Numbers"], "Floats"]) -> tuple[float, float] | None:
    """The 95 % percentile interval of a statistic, which is handed blocks of `resampled` and has a value for each row.

    None where the statistic is undefined (not finite) in many resamples.
    """
    import numpy as np

    found = np.concatenate([statistic(drawn) for drawn in resampled(times)])
    finite = found[np.isfinite(found)]
    if len(finite) < DEFINED * RESAMPLES:
        return None
    low, high = np.percentile(finite, [2.5, 97.5])
    return float(low), float(high)


def flagged(p_values: Sequence[float]) -> list[bool]:
    """Which of many tests stand out, at a false discovery rate of 5 %."""
    from scipy.stats import false_discovery_control

    return [bool(p < SIGNIFICANT) for p in false_discovery_control(p_values)] if p_values else []
