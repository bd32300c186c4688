"""What leaves: complete, the same every time, readable by `datasets` as it is, and without those who withdrew."""

import hashlib
import json
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import picture

from feedback.errors import Conflict
from feedback.export import Manifest, export, passes, writing
from feedback.export.critiques import Critiques
from feedback.export.folder import fresh_folder
from feedback.export.splits import SPLITS, Groups
from feedback.export.target import Place
from feedback.media import Media, MissingImage
from feedback.records import (
    Campaign,
    Choice,
    Comparison,
    Critique,
    Image,
    Label,
    NewOpinion,
    Opinion,
    Preference,
    Reading,
    StatedPreference,
)
from feedback.store import Store

os.environ["HF_HUB_OFFLINE"] = "1"

# The critique table as the project's reference has it, column by column.
COLUMNS = """
    opinion_id label_id comparison_id kind image_ids target_image_ids aspect polarity strength attributes value
    value_raw evidence evidence_start evidence_end evidence_en confidence source_text source_language
    language_confidence declared_language translation translation_signature normalizer_signature taxonomy_version
    status annotator channel created_at flags consent_scope split
"""
PUBLISHED = COLUMNS.split()
ASTRONAUT = "👩‍🚀 الصورة الأولى أجمل 😬"
SPAN = (4, 10)  # الصورة: code points 4 to 10; the emoji before it are three code points, five UTF-16 units


@dataclass
class World:
    """A store with one campaign of three comparisons."""

    store: Store
    media: Media
    campaign: Campaign
    comparisons: list[Comparison]
    folder: Path

    async def say(
        self,
        user: str,
        number: int,
        text: str,
        *labels: Label,
        choice: Choice | None = None,
        click: Choice | None = None,
        language: str = "ar",
        declared: str | None = None,
        training_use: bool = True,
        backwards: bool = False,
        click_unseeing: bool = False,
    ) -> Opinion:
        """Somebody says something, which is read as these labels."""
        annotator = await self.store.enter("web", user)
        if not training_use:
            await self.store.update_annotator(annotator.id, training_use=False)
        comparison = self.comparisons[number]
        ids = [image.id for image in comparison.images]
        showing = await self.store.show(annotator.id, comparison.id, ids[::-1] if backwards else ids)
        new = NewOpinion(
            showing_id=showing.id,
            annotator_id=annotator.id,
            source_text=text,
            channel="web",
            client_message_id="1" + showing.id,
            declared_language=declared,
        )
        opinion = await self.store.add_opinion(new)
        if click and click_unseeing:
            await self.store.choose(showing.id, annotator.id, click)
        (claim,) = await self.store.claim(1, 60)
        reading = Reading(
            language=language,
            language_confidence=0.9,
            translation="The first picture is nicer",
            translation_confidence=0.8,
            labels=labels,
            preference=Preference(choice=choice, confidence=0.7),
            signature="normalizer:test.1|taxonomy:1",
            translation_signature="translation:test.1",
        )
        assert await self.store.finish(claim, reading)
        if click and not click_unseeing:
            await self.store.choose(showing.id, annotator.id, click)
        return opinion

    async def export(self, **options: Any) -> Manifest:
        return await export(self.store, self.media, self.folder, **options)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The table's rows, which Parquet and JSONL must agree about."""
        rows: list[dict[str, Any]] = []
        for split in SPLITS:
            file = self.folder / "data" / table / f"{split}.parquet"
            if file.exists():
                found = pq.read_table(file).to_pylist()
                lines = file.with_suffix(".jsonl").read_text("utf-8").split("\n")[:-1]
                told = [json.loads(line) for line in lines]
                assert [_without_images(row) for row in found] == told
                assert {row["split"] for row in found} == {split}
                rows += found
        return rows


def _without_images(row: dict[str, Any]) -> dict[str, Any]:
    plain = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in row.items()}
    return {
        name: value
        for name, value in plain.items()
        if (name != "image" and not name.startswith("image_")) or name in KEPT
    }


