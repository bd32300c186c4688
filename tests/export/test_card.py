"""The card, its plots, and what it says of those who withdrew."""

import json
import os
from pathlib import Path

import pytest
import yaml
from export_world import ASTRONAUT, BLUE, LIGHT, World, contents, new_world
from PIL import Image

from feedback.export.targets import ALL
from feedback.store import Store

os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, ASTRONAUT, LIGHT, BLUE, click="A")
    await world.say("bob", 0, "प्रकाश बहुत सुंदर है", LIGHT, language="hi", click="A")
    await world.say("cid", 0, "| <b>soft</b> `light` ![x](http://e.vil)", LIGHT, language="en", click="B")
    await world.say("dan", 1, "nice light!", LIGHT, language="en", choice="C")
    return world


def card(world: World) -> str:
    return (world.folder / "README.md").read_text("utf-8")


async def test_the_hub_reads_the_card(world: World) -> None:
    from huggingface_hub import DatasetCard

    await world.export(ALL)
    found = DatasetCard(card(world))
    assert found.data.pretty_name == "Opinions on images"
    assert found.data.language == ["ar", "en", "hi"]
    configs = {config["config_name"] for config in found.data.to_dict()["configs"]}
    assert {"critiques", "trl_dpo", "trl_reward"} <= configs
    assert not any(path.is_symlink() for path in world.folder.rglob("*"))
    assert max(len(name) for name in contents(world.folder)) < 120
    assert all(name.isascii() and " " not in name for name in contents(world.folder))
    for name in configs:
        assert f'load_dataset("PATH", "{name}")' in found.text


async def test_plots_are_drawn_with_words_beside_them(world: World) -> None:
    await world.export()
    text = card(world)
    for name in ("languages", "aspects", "days", "agreement"):
        assert f"](plots/{name}.png)" in text
        with Image.open(world.folder / "plots" / f"{name}.png") as picture:
            assert picture.mode == "RGBA"
            assert picture.getextrema()[3] == (255, 255)  # opaque on any page
            assert picture.info.keys() <= {"dpi"}  # no date, no version
    assert "![Opinions by language: en 2, ar 1, hi 1.]" in text
    assert "of 3 pairs of people who judged the same one, 1 chose alike (33%" in text
    assert "Agreement on sets" not in text  # only one person judged one


async def test_examples_are_text_in_several_scripts(world: World) -> None:
    await world.export()
    examples = card(world).split("## Examples")[1].split("\n## ")[0]
    assert ASTRONAUT.replace("😬", "") in examples.replace("😬", "")
    assert "प्रकाश" in examples
    assert "very good lighting \\(soft\\)" in examples
    assert "<b>" not in examples
    assert "![x]" not in examples
    assert {line.replace("\\|", "").count("|") for line in examples.splitlines() if line.startswith("|")} == {5}


async def test_the_next_version_says_who_withdrew(world: World) -> None:
    gone = await world.say("eve", 2, "geheime Worte", LIGHT)
    first = await world.export()
    assert "withdrawn.json" not in contents(world.folder)
    await world.store.erase(gone.annotator_id)
    second = await world.export()
    assert second.version != first.version
    (step,) = json.loads((world.folder / "withdrawn.json").read_text())
    assert step == {
        "after_version": first.version,
        "people": 1,
        "opinion_ids": [gone.id],
        "showing_ids": [gone.showing_id],
    }
    assert f"After version `{first.version}`, 1 person withdrew something: 1 opinions" in card(world)
    assert json.loads((world.folder / "manifest.json").read_text())["withdrawn"] == {"people": 1, "opinions": 1}
    assert not any(gone.annotator_id.encode() in data for data in contents(world.folder).values())
    before = contents(world.folder)
    await world.export()
    assert contents(world.folder) == before


async def test_who_wants_no_training_any_more_is_listed_and_filters_are_not(world: World) -> None:
    against = await world.say("eve", 2, "lieber nicht", LIGHT, language="de")
    await world.export()
    await world.store.update_annotator(against.annotator_id, training_use=False)
    await world.export(languages=("hi",))
    (step,) = json.loads((world.folder / "withdrawn.json").read_text())
    assert step["opinion_ids"] == [against.id]


async def test_the_yaml_and_the_folder_agree(world: World) -> None:
    await world.export(ALL)
    head = yaml.safe_load(card(world).split("---\n")[1])
    listed = {file["path"] for config in head["configs"] for file in config["data_files"]}
    assert listed == {name for name in contents(world.folder) if name.startswith("data/") and name.endswith(".parquet")}
