"""The Croissant file, read by the library of those who made the format."""

import json
from pathlib import Path

import pytest
from export_world import ASTRONAUT, LIGHT, World, new_world

from feedback.export.targets import ALL
from feedback.store import Store


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A")
    return world


@pytest.mark.filterwarnings("ignore")  # of the library's own making
async def test_mlcroissant_loads_every_record_set(world: World) -> None:
    mlcroissant = pytest.importorskip("mlcroissant")
    await world.export(ALL)
    path = world.folder / "croissant.json"
    dataset = mlcroissant.Dataset(str(path))
    assert not dataset.metadata.ctx.issues.errors
    names = [one["@id"] for one in json.loads(path.read_text("utf-8"))["recordSet"]]
    read = {name: list(dataset.records(name)) for name in names}
    (label,) = next(rows for name, rows in read.items() if name.startswith("critiques-"))
    found = {name.split("/")[1]: value for name, value in label.items()}
    assert found["source_text"].decode() == ASTRONAUT
    assert ASTRONAUT[found["evidence_start"] : found["evidence_end"]] == "الصورة"
    (preference,) = next(rows for name, rows in read.items() if name.startswith("preferences-"))
    image = next(value for name, value in preference.items() if name.endswith("/image_a"))
    assert image.size == (24, 16)


async def test_it_knows_no_date(world: World) -> None:
    await world.export()
    first = (world.folder / "croissant.json").read_bytes()
    await world.export()
    assert (world.folder / "croissant.json").read_bytes() == first