KEPT = ("image_ids", "image_files", "image_id")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    store = await Store.open(f"sqlite:///{tmp_path / 'opine.db'}", "a secret for tests")
    media = Media(tmp_path / "media")
    campaign = await store.create_campaign("sky", "Skies: #1 & <more>")
    images = [
        await store.add_image(
            campaign.id, media.take(picture(7 * n)).model_copy(update={"generator": f"g{n}", "seed": 2**64 - n})
        )
        for n in range(1, 7)
    ]
    groups = [images[:2], images[2:5], images[5:]]
    comparisons = [
        await store.add_comparison(campaign.id, [image.id for image in group], f"prompt {number}")
        for number, group in enumerate(groups)
    ]
    yield World(store, media, campaign, comparisons, tmp_path / "out")
    await store.close()


LIGHT = Label(
    aspect="lighting", polarity="positive", strength=3, targets=("A",), attributes=("soft",), span=SPAN, confidence=0.6
)
BLUE = Label(aspect="color", polarity="negative", value="teal", value_raw="أجمل", span=(18, 22), confidence=0.5)


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


@pytest.mark.filterwarnings("ignore::DeprecationWarning:datasets.*", "ignore::DeprecationWarning:multiprocess.*")
async def test_datasets_loads_every_table_as_it_is(world: World, tmp_path: Path) -> None:
    import datasets

    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    await world.say("bob", 1, "C", choice="C")
    await world.export()
    datasets.disable_progress_bars()
    cache = str(tmp_path / "cache")

    def load(name: str | None = None) -> list[dict[str, Any]]:
        loaded = datasets.load_dataset(str(world.folder), name, cache_dir=cache)
        assert set(loaded) <= set(SPLITS)
        return [row for split in loaded.values() for row in split]

    (label,) = load()
    assert label["source_text"][label["evidence_start"] : label["evidence_end"]] == label["evidence"] == "الصورة"
    assert {row["source_text"] for row in load("opinions")} == {ASTRONAUT, "C"}
    chosen = {row["choice"]: row for row in load("preferences")}
    assert chosen["A"]["image_a"].size == chosen["C"]["image_c"].size == (24, 16)
    assert chosen["A"]["image_c"] is None
    assert all(row["image"].format == "PNG" for row in load("images"))
    single = next((world.folder / "data" / "images").glob("*.parquet"))
    alone = datasets.load_dataset("parquet", data_files=str(single), cache_dir=cache, split="train")
    assert alone[0]["image"].size == (24, 16)  # also without the card


async def test_the_same_database_gives_the_same_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, user in enumerate(("ana", "bob", "cid", "dan", "eve")):
        await world.say(user, number % 3, ASTRONAUT, LIGHT, click="A" if number % 3 < 2 else None)
    first = await world.export()
    before = contents(world.folder)
    monkeypatch.setattr(passes, "PAGE", 2)
    assert await world.export() == first
    assert contents(world.folder) == before
    monkeypatch.setattr(writing, "GROUP_ROWS", 1)
    await world.export()
    assert len(world.rows("opinions")) == 5
    assert (await world.export(gold_only=True)).version != first.version


async def test_an_image_that_returns_is_stored_once_per_group(world: World) -> None:
    for number in range(8):
        await world.say(f"u{number}", 0, "nice", click="A")
    await world.export()
    (file,) = (world.folder / "data" / "preferences").glob("*.parquet")
    columns = pq.ParquetFile(file).metadata.row_group(0).to_dict()["columns"]
    stored = next(column for column in columns if column["path_in_schema"] == "image_a.bytes")
    one = world.comparisons[0].images[0].size
    assert stored["total_uncompressed_size"] < 8 * one / 2


async def test_who_withdrew_is_nowhere(world: World) -> None:
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    gone = await world.say("bob", 1, "geheime Worte", LIGHT, click="B")
    before = await world.export()
    assert any(gone.annotator_id.encode() in data for data in contents(world.folder).values())
    await world.store.erase(gone.annotator_id)
    after = await world.export()
    assert after.version != before.version
    for data in contents(world.folder).values():
        assert gone.annotator_id.encode() not in data
        assert b"geheime Worte" not in data
    assert after.images == 2  # images that only this person judged are left out as well


