"""The pictures that the bot draws: colours numbered like their buttons, and a campaign in figures."""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from bot.names import ASPECTS, WIDGET
from bot.summary import COMMA
from bot.wording import Wording
from feedback.figures import AspectFigure, CampaignFigures
from feedback.oklab import to_oklab
from feedback.taxonomy import taxonomy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

IN_A_ROW = 5  # as many as buttons
SIDE, GAP, BORDER, ROUND, INSET = 120, 16, 3, 12, 14  # pixels
GREY = "#808080"  # stands out from Discord's dark background and from its light one

CARD, INK, FAINT = "#1e1f22", "#f2f3f5", "#4e5058"
COUNT, PRAISE, COMPLAINT, REMARK = "#009e73", "#56b4e9", "#e69f00", "#999999"  # Okabe and Ito
MOST_DRAWN, MOST_SAID = 8, 6  # of languages; all aspects fit the picture


def swatches(shades: Sequence[tuple[str, str]]) -> bytes:
    """A PNG with a square for each (name, "#rrggbb"), numbered from 1; the names are left to the buttons.

    >>> swatches([("navy", "#000080"), ("teal", "#008080")])[1:4]
    b'PNG'
    """
    from PIL import Image, ImageDraw, ImageFont

    if not shades:
        raise ValueError("give at least one shade to draw")
    columns, rows = min(len(shades), IN_A_ROW), -(-len(shades) // IN_A_ROW)
    step = SIDE + GAP
    picture = Image.new("RGBA", (columns * step - GAP, rows * step - GAP))  # transparent between the squares
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(SIDE * 0.4)
    for index, (_, color) in enumerate(shades):
        top, left = (step * cell for cell in divmod(index, IN_A_ROW))
        square = (left, top, left + SIDE - 1, top + SIDE - 1)
        draw.rounded_rectangle(square, ROUND, fill=color, outline=GREY, width=BORDER)
        draw.text((left + INSET, top + SIDE - INSET), str(index + 1), fill=_ink(color), font=font, anchor="ls")
    png = BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()


def stats_picture(figures: CampaignFigures) -> bytes:
    """A PNG of a campaign: opinions by day and by language, labels by aspect; slow, so call it in a thread.

    All that is written in it are codes as in the exports: letters that every installation can draw. The card is opaque,
    since Discord lays it on black or on white; the colours are told apart by colour-blind people too.
    """
    from matplotlib.figure import Figure  # not pyplot, which keeps state that threads would share

    figure = Figure(figsize=(8, 5.2), dpi=200, facecolor=CARD, layout="constrained")
    panels = figure.subplot_mosaic([["day", "aspect"], ["language", "aspect"]], height_ratios=[2, 3])
    for code, axes in panels.items():
        axes.set_title(code, loc="left", color=INK, fontsize=12, fontweight="bold")
        axes.set(facecolor=CARD, axisbelow=True)
        axes.tick_params(colors=INK, labelsize=11, length=0)
        axes.spines[:].set_visible(False)
    _draw_days(panels["day"], figures)
    _draw_languages(panels["language"], figures)
    _draw_aspects(panels["aspect"], figures)
    agreement = "" if figures.agreement is None else f"      agreement {figures.agreement:.2f}"
    counts = f"opinions {figures.opinions:,}      people {figures.people:,}{agreement}"
    figure.suptitle(counts, x=0.02, ha="left", color=INK, fontsize=14)
    png = BytesIO()
    figure.savefig(png, format="png", bbox_inches="tight", pad_inches=0.15)
    return png.getvalue()


def stats_text(figures: CampaignFigures, said: Wording) -> str:
    """The same in words, a line for each figure, short enough for the description that Discord takes of a picture."""
    recent = sum(one.opinions for one in figures.by_day)
    lines = [
        said.say("Opinions: {opinions}", opinions=figures.opinions),
        said.say_many(
            "In the last {count} day: {opinions}",
            "In the last {count} days: {opinions}",
            len(figures.by_day),
            opinions=recent,
        ),
        said.say("People: {people}", people=figures.people),
    ]
    if figures.agreement is not None:
        lines.append(
            said.say(
                "Agreement of people who answered the same comparison: {share} (pairs: {pairs})",
                share=said.percent(figures.agreement),
                pairs=figures.pairs,
            )
        )
    if figures.by_language:
        languages = [
            said.say("{language} ({opinions})", language=_language(said, one.language), opinions=one.opinions)
            for one in figures.by_language[:MOST_SAID]
        ]
        lines.append(said.say("Languages: {languages}", languages=said.name(COMMA).join(languages)))
    lines += [
        said.say(
            "{aspect}: praise {positive}, complaints {negative}, remarks {neutral}",
            aspect=said.name(ASPECTS[one.aspect]),
            positive=one.positive,
            negative=one.negative,
            neutral=one.neutral,
        )
        for one in figures.by_aspect[:MOST_SAID]
    ]
    return "\n".join(lines)


def _draw_days(axes: "Axes", figures: CampaignFigures) -> None:
    from matplotlib.ticker import MaxNLocator

    counts = [one.opinions for one in figures.by_day]
    axes.bar(range(len(counts)), counts, width=1, color=COUNT)
    ends = sorted({0, len(counts) - 1})
    axes.set_xticks(ends, labels=[figures.by_day[at].day.isoformat() for at in ends])
    for at, label in zip(ends, axes.get_xticklabels(), strict=True):
        label.set_horizontalalignment("right" if at else "left")
    axes.set_ylim(0, max([1, *counts]))
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.margins(x=0)
    axes.grid(axis="y", color=FAINT)


def _draw_languages(axes: "Axes", figures: CampaignFigures) -> None:
    rows = [(one.language, one.opinions) for one in figures.by_language]
    if others := rows[MOST_DRAWN:]:
        rows = [*rows[:MOST_DRAWN], ("…", sum(opinions for _, opinions in others))]
    counts = [opinions for _, opinions in rows]
    bars = axes.barh(range(len(rows)), counts, tick_label=[language for language, _ in rows], color=COUNT)
    axes.bar_label(bars, fmt="{:,.0f}", padding=4, color=INK, fontsize=11)
    axes.set(xlim=(0, 1.25 * max([1, *counts])), ylim=(MOST_DRAWN + 0.5, -0.5))
    axes.xaxis.set_visible(False)


def _draw_aspects(axes: "Axes", figures: CampaignFigures) -> None:
    """Complaints to the left of zero, praise and remarks to the right of it; also what nobody spoke of."""
    from matplotlib.ticker import MaxNLocator

    silent = taxonomy().aspects.keys() - {one.aspect for one in figures.by_aspect}
    rows = [*figures.by_aspect, *(AspectFigure(aspect=aspect) for aspect in sorted(silent))]
    names, praise = [one.aspect for one in rows], [one.positive for one in rows]
    axes.barh(names, [-one.negative for one in rows], color=COMPLAINT, label="−")
    axes.barh(names, praise, color=PRAISE, label="+")
    axes.barh(names, [one.neutral for one in rows], left=praise, color=REMARK, label="○")
    axes.axvline(0, color=INK)
    most_left, most_right = max(one.negative for one in rows), max(one.positive + one.neutral for one in rows)
    axes.set(xlim=(-1.05 * max(1, most_left), 1.05 * max(1, most_right)), ylim=(len(rows) - 0.5, -0.5))
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.xaxis.set_major_formatter(lambda count, _: f"{abs(count):,.0f}")
    axes.grid(axis="x", color=FAINT)
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=3, frameon=False, labelcolor=INK, handlelength=1)


def _language(said: Wording, tag: str) -> str:
    return said.name(WIDGET["unknown_language"]) if tag == "und" else said.language(tag) or tag


def _ink(color: str) -> str:
    """Black or white, whichever can be read on the colour."""
    return "black" if to_oklab(color).lightness > 0.6 else "white"
