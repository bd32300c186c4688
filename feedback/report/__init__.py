"""Agreement, raters, strengths and confounds of an export, in words that an operator understands."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from feedback import agreement, raters
from feedback.aggregate import Strengths, generator_duels, image_duels, strengths
from feedback.confounds import Confound, confounds
from feedback.estimates import Estimate, TooLittle, require_libraries
from feedback.judgements import Mark, choice_votes, polarity_votes
from feedback.report.sections import Chart, Report, Row, Section, Unit
from feedback.report.tables import Material, read_material

MOST_ROWS: Final = 20
MOST_SCALES: Final = 3
SHORT: Final = 8  # characters of an id that are shown
RELIABLE: Final = 0.8  # Krippendorff's own marks
TENTATIVE: Final = 0.667
DOMINANT: Final = 0.5  # share of all answers by three people, among ten or more

__all__ = ["Report", "make_report", "report"]


def make_report(folder: Path) -> Report:
    """The report on a folder that `opine export` wrote; MissingLibraries without the extra, NotFound without export."""
    require_libraries()
    return report(read_material(folder))


def report(material: Material) -> Report:
    """The report on what was said, whatever little it is."""
    people = len(material.activity)
    summary = (
        f"{material.opinions:,} opinions and {len(material.answers):,} preferences of {people:,} people "
        f"about {len(material.images):,} images; {len(material.marks):,} labels that name their image.",
        f"Left out: {material.untargeted:,} labels that do not say which image they are about, and "
        f"{material.conflicts:,} preferences where words and click disagree.",
    )
    parts = (_confounds, _agreement, _images, _activity, _sides, _reliability, _grading)
    return Report(summary, tuple(part(material) for part in parts))


def _confounds(material: Material) -> Section:
    found = confounds(material.answers, material.images)
    warnings = tuple(one.warning for one in found if one.warning)
    unseen = sum(isinstance(one.estimate, TooLittle) for one in found)
    verdict = "" if warnings or unseen == len(found) else " No warning: chance alone may do this."
    return Section(
        "Do people choose by compression, size or position?",
        (
            "If 50 % is outside an interval, people may be choosing what travelled through fewer web sites, is larger, "
            "or stands first, and a model trained on this will learn that." + verdict,
            "The second table holds all properties against each other at once: by how much the odds of being chosen "
            "grow with one standard deviation more of it (or by being first), if the others were the same.",
        ),
        (
            _chart(
                "How often people chose",
                "percent",
                [_confound_row(one) for one in found],
                (0, 1),
                "pairs or answers",
                0.5,
            ),
            *_together_chart(found),
        ),
        warnings,
    )


def _confound_row(one: Confound) -> Row:
    remark = "people follow this" if one.warning else "perhaps" if _excludes_half(one.estimate) else ""
    return Row(one.name, one.estimate, remark, bool(one.warning))


def _excludes_half(figure: Estimate | TooLittle) -> bool:
    return isinstance(figure, Estimate) and not (figure.low or 0) <= 0.5 <= (figure.high or 1)


def _together_chart(found: tuple[Confound, ...]) -> list[Chart]:
    rows = [Row(one.name, one.together) for one in found if one.together]
    most = max((row.figure.high or 1 for row in rows if isinstance(row.figure, Estimate)), default=1)
    return [_chart("All at once: odds of being chosen", "odds", rows, (0, max(2, most)), "pairs", 1)] if rows else []


def _agreement(material: Material) -> Section:
    labels = agreement.alpha(polarity_votes(material.marks), "ordinal")
    choices = {
        f"which image of a {kind} is better": agreement.alpha(
            choice_votes(answer for answer in material.answers if answer.kind == kind), "nominal"
        )
        for kind in ("pair", "set")
        if kind == "pair" or any(answer.kind == kind for answer in material.answers)
    }
    overall = {"whether something is good or bad": labels, **choices}
    return Section(
        "Do people agree?",
        (
            "Krippendorff's alpha: 1 is always alike, 0 is as by chance. From 0.80 one may rely on it, from 0.67 draw "
            "tentative conclusions. Low agreement on taste is no mistake: it says that one score for all is too few.",
            "For labels, one observation is an aspect of an image in a comparison of which two people or more spoke "
            "(good, neutral or bad). What only one person mentioned says nothing about agreement. For preferences, it "
            f"is a comparison that two or more answered. At least {agreement.LEAST_UNITS} are needed.",
        ),
        (
            _alphas("In all", overall),
            _alphas("Good or bad, by aspect", agreement.alpha_by(material.marks, _aspect)),
            _alphas("Good or bad, by language", agreement.alpha_by(material.marks, _language)),
        ),
    )


def _aspect(mark: Mark) -> str:
    return mark.aspect


def _language(mark: Mark) -> str:
    return mark.language


def _alphas(title: str, found: Mapping[str, Estimate | TooLittle]) -> Chart:
    rows = [Row(name, figure, _meaning(figure)) for name, figure in found.items()]
    return _chart(title, "number", rows, (-1, 1), "units that two people judged", 0)


def _meaning(figure: Estimate | TooLittle) -> str:
    if isinstance(figure, TooLittle):
        return ""
    return "reliable" if figure.value >= RELIABLE else "tentative" if figure.value >= TENTATIVE else "people differ"


def _images(material: Material) -> Section:
    charts, words = [], []
    for things, duels in (("generators", generator_duels(material.answers)), ("images", image_duels(material.answers))):
        found = strengths(duels)
        large = [scale for scale in found.scales if len(scale.strengths) > 2 or things == "generators"]
        words.append(_scales_in_words(things, found))
        charts += [
            _strengths_chart(f"Strength of {things}, scale {n}", dict(scale.strengths), things == "images")
            for n, scale in enumerate(large[:MOST_SCALES], 1)
        ]
    return Section(
        "What do people like?",
        (
            "Strengths by the Bradley-Terry model with ties (Davidson), in log odds against the mean of the scale: who "
            "is 1 stronger is preferred about 2.7 times as often as not, ties aside. Things that no chain of "
            "comparisons connects are on scales of their own and cannot be compared. Intervals take answers for "
            f"independent; nothing is said with fewer than {raters.LEAST_ANSWERS} answers about it.",
            *words,
        ),
        tuple(charts),
    )


def _scales_in_words(things: str, found: Strengths) -> str:
    if not found.scales:
        return f"No strengths of {things}: no preference between {'known ' if things == 'generators' else ''}{things}."
    largest = len(found.scales[0].strengths)
    count = len(found.scales)
    return (
        f"{things.capitalize()}: {found.answers:,} answers on {count:,} scale{'s' if count > 1 else ''}; the largest "
        f"joins {largest:,} {things}. Between equals, {found.tie / (2 + found.tie):.0%}".replace("%", " %")
        + " of answers would be ties."
    )


def _strengths_chart(title: str, found: dict[str, Estimate], shorten: bool) -> Chart:
    rows = [
        Row(
            _short(name) if shorten else name,
            one if one.count >= raters.LEAST_ANSWERS else _too_few(one.count),
        )
        for name, one in found.items()
    ]
    ends = [abs(end) for one in found.values() for end in (one.low, one.high) if end is not None]
    reach = max([1.0, *ends])
    return _chart(title, "number", rows, (-reach, reach), "answers", 0)


def _too_few(count: int) -> TooLittle:
    return TooLittle(f"{count} answers; {raters.LEAST_ANSWERS} are needed", count)


def _activity(material: Material) -> Section:
    found = raters.dominance(material.activity)
    if isinstance(found, TooLittle):
        return Section("Who speaks?", (f"Too little data: {found.reason}.",))
    total = found.answers
    rows = [
        Row("the most active person", Estimate(found.top, None, None, total)),
        Row("the three most active", Estimate(found.top_three, None, None, total)),
    ]
    dominant = found.people >= 10 and found.top_three >= DOMINANT
    warning = f"Three of {found.people:,} people gave {found.top_three:.0%} of all answers.".replace("%", " %")
    return Section(
        "Who speaks?",
        (
            f"{found.people:,} people gave {total:,} opinions and preferences. Gini's coefficient is {found.gini:.2f} "
            "(0: all gave as many; near 1: one gave nearly all). These are counts, so they have no interval.",
        ),
        (_chart("Share of all answers", "percent", rows, (0, 1), "opinions and preferences"),),
        (warning,) if dominant else (),
    )


def _sides(material: Material) -> Section:
    screens = raters.first_shown(material.answers)
    overall = [
        Row(f"first of {number}", figure, f"by chance {1 / number:.0%}".replace("%", " %"))
        for number, figure in screens.items()
    ]
    people = [_leaning_row(person, one, "presses one side") for person, one in raters.sides(material.answers).items()]
    leaning = [row.name for row in people if row.warns]
    return Section(
        "Do people press the same side?",
        (
            "How often the image shown first (A) was chosen, ties aside. Orders are balanced, so it should be as by "
            f"chance. A person needs {raters.LEAST_ANSWERS} answers about pairs; people are marked after allowing for "
            "how many were looked at (false discoveries under 5 %).",
        ),
        (
            _chart("Everybody", "percent", overall, (0, 1), "answers"),
            _chart("By person", "percent", people, (0, 1), "answers about pairs", 0.5),
        ),
        (_people(leaning, "on one side far more often than by chance, wherever the images stand"),) if leaning else (),
    )


def _leaning_row(person: str, one: raters.Leaning | TooLittle, remark: str) -> Row:
    if isinstance(one, TooLittle):
        return Row(_short(person), one)
    return Row(_short(person), one.estimate, remark if one.stands_out else "", one.stands_out)


def _reliability(material: Material) -> Section:
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
            rows = [Row(_short(person), figure) for person, figure in found.items()]
            charts.append(_chart(question.capitalize(), "percent", rows, (0, 1), "shared answers"))
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


def _grading(material: Material) -> Section:
    found = raters.grading(material.marks)
    title = "Does everybody grade alike?"
    if isinstance(found, TooLittle):
        return Section(title, (f"Too little data: {found.reason}.",))
    people = [
        _grade_row(person, one, found.spreads[person], found.middle)
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
            _chart("How much is the person?", "percent", [part], (0, 1), "labels"),
            _chart("Mean score by person", "number", people, (-3, 3), "labels", found.middle),
        ),
    )


def _grade_row(person: str, one: raters.Leaning, spread: float, middle: float) -> Row:
    manner = ("stricter" if one.estimate.value < middle else "kinder") + " than others, " if one.stands_out else ""
    return Row(_short(person), one.estimate, f"{manner}spread {spread:.2f}", one.stands_out)


def _people(names: list[str], what: str) -> str:
    listed = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return f"{len(names)} {'person chose' if len(names) == 1 else 'people chose'} {what}: {listed}."


def _short(name: str) -> str:
    """The end of an id: ids that begin with the time differ there."""
    return name if len(name) <= SHORT else "…" + name[-SHORT:]


def _chart(
    title: str,
    unit: Unit,
    rows: list[Row],
    axis: tuple[float, float],
    counted: str,
    reference: float | None = None,
) -> Chart:
    """At most so many rows: those that stand out, then those with a figure, each in the order given."""
    ranked = sorted(range(len(rows)), key=lambda n: (not rows[n].warns, isinstance(rows[n].figure, TooLittle), n))
    shown = tuple(rows[n] for n in sorted(ranked[:MOST_ROWS]))
    return Chart(title, unit, shown, axis, counted, reference, len(rows) - len(shown))
