"""Draws a confusion table as an SVG that is readable on light and on dark pages, alone or in an `<img>`."""

from collections.abc import Mapping, Sequence
from html import escape

CELL, GAP, LETTER, HEAD = 34, 2, 6.8, 50  # pixels; a letter is about so wide
STYLE = """
svg{font:12px system-ui,sans-serif}
svg{--page:#fff;--ink:#1f2328;--soft:#59636e;--right:#1a7f37;--wrong:#bc4c00;--none:#6e7781}
@media(prefers-color-scheme:dark){
svg{--page:#0d1117;--ink:#e6edf3;--soft:#9198a1;--right:#238636;--wrong:#bd561d;--none:#6e7681}}
.page{fill:var(--page)}text{fill:var(--ink)}.soft{fill:var(--soft)}
.right{fill:var(--right)}.wrong{fill:var(--wrong)}.none{fill:var(--none)}
"""


def heatmap(
    title: str,
    rows: Sequence[str],
    columns: Sequence[str],
    counts: Mapping[tuple[str, str], int],
    *,
    axes: tuple[str, str],
) -> str:
    """One cell for each (row, column): its per cent of the row, the deeper the more; the row's sum stands behind it.

    A cell has the colour of what is right where row and column have one name, and grey where the row is no column.
    """
    left = 24 + LETTER * max(map(len, rows))
    top = HEAD + 16 + LETTER * max(map(len, columns)) * 0.77
    right, below = left + CELL * len(columns), top + CELL * len(rows)
    width, height = max(right + 56 + LETTER * 2, 24 + LETTER * 46), below + 12
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect class="page" width="{width:.0f}" height="{height:.0f}" rx="6"/>',
        _text(12, 22, title, 'font-weight="600"'),
        _text(12, 40, f"rows: {axes[0]}; columns: {axes[1]}; % of the row", 'class="soft"'),
    ]
    for n, column in enumerate(columns):
        at = f"translate({left + CELL * (n + 0.55):.0f} {top - 6:.0f}) rotate(-50)"
        parts.append(_text(0, 0, column, f'transform="{at}"'))
    for m, row in enumerate(rows):
        y, total = top + CELL * m, sum(counts.get((row, column), 0) for column in columns)
        parts.append(_text(left - 8, y + 20, row, 'text-anchor="end"'))
        parts.append(_text(right + 6, y + 20, str(total), 'class="soft"'))
        for n, column in enumerate(columns):
            kind = "right" if row == column else "wrong" if row in columns and column in rows else "none"
            count = counts.get((row, column), 0)
            cell = _cell(left + CELL * n, y, count / max(1, total), kind)
            parts.append(f"<g><title>{escape(f'{row}, read as {column}: {count}')}</title>{cell}</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def _text(x: float, y: float, text: str, more: str) -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}" {more}>{escape(text)}</text>'


def _cell(x: float, y: float, share: float, kind: str) -> str:
    side = CELL - GAP
    place = f'x="{x:.0f}" y="{y:.0f}" width="{side}" height="{side}" rx="3"'
    square = f'<rect class="{kind}" {place} opacity="{0.07 + 0.63 * share:.2f}"/>'
    return square + (
        _text(x + side / 2, y + 20, f"{100 * share:.0f}", 'text-anchor="middle"') if share >= 0.005 else ""
    )
