"""What the next version says of what was taken back, whatever the targets, and of nothing else."""

import json
from pathlib import Path
from typing import Any

import pytest
from export_world import World, contents, new_world

from feedback.records import Label, Opinion
from feedback.store import Store

LIGHT = Label(aspect="lighting", polarity="positive", targets=("A",))


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    return await new_world(store, tmp_path)


@pytest.fixture
async def said(world: World) -> Opinion:
    await world.say("ana", 0, "schön", LIGHT, language="de", click="A")
    return await world.say("bob", 1, "mehr Licht", LIGHT, language="pt", click="B")


def steps(world: World) -> list[dict[str, Any]]:
    path = world.folder / "withdrawn.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else []  # type: ignore[no-any-return]


@pytest.mark.parametrize("target", ["pickapic", "hpsv2", "per_annotator", "critiques_csv", "argilla", "images"])
async def test_whatever_the_target_who_withdrew_is_counted(world: World, said: Opinion, target: str) -> None:
    await world.export(target)
    await world.store.erase(said.annotator_id)
    await world.export(target)
    (step,) = steps(world)
    assert (step["people"], step["opinion_ids"], step["showing_ids"]) == (1, [said.id], [said.showing_id])


async def test_one_opinion_that_was_deleted_is_listed_and_the_click_beside_it_is_not(
    world: World, said: Opinion
) -> None:
    await world.export()
    await world.store.delete_opinion(said.id)
    await world.export()
    (step,) = steps(world)
    assert (step["people"], step["opinion_ids"], step["showing_ids"]) == (1, [said.id], [])


async def test_who_never_let_models_train_did_not_withdraw_from_it(world: World, said: Opinion) -> None:
    await world.say("cid", 0, "only to study", LIGHT, click="A", training_use=False)
    await world.export(for_study=True)
    await world.export()
    assert steps(world) == []


async def test_who_refuses_is_listed_as_long_as_their_words_are_gone(world: World, said: Opinion) -> None:
    await world.export()
    await world.store.update_annotator(said.annotator_id, training_use=False)
    await world.export()
    assert [step["opinion_ids"] for step in steps(world)] == [[said.id]]
    await world.export(for_study=True)
    assert [step["opinion_ids"] for step in steps(world)] == [[]]


async def test_who_came_again_long_ago_is_not_listed_for_a_filter(world: World, said: Opinion) -> None:
    await world.store.erase(said.annotator_id)
    await world.say("bob", 1, "wieder da", LIGHT, language="pt")
    await world.export()
    await world.export(languages=("de",))
    assert steps(world) == []


async def test_the_version_tells_what_is_said_of_withdrawals(world: World, said: Opinion) -> None:
    await world.export()
    await world.store.erase(said.annotator_id)
    over = await world.export()
    told = contents(world.folder)
    world.folder = world.folder.with_name("fresh")
    fresh = await world.export()
    assert contents(world.folder) != told
    assert fresh.version != over.version
