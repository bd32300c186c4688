"""Image pairs as the trainers' own code reads them: each test accesses the fields that its consumer accesses."""

import csv
import io
import json
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from export_world import (
    ASTRONAUT,
    IMAGE,
    LIGHT,
    World,
    contents,
    images_of,
    new_world,
    opinion_of,
    stated_by,
    write_images,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pictures import picture
from PIL import Image as Picture

from feedback.errors import Conflict
from feedback.export.critiques_csv import FORMULA_STARTS
from feedback.export.pairs import Answer, number_of, pairs_of
from feedback.export.selection import Selection
from feedback.export.splits import split_of
from feedback.export.target import Place
from feedback.export.targets import ALL, TARGETS, classes_of, target_names
from feedback.records import Choice, Comparison, Critique, Image, Label
from feedback.store import Store

os.environ["HF_HUB_OFFLINE"] = "1"

SIDES = ("train", "validation", "test")


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    return await new_world(store, tmp_path)


def load(world: World, name: str) -> dict[str, Any]:
    import datasets

    datasets.disable_progress_bars()
    return dict(datasets.load_dataset(str(world.folder), name, cache_dir=str(world.folder.parent / "cache")))


def all_rows(world: World, name: str) -> list[dict[str, Any]]:
    return [row for split in load(world, name).values() for row in split]


def lists(world: World, target: str) -> list[dict[str, Any]]:
    return [row for path in (world.folder / target).glob("*.json") for row in json.loads(path.read_text("utf-8"))]


async def a_pair_of(world: World, side: str) -> Comparison:
    """A new comparison on that side of the split, which is by an image of the group's oldest comparison."""
    for number in count(100 * len(side), 2):
        pictures = [world.media.take(picture(one)) for one in (number, number + 1)]
        if split_of(min(one.sha256 for one in pictures)) == side:
            images = [await world.store.add_image(world.campaign.id, one) for one in pictures]
            return await world.store.add_comparison(world.campaign.id, [one.id for one in images], side)
    raise AssertionError


def size(path: Path) -> tuple[int, int]:
    with Picture.open(path) as image:
        return image.size


async def speak(world: World) -> None:
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    await world.say("bob", 0, "tie", click="tie")
    await world.say("cid", 0, "B", click="B", backwards=True)
    await world.say("dan", 1, "C", click="C")


async def test_pick_a_pic_is_read_by_pickscore_and_diffusers(world: World) -> None:
    await speak(world)
    await world.export("pickapic")
    rows = all_rows(world, "pairs")
    assert len(rows) == 4  # two people, and the chosen one of three images over each of the others
    first, second = world.comparisons[0].images
    for row in rows:
        pixels = [Picture.open(io.BytesIO(row[name])).convert("RGB") for name in ("jpg_0", "jpg_1")]  # diffusers
        assert all(one.size == (24, 16) for one in pixels)
        assert {row["label_0"], row["label_1"]} == {0.0, 1.0}
        best = row["image_0_uid"] if row["label_0"] else row["image_1_uid"]
        assert row["best_image_uid"] == best
        assert row["has_label"] is row["are_different"] is True
        assert row["num_example_per_prompt"] == (3 if row["caption"] == "prompt 0" else 2)
    by_ana, by_cid = (row for row in rows if row["caption"] == "prompt 0")
    assert by_ana["jpg_0"] == world.media.read(first.sha256)
    assert (by_ana["image_0_uid"], by_cid["image_0_uid"]) == (first.id, second.id)
    assert by_ana["best_image_uid"] == by_cid["best_image_uid"] == first.id
    ties = [row for row in all_rows(world, "pairs_with_ties") if row["best_image_uid"] == "tie"]
    assert [(row["label_0"], row["label_1"]) for row in ties] == [(0.5, 0.5)]
    assert set(load(world, "pairs")) <= {"train", "validation_unique", "test_unique"}
    types = {name: str(feature.dtype) for name, feature in load(world, "pairs").popitem()[1].features.items()}
    assert types["jpg_0"] == types["jpg_1"] == "binary"
    assert (types["created_at"], types["user_id"], types["label_0"]) == ("timestamp[ns]", "int64", "float64")


async def test_what_must_not_train_is_in_no_pair(world: World) -> None:
    await world.say("ana", 0, "A?", choice="A", click="B", click_unseeing=True)  # words and click disagree
    await world.say("bob", 1, "only for study", click="A", training_use=False)
    await world.export(ALL, for_study=True)
    for name in ("pairs", "pairs_with_ties", "per_annotator", "trl_dpo", "trl_reward"):
        assert not (world.folder / "data" / name).exists()
    for name in ("hpsv2", "imagereward", "hpdv3", "imagefolder"):
        assert not (world.folder / name).exists()
    assert len(world.rows("preferences")) == 2


async def test_nothing_but_ties_is_no_ranking(world: World) -> None:
    await world.say("ana", 0, "=", click="tie")
    await world.say("bob", 1, "=", click="tie")
    await world.export("imagereward", "hpsv2", "hpdv3")
    for name in ("imagereward", "hpsv2", "hpdv3"):
        assert not (world.folder / name).exists()


async def test_a_caption_does_not_depend_on_who_saw_what_first(world: World) -> None:
    facts = [world.media.take(picture(n)).model_copy(update={"prompt": f"a {n}"}) for n in (91, 92)]
    for prompts in ((0, 1), (0, 0)):
        made = await world.store.create_campaign(f"captions-{sum(prompts)}", "Captions")
        told = [one.model_copy(update={"prompt": f"a {of}"}) for one, of in zip(facts, prompts, strict=True)]
        images = [await world.store.add_image(made.id, one) for one in told]
        world.comparisons.append(await world.store.add_comparison(made.id, [one.id for one in images]))
    for number in (3, 4):
        await world.say("ana", number, "A", click="A")
        await world.say("bob", number, "B", click="B", backwards=True)
    await world.export("pickapic")
    rows = {(row["caption"], row["num_example_per_prompt"]) for row in all_rows(world, "pairs")}
    assert rows == {("", 2), ("a 0", 2)}  # what two images were to show is not known; what both were to show is


async def test_an_answer_to_what_was_unanswered_at_first_has_a_weight(world: World) -> None:
    class Answered(Store):
        async def list_comparisons(self, *arguments: Any, **options: Any) -> list[Comparison]:
            if not await self.count_opinions():
                await world.say("ana", 0, "A", click="A")
            return await super().list_comparisons(*arguments, **options)

    world.store.__class__ = Answered
    await world.export("pickapic")
    assert [row["num_example_per_prompt"] for row in all_rows(world, "pairs")] == [1]


async def test_the_same_image_twice_is_no_pair(world: World) -> None:
    other = await world.store.create_campaign("twice", "Twice")
    images = [await world.store.add_image(other.id, world.media.take(picture(n))) for n in (1, 2)]
    world.comparisons.append(await world.store.add_comparison(other.id, [image.id for image in images]))
    same = world.comparisons[0].model_copy(update={"images": (images[0], images[0])})
    targets = [target(world.folder, Selection()) for target in classes_of(["hpdv3", "imagereward", "hpsv2"])]
    for target in targets:
        target.take_comparison(same, [Answer("a", images[0].id)], Place("twice", None, "test"))
        assert target.close().rows == {}


@pytest.mark.parametrize(
    ("contents", "choice", "wanted"),
    [
        ((1, 1), "A", []),
        ((1, 1), "tie", []),
        ((1, 2), "B", ["i1>i0"]),
        ((1, 1, 2), "B", ["i1>i2"]),
        ((1, 1, 2), "C", ["i2>i0", "i2>i1"]),
        ((1, 1, 2), "tie", ["i0=i2", "i1=i2"]),
        ((1, 2, 1, 2), "D", ["i3>i0", "i3>i2"]),
        ((3, 3, 3, 3), "C", []),
    ],
)
def test_equal_bytes_are_no_pair_whatever_their_ids(
    contents: tuple[int, ...], choice: Choice, wanted: list[str]
) -> None:
    pairs = pairs_of(stated_by(images_of(*contents), choice))
    told = [
        f"{one.first.id}={one.second.id}" if one.winner is None else f"{one.chosen.id}>{one.rejected.id}"
        for one in pairs
    ]
    assert told == wanted
    assert Place("k", None, "train", pairs=pairs).decided == ([] if choice == "tie" else pairs)


async def test_hpsv2_opens_every_path_of_every_row(world: World) -> None:
    for number, side in enumerate(SIDES, 3):
        world.comparisons.append(await a_pair_of(world, side))
        await world.say("ana", number, "A", click="A")
        await world.say("bob", number, "B", click="B", backwards=True)
        await world.say("cid", number, "=", click="tie")
    await world.export("hpsv2")
    root = world.folder / "hpsv2"
    train, validation, test = (json.loads((root / f"{name}.json").read_text("utf-8")) for name in SIDES)
    assert list(train[0]) == ["prompt", "file_path", "human_preference"]
    assert list(test[0]) == ["prompt", "image_path", "rank", "raw_annotations"]
    for folder, rows in zip(SIDES, (train, validation, test), strict=True):
        for row in rows:
            assert list(row) == list(rows[0])
            for path in row["file_path" if folder == "train" else "image_path"]:
                assert size(root / folder / path) == (24, 16)
    assert all(sorted(row["human_preference"]) == [0, 1] for row in train)
    assert all(sorted(row["rank"]) == [1, 2] and 1 <= len(row["raw_annotations"]) <= 2 for row in test)
    assert all(sorted(one["rank"]) == [1, 2] and one["user_hash"] for row in test for one in row["raw_annotations"])


async def test_rankings_count_everybody_once(world: World) -> None:
    await speak(world)
    await world.say("eve", 0, "B", click="B")
    await world.export("imagereward", "hpdv3")
    pair, three = sorted(lists(world, "imagereward"), key=lambda row: len(row["generations"]))
    assert list(pair) == ["id", "prompt", "generations", "ranking"]
    assert (pair["prompt"], pair["ranking"], three["ranking"]) == ("prompt 0", [1, 2], [2, 2, 1])  # two to one
    for row in (pair, three):
        assert all(size(world.folder / "imagereward" / path) == (24, 16) for path in row["generations"])
    rows = {row["prompt"]: row for row in lists(world, "hpdv3")}
    assert (rows["prompt 0"]["choice_dist"], rows["prompt 0"]["confidence"]) == ([2, 1], 2 / 3)
    assert (rows["prompt 0"]["model1"], rows["prompt 0"]["model2"]) == ("g1", "g2")
    assert len(lists(world, "hpdv3")) == 3
    chosen = (world.folder / "hpdv3" / rows["prompt 0"]["path1"]).read_bytes()
    assert chosen == world.media.read(world.comparisons[0].images[0].sha256)


async def test_each_person_and_the_folder_of_images(world: World) -> None:
    import datasets

    await speak(world)
    await world.export("per_annotator", "imagefolder")
    rows = world.rows("per_annotator")
    assert sorted(row["y"] for row in rows) == [-1, -1, -1, 1]
    assert len({row["user_id"] for row in rows}) == 3
    assert all((world.folder / row[name]).is_file() for row in rows for name in ("response_1", "response_2"))
    opened = datasets.load_dataset(
        "imagefolder", data_dir=str(world.folder / "imagefolder"), cache_dir=str(world.folder.parent / "cache")
    )
    shown = [row for split in opened.values() for row in split]
    assert len(shown) == 4
    assert all(row["chosen"].size == row["rejected"].size == (24, 16) for row in shown)
    assert sorted(len(row["set"]) for row in shown) == [2, 2, 3, 3]
    link = next((world.folder / "imagefolder").rglob("*.png"))
    assert link.stat().st_ino == next((world.folder / "images").rglob(link.name)).stat().st_ino


async def test_every_target_is_the_same_twice_and_holds_nobody_who_withdrew(world: World) -> None:
    await speak(world)
    await world.say("fay", 2, "nice and soft", LIGHT.model_copy(update={"targets": ("A",)}))
    gone = await world.say("gus", 1, "geheime Worte", LIGHT, click="A")
    first = await world.export(ALL)
    before = contents(world.folder)
    assert any(gone.annotator_id.encode() in data for data in before.values())
    second_folder, world.folder = world.folder, world.folder.with_name("again")
    assert (await world.export(ALL)).version == first.version
    assert contents(world.folder) == before
    world.folder = second_folder
    await world.store.erase(gone.annotator_id)
    assert (await world.export(ALL)).version != first.version
    number = str(number_of(gone.annotator_id)).encode()
    for path, data in contents(world.folder).items():
        assert gone.annotator_id.encode() not in data, path
        assert number not in data, path
        assert b"geheime Worte" not in data, path
    stated = json.loads((world.folder / "manifest.json").read_text())
    assert set(stated["files"]) == set(contents(world.folder)) - {"manifest.json"}
    assert {name for name in TARGETS if name not in stated["arguments"]["targets"]} == set()


async def test_the_filters_say_what_is_taken(world: World) -> None:
    await world.say("ana", 0, "muito bonito", LIGHT, language="pt-BR", declared="es", click="A")
    await world.say("bob", 0, "wunderschön", LIGHT.model_copy(update={"confidence": 0.9}), language="de", choice="B")

    async def said(**filters: Any) -> tuple[list[str], int, int]:
        await world.export(**filters)
        return (
            [row["source_text"] for row in world.rows("opinions")],
            len(world.rows("critiques")),
            len(world.rows("preferences")),
        )

    assert await said(languages=("PT",)) == (["muito bonito"], 1, 1)
    assert await said(languages=("d",)) == ([], 0, 0)
    assert await said(channels=("discord",)) == ([], 0, 0)
    assert await said(channels=("web",)) == (["muito bonito", "wunderschön"], 2, 2)
    assert await said(without_flags=("language_mismatch",)) == (["wunderschön"], 1, 1)
    assert await said(confidence=0.8) == (
        ["muito bonito", "wunderschön"],
        1,
        1,
    )  # the click is certain, the words are not
    assert await said(gold_only=True) == (["muito bonito", "wunderschön"], 0, 1)
    assert await said(campaigns=("sky",), languages=("de",)) == (["wunderschön"], 1, 1)


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Conflict, match=r"no target 'pick'; there are critiques, .*pickapic"):
        target_names(["pick"])
    assert target_names(["pickapic", "critiques", "pickapic"]) == ("critiques", "pickapic")


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


