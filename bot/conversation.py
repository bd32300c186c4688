"""Decides what is said next; knows neither HTTP nor Discord.

Everything that a person can send is answered by turns: a button that is out of date, a text that cannot be kept or a
campaign that has ended gets a sentence in their language, never an exception.
"""

from functools import cache

from pydantic import TypeAdapter, ValidationError

from bot import commands, consent, replies, speech
from bot.comparisons import choose_next
from bot.reviews import Reviews, parse_choice
from bot.turns import Heard, Turn
from bot.wording import Wording, negotiate, wording
from feedback.errors import Conflict, NotFound
from feedback.media import Media
from feedback.privacy import has_consented
from feedback.records import MAX_TEXT, Annotator, Campaign, Event, NewOpinion, Showing, SourceText
from feedback.store import Store


class Conversation:
    """The dialogue with everybody; all that it knows of a person is in the store."""

    def __init__(self, store: Store, media: Media | None = None, *, training_use: bool = True) -> None:
        self._store = store
        self._training_use = training_use  # False: nobody is asked for it, whatever the campaign wants
        self._reviews = Reviews(store, media)

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
            return _answered(*await self._obey(annotator, campaign_name, command, showing_id))
        said = wording(negotiate([declared_language or annotator.locale, annotator.locale]))
        campaign = await self._find_campaign(campaign_name)
        if campaign is None:
            return _answered(replies.failure(said, "no_campaign"))
        if not has_consented(annotator, campaign):
            return _answered(consent.ask(said, annotator, campaign))
        if (problem := _find_problem(text, campaign)) is not None:
            return _answered(replies.failure(said, problem, limit=MAX_TEXT))
        about = showing_id or await self._find_subject(annotator, campaign, client_message_id)
        try:
            showing = await self._store.get_showing(about or "", annotator.id)
            new = NewOpinion(
                showing_id=showing.id,
                annotator_id=annotator.id,
                source_text=text,
                channel=annotator.channel,
                client_message_id=client_message_id,
                declared_language=declared_language,
            )
            opinion = await self._store.add_opinion(new)
        except NotFound:
            return _answered(replies.failure(said, "no_showing", replies.go_on(said)))
        except Conflict:
            return _answered(replies.failure(said, "repeated"))
        return Heard(opinion=opinion, turns=(replies.received(said),))

    async def understood(self, opinion_id: str) -> list[Turn]:
        """What was understood of an opinion, and one question where the answer matters."""
        return await self._reviews.open(opinion_id)

    async def event(self, event: Event) -> list[Turn]:
        """Word something that happened, when it is delivered; nothing where it has been deleted meanwhile."""
        if event.kind not in ("reading", "failed"):
            return []
        try:
            return await self.understood(event.payload["opinion_id"])
        except NotFound:
            return []

    async def terms(self, annotator: Annotator, campaign_name: str) -> Turn | None:
        """What is in the way of somebody who wants to take part: terms that they have yet to agree to, or nothing."""
        said = await speech.to_person(self._store, annotator)
        campaign = await self._find_campaign(campaign_name)
        if campaign is None:
            return replies.failure(said, "no_campaign")
        return None if has_consented(annotator, campaign) else consent.ask(said, annotator, campaign)

    async def is_agreement(self, campaign_name: str, action_id: str) -> bool:
        """Whether it is one to the terms as they are now: of whom it is not, nothing may be kept."""
        campaign = await self._find_campaign(campaign_name)
        return campaign is not None and action_id.split(":")[:3] == ["consent", "accept", str(campaign.consent_version)]

    async def agree(self, annotator: Annotator, campaign_name: str, action_id: str) -> Annotator | None:
        """Take an agreement, and say nothing; None where the terms have changed while they were being read."""
        campaign = await self._find_campaign(campaign_name)
        match action_id.split(":"):
            case ["consent", "accept", version, *training] if campaign and version == str(campaign.consent_version):
                use = training == ["training"] if campaign.training_use else None
                return await self._store.agree(annotator.id, campaign.id, int(version), training_use=use)
        return None

    async def show(self, annotator: Annotator, showing: Showing) -> Turn:
        """A certain comparison, which the person came upon elsewhere."""
        said = await speech.to_person(self._store, annotator)
        return replies.comparison(said, await self._store.get_campaign(showing.campaign_id), showing)

    async def act(self, annotator: Annotator, campaign_name: str, action_id: str) -> list[Turn]:
        """Do what a button says; one that is unknown, out of date or somebody else's is answered in a sentence."""
        said = await speech.to_person(self._store, annotator)
        if (turns := await self._act_freely(said, annotator, action_id)) is not None:
            return turns
        campaign = await self._find_campaign(campaign_name)
        if campaign is None:
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
            agreed = await self.agree(annotator, campaign.id, action_id)
            return await self._next(campaign, said, agreed) if agreed else [consent.ask(said, annotator, campaign)]
        if not has_consented(annotator, campaign):
            return [consent.ask(said, annotator, campaign)]
        match verb, rest:
            case "next", []:
                return await self._next(campaign, said, annotator)
            case "skip", [showing_id]:
                return await self._skip(campaign, said, annotator, showing_id)
            case "choose", [showing_id, choice]:
                return await self._choose(said, annotator, showing_id, choice)
            case _, [opinion_id, *label_and_value]:
                return await self._reviews.act(annotator, verb, opinion_id, label_and_value)
        raise NotFound(f"no action {action_id!r}")

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
        preference = await self._store.choose(showing.id, annotator.id, parse_choice(choice, len(showing.images)))
        return [replies.chosen(said, preference, explained=showing.state == "answered")]

    async def _obey(
        self, annotator: Annotator, campaign_name: str, command: commands.Command, showing_id: str | None
    ) -> list[Turn]:
        """A command in words; "next" and "skip" are the same while a comparison waits for an answer.

        Said of a certain showing, as a message sent again is, it skips that one and no other.
        """
        campaign = await self._find_campaign(campaign_name)
        if command in ("next", "skip") and campaign is not None:
            showing = None if showing_id else await self._store.find_open_showing(annotator.id, campaign.id)
            about = showing_id or (showing.id if showing else None)
            return await self.act(annotator, campaign_name, f"skip:{about}" if about else "next")
        return await self.act(annotator, campaign_name, "next" if command == "skip" else command)

    async def _find_campaign(self, name: str) -> Campaign | None:
        try:
            campaign = await self._store.get_campaign(name)
        except NotFound:
            return None
        return campaign.model_copy(update={"training_use": campaign.training_use and self._training_use})

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


def _answered(*turns: Turn) -> Heard:
    return Heard(opinion=None, turns=turns)


@cache
def _text() -> TypeAdapter[str]:
    return TypeAdapter(SourceText)


def _find_problem(text: str, campaign: Campaign) -> str | None:
    """Why a text is not kept, as a key of `names.ERRORS`."""
    if campaign.archived:
        return "archived"
    if len(text) > MAX_TEXT:
        return "too_long"
    try:
        _text().validate_python(text)
    except ValidationError:
        return "broken" if "\0" in text or any("\ud800" <= c <= "\udfff" for c in text) else "empty"
    return None
