"""Do people agree? Krippendorff's alpha, with an interval by bootstrap over units, or why it cannot be said.

Krippendorff, K. (2011), Computing Krippendorff's Alpha-Reliability. 1: always alike; 0: as by chance; below: worse.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from feedback.estimates import Estimate, TooLittle, bootstrap, so_many
from feedback.judgements import Vote

if TYPE_CHECKING:
    from feedback.estimates import Floats, Numbers

LEAST_UNITS: Final = 10  # that two people judged

Level = Literal["nominal", "ordinal"]
Said = TypeVar("Said")
Group = TypeVar("Group")


def alpha(votes: Iterable[Vote], level: Level, least_units: int = LEAST_UNITS) -> Estimate | TooLittle:
    """Alpha over the units that two people or more judged; their number is the count of observations."""
    people: set[str] = set()
    said: defaultdict[Hashable, list[int]] = defaultdict(list)
    for vote in votes:
        people.add(vote.person)
        said[vote.unit].append(vote.value)
    units = Counter(tuple(sorted(values)) for values in said.values() if len(values) > 1)
    number = units.total()
    if len(people) < 2:
        return TooLittle("only one person judged this" if people else "nobody judged this", number)
    if number < least_units:
        return TooLittle(
            f"two people judged the same thing {so_many(number, 'time')}; {least_units} are needed", number
        )
    values = sorted({value for unit in units for value in unit})
    if len(values) < 2:
        alike = "everybody said the same, so there is nothing to measure agreement against"
        return TooLittle(alike, number, alike=True)
    return _alpha(units, values, level)


def alpha_by(
    said: Iterable[Said],
    groups: Callable[[Said], Iterable[Group]],
    votes: Callable[[Iterable[Said]], Iterable[Vote]],
    level: Level,
    least_units: int = LEAST_UNITS,
) -> dict[Group, Estimate | TooLittle]:
    """Alpha in each group of what was said (by aspect, by language), those with most units first."""
    members: defaultdict[Group, list[Said]] = defaultdict(list)
    for one in said:
        for group in groups(one):
            members[group].append(one)
    found = {group: alpha(votes(of), level, least_units) for group, of in members.items()}
    return dict(sorted(found.items(), key=lambda item: (-item[1].count, str(item[0]))))


def _alpha(units: Mapping[tuple[int, ...], int], values: Sequence[int], level: Level) -> Estimate:
    """Of units that are alike, how often each kind occurs."""
    import krippendorff
    import numpy as np

    counts = np.array([[unit.count(value) for value in values] for unit in units])
    times = np.array(list(units.values()))
    value = krippendorff.alpha(
        value_counts=np.repeat(counts, times, axis=0), value_domain=values, level_of_measurement=level
    )
    low, high = bootstrap(times, lambda drawn: alphas(counts, drawn, level)) or (None, None)
    return Estimate(float(value), low, high, int(times.sum()))


def alphas(counts: "Numbers", times: "Numbers", level: Level) -> "Floats":
    """Alpha of many samples at once; not finite where a sample holds one value only.

    Of kinds of units: how many people gave each value (kinds x values, at least two people a kind), and how often each
    kind is in each sample (samples x kinds).
    """
    import numpy as np

    several = counts[:, :, None] * counts[:, None, :] - counts[:, :, None] * np.eye(counts.shape[1])
    coincidences = np.tensordot(times, several / (counts.sum(axis=1) - 1)[:, None, None], 1)
    totals = coincidences.sum(axis=2)
    place = totals.cumsum(axis=1) - totals / 2 if level == "ordinal" else np.arange(counts.shape[1])[None]
    apart = place[:, :, None] - place[:, None, :]
    distance = apart**2 if level == "ordinal" else (apart != 0)
    seen = (coincidences * distance).sum(axis=(1, 2))
    by_chance = (totals[:, :, None] * totals[:, None, :] * distance).sum(axis=(1, 2)) / (totals.sum(axis=1) - 1)
    with np.errstate(invalid="ignore"):  # 0 / 0
        return np.asarray(1 - seen / by_chance)
