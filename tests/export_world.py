"""A store with a campaign whose people say things, for the tests of exports."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pictures import picture

from feedback.export import Manifest, Selection, export
from feedback.export.splits import SPLITS
from feedback.export.targets import DEFAULT
from feedback.media import Media
from feedback.records import (
    KIND_OF_COUNT,
    Campaign,
    Choice,
    Comparison,
    Image,
    Label,
    NewOpinion,
    Opinion,
    Preference,
    Reading,
    StatedPreference,
)
from feedback.store import Store

ASTRONAUT = "👩‍🚀 الصورة الأولى أجمل 😬"
SPAN = (4, 10)  # الصورة: code points 4 to 10; the emoji before it are three code points, five UTF-16 units
LIGHT = Label(
    aspect="lighting", polarity="positive", strength=3, targets=("A",), attributes=("soft",), span=SPAN, confidence=0.6
)
BLUE = Label(aspect="color", polarity="negative", value="teal", value_raw="أجمل", span=(18, 22), confidence=0.5)
IMAGE = Media(Path("unused")).examine(picture(1)).model_dump()
NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
_KEPT = ("image_ids", "image_files", "image_id")


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

    async def export(self, *targets: str, **filters: Any) -> Manifest:
        """Write the world's folder: these targets, or the default ones."""
        selection = Selection(**filters)
        return await export(self.store, self.media, self.folder, selection=selection, targets=targets or DEFAULT)

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
        if (name not in ("image", "images") and not name.startswith("image_")) or name in _KEPT
    }


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def opinion_of(text: str) -> Opinion:
    """Somebody's opinion about a single image, without any store."""
    return Opinion(
        id="o",
        showing_id="s",
        comparison_id="c",
        campaign_id="k",
        annotator_id="a",
        source_text=text,
        channel="web",
        client_message_id="m",
        kind="single",
        consent_version=1,
        training_use=True,
        created_at=NOW,
    )


def images_of(*contents: int) -> tuple[Image, ...]:
    """Images without any store, each with an id of its own; the same number is the same bytes."""
    facts = [IMAGE | {"sha256": f"{number:064}", "size": 1} for number in contents]
    return tuple(Image(id=f"i{place}", campaign_id="k", **one) for place, one in enumerate(facts))


def write_images(images: tuple[Image, ...], folder: Path) -> None:
    """Put a byte in the place of each image of an export."""
    for image in images:
        path = folder / "images" / image.sha256[:2] / f"{image.sha256}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(image.id[-1].encode())


def stated_by(images: tuple[Image, ...], choice: Choice = "A", prompt: str | None = None) -> StatedPreference:
    """Somebody's choice among images, without any store."""
    return StatedPreference(
        showing_id="s",
        comparison_id="c",
        campaign_id="k",
        annotator_id="a",
        kind=KIND_OF_COUNT[len(images)],
        images=images,
        prompt=prompt,
        preference=Preference(choice=choice, source="click"),
        channel="web",
        consent_version=1,
        training_use=True,
        created_at=NOW,
    )


async def new_world(store: Store, folder: Path) -> World:
    """A new world in an empty store and the folder."""
    media = Media(folder / "media")
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
    return World(store, media, campaign, comparisons, folder / "out")