async def test_who_withdraws_meanwhile_is_left_out(world: World) -> None:
    await world.say("ana", 0, "stays", click="A")
    gone = await world.say("bob", 1, "goes", click="B")

    class Interrupted(Store):
        async def preferences(self, *arguments: Any, **options: Any) -> list[StatedPreference]:
            if (await self.critiques())[-1].opinion.id == gone.id:
                await self.erase(gone.annotator_id)
            return await super().preferences(*arguments, **options)

    world.store.__class__ = Interrupted
    manifest = await world.export()
    assert manifest.annotators == 1
    assert [row["source_text"] for row in world.rows("opinions")] == ["stays"]


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
    await world.export(campaign="sea")
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


async def test_the_card_is_what_a_hub_reads(world: World) -> None:
    await world.say("ana", 0, ASTRONAUT, LIGHT, BLUE, click="tie")
    await world.say("bob", 1, "नमस्ते yaar", LIGHT, language="hi-Latn")
    await world.say("cid", 1, "tja", language="no")
    manifest = await world.export(campaign="sky")
    text = (world.folder / "README.md").read_text("utf-8")
    _, head, body = text.split("---\n", 2)
    card = yaml.safe_load(head)
    assert card["pretty_name"] == "Skies: #1 & <more>"
    assert card["language"] == ["ar", "hi", "no"]
    assert card["license"] == "other"
    assert card["size_categories"] == ["n<1K"]
    assert card["annotations_creators"] == ["crowdsourced", "machine-generated"]
    assert card["task_categories"]
    assert [config["config_name"] for config in card["configs"]] == ["critiques", "opinions", "preferences", "images"]
    listed = {file["path"] for config in card["configs"] for file in config["data_files"]}
    assert listed == {name for name in contents(world.folder) if name.endswith(".parquet")}
    features = {info["config_name"]: [feature["name"] for feature in info["features"]] for info in card["dataset_info"]}
    assert features["critiques"][: len(PUBLISHED)] == PUBLISHED
    assert manifest.version in body
    for line in ("| `ar` | 1 |", "| `hi-Latn` | 1 |", "| `lighting` | 2 | 0 | 0 |", "| `color` | 0 | 1 | 0 |"):
        assert line in body
    for part in (
        "`normalizer:test.1|taxonomy:1`",
        "`translation:test.1`",
        "taxonomy.toml",
        "delete my data",
        "1 of them ties",
    ):
        assert part in body
    assert (world.folder / "taxonomy.toml").read_bytes() == files("feedback").joinpath("taxonomy.toml").read_bytes()


async def test_an_empty_database_gives_an_empty_export(world: World) -> None:
    manifest = await world.export()
    assert (manifest.opinions, manifest.images) == (0, 0)
    assert set(contents(world.folder)) == {"README.md", "manifest.json", "taxonomy.toml"}
    assert "configs" not in yaml.safe_load((world.folder / "README.md").read_text("utf-8").split("---\n")[1])


async def test_only_an_earlier_export_is_replaced(world: World) -> None:
    await world.say("ana", 0, "nice")
    world.folder.mkdir()
    await world.export()
    (world.folder / "extra.txt").write_text("of a person who put it here")
    await world.export()
    assert "extra.txt" not in contents(world.folder)
    foreign = world.folder.with_name("photos")
    shutil.copytree(world.folder / "images", foreign)
    kept = contents(foreign)
    with pytest.raises(Conflict, match="choose a new folder"):
        await export(world.store, world.media, foreign)
    assert contents(foreign) == kept
    assert sorted(path.name for path in world.folder.parent.iterdir() if path.name.startswith(".")) == []


def write_half(place: Path) -> None:
    with fresh_folder(place) as incoming:
        (incoming / "half").write_text("")
        raise KeyboardInterrupt


def test_a_failed_export_leaves_the_earlier_one(tmp_path: Path) -> None:
    place = tmp_path / "out"
    with fresh_folder(place) as incoming:
        (incoming / "manifest.json").write_text('{"format": "opine-export"}')
    with pytest.raises(KeyboardInterrupt):
        write_half(place)
    assert list(contents(tmp_path)) == ["out/manifest.json"]


WORDS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30
) | st.sampled_from(
    [
        ASTRONAUT,
        "🏳️‍🌈🏳️‍🌈",
        "e\u0301\u0323",
        "\u202eabc\u202c שלום",
        'line\u2028separator\r\n"quoted"',
        "ZWJ\u200d\u200d👨‍👩‍👧‍👦",
    ]
)
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


