"""The tables that leave: every row, every column, and what is left out."""

import hashlib
import json
from pathlib import Path

import pytest
from export_world import ASTRONAUT, BLUE, LIGHT, World, contents, new_world
from pictures import picture

from feedback.export.targets import DEFAULT, classes_of
from feedback.media import MissingImage
from feedback.records import Label, NewOpinion
from feedback.store import Store

# The critique table as the project's reference has it, column by column.
COLUMNS = """
    opinion_id label_id comparison_id kind image_ids target_image_ids aspect polarity strength attributes value
    value_raw evidence evidence_start evidence_end evidence_en confidence source_text source_language
    language_confidence declared_language translation translation_signature normalizer_signature taxonomy_version
    status annotator channel created_at flags consent_scope split
"""
PUBLISHED = COLUMNS.split()


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    return await new_world(store, tmp_path)


async def test_an_image_of_several_comparisons_has_one_row(world: World) -> None:
    shared, other = world.comparisons[0].images[0], world.comparisons[1].images[0]
    world.comparisons.append(await world.store.add_comparison(world.campaign.id, [shared.id, other.id], "again"))
    await world.say("ana", 0, "nice")
    await world.say("ana", 3, "A", click="A")
    manifest = await world.export("images", "hpdv3")
    ids = [row["image_id"] for row in world.rows("images")]
    assert sorted(ids) == sorted({image.id for number in (0, 3) for image in world.comparisons[number].images})
    assert manifest.images == 3


async def test_a_label_has_every_published_column(world: World) -> None:
    opinion = await world.say("ana", 0, ASTRONAUT, LIGHT, declared="ar", backwards=True)
    manifest = await world.export()
    (row,) = world.rows("critiques")
    assert list(row)[: len(PUBLISHED)] == PUBLISHED
    first, second = (image.id for image in world.comparisons[0].images)
    assert (
        row
        | {
            "opinion_id": opinion.id,
            "comparison_id": world.comparisons[0].id,
            "kind": "pair",
            "image_ids": [second, first],
            "target_image_ids": [second],
            "aspect": "lighting",
            "polarity": "positive",
            "strength": 3,
            "attributes": ["soft"],
            "value": None,
            "evidence": "الصورة",
            "evidence_start": 4,
            "evidence_end": 10,
            "evidence_en": None,
            "confidence": 0.6,
            "source_text": ASTRONAUT,
            "source_language": "ar",
            "language_confidence": 0.9,
            "declared_language": "ar",
            "translation": "The first picture is nicer",
            "translation_signature": "translation:test.1",
            "normalizer_signature": "normalizer:test.1|taxonomy:1",
            "taxonomy_version": 1,
            "status": "suggested",
            "annotator": opinion.annotator_id,
            "channel": "web",
            "created_at": opinion.created_at,
            "flags": [],
            "consent_scope": "training",
            "campaign": "sky",
            "prompt": "prompt 0",
            "replaces": None,
        }
        == row
    )
    assert (manifest.opinions, manifest.labels, manifest.images, manifest.annotators) == (1, 1, 2, 1)
    assert manifest.version in str(manifest)


async def test_words_without_labels_are_not_lost(world: World) -> None:
    await world.say("ana", 0, "lol ok", language="und")
    annotator = await world.store.enter("web", "bob")
    ids = [image.id for image in world.comparisons[2].images]
    showing = await world.store.show(annotator.id, world.comparisons[2].id, ids)
    unread = NewOpinion(
        showing_id=showing.id, annotator_id=annotator.id, source_text="未読", channel="web", client_message_id="u"
    )
    await world.store.add_opinion(unread)
    manifest = await world.export()
    said = {row["source_text"]: row for row in world.rows("opinions")}
    assert (said["lol ok"]["reading"], said["lol ok"]["labels"], said["lol ok"]["source_language"]) == (
        "read",
        0,
        "und",
    )
    assert (said["未読"]["reading"], said["未読"]["source_language"], said["未読"]["kind"]) == (
        "waiting",
        None,
        "single",
    )
    assert (manifest.opinions, manifest.labels) == (2, 0)
    assert world.rows("critiques") == []


async def test_gold_and_suggestions_are_told_apart(world: World) -> None:
    opinion = await world.say(
        "ana", 0, ASTRONAUT, LIGHT, BLUE, LIGHT.model_copy(update={"aspect": "mood", "attributes": ()})
    )
    labels = {label.aspect: label for label in (await world.store.get_critique(opinion.id)).labels}
    await world.store.answer_label(opinion.id, labels["lighting"].id, "confirmed")
    await world.store.answer_label(opinion.id, labels["mood"].id, "rejected")
    correction = Label(aspect="color", polarity="positive", value="blue", span=BLUE.span)
    await world.store.correct_label(opinion.id, labels["color"].id, correction)
    await world.store.add_label(opinion.id, Label(aspect="realism", polarity="negative"))
    await world.export()
    rows = world.rows("critiques")
    assert {(row["aspect"], row["polarity"], row["status"]) for row in rows} == {
        ("lighting", "positive", "confirmed"),
        ("mood", "positive", "rejected"),
        ("color", "positive", "corrected"),
        ("color", "negative", "rejected"),
        ("realism", "negative", "corrected"),
    }
    assert len(rows) == 5
    by_status = {(row["aspect"], row["status"]): row for row in rows}
    assert (
        by_status["color", "corrected"]["replaces"] == labels["color"].id == by_status["color", "rejected"]["label_id"]
    )
    assert by_status["realism", "corrected"]["evidence"] is by_status["realism", "corrected"]["evidence_start"] is None
    await world.export(gold_only=True)
    assert sorted(row["aspect"] for row in world.rows("critiques")) == ["color", "lighting", "realism"]
    assert len(world.rows("opinions")) == 1


