"""The pictures of a dataset card: PNGs whose bytes depend on nothing but the counts and the version of matplotlib.

They are opaque, so that they can be read on a light page and on a dark one; colour-blind people tell the colours apart.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from feedback.export.statistics import Statistics
from feedback.records import Polarity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

CARD, INK, FAINT = "#f6f8fa", "#1f2328", "#d1d9e0"
BLUE, ORANGE, GREY, GREEN = "#56b4e9", "#e69f00", "#999999", "#009e73"  # Okabe and Ito
_WIDTH: Final = 7.0  # inches
_DPI: Final = 110
_MOST_LANGUAGES: Final = 12
_MOST_DAYS: Final = 120


class Plot(NamedTuple):
    """A picture, and the same in words."""

    name: str
    alt: str
    png: bytes


def draw_plots(counts: Statistics) -> list[Plot]:
    """Opinions by language, labels by aspect, opinions by day and agreement, as far as there is anything to draw."""
    drawings = (_languages, _aspects, _days, _agreement)
    return [plot for draw in drawings if (plot := draw(counts))]


def _languages(counts: Statistics) -> Plot | None:
    rows = sorted(counts.languages.items(), key=lambda item: (-item[1], item[0]))
    if not rows:
        return None
    shown, others = rows[:_MOST_LANGUAGES], sum(number for _, number in rows[_MOST_LANGUAGES:])
    bars = [*shown, *([("others", others)] if others else [])]

    def draw(axes: "Axes") -> None:
        names, numbers = zip(*bars, strict=True)
        drawn = axes.barh(range(len(bars)), numbers, tick_label=names, color=BLUE)
        axes.bar_label(drawn, fmt="{:,.0f}", padding=3, color=INK)
        axes.set(ylim=(len(bars) - 0.4, -0.6), xlim=(0, 1.12 * max(numbers)))
        axes.xaxis.set_visible(False)

    alt = f"Opinions by language: {_listed(bars)}."
    return Plot("languages", alt, _png("opinions by language", 0.6 + 0.24 * len(bars), draw))


def _aspects(counts: Statistics) -> Plot | None:
    totals = {name: _polarities(counts, name) for name, _ in counts.aspects}
    if not totals:
        return None
    names = sorted(totals, key=lambda name: (-sum(totals[name]), name))

    def draw(axes: "Axes") -> None:
        positive, negative, neutral = zip(*(totals[name] for name in names), strict=True)
        axes.barh(names, [-number for number in negative], color=ORANGE, label="negative")
        axes.barh(names, positive, color=BLUE, label="positive")
        axes.barh(names, neutral, left=positive, color=GREY, label="neutral")
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_ylim(len(names) - 0.4, -0.6)
        _count_along(axes, "x")
        axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, labelcolor=INK)

    words = [
        f"{name} {positive} positive, {negative} negative, {neutral} neutral"
        for name, (positive, negative, neutral) in ((name, totals[name]) for name in names)
    ]
    return Plot(
        "aspects",
        f"Labels by aspect: {'; '.join(words)}.",
        _png("labels by aspect", 0.8 + 0.24 * len(names), draw),
    )


def _days(counts: Statistics) -> Plot | None:
    if not counts.days:
        return None
    first, last = min(counts.days), max(counts.days)
    step = timedelta(days=-(-((last - first).days + 1) // _MOST_DAYS))
    starts = [first + number * step for number in range((last - first) // step + 1)]
    numbers = [0] * len(starts)
    for day, opinions in counts.days.items():
        numbers[(day - first) // step] += opinions
    unit = "day" if step.days == 1 else f"{step.days} days"

    def draw(axes: "Axes") -> None:
        axes.bar(range(len(starts)), numbers, width=0.9, color=BLUE)
        ends = sorted({0, len(starts) - 1})
        axes.set_xticks(ends, labels=[starts[at].isoformat() for at in ends])
        for at, label in zip(ends, axes.get_xticklabels(), strict=True):
            label.set_horizontalalignment("right" if at else "left")
        axes.set_xlim(-0.5, max(len(starts), 10))
        _count_along(axes, "y")

    most = max(counts.days, key=lambda day: (counts.days[day], day))
    alt = (
        f"Opinions by {unit} from {first} to {last} (UTC), {counts.opinions} in all; most on {most}: "
        f"{counts.days[most]}."
    )
    return Plot("days", alt, _png(f"opinions by {unit} (UTC)", 1.8, draw))


def _agreement(counts: Statistics) -> Plot | None:
    kinds = counts.agreement()
    if not kinds:
        return None

    def draw(axes: "Axes") -> None:
        shares = [100 * alike / pairs for pairs, alike in kinds.values()]
        axes.barh(list(kinds), [100] * len(kinds), color=FAINT)
        axes.barh(list(kinds), shares, color=GREEN)
        labels = [f"{share:.0f} % of {pairs:,} pairs" for share, (pairs, _) in zip(shares, kinds.values(), strict=True)]
        for place, label in enumerate(labels):
            axes.text(101, place, label, va="center", color=INK)
        axes.set(xlim=(0, 128), ylim=(len(kinds) - 0.4, -0.6))
        axes.xaxis.set_visible(False)

    alt = "Agreement: " + "; ".join(
        f"of {pairs} pairs of people who judged the same {kind}, {alike} chose alike"
        for kind, (pairs, alike) in kinds.items()
    )
    return Plot("agreement", alt + ".", _png("pairs of people who chose alike", 0.6 + 0.3 * len(kinds), draw))


def _polarities(counts: Statistics, aspect: str) -> tuple[int, int, int]:
    positive, negative, neutral = (counts.aspects[aspect, one] for one in get_args(Polarity))
    return positive, negative, neutral


def _png(title: str, height: float, draw: Callable[["Axes"], None]) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure  # not pyplot, which keeps state that threads would share

    with rc_context({"font.family": "DejaVu Sans", "font.size": 9}):  # the font comes with matplotlib
        figure = Figure(figsize=(_WIDTH, height), dpi=_DPI, facecolor=CARD, layout="constrained")
        axes = figure.subplots()
        axes.set_title(title, loc="left", color=INK, fontweight="bold")
        axes.set(facecolor=CARD, axisbelow=True)
        axes.tick_params(colors=INK, length=0)
        axes.spines[:].set_visible(False)
        draw(axes)
        png = BytesIO()
        figure.savefig(png, format="png", metadata={"Software": None})
    return png.getvalue()


def _count_along(axes: "Axes", direction: str) -> None:
    """Whole numbers without their signs, and a faint line at each."""
    from matplotlib.ticker import MaxNLocator

    axis = axes.xaxis if direction == "x" else axes.yaxis
    axis.set_major_locator(MaxNLocator(5, integer=True))
    axis.set_major_formatter(lambda count, _: f"{abs(count):,.0f}")
    axis.grid(color=FAINT)


def _listed(rows: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} {number}" for name, number in rows)
