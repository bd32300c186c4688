"""What do people like? Bradley-Terry strengths with Davidson's ties, with intervals, of images or of generators.

P(a over b) = e^a / (e^a + e^b + v e^((a + b) / 2)), P(tie) = v e^((a + b) / 2) / the same (Davidson, 1970).
Strengths are log odds; a weak normal prior keeps those that never lost finite. Things that no chain of comparisons
connects are on scales of their own: no figure compares them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Final

from feedback.estimates import NORMAL, Estimate
from feedback.judgements import Answer

if TYPE_CHECKING:
    from feedback.estimates import Floats, Numbers

PRIOR_DEVIATION: Final = 2.0  # log odds; two things rarely differ by more than odds of 50 to 1
MOST_WITH_INTERVALS: Final = 2_000  # things on one scale; their covariances fill memory


@dataclass(frozen=True, slots=True)
class Duel:
    """Two things side by side: `share` is 1 if the first was preferred, 0 if the second, 0.5 for a tie.

    An answer about a set is several duels, whose weights sum to 1.
    """

    first: str
    second: str
    share: float
    weight: float = 1.0
    answer: int | None = field(default=None, compare=False)  # the number of the answer; None: one of its own


@dataclass(frozen=True, slots=True)
class Scale:
    """Things that comparisons connect, strongest first: strengths against their mean, with the answers about each."""

    strengths: Mapping[str, Estimate]


@dataclass(frozen=True, slots=True)
class Strengths:
    """The scales, largest first, and how readily people call a tie: between equals, ties : wins = `tie` : 2."""

    scales: tuple[Scale, ...]
    tie: float
    answers: int


def image_duels(answers: Iterable[Answer]) -> list[Duel]:
    """The chosen image against each of the others; where none was chosen, ties of all with all."""
    return [duel for number, answer in enumerate(answers) for duel in _duels(number, answer, answer.images)]


def generator_duels(answers: Iterable[Answer]) -> list[Duel]:
    """The same of what made the images; images of unknown or the same origin are left out."""
    return [
        duel
        for number, answer in enumerate(answers)
        if all(answer.generators)
        for duel in _duels(number, answer, [name or "" for name in answer.generators])
        if duel.first != duel.second
    ]


def _duels(number: int, answer: Answer, names: Sequence[str]) -> list[Duel]:
    if answer.chosen is None:
        pairs = list(combinations(names, 2))
        return [Duel(one, other, 0.5, 1 / len(pairs), number) for one, other in pairs]
    chosen = answer.images.index(answer.chosen)
    others = [name for place, name in enumerate(names) if place != chosen]
    return [Duel(names[chosen], other, 1.0, 1 / len(others), number) for other in others]


def strengths(duels: Sequence[Duel], prior_deviation: float = PRIOR_DEVIATION) -> Strengths:
    """Fit all scales at once, with one readiness for ties; no duels give no scales."""
    import numpy as np

    if not duels:
        return Strengths((), 0.0, 0)
    names = sorted({name for duel in duels for name in (duel.first, duel.second)})
    fit = _Fit(duels, {name: number for number, name in enumerate(names)}, prior_deviation**-2)
    values, log_tie = fit.maximum()
    numbers = [-place if duel.answer is None else duel.answer for place, duel in enumerate(duels, 1)]
    about = {(number, name) for number, duel in zip(numbers, duels, strict=True) for name in (duel.first, duel.second)}
    seen = Counter(name for _, name in about)
    curves = fit.curves(values, log_tie)
    scales = []
    for members, duels_between in fit.components():
        reach = fit.deviations(members, duels_between, curves)
        figures = zip(members, values[members] - values[members].mean(), reach, strict=True)
        found = [
            (names[number], _estimate(value, deviation, seen[names[number]])) for number, value, deviation in figures
        ]
        scales.append(Scale(dict(sorted(found, key=lambda one: -one[1].value))))
    scales.sort(key=lambda scale: (-len(scale.strengths), -sum(one.count for one in scale.strengths.values())))
    return Strengths(tuple(scales), float(np.exp(log_tie)), len(set(numbers)))


def _estimate(value: float, deviation: float | None, count: int) -> Estimate:
    if deviation is None:
        return Estimate(float(value), None, None, count)
    return Estimate(float(value), float(value - NORMAL * deviation), float(value + NORMAL * deviation), count)


class _Fit:
    """The penalised likelihood of duels, over strengths by number and the logarithm of the readiness for ties."""

    def __init__(self, duels: Sequence[Duel], numbers: Mapping[str, int], penalty: float) -> None:
        import numpy as np

        self.size = len(numbers)
        self.penalty = penalty
        self.first = np.array([numbers[duel.first] for duel in duels])
        self.second = np.array([numbers[duel.second] for duel in duels])
        shares = np.array([duel.share for duel in duels])
        self.weight = np.array([duel.weight for duel in duels])
        self.outcome = np.stack([shares == 1, shares == 0, shares == 0.5]).astype(float)

    def maximum(self) -> tuple["Floats", float]:
        from scipy.optimize import minimize

        start = [0.0] * self.size + [-1.0]
        options = {"maxiter": 1_000, "ftol": 1e-12, "gtol": 1e-8}
        found = minimize(self._loss, start, jac=True, method="L-BFGS-B", options=options)
        return found.x[:-1], float(found.x[-1])

    def _loss(self, point: "Floats") -> tuple[float, "Floats"]:
        import numpy as np

        values, log_tie = point[:-1], point[-1]
        odds = self._probabilities(values, log_tie)
        loss = -(self.weight * (self.outcome * np.log(np.maximum(odds, 1e-300))).sum(axis=0)).sum()
        wrong = self.weight * (odds - self.outcome)
        slope = (wrong[0] - wrong[1]) / 2  # of the first thing's strength; the second's is its opposite
        gradient = np.bincount(self.first, slope, self.size) - np.bincount(self.second, slope, self.size)
        # Without ties their readiness would run to nothing, so it has a prior of its own, as wide as a strength's.
        penalty = self.penalty / 2 * ((values**2).sum() + log_tie**2)
        return float(loss + penalty), np.append(
            gradient + self.penalty * values, wrong[2].sum() + self.penalty * log_tie
        )

    def _probabilities(self, values: "Floats", log_tie: float) -> "Floats":
        import numpy as np
        from scipy.special import softmax

        half = (values[self.first] - values[self.second]) / 2
        return np.asarray(softmax(np.stack([half, -half, np.full_like(half, log_tie)]), axis=0))

    def curves(self, values: "Floats", log_tie: float) -> "Floats":
        """How much each duel tells of the difference between its two: the second derivative of its loss."""
        win, lose, _ = self._probabilities(values, log_tie)
        curves: Floats = self.weight * (win + lose - (win - lose) ** 2) / 4
        return curves

    def components(self) -> Iterator[tuple["Numbers", "Numbers"]]:
        """The numbers of the things on each scale, in order, and those of the duels between them."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        edges = coo_array((self.weight, (self.first, self.second)), shape=(self.size, self.size))
        count, which = connected_components(edges, directed=False)
        return zip(_members(which, count), _members(which[self.first], count), strict=True)

    def deviations(self, members: "Numbers", duels: "Numbers", curves: "Floats") -> Sequence[float | None]:
        """Standard deviations of strengths against their mean, by the curvature at the maximum; None: too many."""
        import numpy as np

        if len(members) > MOST_WITH_INTERVALS:
            return [None] * len(members)
        one, other = (np.searchsorted(members, side[duels]) for side in (self.first, self.second))
        hessian = self.penalty * np.eye(len(members))
        for rows, columns, sign in ((one, one, 1), (other, other, 1), (one, other, -1), (other, one, -1)):
            np.add.at(hessian, (rows, columns), sign * curves[duels])
        # All strengths may move together at no cost but the prior's; the 1 holds that, and centring takes it out again.
        covariance = np.linalg.inv(hessian + 1)
        variances = covariance.diagonal() - 2 * covariance.mean(axis=0) + covariance.mean()
        return [float(deviation) for deviation in np.sqrt(np.maximum(variances, 0))]


def _members(groups: "Numbers", count: int) -> list["Numbers"]:
    """The places of each group's members, in order."""
    import numpy as np

    sizes = np.bincount(groups, minlength=count)
    return np.split(np.argsort(groups, kind="stable"), np.cumsum(sizes)[:-1])