async def test_preferences_come_with_their_images(world: World) -> None:
    await world.say("ana", 0, "B!", choice="B", click="B", backwards=True)
    await world.say("bob", 0, "A?", choice="A", click="B", click_unseeing=True)
    await world.say("cid", 1, "same", click="tie")
    await world.say("dan", 1, "C", choice="C")
    await world.say("eve", 2, "alone")
    manifest = await world.export()
    rows = {row["source"] + str(row["choice"]) + str(row["conflict"]): row for row in world.rows("preferences")}
    assert manifest.preferences == len(rows) == 4
    ana, bob, cid, dan = (rows[key] for key in ("bothBFalse", "bothBTrue", "clicktieFalse", "wordsCFalse"))
    first, second = world.comparisons[0].images
    assert (ana["image_ids"], ana["chosen_image_id"], ana["rejected_image_ids"]) == (
        [second.id, first.id],
        first.id,
        [second.id],
    )
    assert ana["status"] == "confirmed"
    assert ana["generators"] == ["g2", "g1"]
    assert ana["image_a"]["bytes"] == world.media.read(second.sha256)
    assert ana["image_b"]["bytes"] == (world.folder / ana["image_files"][1]).read_bytes()
    assert ana["image_c"] is None
    assert (bob["conflict"], bob["status"]) == (True, "suggested")
    assert (cid["tie"], cid["chosen_image_id"], cid["rejected_image_ids"]) == (True, None, [])
    assert (dan["source"], dan["status"], dan["confidence"], len(dan["rejected_image_ids"])) == (
        "words",
        "suggested",
        0.7,
        2,
    )
    assert dan["image_c"]["path"] == dan["image_files"][2]
    await world.export(gold_only=True)
    assert sorted(row["choice"] for row in world.rows("preferences")) == ["B", "tie"]


async def test_original_images_leave_as_they_came(world: World) -> None:
    await world.say("ana", 0, "nice")
    manifest = await world.export()
    rows = world.rows("images")
    assert [row["image_id"] for row in rows] == [image.id for image in world.comparisons[0].images]  # judged ones only
    assert manifest.images == 2
    for row in rows:
        data = (world.folder / row["file"]).read_bytes()
        assert data == row["image"]["bytes"] == world.media.read(row["sha256"])
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert row["seed"] == str(2**64 - int(row["generator"][1:]))
    stated = json.loads((world.folder / "manifest.json").read_text())["files"]
    for name, data in contents(world.folder).items():
        if name not in ("README.md", "manifest.json"):
            assert stated[name] == {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}


async def test_a_missing_original_is_told_and_leaves_nothing(world: World) -> None:
    await world.say("ana", 0, "nice", click="A")
    world.media.path(world.comparisons[0].images[0].sha256).unlink()
    with pytest.raises(MissingImage, match="restore"):
        await world.export()
    assert not world.folder.exists()
    assert not list(world.folder.parent.glob(".out*"))


async def test_what_is_not_for_training_is_counted_and_left_out(world: World) -> None:
    await world.say("ana", 0, "for all", click="A")
    await world.say("bob", 0, "only for study", click="B", training_use=False)
    manifest = await world.export()
    assert (manifest.opinions, manifest.left_out_opinions, manifest.left_out_preferences) == (1, 1, 1)
    assert "only for study" not in str(world.rows("opinions"))
    assert "used for training: 1 opinions, 1 preferences" in (world.folder / "README.md").read_text("utf-8")
    manifest = await world.export(for_study=True)
    assert manifest.left_out_opinions == 0
    scopes = {row["source_text"]: row["consent_scope"] for row in world.rows("opinions")}
    assert scopes == {"for all": "training", "only for study": "study"}
    assert {row["consent_scope"] for row in world.rows("preferences")} == {"training", "study"}


async def test_one_campaign_leaves_alone(world: World) -> None:
    await world.say("ana", 0, "in the sky")
    other = await world.store.create_campaign("sea", "Sea")
    image = await world.store.add_image(other.id, world.media.take(picture(99)))
    world.comparisons.append(await world.store.add_comparison(other.id, [image.id]))
    await world.say("ana", 3, "in the sea")
    await world.export(campaigns=("sea",))
    assert [row["source_text"] for row in world.rows("opinions")] == ["in the sea"]
    assert (await world.export()).opinions == 2
    assert {row["campaign"] for row in world.rows("opinions")} == {"sky", "sea"}


async def test_a_declared_language_that_was_not_found_is_flagged(world: World) -> None:
    await world.say("ana", 0, "hola", language="es", declared="pt-BR")
    await world.say("bob", 0, "oi", language="pt", declared="pt-BR")
    await world.say("cid", 0, "ok", language="und", declared="pt-BR")
    await world.export()
    flags = {row["source_text"]: row["flags"] for row in world.rows("opinions")}
    assert flags == {"hola": ["language_mismatch"], "oi": [], "ok": []}


async def test_people_are_divided_too(world: World) -> None:
    people = [(await world.say(f"u{number}", 0, "nice")).annotator_id for number in range(12)]
    await world.export()
    rows = world.rows("opinions")
    sides = {row["annotator"]: row["annotator_split"] for row in rows}
    assert set(sides) == set(people)
    assert len(set(sides.values())) > 1
    assert len({row["split"] for row in rows}) == 1  # one comparison, one side


def test_every_column_is_documented() -> None:
    page = (Path(__file__).parent.parent / "docs" / "exports.md").read_text("utf-8")
    for target in classes_of(DEFAULT):
        section = page.split(f"## `{target.name}`")[1].split("\n## ")[0]
        assert [name for name in target.columns if f"`{name}`" not in section] == []