def critique_of(text: str, span: tuple[int, int], image: Image) -> Critique:
    label = Label(id="l", aspect="overall", polarity="neutral", span=span, value=text, value_raw=text[slice(*span)])
    opinion = Opinion(
        id="o",
        showing_id="s",
        comparison_id="c",
        campaign_id="k",
        annotator_id="a",
        source_text="." + text,
        channel="web",
        client_message_id="m",
        kind="single",
        consent_version=1,
        training_use=True,
        created_at=NOW,
    )
    return Critique(opinion=opinion, images=(image,), reading=None, labels=(label,))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(WORDS, min_size=1, max_size=4), data=st.data())
def test_spans_and_texts_survive_both_formats(tmp_path: Path, texts: list[str], data: st.DataObject) -> None:
    shutil.rmtree(tmp_path / "data", ignore_errors=True)
    image = Image(id="i", campaign_id="k", **Media(tmp_path).examine(picture(1)).model_dump())
    said = []
    for text in texts:
        start = data.draw(st.integers(0, len(text)))
        said.append((text, (start, data.draw(st.integers(start + 1, len(text) + 1)))))
    table = Critiques(tmp_path, Media(tmp_path), gold_only=False)
    for text, span in said:
        table.take_critique(critique_of(text, span, image), Place("k", text, "train"))
    table.close()
    rows = pq.read_table(tmp_path / "data/critiques/train.parquet").to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "data/critiques/train.jsonl").read_text("utf-8").split("\n")[:-1]]
    for line in lines:
        line["created_at"] = datetime.fromisoformat(line["created_at"])
    wanted = [("." + text, ("." + text)[slice(*span)], text, text[slice(*span)], text, NOW) for text, span in said]
    columns = ("source_text", "evidence", "value", "value_raw", "prompt", "created_at")
    for found in (rows, lines):
        assert [tuple(row[name] for name in columns) for row in found] == wanted
        assert all(row["source_text"][row["evidence_start"] : row["evidence_end"]] == row["evidence"] for row in found)


PAIRS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12), st.sampled_from([None, "a cat", "A cat ", "sea"])), max_size=12
)


@settings(deadline=None)
@given(PAIRS, st.randoms())
def test_no_image_and_no_prompt_is_on_two_sides(pairs: list[tuple[int, int, str | None]], random: Any) -> None:
    facts = Media(Path("unused")).examine(picture(1)).model_dump()
    images = [Image(id=f"i{n}", campaign_id="k", **facts | {"sha256": f"{n:064}"}) for n in range(13)]
    comparisons = [
        Comparison(id="c", campaign_id="k", kind="pair", images=(images[a], images[b]), prompt=prompt)
        for a, b, prompt in pairs
    ]
    groups, shuffled = Groups(), Groups()
    for comparison in comparisons:
        groups.add(comparison)
    for comparison in random.sample(comparisons, len(comparisons)):
        shuffled.add(comparison)
    prompts: dict[str, set[str]] = {}
    for comparison in comparisons:
        sides = {groups.split_of(image) for image in comparison.images}
        assert sides == {shuffled.split_of(image) for image in comparison.images}
        assert len(sides) == 1
        prompts.setdefault((comparison.prompt or comparison.images[0].id).strip().casefold(), set()).update(sides)
    assert all(len(sides) == 1 for sides in prompts.values())


def test_splits_are_eighty_ten_ten() -> None:
    facts = Media(Path("unused")).examine(picture(1)).model_dump()
    groups = Groups()
    counts = dict.fromkeys(SPLITS, 0)
    for number in range(3000):
        counts[groups.split_of(Image(id="i", campaign_id="k", **facts | {"sha256": f"{number:064}"}))] += 1
    assert 0.77 < counts["train"] / 3000 < 0.83
    assert 0.08 < counts["validation"] / 3000 < 0.12


async def test_people_are_divided_too(world: World) -> None:
    people = [(await world.say(f"u{number}", 0, "nice")).annotator_id for number in range(12)]
    await world.export()
    rows = world.rows("opinions")
    sides = {row["annotator"]: row["annotator_split"] for row in rows}
    assert set(sides) == set(people)
    assert len(set(sides.values())) > 1
    assert len({row["split"] for row in rows}) == 1  # one comparison, one side
