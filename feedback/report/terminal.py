"""The report in a terminal."""

import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from feedback.estimates import Estimate
from feedback.report.sections import Chart, Grid, Report, Row, Section, told, told_interval

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

WIDTH: Final = 21  # of a drawn interval, in characters
COLUMNS: Final = 5  # of a grid, so that it fits


def drawn(report: Report) -> Iterator["RenderableType"]:
    """What to print, in order; nothing in it is taken for markup."""

    yield from (_text(line) for line in report.summary)
    for section in report.sections:
        yield from _section(section)


def _section(section: Section) -> Iterator["RenderableType"]:
    from rich.padding import Padding

    yield _text("\n" + section.title, style="bold")
    yield from (_text(f"! {warning}", style="bold yellow") for warning in section.warnings)
    yield from (_text(words) for words in section.words)
    yield from (Padding(_table(chart), (1, 0, 0, 2)) for chart in section.charts if chart.rows)
    yield from (Padding(_grid(grid), (1, 0, 0, 2)) for grid in section.grids)


def _table(chart: Chart) -> "Table":
    from rich.table import Table

    caption = f"{chart.left_out:,} more not shown" if chart.left_out else None
    table = Table(title=_text(chart.title), title_justify="left", caption=caption, box=None, padding=(0, 2, 0, 0))
    for heading in ("", "figure", "95 % interval", chart.counted, "", ""):
        table.add_column(heading, justify="right" if heading == chart.counted else "left", overflow="fold")
    for row in chart.rows:
        style = "yellow" if row.warns else ""
        table.add_row(*(_text(cell) for cell in _cells(row, chart)), style=style)
    return table


def _grid(grid: Grid) -> "Table":
    from rich.table import Table

    left = ", ".join(grid.columns[COLUMNS:])
    table = Table(
        title=_text(f"{grid.title} (n: {grid.counted})"),
        title_justify="left",
        caption=_text(f"the page has these, too: {left}") if left else None,
        box=None,
        padding=(0, 2, 0, 0),
    )
    for heading in ("", *grid.columns[:COLUMNS]):
        table.add_column(_text(heading), overflow="fold")
    for name, cells in grid.rows:
        table.add_row(_text(name), *(_text(_cell(cell, grid)) for cell in cells[:COLUMNS]))
    return table


def _cell(cell: Row, grid: Grid) -> str:
    if not isinstance(cell.figure, Estimate):
        return cell.figure.reason
    value, interval = told(cell.figure.value, grid.unit), told_interval(cell.figure, grid.unit)
    return f"{value}  n {cell.figure.count:,}\n{interval}"


def _cells(row: Row, chart: Chart) -> tuple[str, ...]:
    figure = row.figure
    if not isinstance(figure, Estimate):
        return row.name, "–", "", f"{figure.count:,}", "", str(figure)
    value, interval = told(figure.value, chart.unit), told_interval(figure, chart.unit)
    return row.name, value, interval, f"{figure.count:,}", _whisker(figure, chart), row.remark


def _whisker(figure: Estimate, chart: Chart) -> str:
    def place(value: float) -> int:
        least, most = chart.axis
        return round(min(max((value - least) / (most - least), 0), 1) * (WIDTH - 1))

    line = [" "] * WIDTH
    if figure.low is not None and figure.high is not None:
        line[place(figure.low) : place(figure.high) + 1] = "─" * (place(figure.high) - place(figure.low) + 1)
    if chart.reference is not None:
        line[place(chart.reference)] = "┼" if line[place(chart.reference)] == "─" else "│"
    line[place(figure.value)] = "●"
    return "".join(line)


def _text(words: str, style: str = "") -> "Text":
    """Without controls: a name out of a foreign export must not drive the terminal."""
    from rich.text import Text

    return Text("".join(one for one in words if one == "\n" or unicodedata.category(one) != "Cc"), style)
