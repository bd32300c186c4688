"""The report as one HTML page that needs nothing else: no script, no font, no picture from anywhere."""

from html import escape
from importlib.resources import files
from typing import Final

from feedback.estimates import Estimate
from feedback.report.sections import Chart, Grid, Report, Row, Section, told, told_interval

WIDTH: Final = 200  # of a drawn interval, in units of the drawing
MARGIN: Final = 6


def to_html(report: Report, title: str = "What people said, and how far it can be trusted") -> str:
    """The page; every word from outside is escaped and kept from turning the text around it."""
    style = files("feedback.report").joinpath("page.css").read_text("utf-8")
    body = "\n".join(_section(number, section) for number, section in enumerate(report.sections))
    summary = "".join(f"<p>{escape(line)}</p>" for line in report.summary)
    contents = "".join(
        f'<li><a href="#s{number}">{escape(section.title)}</a></li>' for number, section in enumerate(report.sections)
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(title)}</title>
<style>{style}</style>
</head>
<body>
<header><h1>{escape(title)}</h1>{summary}{_warnings(report.warnings, "To look at first")}
<nav aria-label="Contents"><ul>{contents}</ul></nav></header>
<main>
{body}
</main>
</body>
</html>
"""


def _section(number: int, section: Section) -> str:
    words = "".join(f"<p>{escape(line)}</p>" for line in section.words)
    charts = "".join(_chart(chart) for chart in section.charts if chart.rows) + "".join(map(_grid, section.grids))
    head = f"<h2>{escape(section.title)}</h2>{_warnings(section.warnings)}"
    return f'<section id="s{number}">{head}{words}{charts}</section>'


def _warnings(warnings: tuple[str, ...], heading: str = "") -> str:
    if not warnings:
        return ""
    head = f"<h2>{escape(heading)}</h2>" if heading else ""
    items = "".join(f'<li><span aria-hidden="true">⚠ </span>{escape(one)}</li>' for one in warnings)
    return f'<div class="warnings">{head}<ul>{items}</ul></div>'


def _chart(chart: Chart) -> str:
    rows = "".join(_row(row, chart) for row in chart.rows)
    more = f'<p class="more">{chart.left_out:,} more not shown.</p>' if chart.left_out else ""
    headings = ("", "figure", "95 % interval", "", chart.counted, "")
    head = "".join(f'<th scope="col">{escape(one)}</th>' if one else "<td></td>" for one in headings)
    caption = f"<caption>{escape(chart.title)}</caption>"
    return f'<table class="chart">{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{more}'


def _row(row: Row, chart: Chart) -> str:
    name = f'<th scope="row"><bdi>{escape(row.name)}</bdi></th>'
    figure = row.figure
    if not isinstance(figure, Estimate):
        return f'<tr class="little">{name}<td colspan="5">{escape(str(figure))}</td></tr>'
    count = f'<td class="count" data-label="{escape(chart.counted)}">{figure.count:,}</td>'
    cells = (
        f'<td class="figure">{told(figure.value, chart.unit)}</td>'
        f'<td class="interval">{told_interval(figure, chart.unit)}</td>'
        f'<td class="plot">{_plot(row, figure, chart)}</td>{count}<td class="remark">{escape(row.remark)}</td>'
    )
    kind = ' class="warns"' if row.warns else ""
    return f"<tr{kind}>{name}{cells}</tr>"


def _grid(grid: Grid) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in grid.columns)
    rows = "".join(
        f'<tr><th scope="row"><bdi>{escape(name)}</bdi></th>{"".join(_cell(name, cell, grid) for cell in cells)}</tr>'
        for name, cells in grid.rows
    )
    caption = f"<caption>{escape(grid.title)} <small>(n: {escape(grid.counted)})</small></caption>"
    return f'<table class="grid">{caption}<thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(line: str, cell: Row, grid: Grid) -> str:
    figure = cell.figure
    if not isinstance(figure, Estimate):
        return f'<td class="little" data-column="{escape(cell.name)}">{escape(figure.reason)}</td>'
    named = Row(f"{line}, {cell.name}", figure)
    return (
        f'<td data-column="{escape(cell.name)}"><span class="figure">{told(figure.value, grid.unit)}</span> '
        f'<span class="remark">{escape(cell.remark)}</span>{_plot(named, figure, grid)}'
        f'<span class="interval">{told_interval(figure, grid.unit)}</span> '
        f'<span class="count">n {figure.count:,}</span></td>'
    )


def _plot(row: Row, figure: Estimate, chart: Chart | Grid) -> str:
    """A dot for the figure, a line for its interval and a thin upright one for the reference."""
    drawing = f'<line class="axis" x1="{MARGIN}" x2="{MARGIN + WIDTH}" y1="10" y2="10"/>'
    if chart.reference is not None:
        at = _place(chart.reference, chart)
        drawing += f'<line class="reference" x1="{at}" x2="{at}" y1="1" y2="19"/>'
    if figure.low is not None and figure.high is not None:
        low, high = _place(figure.low, chart), _place(figure.high, chart)
        drawing += f'<line class="whisker" x1="{low}" x2="{high}" y1="10" y2="10"/>'
    drawing += f'<circle cx="{_place(figure.value, chart)}" cy="10" r="5"/>'
    words = f"{row.name}: {told(figure.value, chart.unit)}, interval {told_interval(figure, chart.unit)}"
    return f'<svg viewBox="0 0 {WIDTH + 2 * MARGIN} 20" role="img" aria-label="{escape(words)}">{drawing}</svg>'


def _place(value: float, chart: Chart | Grid) -> float:
    least, most = chart.axis
    return round(MARGIN + WIDTH * min(max((value - least) / (most - least), 0), 1), 1)
