"""The passes over the store that write an export: comparisons for the splits, opinions, preferences, images."""

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from feedback.export.card import write_card
from feedback.export.critiques import Critiques
from feedback.export.folder import FORMAT, MANIFEST
from feedback.export.images import Images
from feedback.export.opinions import Opinions
from feedback.export.preferences import Preferences
from feedback.export.splits import Groups, split_of
from feedback.export.statistics import Statistics
from feedback.export.target import Place, Target, image_file
from feedback.export.writing import Written
from feedback.media import Media
from feedback.records import Campaign, Comparison, Critique, Image, StatedPreference
from feedback.store import Store

TARGETS: Final[tuple[type[Target], ...]] = (Critiques, Opinions, Preferences, Images)  # the first is the default
PAGE: Final = 500
GOLD: Final = ("confirmed", "corrected")

Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Manifest:
    """What an export holds."""

    folder: Path
    version: str
    opinions: int
    labels: int
    preferences: int
    images: int
    annotators: int
    left_out_opinions: int
    left_out_preferences: int

    def __str__(self) -> str:
        return (
            f"{self.folder}: {self.opinions} opinions with {self.labels} labels, {self.preferences} preferences and "
            f"{self.images} images, by {self.annotators} people; left out, as they are not for training: "
            f"{self.left_out_opinions} opinions, {self.left_out_preferences} preferences; version {self.version}"
        )


