"""The section on strengths: of generators, and of images."""

from typing import Final

from feedback.aggregate import Strengths, generator_duels, image_duels, strengths
from feedback.estimates import Estimate, TooLittle, so_many
from feedback.raters import LEAST_ANSWERS
from feedback.report.sections import Chart, Row, Section, chart, shortened, told
from feedback.report.tables import Material

MOST_SCALES: Final = 3


def section(material: Material) -> Section:
    """What do people like?"""
    charts, words = [], []
    for things, duels in (("generators", generator_duels(material.answers)), ("images", image_duels(material.answers))):
        found = strengths(duels)
        large = [scale for scale in found.scales if len(scale.strengths) > 2 or things == "generators"]
        words.append(_scales_in_words(things, found))
        charts += [
            _strengths(f"Strength of {things}, scale {n}", dict(scale.strengths), shorten=things == "images")
            for n, scale in enumerate(large[:MOST_SCALES], 1)
        ]
    return Section(
        "What do people like?",
        (
            "Strengths by the Bradley-Terry model with ties (Davidson), in log odds against the mean of the scale: who "
            "is 1 stronger is preferred about 2.7 times as often as not, ties aside. Things that no chain of "
            "comparisons connects are on scales of their own and cannot be compared. Intervals take answers for "
            f"independent; nothing is said with fewer than {LEAST_ANSWERS} answers about it.",
            *words,
        ),
        tuple(charts),
    )


def _scales_in_words(things: str, found: Strengths) -> str:
    if not found.scales:
        return f"No strengths of {things}: no preference between {'known ' if things == 'generators' else ''}{things}."
    return (
        f"{things.capitalize()}: {so_many(found.answers, 'answer')} on {so_many(len(found.scales), 'scale')}; the "
        f"largest joins {len(found.scales[0].strengths):,} {things}. Between equals, "
        f"{told(found.tie / (2 + found.tie), 'percent')} of answers would be ties."
    )


def _strengths(title: str, found: dict[str, Estimate], *, shorten: bool) -> Chart:
    rows = [Row(shortened(name) if shorten else name, _if_enough(one)) for name, one in found.items()]
    ends = [abs(end) for one in found.values() for end in (one.low, one.high) if end is not None]
    reach = max([1.0, *ends])
    return chart(title, "number", rows, (-reach, reach), "answers", 0)


def _if_enough(one: Estimate) -> Estimate | TooLittle:
    if one.count >= LEAST_ANSWERS:
        return one
    return TooLittle(f"{so_many(one.count, 'answer')}; {LEAST_ANSWERS} are needed", one.count)
