"""The section on agreement: in all, by aspect and language, and of preferences by language."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Final

from feedback.agreement import LEAST_UNITS, alpha, alpha_by
from feedback.estimates import Estimate, TooLittle
from feedback.judgements import Answer, Mark, choice_votes, polarity_votes
from feedback.report.sections import Chart, Grid, Row, Section, chart
from feedback.report.tables import Material
from translation.languages import name_in

RELIABLE: Final = 0.8  # Krippendorff's own marks
TENTATIVE: Final = 0.667
MOST_LANGUAGES: Final = 6  # side by side
ALL: Final = ""

Cells = Mapping[tuple[str, str], Estimate | TooLittle]


def section(material: Material) -> Section:
    """Do people agree?"""
    kinds = {kind: [one for one in material.answers if one.kind == kind] for kind in ("pair", "set")}
    asked = {_which(kind): answers for kind, answers in kinds.items() if answers or kind == "pair"}
    cells = alpha_by(material.marks, _cells, polarity_votes, "ordinal")
    labels = cells.get((ALL, ALL)) or TooLittle("nobody judged this")
    choices = {which: alpha(choice_votes(answers), "nominal") for which, answers in asked.items()}
    grids, words = _by_aspect_and_language(cells)
    return Section(
        "Do people agree?",
        (
            "Krippendorff's alpha: 1 is always alike, 0 is as by chance. From 0.80 one may rely on it, from 0.67 draw "
            "tentative conclusions. Low agreement on taste is no mistake: it says that one score for all is too few.",
            "For labels, one observation is an aspect of an image in a comparison of which two people or more spoke "
            "(good, neutral or bad). What only one person mentioned says nothing about agreement. For preferences, it "
            f"is a comparison that two or more answered. At least {LEAST_UNITS} are needed.",
            *words,
        ),
        (
            _alphas("In all", {"whether something is good or bad": labels, **choices}),
            *(_by_language(which, answers) for which, answers in asked.items()),
        ),
        grids,
    )


def _which(kind: str) -> str:
    return f"which image of a {kind} is better"


def _cells(mark: Mark) -> Iterator[tuple[str, str]]:
    """The cells of the table in which a mark counts: its own, its row's end, its column's end, and the whole."""
    return product((mark.aspect, ALL), (mark.language, ALL))


def _language(answer: Answer) -> tuple[str]:
    return (answer.language,)


def _by_language(which: str, answers: list[Answer]) -> Chart:
    found = alpha_by(answers, _language, choice_votes, "nominal")
    return _alphas(f"{which.capitalize()}, by language", {_name(tag): figure for tag, figure in found.items()})


def _alphas(title: str, found: Mapping[str, Estimate | TooLittle]) -> Chart:
    rows = [Row(name, figure, _meaning(figure)) for name, figure in found.items()]
    return chart(title, "number", rows, (-1, 1), "units that two people judged", 0)


def _meaning(figure: Estimate | TooLittle) -> str:
    if isinstance(figure, TooLittle):
        return ""
    return "reliable" if figure.value >= RELIABLE else "tentative" if figure.value >= TENTATIVE else "people differ"


def _by_aspect_and_language(cells: Cells) -> tuple[tuple[Grid, ...], tuple[str, ...]]:
    """The table of what there is enough data for, and in words what there is too little for."""
    enough = [cell for cell, figure in cells.items() if isinstance(figure, Estimate)]
    aspects, few_aspects = _parted(
        {a: found for (a, tag), found in cells.items() if tag == ALL}, {a for a, _ in enough}
    )
    tags, few_tags = _parted({tag: found for (a, tag), found in cells.items() if a == ALL}, {tag for _, tag in enough})
    words = [
        f"Good or bad: too little data {what} {', '.join(names)}."
        for what, names in (("about", few_aspects), ("in", [_name(tag) for tag in few_tags]))
        if names
    ]
    if not enough:
        return (), tuple(words)
    shown = tags[: MOST_LANGUAGES + 1]
    if left := [_name(tag) for tag in tags[MOST_LANGUAGES + 1 :]]:
        words.append(f"Not shown apart: {', '.join(left)}.")
    rows = tuple(
        (aspect or "all aspects", tuple(_cell(_name(tag), cells.get((aspect, tag))) for tag in shown))
        for aspect in aspects
    )
    columns = tuple(_name(tag) for tag in shown)
    title = "Whether something is good or bad, by aspect and language"
    return (Grid(title, columns, rows, "number", (-1, 1), "units that two people judged", 0),), tuple(words)


def _parted(whole: Mapping[str, Estimate | TooLittle], known: set[str]) -> tuple[list[str], list[str]]:
    """The names with a figure, after the whole, and those with too little data; by number of units, as given."""
    few = [name for name, found in whole.items() if name and isinstance(found, TooLittle) and not found.alike]
    return sorted((name for name in whole if name in known), key=bool), [name for name in few if name not in known]


def _cell(name: str, figure: Estimate | TooLittle | None) -> Row:
    if isinstance(figure, Estimate):
        return Row(name, figure, _meaning(figure))
    count = figure.count if figure else 0
    return Row(name, TooLittle("all said the same" if figure and figure.alike else f"too little: {count}", count))


def _name(tag: str) -> str:
    """The language's English name; nothing is known of some clicks but the click."""
    return {ALL: "all languages", "und": "unknown language"}.get(tag) or name_in(tag, "en")
