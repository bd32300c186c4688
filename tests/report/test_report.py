"""From an export's tables to the terminal and the page."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from export_world import ASTRONAUT, LIGHT, new_world
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from bot.cli_report import report as command
from feedback.errors import NotFound
from feedback.estimates import Estimate
from feedback.judgements import Answer, ImageFacts, Mark
from feedback.report import make_report, report
from feedback.report.page import to_html
from feedback.report.sections import Report
from feedback.report.tables import Material, read_material
from feedback.report.terminal import drawn
from feedback.store import Store

NOBODY = Material((), (), {}, {}, 0, 0, 0, 0)
PNG = ImageFacts(100, 100, 5000, "PNG")


def printed(found: Report) -> str:
    console = Console(width=240, record=True, quiet=False, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(*drawn(found), sep="\n")
    return console.export_text()


class Reader(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


async def test_an_export_is_read(store: Store, tmp_path: Path) -> None:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    await world.say("ben", 0, ASTRONAUT, LIGHT, click="A", backwards=True)
    await world.say("eva", 1, "lol ok", language="en", training_use=False)
    await world.export()
    material = read_material(world.folder)
    first, second = (image.id for image in world.comparisons[0].images)
    assert [(one.images, one.chosen) for one in sorted(material.answers, key=lambda one: one.chosen != first)] == [
        ((first, second), first),
        ((second, first), second),
    ]
    assert {(mark.image, mark.aspect, mark.score, mark.language) for mark in material.marks} == {
        (first, "lighting", 3, "ar"),
        (second, "lighting", 3, "ar"),
    }
    assert sorted(material.activity.values()) == [2, 2]
    assert material.images[first].width == world.comparisons[0].images[0].width
    assert "2 opinions and 2 preferences of 2 people" in printed(make_report(world.folder))


def test_no_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="opine export"):
        make_report(tmp_path)


def test_nobody_and_one_person_are_told_plainly() -> None:
    answers = tuple(Answer("ana", f"{n}", ("x", "y"), "x") for n in range(5))
    one = replace(NOBODY, answers=answers, activity={"ana": 5}, images={"x": PNG, "y": PNG})
    for material, words in ((NOBODY, "nobody judged this"), (one, "only one person judged this")):
        found = report(material)
        assert found.warnings == ()
        for shown in (" ".join(printed(found).split()), Reader(to_html(found)).text):
            assert "too little data: " + words in shown


@given(st.text(max_size=40) | st.sampled_from(["<script>alert(1)</script>", '"><img src=x>', "[bold]الصورة\u202eabc"]))
@settings(max_examples=6, deadline=None)
def test_nobodys_words_become_markup(words: str) -> None:
    answers = tuple(Answer(f"{words}{n}", f"{n}", ("x", "y"), "x", (words, "b")) for n in range(12))
    marks = (Mark(words, "c", "x", words, words, 2),)
    found = report(replace(NOBODY, answers=answers, marks=marks, activity={words: 3}, images={"x": PNG, "y": PNG}))
    page = Reader(to_html(found))
    assert not page.tags & {"script", "img", "link", "iframe", "object", "embed"}
    assert all(
        (value or "").startswith("#")
        for name, value in page.attributes
        if name in {"src", "href", "srcset", "data", "action"}
    )
    assert not any(name.startswith("on") for name, _ in page.attributes)
    assert "url(" not in to_html(found)
    assert len(re.findall("<section", to_html(found))) == len(found.sections)
    printed(found)


def test_agreement_is_told_by_aspect_and_language_where_there_is_enough() -> None:
    """Two speak Spanish and agree on lighting; two speak Hindi and do not; of text, there is one label."""
    marks = [
        Mark(person, "c", f"{n}", "lighting", language, score)
        for n in range(12)
        for language, people in (("es", ("ana", "eva")), ("hi", ("dan", "ben")))
        for person in people
        for score in [(-1) ** (n // 2 if person == "ben" else n)]
    ]
    found = report(replace(NOBODY, marks=(*marks, Mark("ana", "c", "1", "text", "ar", 2))))
    (grid,) = found.sections[1].grids
    assert grid.columns == ("all languages", "Spanish", "Hindi")
    cells = {(name, cell.name): cell.figure for name, row in grid.rows for cell in row}
    assert {name for name, _ in cells} == {"all aspects", "lighting"}
    agreed, differed = cells["lighting", "Spanish"], cells["lighting", "Hindi"]
    assert isinstance(agreed, Estimate)
    assert isinstance(differed, Estimate)
    assert (agreed.value, agreed.count) == (1, 12)
    assert differed.value < 0.1
    for shown in (" ".join(printed(found).split()), Reader(to_html(found)).text):
        assert "too little data about text." in shown
        assert "too little data in Arabic." in shown


async def test_a_preference_is_in_the_language_of_its_words(store: Store, tmp_path: Path) -> None:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    await world.say("ana", 1, "the first", language="en", click="A")
    await world.say("ana", 2, ASTRONAUT, LIGHT)
    comparison = world.comparisons[0]
    clicker = await store.enter("web", "ben")
    showing = await store.show(clicker.id, comparison.id, [image.id for image in comparison.images])
    await store.choose(showing.id, clicker.id, "B")
    await world.export()
    found = {(one.comparison, one.person == clicker.id): one.language for one in read_material(world.folder).answers}
    assert found == {
        (comparison.id, False): "ar",
        (world.comparisons[1].id, False): "en",
        (comparison.id, True): "und",
    }


async def test_an_export_that_lacks_tables_is_not_taken_for_silence(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world = await new_world(store, tmp_path)
    await world.export("critiques", "images")
    with pytest.raises(NotFound, match="lacks opinions, preferences; write all tables with: opine export"):
        make_report(world.folder)
    await world.export()
    command(world.folder, tmp_path / "report.html")
    assert capsys.readouterr().out.startswith("0 opinions and 0 preferences of 0 people")
    assert "0 opinions and 0 preferences of 0 people" in (tmp_path / "report.html").read_text("utf-8")


def test_one_is_not_told_as_many() -> None:
    answers = (Answer("ana", "c", ("x", "y"), "x", ("a", "b")),)
    marks = (Mark("ana", "c", "x", "color", "es", 2),)
    one = Material(answers, marks, {"x": PNG}, {"ana": 1}, 1, 1, 1, 1)
    told = " ".join(printed(report(one)).split())
    assert "1 opinion and 1 preference of 1 person about 1 image; 1 label that names its image." in told
    assert not re.findall(r"\b1 (?:answers|images|labels|opinions|pairs|people|preferences|times)\b", told)


def test_every_figure_has_words_for_who_cannot_see_it() -> None:
    answers = tuple(Answer(f"p{n % 4}", f"{n}", ("x", "y"), "xy"[n % 2], ("a", "b")) for n in range(80))
    found = report(replace(NOBODY, answers=answers, activity={"p": 80}, images={"x": PNG, "y": PNG}))
    figures = [row for one in found.sections for chart in one.charts for row in chart.rows]
    drawn_ones = sum(isinstance(row.figure, Estimate) for row in figures)
    page = Reader(to_html(found))
    assert page.attributes.count(("role", "img")) == drawn_ones > 5
    assert sum(name == "aria-label" for name, _ in page.attributes) == drawn_ones + 1  # and the contents


def test_who_all_say_the_same_are_not_told_as_too_little() -> None:
    marks = tuple(Mark(person, f"c{n}", "x", "light", "en", 2) for person in "abcd" for n in range(60))
    told = " ".join(printed(report(replace(NOBODY, marks=marks, images={"x": PNG}))).split())
    assert "everybody said the same" in told
    assert "too little data: everybody" not in told
    assert "about ," not in told
    assert "in all languages," not in told


def test_a_name_cannot_drive_the_terminal() -> None:
    answers = tuple(Answer(f"p{n}", f"{n}", ("x", "y"), "xy"[n % 2], ("a\x1b[2J", "b\x07")) for n in range(30))
    told = printed(report(replace(NOBODY, answers=answers, activity={"p": 30}, images={"x": PNG, "y": PNG})))
    assert "a[2J" in told
    assert "\x1b[2J" not in told
    assert "\x07" not in told


async def test_half_a_copy_and_a_damaged_file_are_said(store: Store, tmp_path: Path) -> None:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    await world.export()
    (file,) = (world.folder / "data" / "opinions").glob("*.parquet")
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(NotFound, match="damaged"):
        make_report(world.folder)
    file.unlink()
    with pytest.raises(NotFound, match=f"lacks data/opinions/{file.name}"):
        make_report(world.folder)