class Passes:
    """One export under way. Pages are read on the event loop and written in a thread; only one page is in memory."""

    def __init__(
        self, store: Store, media: Media, folder: Path, *, campaign: str | None, gold_only: bool, for_study: bool
    ) -> None:
        self._store = store
        self._media = media
        self._folder = folder
        self._arguments = {"campaign": campaign, "gold_only": gold_only, "for_study": for_study}
        self._campaign = campaign
        self._gold_only = gold_only
        self._for_study = for_study
        self._targets = [target(folder, gold_only=gold_only) for target in TARGETS]
        self._campaigns: dict[str, Campaign] = {}
        self._prompts: dict[str, str | None] = {}  # by comparison
        self._groups = Groups()
        self._images: set[str] = set()  # ids of those that rows are about
        self._files: dict[str, dict[str, str | int]] = {}
        self.counts = Statistics()

    def abandon(self) -> None:
        """Let go of all files; harmless after `finish`."""
        for target in self._targets:
            target.abandon()

    async def survey(self) -> None:
        """Look at all comparisons: which belong together decides on the splits."""
        every = await self._store.list_campaigns()
        wanted = every if self._campaign is None else [await self._store.get_campaign(self._campaign)]
        self._campaigns = {campaign.id: campaign for campaign in wanted}
        await self._over_comparisons(self._survey)

    async def write_critiques(self, progress: Progress) -> None:
        """Write opinions and their labels."""
        done = 0
        after = None
        while page := await self._store.critiques(self._campaign, after, PAGE):
            await asyncio.to_thread(self._take_critiques, page)
            after, done = page[-1].opinion.id, done + len(page)
            progress(done, None)
        progress(done, done)

    async def write_preferences(self) -> None:
        """Write who prefers what."""
        after = None
        while page := await self._store.preferences(self._campaign, after, PAGE):
            await asyncio.to_thread(self._take_preferences, page)
            after = page[-1].showing_id

    async def write_images(self) -> None:
        """Write the images that the rows so far are about."""
        await self._over_comparisons(self._take_images)

    def finish(self, place: Path) -> Manifest:
        """Close the tables, write card, taxonomy and manifest, and say what there is; `place` is where it will be."""
        tables = [(target, target.close()) for target in self._targets]
        for _, written in tables:
            self._files |= written.files
        taxonomy = files("feedback").joinpath("taxonomy.toml").read_bytes()
        (self._folder / "taxonomy.toml").write_bytes(taxonomy)
        self._files["taxonomy.toml"] = {"sha256": hashlib.sha256(taxonomy).hexdigest(), "size": len(taxonomy)}
        version = self._version()
        title = "Opinions on images" if self._campaign is None else next(iter(self._campaigns.values())).title
        card = write_card(title, version, tables, self.counts, gold_only=self._gold_only)
        (self._folder / "README.md").write_text(card, "utf-8")
        rows = {written.name: sum(written.rows.values()) for _, written in tables}
        manifest = Manifest(
            folder=place,
            version=version,
            opinions=rows["opinions"],
            labels=rows["critiques"],
            preferences=rows["preferences"],
            images=rows["images"],
            annotators=len(self.counts.annotators),
            left_out_opinions=self.counts.left_out_opinions,
            left_out_preferences=self.counts.left_out_preferences,
        )
        self._write_manifest(manifest, tables)
        return manifest

    def _version(self) -> str:
        contents = json.dumps([self._arguments, self._files], sort_keys=True)
        return hashlib.sha256(contents.encode()).hexdigest()[:16]

    def _write_manifest(self, manifest: Manifest, tables: Sequence[tuple[Target, Written]]) -> None:
        content = {
            "format": FORMAT,
            "version": manifest.version,
            "arguments": self._arguments,
            "tables": {written.name: written.rows for _, written in tables},
            "annotators": manifest.annotators,
            "left_out": {"opinions": manifest.left_out_opinions, "preferences": manifest.left_out_preferences},
            "signatures": sorted(self.counts.signatures),
            "files": dict(sorted(self._files.items())),
        }
        (self._folder / MANIFEST).write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", "utf-8")

    async def _over_comparisons(self, take: Callable[[list[Comparison]], None]) -> None:
        for campaign_id in self._campaigns:
            after = None
            while page := await self._store.list_comparisons(campaign_id, after, PAGE):
                await asyncio.to_thread(take, page)
                after = page[-1].id

    def _survey(self, page: list[Comparison]) -> None:
        for comparison in page:
            self._prompts[comparison.id] = comparison.prompt
            self._groups.add(comparison)

    def _take_critiques(self, page: list[Critique]) -> None:
        for critique in page:
            opinion = critique.opinion
            if opinion.comparison_id not in self._prompts:
                continue  # made while this export runs; the next one has it
            if not opinion.training_use and not self._for_study:
                self.counts.left_out_opinions += 1
                continue
            place = self._place(opinion.campaign_id, opinion.comparison_id, critique.images, opinion.annotator_id)
            for target in self._targets:
                target.take_critique(critique, place)
            self.counts.add_critique(critique, gold_only=self._gold_only)

    def _take_preferences(self, page: list[StatedPreference]) -> None:
        for stated in page:
            if stated.comparison_id not in self._prompts:
                continue
            if not stated.training_use and not self._for_study:
                self.counts.left_out_preferences += 1
                continue
            if self._gold_only and stated.preference.status not in GOLD:
                continue
            place = self._place(stated.campaign_id, stated.comparison_id, stated.images, stated.annotator_id)
            for target in self._targets:
                target.take_preference(stated, place)
            self.counts.add_preference(stated)

    def _take_images(self, page: list[Comparison]) -> None:
        for comparison in page:
            for image in comparison.images:
                if image.id in self._images:
                    self._images.remove(image.id)
                    self._take_image(image)

    def _take_image(self, image: Image) -> None:
        place = Place(self._campaigns[image.campaign_id].name, image.prompt, self._groups.split_of(image))
        for target in self._targets:
            target.take_image(image, place)

    def _keep_file(self, image: Image) -> None:
        name = image_file(image)
        if name not in self._files:
            (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
            self._media.copy(image.sha256, self._folder / name)
            self._files[name] = {"sha256": image.sha256, "size": image.size}

    def _place(self, campaign_id: str, comparison_id: str, images: Sequence[Image], annotator_id: str) -> Place:
        for image in images:
            self._keep_file(image)
            self._images.add(image.id)
        return Place(
            campaign=self._campaigns[campaign_id].name,
            prompt=self._prompts[comparison_id],
            split=self._groups.split_of(images[0]),
            annotator_split=split_of(annotator_id),
        )
