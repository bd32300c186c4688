"""The passes over the store that write an export: comparisons for the splits, opinions, preferences, images."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from sys import intern
from typing import Final

from feedback.export.contents import Contents
from feedback.export.pairs import Answer, caption_of, chosen_image, may_train, pairs_of
from feedback.export.selection import NOT_FOR_TRAINING, Selection
from feedback.export.sources import Source, SourceWriter
from feedback.export.splits import Groups, prompt_key, split_of
from feedback.export.statistics import Statistics
from feedback.export.target import Place, flags_of, image_facts, image_file
from feedback.export.targets import classes_of
from feedback.export.words import Words
from feedback.export.writing import Facts
from feedback.media import Media
from feedback.records import Campaign, Comparison, Critique, Image, StatedPreference
from feedback.store import Store

PAGE: Final = 500

Progress = Callable[[str, int, int], None]  # the pass, how much of it is done, and of how much


class Passes:
    """One export under way. Pages are read on the event loop and written in a thread; only one page is in memory.

    What is kept from page to page is small: ids, counters, and of each answer to a comparison who chose what.
    """

    def __init__(
        self,
        store: Store,
        media: Media,
        folder: Path,
        *,
        selection: Selection,
        names: Sequence[str],
        progress: Progress,
    ) -> None:
        self._store = store
        self._media = media
        self.folder = folder
        self._selection = selection
        self._progress = progress
        self._targets = [target(folder, selection) for target in classes_of(names)]
        self._hears = any(target.hears for target in self._targets)
        self._words = Words()
        self._sources = SourceWriter(folder)
        self._campaigns: dict[str, Campaign] = {}
        self._prompts: dict[str, str | None] = {}  # by comparison
        self._examples: Counter[str] = Counter()  # pairs by what they were to show
        self._answered: dict[str, int] = {}  # answers by comparison
        self._flags: dict[str, frozenset[str]] = {}  # by showing, where there are any
        self._speaking: set[str] = set()  # showings with words in a language that is wanted, where some are
        self._answers: dict[str, list[Answer]] = defaultdict(list)  # by comparison
        self._groups = Groups()
        self._images: set[str] = set()  # ids of those that rows are about
        self._image_count = 0
        self._files: dict[str, Facts] = {}
        self.counts = Statistics()

    def abandon(self) -> None:
        """Let go of all files; harmless after `close`."""
        self._words.close()
        self._sources.abandon()
        for target in self._targets:
            target.abandon()

    async def survey(self) -> None:
        """Look at all comparisons: which belong together decides on the splits."""
        every = await self._store.list_campaigns()
        wanted = {(await self._store.get_campaign(name)).id for name in self._selection.campaigns}
        self._campaigns = {one.id: one for one in every if one.id in wanted or not wanted}
        for campaign_id in self._campaigns:
            self._answered |= await self._store.count_preferences(campaign_id)
        # Of all campaigns, so that a split does not depend on which of them are exported.
        await self._over_comparisons([one.id for one in every], "comparisons", None, self._survey)

    async def write_critiques(self) -> None:
        """Write opinions and their labels."""
        total = sum([await self._store.count_opinions(one) for one in self._campaigns])
        done = 0
        for campaign_id in self._campaigns:
            after = None
            while page := await self._store.critiques(campaign_id, after, PAGE):
                await asyncio.to_thread(self._take_critiques, page)
                after, done = page[-1].opinion.id, done + len(page)
                self._progress("opinions", done, max(done, total))

    async def write_preferences(self) -> None:
        """Write who prefers what."""
        total, done = sum(self._answered.values()), 0
        for campaign_id in self._campaigns:
            after = None
            while page := await self._store.preferences(campaign_id, after, PAGE):
                await asyncio.to_thread(self._take_preferences, page)
                after, done = page[-1].showing_id, done + len(page)
                self._progress("preferences", done, max(done, total))

    async def write_images(self) -> None:
        """Write the comparisons, each with all answers to it, and the images that the rows so far are about."""
        await self._over_comparisons(self._campaigns, "images", len(self._prompts), self._take_comparisons)

    def close(self) -> Contents:
        """Close the targets; the tables are there, what tells of them is not."""
        tables = [(target, target.close()) for target in self._targets]
        for _, written in tables:
            self._files |= written.files
        self._files |= self._sources.close()
        alone = len(self._campaigns) == 1 and self._selection.campaigns
        title = next(iter(self._campaigns.values())).title if alone else "Opinions on images"
        return Contents(self.folder, title, tables, self._files, self.counts, self._image_count)

    async def _over_comparisons(
        self, campaign_ids: Iterable[str], name: str, total: int | None, take: Callable[[list[Comparison]], None]
    ) -> None:
        done = 0
        for campaign_id in campaign_ids:
            after = None
            while page := await self._store.list_comparisons(campaign_id, after, PAGE):
                await asyncio.to_thread(take, page)
                after, done = page[-1].id, done + len(page)
                self._progress(name, done, max(done, total or 0))

    def _survey(self, page: list[Comparison]) -> None:
        for comparison in page:
            self._groups.add(comparison)
            if comparison.campaign_id in self._campaigns:
                self._prompts[comparison.id] = comparison.prompt and intern(comparison.prompt)
                pairs = self._answered.get(comparison.id, 0) * (len(comparison.images) - 1)
                self._examples[_caption_key(comparison.id, comparison.prompt, comparison.images)] += pairs

    def _take_critiques(self, page: list[Critique]) -> None:
        for critique in page:
            if critique.opinion.comparison_id in self._prompts:  # else made while this export runs; the next one has it
                self._take_critique(critique)

    def _take_critique(self, critique: Critique) -> None:
        opinion, flags = critique.opinion, frozenset(flags_of(critique))
        if flags:
            self._flags[opinion.showing_id] = self._flags.get(opinion.showing_id, frozenset()) | flags
        if not self._selection.takes_opinion(critique, flags):
            return
        if self._selection.languages:
            self._speaking.add(opinion.showing_id)
        if not self._selection.takes_scope(training_use=opinion.training_use):
            self.counts.left_out_opinions += 1
            return
        self._sources.add(Source(opinion.id, opinion.showing_id, opinion.annotator_id, opinion.training_use))
        self._keep_images(critique.images)
        place = self._place(opinion.campaign_id, opinion.comparison_id, critique.images, opinion.annotator_id, flags)
        if self._hears and opinion.kind != "single":
            self._words.keep(critique, self._selection)
        for target in self._targets:
            target.take_critique(critique, place)
        self.counts.add_critique(critique, self._selection, may_quote=opinion.training_use and not flags)

    def _take_preferences(self, page: list[StatedPreference]) -> None:
        for stated in page:
            if stated.comparison_id in self._prompts:
                self._take_preference(stated)

    def _take_preference(self, stated: StatedPreference) -> None:
        flags = self._flags.get(stated.showing_id, frozenset())
        spoken = not self._selection.languages or stated.showing_id in self._speaking
        if not spoken or not self._selection.takes_preference(stated, flags):
            return
        if not self._selection.takes_scope(training_use=stated.training_use):
            self.counts.left_out_preferences += 1
            return
        self._sources.add(Source(None, stated.showing_id, stated.annotator_id, stated.training_use))
        self._keep_images(stated.images)
        place = self._place(stated.campaign_id, stated.comparison_id, stated.images, stated.annotator_id, flags)
        if may_train(stated, flags):
            self._answers[stated.comparison_id].append(_answer(stated))
            said = self._words.of(stated.showing_id) if self._hears else []
            place = place._replace(pairs=pairs_of(stated), said=said)
        for target in self._targets:
            target.take_preference(stated, place)
        self.counts.add_preference(stated, sound=not (stated.preference.conflict or flags & NOT_FOR_TRAINING))

    def _take_comparisons(self, page: list[Comparison]) -> None:
        for comparison in page:
            if answers := self._answers.pop(comparison.id, None):
                place = self._place(comparison.campaign_id, comparison.id, comparison.images)
                for target in self._targets:
                    target.take_comparison(comparison, answers, place)
            for image in comparison.images:
                if image.id in self._images:
                    self._images.remove(image.id)
                    self._take_image(image)

    def _take_image(self, image: Image) -> None:
        self._image_count += 1
        place = Place(self._campaigns[image.campaign_id].name, image.prompt, self._groups.split_of(image))
        for target in self._targets:
            target.take_image(image, place)

    def _keep_images(self, images: Sequence[Image]) -> None:
        for image in images:
            self._images.add(image.id)
            if (name := image_file(image)) not in self._files:
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                self._media.copy(image.sha256, self.folder / name)
                self._files[name] = image_facts(image)

    def _place(
        self,
        campaign_id: str,
        comparison_id: str,
        images: Sequence[Image],
        annotator_id: str = "",
        flags: frozenset[str] = frozenset(),
    ) -> Place:
        prompt = self._prompts[comparison_id]
        return Place(
            campaign=self._campaigns[campaign_id].name,
            prompt=prompt,
            split=self._groups.split_of(images[0]),
            annotator_split=split_of(annotator_id),
            flags=flags,
            examples=max(1, self._examples[_caption_key(comparison_id, prompt, images)]),
        )


def _caption_key(comparison_id: str, prompt: str | None, images: Sequence[Image]) -> str:
    """What pairs are counted by: what they were to show, or the comparison where that is not known."""
    caption = caption_of(prompt, images)
    return prompt_key(caption) if caption else comparison_id


def _answer(stated: StatedPreference) -> Answer:
    """The answer, in strings that all answers share."""
    chosen = chosen_image(stated)
    return Answer(intern(stated.annotator_id), intern(chosen.id) if chosen else None)
