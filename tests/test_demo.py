"""The demo campaign: complete, the same on every start, and quick."""

import re
import time
from importlib.resources import files
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bot.demo import create_demo, read_plan
from bot.demo.variants import EDITS, encode
from feedback.media import Media
from feedback.records import Campaign, Comparison
from feedback.store import Store


async def comparisons(store: Store, campaign: Campaign) -> list[Comparison]:
    return await store.list_comparisons(campaign.id, limit=1000)


async def test_there_is_something_to_disagree_about(store: Store, media: Media) -> None:
    begun = time.process_time()
    campaign = await create_demo(store, media)
    assert time.process_time() - begun < 4
    made = await comparisons(store, campaign)
    assert campaign.name == "demo"
    assert 16 <= len(made) <= 24
    kinds = [comparison.kind for comparison in made]
    assert kinds.count("pair") > len(made) / 2
    assert kinds.count("single") >= 3
    assert kinds.count("set") == 2
    for comparison in made:
        assert comparison.prompt
        assert len({image.sha256 for image in comparison.images}) == len(comparison.images)
        for image in comparison.images:
            assert image.generator
            assert image.source
            assert len(media.read(image.sha256)) == image.size


async def test_starting_again_changes_nothing(store: Store, media: Media) -> None:
    first = await comparisons(store, await create_demo(store, media))
    assert await comparisons(store, await create_demo(store, media)) == first


async def test_what_is_missing_is_made(store: Store, media: Media) -> None:
    campaign = await store.create_campaign("demo", "begun, but not finished")
    facts = media.take(photograph("rocket"))
    image = await store.add_image(campaign.id, facts.model_copy(update={"generator": "original"}))
    await store.add_comparison(campaign.id, [image.id], "mine")
    await create_demo(store, media)
    made = {(c.prompt, tuple(i.generator for i in c.images)) for c in await comparisons(store, campaign)}
    planned = {(one.prompt, one.variants) for one in read_plan()[1]}
    assert made == planned | {("mine", ("original",))}


async def test_an_archived_demo_stays_as_it_is(store: Store, media: Media) -> None:
    campaign = await store.create_campaign("demo", "not wanted")
    await store.archive_campaign("demo")
    assert (await create_demo(store, media)).archived
    assert await comparisons(store, campaign) == []


def photograph(name: str) -> bytes:
    return (files("bot.demo") / "photographs" / f"{name}.jpg").read_bytes()


@pytest.mark.parametrize(("name", "variant"), sorted({(p.photograph, v) for p in read_plan()[1] for v in p.variants}))
def test_variants_are_repeatable_and_visible(name: str, variant: str) -> None:
    data = encode(photograph(name), variant)
    assert data == encode(photograph(name), variant)
    with Image.open(BytesIO(photograph(name))) as original, Image.open(BytesIO(data)) as edited:
        same_size = edited.convert("RGB").resize(original.size)
        difference = ImageChops.difference(original.convert("RGB"), same_size).getextrema()
    assert (max(high for _, high in difference) > 40) == (variant != "original")


def test_every_edit_is_used_and_every_photograph_has_a_source() -> None:
    used = {variant for planned in read_plan()[1] for variant in planned.variants}
    assert used - {"original"} == set(EDITS)
    sources = (files("bot.demo") / "SOURCES.md").read_text("utf-8")
    bundled = sorted(path.name for path in (files("bot.demo") / "photographs").iterdir())
    assert sorted(re.findall(r"`(\w+\.jpg)`", sources)) == bundled
    assert sum(len(photograph(name.removesuffix(".jpg"))) for name in bundled) < 3_000_000
