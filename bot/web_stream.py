"""The route of the event stream."""

from collections.abc import AsyncIterable
from typing import Annotated

from fastapi import APIRouter, Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from bot.turns import Turn
from bot.web_events import last_seen
from bot.web_parts import ERRORS, PartsHere, PersonHere
from bot.web_problems import too_many
from feedback.records import Annotator

router = APIRouter(tags=["people"], responses=ERRORS)

RETRY_SECONDS = 10


class TurnsEvent(BaseModel):
    """What is said without having been asked just now, such as what was understood of an opinion."""

    event_id: int
    turns: tuple[Turn, ...]


async def _listener(parts: PartsHere, person: PersonHere) -> Annotator:
    # A generator's errors come too late for a status: what can be refused is refused here.
    if parts.streams.full(person.id):
        raise too_many(RETRY_SECONDS)
    return person


@router.get("/events", summary="What is said, as it happens", response_class=EventSourceResponse)
async def events(
    parts: PartsHere,
    person: Annotated[Annotator, Depends(_listener)],
    last_event_id: Annotated[str | None, Header(description="The last `id` that was seen; none: from now on.")] = None,
) -> AsyncIterable[ServerSentEvent]:
    """Events named `turns` with a TurnsEvent each. The first comment says that nothing later can be missed."""
    async for event in parts.streams.follow(person.id, last_seen(last_event_id)):
        if event is None:
            yield ServerSentEvent(comment="listening", retry=2000)
        elif turns := await parts.conversation.event(event):
            data = TurnsEvent(event_id=event.id, turns=tuple(turns))
            yield ServerSentEvent(raw_data=data.model_dump_json(), event="turns", id=str(event.id))
