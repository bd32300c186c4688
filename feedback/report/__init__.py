"""Agreement, raters, strengths and confounds of an export, in words that an operator understands."""

from pathlib import Path

from feedback.estimates import require_libraries, so_many
from feedback.report import agreeing, confounding, grading, liking, people
from feedback.report.sections import Report
from feedback.report.tables import Material, read_material

__all__ = ["Report", "make_report", "report"]

_SECTIONS = (
    confounding.section,
    agreeing.section,
    liking.section,
    people.activity,
    people.sides,
    people.reliability,
    grading.section,
)


def make_report(folder: Path) -> Report:
    """The report on a folder that `opine export` wrote; MissingLibraries without the extra, NotFound without export."""
    require_libraries()
    return report(read_material(folder))


def report(material: Material) -> Report:
    """The report on what was said, whatever little it is."""
    summary = (
        f"{so_many(material.opinions, 'opinion')} and {so_many(len(material.answers), 'preference')} of "
        f"{so_many(len(material.activity), 'person', 'people')} about {so_many(len(material.images), 'image')}; "
        f"{so_many(len(material.marks), 'label that names its image', 'labels that name their image')}.",
        "Left out: "
        + so_many(
            material.untargeted,
            "label that does not say which image it is about",
            "labels that do not say which image they are about",
        )
        + f", {so_many(material.conflicts, 'preference')} where words and click disagree, and what goes with "
        + f"{so_many(material.flagged, 'opinion')} flagged as spam, private or not appropriate.",
    )
    return Report(summary, tuple(section(material) for section in _SECTIONS))
