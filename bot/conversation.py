"""Decides what is said next; knows neither HTTP nor Discord.

Everything that a person can send is answered by turns: a button that is out of date, a text that cannot be kept or a
campaign that has ended gets a sentence in their language, never an exception.
"""

import asyncio
from collections.abc import Mapping

from pydantic import TypeAdapter, ValidationError

from bot import commands, consent, corrections, replies
from bot.comparisons import choose_next
from bot.questions import find_question
from bot.summary import judges_nothing
from bot.turns import Heard, Question, Turn
from bot.wording import Wording, find_catalogue, negotiate, wording
from feedback.colors import Shade
from feedback.errors import Conflict, NotFound
from feedback.media import Media
from feedback.palette import palette
from feedback.records import LETTERS, MAX_TEXT, Annotator, Campaign, Choice, Critique, Event, NewOpinion, SourceText
from feedback.store import Store

SURE_OF_LANGUAGE = 0.8  # confidence from which the reply is in the language of the message
TIE: Choice = "tie"
REMEMBERED = 5  # somebody nudged this few opinions ago is not nudged again


class Conversation:
    """The dialogue with everybody; all that it knows of a person is in the store."""

    def __init__(self, store: Store, media: Media | None = None) -> None:
        self._store = store
        self._media = media

    async def open(self, annotator: Annotator, campaign_name: str) -> list[Turn]:
        """What somebody sees who comes, or comes back: the terms first, then the open or the next comparison."""
        return await self.act(annotator, campaign_name, "next")

    async def hear(
        self,
        annotator: Annotator,
        campaign_name: str,
        text: str,
        client_message_id: str,
        *,
        showing_id: str | None = None,
        declared_language: str | None = None,
    ) -> Heard:
        """Take a message: a command in words, or an opinion, which is committed before it is acknowledged."""
        if (command := commands.find_command(text)) is not None:
            return _answered(*await self._obey(annotator, campaign_name, command))
        said = wording(negotiate([declared_language or annotator.locale, annotator.locale]))
        if (problem := _find_problem(text)) is not None:
            return _answered(replies.failure(said, problem, limit=MAX_TEXT))
        try:
            campaign = await self._store.get_campaign(campaign_name)
        except NotFound:
            return _answered(replies.failure(said, "no_campaign"))
        if not consent.is_given(annotator, campaign):
            return _answered(consent.ask(said, annotator, campaign))
        if campaign.archived:
            return _answered(replies.failure(said, "archived"))
        about = showing_id or await self._find_subject(annotator, campaign, client_message_id)
        if about is None:
            return _answered(replies.failure(said, "no_showing", replies.go_on(said)))
        try:
            showing = await self._store.get_showing(about, annotator.id)
            if showing.campaign_id != campaign.id:
                raise NotFound(f"showing {about} is of another campaign")
            opinion = await self._store.add_opinion(
                NewOpinion(
                    showing_id=showing.id,
                    annotator_id=annotator.id,
                    source_text=text,
                    channel=annotator.channel,
                    client_message_id=client_message_id,
                    declared_language=declared_language,
                )
            )
        except NotFound:
            return _answered(replies.failure(said, "no_showing", replies.go_on(said)))
        except Conflict:
            return _answered(replies.failure(said, "repeated"))
        return Heard(opinion=opinion, turns=(replies.received(said),))

    async def understood(self, opinion_id: str) -> list[Turn]:
        """What was understood of an opinion, and one question where the answer matters."""
        critique = await self._store.get_critique(opinion_id)
        annotator = await self._store.get_annotator(critique.opinion.annotator_id)
        said = await self._wording_of_reply(annotator, critique)
        if critique.reading is None:
            return [replies.unread(said, critique) if critique.failed else replies.received(said)]
        nudge = judges_nothing(critique) and not await self._nudged_lately(critique)
        turns = [replies.understood(said, critique, nudge=nudge)]
        if (question := find_question(critique)) is not None:
            turns.append(replies.ask(said, critique, question, await self._palette(critique, question)))
        return turns

    async def event(self, event: Event) -> list[Turn]:
        """Word something that happened, when it is delivered; nothing where it has been deleted meanwhile."""
        if event.kind not in ("reading", "failed"):
            return []
        try:
            return await self.understood(event.payload["opinion_id"])
        except NotFound:
            return []

    async def act(self, annotator: Annotator, campaign_name: str, action_id: str) -> list[Turn]:
        """Do what a button says; one that is unknown, out of date or somebody else's is answered in a sentence."""
        said = await self._wording(annotator)
        if (turns := await self._act_freely(said, annotator, action_id)) is not None:
            return turns
        try:
            campaign = await self._store.get_campaign(campaign_name)
        except NotFound:
            return [replies.failure(said, "no_campaign")]
        try:
            return await self._act_in(campaign, said, annotator, action_id)
        except (NotFound, Conflict, ValueError):
            return [replies.failure(said, "stale", replies.go_on(said))]

    async def _act_freely(self, said: Wording, annotator: Annotator, action_id: str) -> list[Turn] | None:
        """What everybody may do, whether they agreed to the terms or not; None where it is something else."""
        match action_id:
            case "help":
                return [replies.help_text(said)]
            case "stop":
                text = said.say("All right. Thank you for your time! Write again whenever you like.")
                return [replies.turn(said, "notice", text)]
            case "export":
                return [replies.turn(said, "export", said.say("Here is everything that is kept about you."))]
            case "delete":
                return [replies.confirm_delete(said)]
            case "delete:cancel":
                return [replies.turn(said, "notice", said.say("Nothing was erased."), replies.go_on(said))]
            case "delete:confirm":
                erased = await self._store.erase(annotator.id)
                return [replies.deleted(said, erased.get("opinions", 0))]
            case "consent:decline":
                text = said.say("That's fine. Nothing is kept, and you can change your mind at any time.")
                return [replies.turn(said, "notice", text)]
        return None

    async def _act_in(self, campaign: Campaign, said: Wording, annotator: Annotator, action_id: str) -> list[Turn]:
        verb, *rest = action_id.split(":")
        if verb == "consent":
            return await self._agree(campaign, said, annotator, rest)
        if not consent.is_given(annotator, campaign):
            return [consent.ask(said, annotator, campaign)]
        match verb, rest:
            case "next", []:
                return await self._next(campaign, said, annotator)
            case "skip", [showing_id]:
                return await self._skip(campaign, said, annotator, showing_id)
            case "choose", [showing_id, choice]:
                return await self._choose(said, annotator, showing_id, choice)
            case _, [opinion_id, *label_and_value]:
                return await self._revise(annotator, verb, opinion_id, label_and_value)
        raise NotFound(f"no action {action_id!r}")

    async def _agree(self, campaign: Campaign, said: Wording, annotator: Annotator, rest: list[str]) -> list[Turn]:
        match rest:
            case ["accept", version, *training] if version == str(campaign.consent_version):
                agreed = await self._store.update_annotator(
                    annotator.id,
                    consent_version=campaign.consent_version,
                    training_use=campaign.training_use and training == ["training"],
                )
                return await self._next(campaign, said, agreed)
        return [consent.ask(said, annotator, campaign)]  # the terms changed while they were being read

    async def _next(self, campaign: Campaign, said: Wording, annotator: Annotator) -> list[Turn]:
        if campaign.archived:
            return [replies.failure(said, "archived")]
        showing = await self._store.find_open_showing(annotator.id, campaign.id)
        while showing is None:
            chosen = choose_next(await self._store.unseen(annotator.id, campaign.id), annotator.id)
            if chosen is None:
                return [replies.all_seen(said)]
            try:
                showing = await self._store.show(annotator.id, chosen[0].id, chosen[1])
            except Conflict:  # another window of the same person was faster
                showing = await self._store.find_open_showing(annotator.id, campaign.id)
        return [replies.comparison(said, campaign, showing)]

    async def _skip(self, campaign: Campaign, said: Wording, annotator: Annotator, showing_id: str) -> list[Turn]:
        showing = await self._store.get_showing(showing_id, annotator.id)
        if showing.state == "open":
            await self._store.skip(showing.id)
        return await self._next(campaign, said, annotator)

    async def _choose(self, said: Wording, annotator: Annotator, showing_id: str, choice: str) -> list[Turn]:
        showing = await self._store.get_showing(showing_id, annotator.id)
        preference = await self._store.choose(showing.id, annotator.id, _choice(choice, len(showing.images)))
        return [replies.chosen(said, preference, explained=showing.state == "answered")]

    async def _revise(self, annotator: Annotator, verb: str, opinion_id: str, rest: list[str]) -> list[Turn]:
        """What concerns an opinion of theirs: its menus, corrections, and answers to the question about it."""
        critique = await self._store.get_critique(opinion_id, annotator.id)
        said = await self._wording_of_reply(annotator, critique)
        match verb, rest:
            case "confirm", []:
                return [replies.corrected(said, await corrections.confirm(self._store, critique))]
            case "fix", []:
                return [replies.fix_menu(said, critique)]
            case "settle", [value]:
                choice = _choice(value, len(critique.images))
                await self._store.choose(critique.opinion.showing_id, annotator.id, choice, opinion_id=opinion_id)
                return [replies.corrected(said, await self._store.get_critique(opinion_id))]
            case _, [label_id, *value]:
                return await self._revise_label(said, critique, label_id, verb, value)
        raise NotFound(f"no action {verb!r}")

    async def _revise_label(
        self, said: Wording, critique: Critique, label_id: str, verb: str, value: list[str]
    ) -> list[Turn]:
        label = corrections.get_label(critique, label_id)
        match verb, value:
            case "edit", []:
                return [replies.edit(said, critique, label)]
            case "aspects", []:
                return [replies.aspects(said, critique, label)]
            case "remove", []:
                return [replies.corrected(said, await corrections.remove(self._store, critique, label))]
            case (("polarity" | "aspect" | "target" | "shade"), [changed]):
                return [replies.corrected(said, await corrections.change(self._store, critique, label, verb, changed))]
        raise NotFound(f"no action {verb!r}")

    async def _obey(self, annotator: Annotator, campaign_name: str, command: commands.Command) -> list[Turn]:
        """A command in words; "next" and "skip" are the same while a comparison waits for an answer."""
        if command in ("next", "skip"):
            try:
                campaign = await self._store.get_campaign(campaign_name)
                showing = await self._store.find_open_showing(annotator.id, campaign.id)
            except NotFound:
                showing = None
            return await self.act(annotator, campaign_name, f"skip:{showing.id}" if showing else "next")
        return await self.act(annotator, campaign_name, command)

    async def _find_subject(self, annotator: Annotator, campaign: Campaign, message_id: str) -> str | None:
        """The showing that a message is about which does not say so.

        A repeated message is about what it was about; else the comparison that waits, else that of the last opinion.
        """
        if (repeated := await self._store.find_opinion(annotator.id, message_id)) is not None:
            return repeated.showing_id
        if (waiting := await self._store.find_open_showing(annotator.id, campaign.id)) is not None:
            return waiting.id
        latest = await self._store.list_critiques(annotator.id, limit=1, campaign_id=campaign.id)
        return latest[0].opinion.showing_id if latest else None

    async def _wording(self, annotator: Annotator, declared: str | None = None) -> Wording:
        if declared and find_catalogue(declared):
            return wording(declared)
        return wording(spoken(annotator.locale, await self._store.languages_of(annotator.id)))

    async def _wording_of_reply(self, annotator: Annotator, critique: Critique) -> Wording:
        """In the language of the message, where we are sure of it and can speak it."""
        reading = critique.reading
        if reading and reading.language_confidence >= SURE_OF_LANGUAGE and find_catalogue(reading.language):
            return wording(reading.language)
        return await self._wording(annotator, critique.opinion.declared_language)

    async def _nudged_lately(self, critique: Critique) -> bool:
        opinion = critique.opinion
        before = await self._store.list_critiques(opinion.annotator_id, before=opinion.id, limit=REMEMBERED)
        return any(earlier.reading is not None and judges_nothing(earlier) for earlier in before)

    async def _palette(self, critique: Critique, question: Question) -> tuple[Shade, ...]:
        """The shades of the images that the question is about; none where an image cannot be opened."""
        if self._media is None or question.kind != "shade":
            return ()
        label = corrections.get_label(critique, question.label_id or "")
        letters = label.targets or LETTERS
        paths = [
            self._media.path(image.sha256)
            for letter, image in zip(LETTERS, critique.images, strict=False)
            if letter in letters
        ]
        try:
            found = [await asyncio.to_thread(palette, path) for path in paths]
        except OSError:
            return ()
        return tuple(dict.fromkeys(shade for shades in found for shade in shades))


def spoken(locale: str, history: Mapping[str, int]) -> str:
    """The catalogue to speak: the locale's, unless somebody never writes in that language and mostly in another one."""
    chosen = negotiate([locale])
    if not history or any(find_catalogue(language) == find_catalogue(locale) for language in history):
        return chosen
    most = max(history, key=lambda language: history[language])
    return find_catalogue(most) or chosen if history[most] * 2 > sum(history.values()) else chosen


def _choice(value: str, images: int) -> Choice:
    """A choice among so many images; ValueError where there is none, or not this one."""
    for choice in (*LETTERS[:images], TIE):
        if value == choice and images > 1:
            return choice
    raise ValueError(f"no choice {value!r} among {images} images")


def _answered(*turns: Turn) -> Heard:
    return Heard(opinion=None, turns=turns)


def _find_problem(text: str) -> str | None:
    """Why a text cannot be kept, as a key of `names.ERRORS`."""
    if len(text) > MAX_TEXT:
        return "too_long"
    try:
        TypeAdapter(SourceText).validate_python(text)
    except ValidationError:
        return "broken" if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text) else "empty"
    return None
