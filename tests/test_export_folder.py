"""The folder that leaves: the same every time, read by `datasets` as it is, and without those who withdrew."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml
from export_world import ASTRONAUT, BLUE, LIGHT, World, contents, new_world

from feedback.errors import Conflict
from feedback.export import export, passes, writing
from feedback.export.folder import fresh_folder
from feedback.export.splits import SPLITS
from feedback.export.targets import ALL, DEFAULT, classes_of
from feedback.media import NoRoom
from feedback.records import Opinion, StatedPreference
from feedback.store import Store

os.environ["HF_HUB_OFFLINE"] = "1"


@pytest.fixture
async def world(store: Store, tmp_path: Path) -> World:
    return await new_world(store, tmp_path)


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


@pytest.mark.parametrize("what", ["erased", "erased, and back", "deleted", "edited", "refused"])
async def test_what_is_taken_back_meanwhile_is_left_out(world: World, what: str) -> None:
    await world.say("ana", 0, "stays", click="A")
    gone = await world.say("bob", 1, "goes", click="B")

    class Interrupted(Store):
        async def preferences(self, *arguments: Any, **options: Any) -> list[StatedPreference]:
            critique = (await self.critiques())[-1]
            if critique.opinion.id == gone.id and critique.opinion.training_use:
                await take_back(world, gone, what)
            return await super().preferences(*arguments, **options)

    world.store.__class__ = Interrupted
    await world.export(ALL)
    assert not [name for name, data in contents(world.folder).items() if b"goes" in data]
    assert "stays" in {row["source_text"] for row in world.rows("opinions")}


async def take_back(world: World, opinion: Opinion, what: str) -> None:
    store = world.store
    if what.startswith("erased"):
        await store.erase(opinion.annotator_id)
        if what.endswith("back"):
            await world.say("bob", 1, "came again", click="B")
    elif what == "deleted":
        await store.delete_opinion(opinion.id)
    elif what == "edited":
        await store.replace_opinion(opinion.id, "something else")
    else:
        await store.update_annotator(opinion.annotator_id, training_use=False)


async def test_the_card_is_what_a_hub_reads(world: World) -> None:
    await world.say("ana", 0, ASTRONAUT, LIGHT, BLUE, click="tie")
    await world.say("bob", 1, "नमस्ते yaar", LIGHT, language="hi-Latn")
    await world.say("cid", 1, "tja", language="no")
    manifest = await world.export(campaigns=("sky",))
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
    assert listed == {name for name in contents(world.folder) if name.startswith("data/") and name.endswith(".parquet")}
    features = {info["config_name"]: [feature["name"] for feature in info["features"]] for info in card["dataset_info"]}
    assert features == {target.name: list(target.columns) for target in classes_of(DEFAULT)}
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
    assert set(contents(world.folder)) == {"README.md", "croissant.json", "manifest.json", "taxonomy.toml"}
    assert "configs" not in yaml.safe_load((world.folder / "README.md").read_text("utf-8").split("---\n")[1])


async def test_only_an_earlier_export_is_replaced(world: World) -> None:
    await world.say("ana", 0, "nice")
    world.folder.mkdir()
    await world.export()
    (world.folder / ".cache/huggingface").mkdir(parents=True)
    (world.folder / ".cache/huggingface/uploaded").write_text("what an upload leaves behind")
    await world.export()
    for name in ("LICENSE", ".git/HEAD"):
        path = world.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("of a person who put it here")
        with pytest.raises(Conflict, match=f"{name}, which no export wrote"):
            await world.export()
        path.unlink()
    await world.export()
    foreign = world.folder.with_name("photos")
    shutil.copytree(world.folder / "images", foreign)
    kept = contents(foreign)
    with pytest.raises(Conflict, match="choose a new folder"):
        await export(world.store, world.media, foreign)
    assert contents(foreign) == kept
    assert sorted(path.name for path in world.folder.parent.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("limit", [20, 300, 5_000])
async def test_a_full_disk_is_told_and_leaves_nothing(world: World, limit: int) -> None:
    for number in range(3):
        await world.say(f"u{number}", 0, ASTRONAUT, LIGHT, click="A")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(NoRoom, match="free some disk space"):
            await world.export()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [path.name for path in world.folder.parent.glob("*out*")] == []


def write_half(place: Path) -> None:
    with fresh_folder(place) as incoming:
        (incoming / "half").write_text("")
        raise KeyboardInterrupt


def write_export(place: Path) -> None:
    with fresh_folder(place) as incoming:
        (incoming / "manifest.json").write_text('{"format": "opine-export"}')


def test_a_failed_export_leaves_the_earlier_one(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write_export(place)
    with pytest.raises(KeyboardInterrupt):
        write_half(place)
    assert list(contents(tmp_path)) == ["out/manifest.json"]


EXPORTING = """
import sys, pathlib, feedback.export.folder as folder
with folder.fresh_folder(pathlib.Path(sys.argv[1])) as incoming:
    (incoming / "half").write_text("of somebody who may withdraw")
    print("writing", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_export(place: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is in the midst of an export to that place."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", EXPORTING, str(place)], **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"writing\n"
        yield process
        process.kill()


def test_what_a_killed_export_left_is_removed_by_the_next_one(tmp_path: Path) -> None:
    place = tmp_path / "out [1]"
    with another_export(place):
        write_export(place)
        assert [path.rpartition("/")[2] for path in contents(tmp_path)].count("half") == 1  # it is still being written
    assert any(path.endswith("half") for path in contents(tmp_path))
    write_export(place)
    assert [path.name for path in tmp_path.iterdir()] == [place.name]


def test_an_export_that_was_killed_while_it_took_the_place_gives_the_earlier_one_back(tmp_path: Path) -> None:
    place = tmp_path / "out"
    write_export(place)
    (tmp_path / ".out.export-1").mkdir()
    place.rename(tmp_path / ".out.export-1" / "earlier")
    with pytest.raises(KeyboardInterrupt):
        write_half(place)
    assert list(contents(tmp_path)) == ["out/manifest.json"]
