"""A campaign to try things out with: six free photographs and variants of them, made on the spot."""

import asyncio
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import NamedTuple

from feedback.errors import NotFound
from feedback.media import Media
from feedback.records import Campaign, NewImage
from feedback.store import Store

NAME = "demo"
_PAGE = 100


class Planned(NamedTuple):
    """One comparison of the demo: variants of one photograph."""

    photograph: str
    source: str
    prompt: str
    variants: tuple[str, ...]


async def create_demo(store: Store, media: Media) -> Campaign:
    """Create the campaign `demo`, or what of it is missing; harmless to call at every start.

    What exists is recognised by prompt and variants, not by bytes: another version of Pillow may encode differently.
    """
    title, plan = read_plan()
    try:
        campaign = await store.get_campaign(NAME)
    except NotFound:
        campaign = await store.create_campaign(NAME, title)
    if campaign.archived:
        return campaign
    existing = await _existing(store, campaign)
    missing = [planned for planned in plan if (planned.prompt, planned.variants) not in existing]
    images = await asyncio.to_thread(_make_images, media, missing)
    for planned in missing:
        kept = [await store.add_image(campaign.id, images[planned.photograph, name]) for name in planned.variants]
        await store.add_comparison(campaign.id, [image.id for image in kept], planned.prompt)
    return campaign


def read_plan() -> tuple[str, list[Planned]]:
    """The demo's title and comparisons, from demo.toml."""
    table = tomllib.loads(files(__name__).joinpath("demo.toml").read_text("utf-8"))
    return table["title"], [
        Planned(
            photograph=entry["photograph"],
            source=table["source"][entry["photograph"]],
            prompt=table["prompt"][entry.get("prompt", entry["photograph"])],
            variants=tuple(entry["variants"]),
        )
        for entry in table["comparison"]
    ]


async def _existing(store: Store, campaign: Campaign) -> set[tuple[str | None, tuple[str | None, ...]]]:
    existing = set()
    after = None
    while page := await store.list_comparisons(campaign.id, after=after, limit=_PAGE):
        existing |= {(item.prompt, tuple(image.generator for image in item.images)) for item in page}
        after = page[-1].id
    return existing


def _make_images(media: Media, plan: Iterable[Planned]) -> dict[tuple[str, str], NewImage]:
    from bot.demo.variants import encode

    photographs = files(__name__) / "photographs"
    images: dict[tuple[str, str], NewImage] = {}
    for planned in plan:
        original = (photographs / f"{planned.photograph}.jpg").read_bytes()
        for variant in planned.variants:
            if (planned.photograph, variant) not in images:
                facts = media.take(encode(original, variant))
                images[planned.photograph, variant] = facts.model_copy(
                    update={"prompt": planned.prompt, "generator": variant, "source": planned.source}
                )
    return images
