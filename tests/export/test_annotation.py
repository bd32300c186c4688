"""What the annotation tools are given: spans as each of them counts, suggestions and gold apart."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from export_world import ASTRONAUT, BLUE, LIGHT, SPAN, World, new_world
from hypothesis import given
from hypothesis import strategies as st

from feedback.export.annotation import to_utf16
from feedback.export.argilla import argilla_settings
from feedback.export.label_studio import label_studio_config
from feedback.records import Label
from feedback.store import Store

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30) | st.sampled_from(
    [ASTRONAUT, "🏳️‍🌈🏳️‍🌈", "e\u0301\u0323", "\u202eabc\u202c שלום", "👨‍👩‍👧‍👦 family"]
)


@given(TEXTS, st.data())
def test_spans_survive_the_border(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    span = start, data.draw(st.integers(start, len(text)))
    first, last = to_utf16(text, span)
    as_javascript = text.encode("utf-16-le")
    assert as_javascript[2 * first : 2 * last].decode("utf-16-le") == text[slice(*span)]


def test_a_span_after_an_emoji_is_counted_as_javascript_does() -> None:
    assert to_utf16(ASTRONAUT, SPAN) == (6, 12)  # node -e 'console.log("👩‍🚀 الصورة".indexOf("الصورة"))' says 6


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    world = await new_world(store, tmp_path)
    opinion = await world.say("ana", 0, ASTRONAUT, LIGHT, BLUE, choice="A", click="A")
    labels = {label.aspect: label for label in (await store.get_critique(opinion.id)).labels}
    await store.answer_label(opinion.id, labels["lighting"].id, "confirmed")
    await store.answer_label(opinion.id, labels["color"].id, "rejected")
    await store.add_label(opinion.id, Label(aspect="realism", polarity="negative"))
    await world.say("bob", 1, "nice 😬", Label(aspect="overall", polarity="positive", span=(5, 6), confidence=0.4))
    await world.export("argilla", "label_studio")
    return world


def read(world: World, name: str) -> dict[str, Any]:
    rows = json.loads((world.folder / name).read_text("utf-8"))
    return {row.get("fields", row.get("data"))["text"].strip(): row for row in rows}


async def test_argilla_has_suggestions_and_responses_apart(world: World) -> None:
    records = read(world, "argilla/records.json")
    ana, bob = records[ASTRONAUT], records["nice 😬"]
    assert [one["label"] for one in ana["suggestions"]["evidence"]["value"]] == ["lighting positive", "color negative"]
    assert ana["suggestions"]["evidence"]["score"] == [0.6, 0.5]
    assert [one["value"] for one in ana["responses"]["evidence"]] == [
        [{"label": "lighting positive", "start": 6, "end": 12}]
    ]
    assert ana["responses"]["labels"][0]["value"] == ["realism negative"]
    assert ana["responses"]["preference"][0]["value"] == "A"
    assert UUID(ana["responses"]["preference"][0]["user_id"])
    assert bob["responses"] == {}
    # The server compares the end, in UTF-16 units, with the length in code points.
    (span,) = bob["suggestions"]["evidence"]["value"]
    assert (span["start"], span["end"]) == (5, 7)
    assert len(bob["fields"]["text"]) >= span["end"]
    assert "suggestions" not in json.dumps(argilla_settings()["questions"])


async def test_label_studio_has_predictions_and_annotations_apart(world: World) -> None:
    tasks = read(world, "label_studio/tasks.json")
    ana, bob = tasks[ASTRONAUT], tasks["nice 😬"]
    predicted, annotated = ana["predictions"][0]["result"], ana["annotations"][0]["result"]
    for region in [*predicted, *annotated, *bob["predictions"][0]["result"]]:
        if region["type"] == "labels":
            text = (ana if region in predicted or region in annotated else bob)["data"]["text"]
            assert text[region["value"]["start"] : region["value"]["end"]] == region["value"]["text"]
    assert [region["value"].get("labels") for region in predicted] == [["lighting positive"], ["color negative"], None]
    assert [region["from_name"] for region in annotated] == ["evidence", "labels", "preference"]
    assert bob["annotations"] == []
    for image in ana["data"]["images"]:
        assert (world.folder / image.removeprefix("/data/local-files/?d=")).is_file()


async def test_with_gold_only_nothing_is_suggested(world: World) -> None:
    await world.export("argilla", "label_studio", gold_only=True)
    assert all(not row["suggestions"] for row in read(world, "argilla/records.json").values())
    assert all(not row["predictions"] for row in read(world, "label_studio/tasks.json").values())


async def test_the_tools_themselves_take_them(world: World) -> None:
    interfaces = pytest.importorskip("label_studio_sdk.label_interface")
    interface = interfaces.LabelInterface(label_studio_config())
    interface.validate()
    for task in json.loads((world.folder / "label_studio/tasks.json").read_text("utf-8")):
        for kind in ("predictions", "annotations"):
            for one in task[kind]:
                assert interface._validate_object(one, return_errors=True) == []


async def test_argilla_reads_the_records(world: World) -> None:
    records = pytest.importorskip("argilla.records._io._json")
    read_back = records.JsonIO._records_from_json(world.folder / "argilla/records.json")
    assert {record.fields["text"].strip() for record in read_back} == {ASTRONAUT, "nice 😬"}
