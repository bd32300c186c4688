"""Do people agree? Krippendorff's alpha, with an interval by bootstrap over units, or why it cannot be said.

Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability. 1: always alike; 0: as by chance; below: worse.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Literal

from feedback.estimates import Estimate, TooLittle, bootstrap
from feedback.judgements import Mark, Vote, polarity_votes

LEAST_UNITS: Final = 10  # that two people judged

Level = Literal["nominal", "ordinal"]


def alpha(votes: Iterable[Vote], level: Level, least_units: int = LEAST_UNITS) -> Estimate | TooLittle:
    """Alpha over the units that two people or more judged; their number is the count of observations."""
    votes = list(votes)
    units = _shared_units(votes)
    people = len({vote.person for vote in votes})
    if people < 2:
        return TooLittle("only one person judged this" if people else "nobody judged this", len(units))
    if len(units) < least_units:
        return TooLittle(f"two people judged the same thing {len(units)} times; {least_units} are needed", len(units))
    values = sorted({value for unit in units for value in unit})
    if len(values) < 2:
        return TooLittle("everybody said the same, so there is nothing to measure agreement against", len(units))
    return _alpha(units, values, level)


def alpha_by(
    marks: Iterable[Mark], group: Callable[[Mark], str], least_units: int = LEAST_UNITS
) -> dict[str, Estimate | TooLittle]:
    """Alpha of polarity in each group of marks (by aspect, by language), those with most units first."""
    groups: defaultdict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        groups[group(mark)].append(mark)
    found = {name: alpha(polarity_votes(group), "ordinal", least_units) for name, group in groups.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, item[0])))


def _shared_units(votes: Iterable[Vote]) -> list[Counter[int]]:
    units: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for vote in votes:
        units[vote.unit][vote.value] += 1
    return [unit for unit in units.values() if unit.total() > 1]


def _alpha(units: Sequence[Counter[int]], values: Sequence[int], level: Level) -> Estimate:
    import krippendorff
    import numpy as np

    counts = np.array([[unit[value] for value in values] for unit in units])

    def of(chosen: Any) -> float:
        with np.errstate(invalid="ignore", divide="ignore"):  # one value only: 0 / 0, which is not finite
            return float(
                krippendorff.alpha(value_counts=counts[chosen], value_domain=values, level_of_measurement=level)
            )

    low, high = bootstrap(len(units), of) or (None, None)
    return Estimate(of(slice(None)), low, high, len(units))
