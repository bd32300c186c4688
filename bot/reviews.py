"""What was understood of an opinion, and what its writer makes of that: answers, corrections, a confirmation."""

import asyncio

from bot import corrections, replies, speech
from bot.questions import find_question
from bot.summary import judges_nothing
from bot.turns import Question, Turn
from bot.wording import Wording
from feedback.colors import Shade
from feedback.errors import NotFound
from feedback.media import Media
from feedback.palette import palette
from feedback.records import LETTERS, Annotator, Choice, Critique
from feedback.store import Store

REMEMBERED = 5  # somebody nudged this few opinions ago is not nudged again
CHOICES: tuple[Choice, ...] = (*LETTERS, "tie")


class Reviews:
    """The part of the dialogue that is about one opinion."""

    def __init__(self, store: Store, media: Media | None) -> None:
        self._store = store
        self._media = media

    async def open(self, opinion_id: str) -> list[Turn]:
        """What was understood, and one question where the answer matters."""
        critique = await self._store.get_critique(opinion_id)
        annotator = await self._store.get_annotator(critique.opinion.annotator_id)
        said = await speech.to_opinion(self._store, annotator, critique)
        if critique.reading is None:
            return [replies.unread(said, critique) if critique.failed else replies.received(said)]
        nudge = judges_nothing(critique) and not await self._nudged_lately(critique)
        turns = [replies.understood(said, critique, nudge=nudge)]
        if (question := find_question(critique)) is not None:
            turns.append(replies.ask(said, critique, question, await self._palette(critique, question)))
        return turns

    async def act(self, annotator: Annotator, verb: str, opinion_id: str, rest: list[str]) -> list[Turn]:
        """Do what a button about an opinion of theirs says; NotFound or ValueError where there is no such thing."""
        critique = await self._store.get_critique(opinion_id, annotator.id)
        said = await speech.to_opinion(self._store, annotator, critique)
        match verb, rest:
            case "confirm", []:
                return [replies.corrected(said, await corrections.confirm(self._store, critique))]
            case "fix", []:
                return [replies.fix_menu(said, critique)]
            case "settle", [value]:
                choice = parse_choice(value, len(critique.images))
                await self._store.choose(critique.opinion.showing_id, annotator.id, choice, opinion_id=opinion_id)
                return [replies.corrected(said, await self._store.get_critique(opinion_id))]
            case _, [label_id, *values]:
                return [await self._act_on_label(said, critique, label_id, verb, values)]
        raise NotFound(f"no action {verb!r}")

    async def _act_on_label(
        self, said: Wording, critique: Critique, label_id: str, verb: str, values: list[str]
    ) -> Turn:
        label = corrections.get_label(critique, label_id)
        match verb, values:
            case "edit", []:
                return replies.edit(said, critique, label)
            case "aspects", []:
                return replies.aspects(said, critique, label)
            case "remove", []:
                return replies.corrected(said, await corrections.remove(self._store, critique, label))
            case (("polarity" | "aspect" | "target" | "shade"), [value]):
                return replies.corrected(said, await corrections.change(self._store, critique, label, verb, value))
        raise NotFound(f"no action {verb!r}")

    async def _nudged_lately(self, critique: Critique) -> bool:
        opinion = critique.opinion
        before = await self._store.list_critiques(opinion.annotator_id, before=opinion.id, limit=REMEMBERED)
        return any(earlier.reading is not None and judges_nothing(earlier) for earlier in before)

    async def _palette(self, critique: Critique, question: Question) -> tuple[Shade, ...]:
        """The shades of the images that the question is about; none where an image cannot be opened."""
        if self._media is None or question.kind != "shade":
            return ()
        label = corrections.get_label(critique, question.label_id or "")
        shown = dict(zip(LETTERS, critique.images, strict=False))
        paths = [self._media.path(shown[letter].sha256) for letter in label.targets or shown]
        try:
            found = [await asyncio.to_thread(palette, path) for path in paths]
        except OSError:
            return ()
        return tuple(dict.fromkeys(shade for shades in found for shade in shades))


def parse_choice(value: str, images: int) -> Choice:
    """A choice among so many images; ValueError where there is none, or not this one."""
    for choice in CHOICES:
        if choice == value and images > 1 and (choice == "tie" or choice in LETTERS[:images]):
            return choice
    raise ValueError(f"no choice {value!r} among {images} images")
