"""The section on grading: who is strict and who is kind."""

from feedback.estimates import TooLittle
from feedback.grading import grading
from feedback.raters import Leaning
from feedback.report.sections import Row, Section, chart, shortened
from feedback.report.tables import Material


def section(material: Material) -> Section:
    """Does everybody grade alike?"""
    title, found = "Does everybody grade alike?", grading(material.marks)
    if isinstance(found, TooLittle):
        return Section(title, (f"Too little data: {found.reason}.",))
    people = [
        _grade(person, one, found.spreads[person], found.middle)
        for person, one in sorted(found.people.items(), key=lambda item: item[1].estimate.value)
    ]
    part = Row("share of the variance between people", found.part)
    return Section(
        title,
        (
            "Scores run from −3 (bad, strongly) to 3 (good, strongly). Some people are strict and some are kind; the "
            "share of the variance that lies between people says how much. Where it is large, subtract each person's "
            "mean and divide by their spread before comparing. People judged different images, so a low mean may "
            "also be bad luck.",
        ),
        (
            chart("How much is the person?", "percent", [part], (0, 1), "labels"),
            chart("Mean score by person", "number", people, (-3, 3), "labels", found.middle),
        ),
    )


def _grade(person: str, one: Leaning, spread: float, middle: float) -> Row:
    manner = ("stricter" if one.estimate.value < middle else "kinder") + " than others, " if one.stands_out else ""
    return Row(shortened(person), one.estimate, f"{manner}spread {spread:.2f}", one.stands_out)
