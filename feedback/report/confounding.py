"""The section on compression, size and position."""

from feedback.confounds import Confound, confounds
from feedback.estimates import Estimate, TooLittle
from feedback.report.sections import Chart, Row, Section, chart
from feedback.report.tables import Material


def section(material: Material) -> Section:
    """Do people choose by compression, size or position?"""
    found = confounds(material.answers, material.images)
    warnings = tuple(one.warning for one in found if one.warning)
    unseen = sum(isinstance(one.estimate, TooLittle) for one in found)
    verdict = "" if warnings or unseen == len(found) else " No warning: chance alone may do this."
    rows = [_row(one) for one in found]
    return Section(
        "Do people choose by compression, size or position?",
        (
            "If 50 % is outside an interval, people may be choosing what travelled through fewer web sites, is larger, "
            "or stands first, and a model trained on this will learn that." + verdict,
            "The second table holds all properties against each other at once: by how much the odds of being chosen "
            "grow with a difference of usual size (or by being first), if the others were the same.",
        ),
        (chart("How often people chose", "percent", rows, (0, 1), "pairs or answers", 0.5), *_together(found)),
        warnings=warnings,
    )


def _row(one: Confound) -> Row:
    remark = "people follow this" if one.warning else "perhaps" if _excludes_half(one.estimate) else ""
    return Row(one.name, one.estimate, remark, bool(one.warning))


def _excludes_half(figure: Estimate | TooLittle) -> bool:
    return isinstance(figure, Estimate) and not (figure.low or 0) <= 0.5 <= (figure.high or 1)


def _together(found: tuple[Confound, ...]) -> list[Chart]:
    rows = [Row(one.name, one.together) for one in found if one.together]
    most = max((one.together.high or 1 for one in found if one.together), default=1)
    return [chart("All at once: odds of being chosen", "odds", rows, (0, max(2, most)), "pairs", 1)] if rows else []
