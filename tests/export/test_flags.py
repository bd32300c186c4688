"""What an operator flags is told in the tables, and kept out of what trains a model."""

import json
from pathlib import Path

import pytest
from export_world import World, images_of, new_world, opinion_of

from feedback.export.target import flags_of
from feedback.export.targets import ALL, DEFAULT, TARGETS
from feedback.records import Critique, Flag, Label, NewOpinion, Opinion, Reading
from feedback.report.tables import read_material
from feedback.reward.answers import read_export
from feedback.store import Store

FOR_PEOPLE = {"critiques", "opinions", "preferences", "images", "critiques_csv", "argilla", "label_studio"}
TRAINING = {target.name for name, targets in TARGETS.items() if name not in FOR_PEOPLE for target in targets}
GOOD = Label(aspect="lighting", polarity="positive", targets=("A",))
BAD = Label(aspect="anatomy", polarity="negative", targets=("B",))


def trained(world: World) -> set[str]:
    """The training targets with rows in them, by the manifest."""
    tables = json.loads((world.folder / "manifest.json").read_text("utf-8"))["tables"]
    return {name for name, rows in tables.items() if sum(rows.values()) and name in TRAINING}


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    return await new_world(store, tmp_path)


@pytest.fixture
async def said(world: World) -> list[Opinion]:
    """A pair chosen by click and in words, with remarks about both images, and one image that was liked."""
    pair = await world.say("ana", 0, "A, the light!", GOOD, BAD, choice="A", click="A", language="en")
    return [pair, await world.say("fay", 2, "lovely", Label(aspect="overall", polarity="positive"), language="en")]


async def test_spam_and_what_is_not_appropriate_train_nothing(world: World, said: list[Opinion]) -> None:
    flags: list[Flag] = ["spam", "pii", "not_appropriate"]
    await world.export(ALL)
    assert trained(world) == TRAINING
    for flag in flags:
        for one in said:
            await world.store.flag(one.id, flag)
        manifest = await world.export(ALL)
        assert trained(world) == set()
        assert (manifest.opinions, manifest.preferences) == (2, 1)
        assert {tuple(row["flags"]) for table in ("opinions", "critiques") for row in world.rows(table)} == {(flag,)}
        for one in said:
            await world.store.unflag(one.id, flag)


async def test_a_flag_on_any_words_beside_a_preference_keeps_it_out(world: World, said: list[Opinion]) -> None:
    await world.say("bob", 0, "B is better", choice="B", click="B")
    handed_in = said[0].model_dump(include=set(NewOpinion.model_fields))
    more = await world.store.add_opinion(
        NewOpinion(**handed_in | {"source_text": "buy now", "client_message_id": "another"})
    )
    await world.export(*DEFAULT)
    assert len(read_export(world.folder).answers) == 3
    await world.store.flag(more.id, "spam")
    await world.export(*DEFAULT, "per_annotator")
    assert [row["y"] for row in world.rows("per_annotator")] == [-1]  # bob's
    assert sorted(row["flags"] for row in world.rows("opinions")) == [[], [], [], ["spam"]]
    assert sorted(row["flags"] for row in world.rows("preferences")) == [[], ["spam"]]
    assert len(read_export(world.folder).answers) == 2  # bob's, and fay's about one image
    reported = read_material(world.folder)
    assert len(reported.answers) == 1
    assert reported.flagged == 1


async def test_personal_data_is_left_out_where_that_is_asked_for(world: World, said: list[Opinion]) -> None:
    await world.store.flag(said[0].id, "pii")
    targets = (*DEFAULT, "hpdv3", "trl_kto")
    before = await world.export(*targets)
    assert trained(world) == {"trl_kto"}  # what fay said about another image
    assert len(read_export(world.folder).answers) == 1
    assert {row["opinion_id"]: row["flags"] for row in world.rows("opinions")} == {said[0].id: ["pii"], said[1].id: []}
    manifest = await world.export(*targets, without_flags=("pii",))
    assert (manifest.opinions, manifest.preferences) == (1, 0)
    assert trained(world) == {"trl_kto"}
    assert manifest.version != before.version


def test_an_operators_flags_stand_beside_the_computed_one() -> None:
    declared = opinion_of("hola").model_copy(update={"declared_language": "pt-BR"})
    read = Reading(
        language="es",
        language_confidence=0.9,
        translation=None,
        signature="normalizer:test.1",
        translation_signature="translation:test.1",
    )
    critique = Critique(opinion=declared, images=images_of(1), reading=read, flags=("pii", "spam"))
    assert flags_of(critique) == ["pii", "spam", "language_mismatch"]
    assert flags_of(critique.model_copy(update={"reading": None})) == ["pii", "spam"]
