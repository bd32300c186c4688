"""Somebody who talks with the conversation, and what the tests need to listen."""

from collections.abc import Sequence

from bot.conversation import Conversation
from bot.turns import Turn
from feedback.records import Annotator, Choice, Label, NewImage, Preference, Reading
from feedback.store import Store

CAMPAIGN = "demo"
TEXT = "B, la luz es suave pero las manos dan miedo y el azul chilla"


def new_image(number: int) -> NewImage:
    sha256 = f"{number:064x}"
    return NewImage(sha256=sha256, format="PNG", width=8, height=8, size=99, perceptual_hash="0" * 16)


class Talk:
    """A person in front of the conversation: presses, writes, and is read."""

    def __init__(self, store: Store, conversation: Conversation, annotator: Annotator) -> None:
        self.store, self.conversation, self.annotator = store, conversation, annotator
        self.sent = 0

    async def open(self) -> list[Turn]:
        return await self.conversation.open(self.annotator, CAMPAIGN)

    async def press(self, action_id: str) -> list[Turn]:
        turns = await self.conversation.act(self.annotator, CAMPAIGN, action_id)
        if turns[0].kind != "deleted":
            self.annotator = await self.store.get_annotator(self.annotator.id)
        return turns

    async def agree(self) -> Turn:
        [consent] = await self.open()
        [turn] = await self.press(consent.actions[0].id)
        return turn

    async def write(self, text: str, **known: str) -> list[Turn]:
        self.sent += 1
        heard = await self.conversation.hear(self.annotator, CAMPAIGN, text, f"message {self.sent}", **known)
        return list(heard.turns)

    async def write_and_be_read(
        self, text: str, *labels: Label, choice: Choice | None = None, language: str = "es", sure: float = 0.99
    ) -> list[Turn]:
        heard = await self.conversation.hear(self.annotator, CAMPAIGN, text, f"read {self.sent}")
        self.sent += 1
        assert heard.opinion is not None
        [claim] = await self.store.claim(1, 60)
        reading = Reading(
            language=language,
            language_confidence=sure,
            translation=None,
            labels=labels,
            preference=Preference(choice=choice),
            signature="test.1",
            translation_signature="test.1",
        )
        assert await self.store.finish(claim, reading)
        [event] = [e for e in await self.store.events_after(self.annotator.id, 0) if e.kind == "reading"][-1:]
        return await self.conversation.event(event)


async def make_talk(store: Store, locale: str = "es", pairs: Sequence[Sequence[int]] = ((0, 1), (2, 3))) -> Talk:
    campaign = await store.create_campaign(CAMPAIGN, "Demo")
    for pair in pairs:
        images = [await store.add_image(campaign.id, new_image(number)) for number in pair]
        await store.add_comparison(campaign.id, [image.id for image in images])
    return Talk(store, Conversation(store), await store.enter("web", "somebody", locale))


def label_of(words: str, aspect: str, polarity: str, *targets: str, text: str = TEXT, **more: object) -> Label:
    start = text.index(words)
    facts = {"aspect": aspect, "polarity": polarity, "targets": targets, "span": (start, start + len(words)), **more}
    return Label.model_validate(facts)


def ids(turn: Turn) -> list[str]:
    return [action.id.split(":")[0] for action in turn.actions]


def action(turn: Turn, start: str) -> str:
    return next(action.id for action in turn.actions if action.id.startswith(start))