@settings(max_examples=25, deadline=None)
@given(TEXTS)
def test_any_prompt_survives_every_target(tmp_path_factory: pytest.TempPathFactory, prompt: str) -> None:
    import pyarrow.parquet as pq

    folder = tmp_path_factory.mktemp("prompt")
    stated = stated_by(images_of(1, 2), prompt=prompt)
    comparison = Comparison(id="c", campaign_id="k", kind="pair", images=stated.images, prompt=prompt)
    write_images(stated.images, folder)
    place = Place("k", prompt, "test", pairs=pairs_of(stated))
    names = ["preferences", "pickapic", "hpsv2", "imagereward", "hpdv3", "per_annotator", "imagefolder"]
    found = []
    for target in [target(folder, Selection()) for target in classes_of(names)]:
        target.take_preference(stated, place)
        target.take_comparison(comparison, [Answer("a", "i0")], place)
        for path in target.close().files:
            if path.endswith(".parquet"):
                rows = pq.read_table(folder / path).to_pylist()
            elif path.endswith(".jsonl"):
                rows = [json.loads(line) for line in (folder / path).read_text("utf-8").split("\n")[:-1]]
            else:
                rows = json.loads((folder / path).read_text("utf-8")) if path.endswith(".json") else []
            found += [row.get("prompt", row.get("caption")) for row in rows]
    assert found == [prompt] * 12


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_no_cell_of_the_csv_is_a_formula(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("csv")
    image = Image(id="i", campaign_id="k", **IMAGE)
    opinion = opinion_of("." + text)
    label = Label(id="l", aspect="overall", polarity="neutral", value=text)
    (target,) = [target(folder, Selection()) for target in classes_of(["critiques_csv"])]
    target.take_critique(
        Critique(opinion=opinion, images=(image,), reading=None, labels=(label,)), Place("k", text, "train")
    )
    (path,) = target.close().files
    with (folder / path).open(newline="", encoding="utf-8-sig") as file:
        (row,) = csv.DictReader(file)
    assert not any(cell.startswith(FORMULA_STARTS) for cell in row.values())
    assert row["value"] == (f"'{text}" if text[0] in "=+-@\t\r\n＝＋－＠" else text)
    assert (row["source_text"], row["image_ids"], row["evidence"]) == ("." + text, '["i"]', "")
