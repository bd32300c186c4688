"""The sections on people: who speaks, who presses one side, and who answers like the others."""

from typing import Final

from feedback import raters
from feedback.estimates import Estimate, TooLittle, so_many
from feedback.judgements import choice_votes, polarity_votes
from feedback.report.sections import Row, Section, chart, shortened, told
from feedback.report.tables import Material

DOMINANT: Final = 0.5  # share of all answers by three people, among so many or more
MANY: Final = 10


def activity(material: Material) -> Section:
    """Who speaks?"""
    title, found = "Who speaks?", raters.dominance(material.activity)
    if isinstance(found, TooLittle):
        return Section(title, (f"Too little data: {found.reason}.",))
    total = found.answers
    rows = [
        Row("the most active person", Estimate(found.top, None, None, total)),
        Row("the three most active", Estimate(found.top_three, None, None, total)),
    ]
    dominant = found.people >= MANY and found.top_three >= DOMINANT
    warning = f"Three of {found.people:,} people gave {told(found.top_three, 'percent')} of all answers."
    return Section(
        title,
        (
            f"{so_many(found.people, 'person', 'people')} gave "
            f"{so_many(total, 'opinion or preference', 'opinions and preferences')}. Gini's coefficient is "
            f"{found.gini:.2f} (0: all gave as many; near 1: one gave nearly all). These are counts, so they have no "
            "interval.",
        ),
        (chart("Share of all answers", "percent", rows, (0, 1), "opinions and preferences"),),
        warnings=(warning,) if dominant else (),
    )


def sides(material: Material) -> Section:
    """Do people press the same side?"""
    screens = raters.first_shown(material.answers)
    overall = [
        Row(f"first of {number}", figure, f"by chance {told(1 / number, 'percent')}")
        for number, figure in screens.items()
    ]
    people = [_leaning(person, one) for person, one in raters.sides(material.answers).items()]
    leaning = [row.name for row in people if row.warns]
    return Section(
        "Do people press the same side?",
        (
            "How often the image shown first (A) was chosen, ties aside. Orders are balanced, so it should be as by "
            f"chance. A person needs {raters.LEAST_ANSWERS} answers about pairs; people are marked after allowing for "
            "how many were looked at (false discoveries under 5 %).",
        ),
        (
            chart("Everybody", "percent", overall, (0, 1), "answers"),
            chart("By person", "percent", people, (0, 1), "answers about pairs", 0.5),
        ),
        warnings=(_who(leaning),) if leaning else (),
    )


def _leaning(person: str, one: raters.Leaning | TooLittle) -> Row:
    if isinstance(one, TooLittle):
        return Row(shortened(person), one)
    return Row(shortened(person), one.estimate, "presses one side" if one.stands_out else "", one.stands_out)


def _who(names: list[str]) -> str:
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return (
        f"{so_many(len(names), 'person', 'people')} chose one side far more often than by chance, wherever the images "
        f"stand: {listed}."
    )


def reliability(material: Material) -> Section:
    """Who answers like the others?"""
    questions = {
        "which image of a pair is better": choice_votes(one for one in material.answers if one.kind == "pair"),
        "whether something is good or bad": polarity_votes(material.marks),
    }
    charts, words = [], []
    for question, votes in questions.items():
        found = raters.reliability(votes)
        if isinstance(found, TooLittle):
            words.append(f"Too little data on {question}: {found.reason}.")
        else:
            rows = [Row(shortened(person), figure) for person, figure in found.items()]
            charts.append(chart(question.capitalize(), "percent", rows, (0, 1), "shared answers"))
    return Section(
        "Who answers like the others?",
        (
            "Dawid and Skene's model weighs people by how well they fit together and finds the likely answer; here is "
            "how often each person gave it. It measures agreement with the others, not worth: a rare taste looks "
            "unreliable, too. Never exclude somebody for this figure alone.",
            *words,
        ),
        tuple(charts),
    )
