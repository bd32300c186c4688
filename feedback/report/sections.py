"""The report as plain records, which the terminal and the page both draw."""

from dataclasses import dataclass
from typing import Final, Literal

from feedback.estimates import Estimate, TooLittle

MOST_ROWS: Final = 20
SHORT: Final = 8  # characters of an id that are shown

Unit = Literal["percent", "number", "odds"]


@dataclass(frozen=True, slots=True)
class Row:
    """A figure, or why there is none, with a remark; names may be anybody's words."""

    name: str
    figure: Estimate | TooLittle
    remark: str = ""
    warns: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Rows on one axis; `reference` is where nothing stands out (chance, the mean)."""

    title: str
    unit: Unit
    rows: tuple[Row, ...]
    axis: tuple[float, float]
    counted: str  # what an observation is, in the plural
    reference: float | None = None
    left_out: int = 0  # rows not shown


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of figures that share an axis: the name of each line, with its cells in the order of the columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Row, ...]], ...]
    unit: Unit
    axis: tuple[float, float]
    counted: str
    reference: float | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A question, its answer in words, and the figures."""

    title: str
    words: tuple[str, ...]
    charts: tuple[Chart, ...] = ()
    grids: tuple[Grid, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything, in the order in which it is read."""

    summary: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look at first."""
        return tuple(warning for section in self.sections for warning in section.warnings)


def chart(
    title: str,
    unit: Unit,
    rows: list[Row],
    axis: tuple[float, float],
    counted: str,
    reference: float | None = None,
) -> Chart:
    """At most so many rows: those that stand out, then those with a figure, each in the order given."""
    ranked = sorted(range(len(rows)), key=lambda n: (not rows[n].warns, isinstance(rows[n].figure, TooLittle), n))
    shown = tuple(rows[n] for n in sorted(ranked[:MOST_ROWS]))
    return Chart(title, unit, shown, axis, counted, reference, len(rows) - len(shown))


def shortened(name: str) -> str:
    """The end of an id: ids that begin with the time differ there."""
    return name if len(name) <= SHORT else "…" + name[-SHORT:]


def told(value: float, unit: Unit) -> str:
    """A figure as people read it.

    >>> told(0.713, "percent"), told(-0.2, "number"), told(1.5, "odds")
    ('71 %', '−0.20', '× 1.50')
    """
    number = {"percent": f"{100 * value:.0f} %", "number": f"{value:.2f}", "odds": f"× {value:.2f}"}[unit]
    return number.replace("-", "−")


def told_interval(estimate: Estimate, unit: Unit) -> str:
    """The interval, or a dash where there is none."""
    if estimate.low is None or estimate.high is None:
        return "–"
    return f"{told(estimate.low, unit)} to {told(estimate.high, unit)}"
