"""Routes of the chat: who is there, what is said next, and a person's say over their own data."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response, status
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials

from bot.web_bodies import Erased, MyChanges, NewVisitor, Opening, Press, Received, SentOpinion, Turns, Visitor
from bot.web_parts import ERRORS, UNHURRIED, Parts, PartsHere, PersonHere, campaign_id, visitor_bearer
from bot.web_problems import Problem, too_many
from bot.web_security import network
from feedback.errors import NotFound
from feedback.records import Annotator

router = APIRouter(tags=["people"], responses=ERRORS)
NEW_VISITOR_COST = 10  # requests; each makes a row


@router.post("/visitors", status_code=status.HTTP_201_CREATED, summary="Begin, or renew a token")
async def enter(
    body: NewVisitor,
    request: Request,
    parts: PartsHere,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(visitor_bearer)],
) -> Visitor:
    """With a valid token: the same person and a fresh token. Without one: a new person."""
    await campaign_id(parts, body.campaign)
    annotator = await _known(parts, credentials)
    if annotator is None:
        address = request.client.host if request.client else None
        if wait := parts.limits.addresses.take(network(address), NEW_VISITOR_COST):
            raise too_many(wait)
        annotator = await parts.store.enter("web", secrets.token_urlsafe(24), body.locale)
    expires_at = datetime.now(UTC) + timedelta(days=parts.settings.visitor_days)
    return Visitor(token=parts.tokens.issue(annotator.id), expires_at=expires_at, annotator=annotator)


@router.post("/conversation/open", summary="What is said when the chat opens")
async def open_conversation(body: Opening, parts: PartsHere, person: PersonHere) -> Turns:
    """Consent where it is missing, else the open comparison or the next one; a reload asks here again."""
    await campaign_id(parts, body.campaign)
    if body.locale and body.locale != person.locale and not person.locale_chosen:
        person = await parts.store.update_annotator(person.id, locale=body.locale)
    return Turns(turns=tuple(await parts.conversation.open(person, body.campaign)))


@router.post(
    "/opinions",
    status_code=status.HTTP_201_CREATED,
    summary="Say what you think",
    dependencies=[UNHURRIED],
    responses={200: {"model": Received, "description": "Received before, or a command."}},
)
async def send_opinion(body: SentOpinion, parts: PartsHere, person: PersonHere, response: Response) -> Received:
    """It is on the disk when this answers; the reading follows on `/events`. Repeat it as often as needed."""
    await campaign_id(parts, body.campaign)
    began = datetime.now(UTC)
    heard = await parts.conversation.hear(
        person,
        body.campaign,
        body.source_text,
        body.client_message_id,
        showing_id=body.showing_id,
        declared_language=body.declared_language,
    )
    if refusal := next((turn for turn in heard.turns if turn.kind == "error"), None):
        raise Problem(409, "conflict", reason=refusal.text)
    if heard.opinion is None or heard.opinion.created_at < began:
        response.status_code = status.HTTP_200_OK
    else:
        parts.metrics.opinions.labels("web").inc()
    return Received(opinion=heard.opinion, turns=heard.turns)


@router.post("/actions", summary="Press a button of a turn")
async def press(body: Press, parts: PartsHere, person: PersonHere) -> Turns:
    """The answer to a button; one that is out of date says so in a turn of its own."""
    await campaign_id(parts, body.campaign)
    return Turns(turns=tuple(await parts.conversation.act(person, body.campaign, body.action)))


@router.get("/me", summary="Who I am here")
async def me(person: PersonHere) -> Annotator:
    """The pseudonym and the terms that were agreed to."""
    return person


@router.put("/me", summary="Change my language or what my opinions may be used for")
async def change_me(body: MyChanges, parts: PartsHere, person: PersonHere) -> Annotator:
    """What is not sent stays as it is."""
    chosen = True if body.locale else None
    return await parts.store.update_annotator(
        person.id, locale=body.locale, locale_chosen=chosen, training_use=body.training_use
    )


@router.get("/me/data", summary="Everything that is kept about me", response_model=dict[str, Any])
async def my_data(parts: PartsHere, person: PersonHere) -> JSONResponse:
    """All of it, as a file."""
    headers = {"Content-Disposition": 'attachment; filename="opine-my-data.json"', "Cache-Control": "no-store"}
    return JSONResponse(await parts.store.everything_about(person.id), headers=headers)


@router.delete("/me", summary="Erase everything about me")
async def erase_me(parts: PartsHere, person: PersonHere) -> Erased:
    """Opinions, readings, labels, preferences, and the token with them; this cannot be undone."""
    return Erased(erased=await parts.store.erase(person.id))


async def _known(parts: Parts, credentials: HTTPAuthorizationCredentials | None) -> Annotator | None:
    annotator_id = parts.tokens.find(credentials.credentials) if credentials else None
    try:
        return await parts.store.get_annotator(annotator_id) if annotator_id else None
    except NotFound:
        return None
