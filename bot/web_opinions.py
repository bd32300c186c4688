"""Routes of a person's own opinions: what was understood, and their corrections, which are gold."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, status

from bot.web_bodies import ChosenPreference, CritiquePage, LabelByHand, PreferenceAnswer, Turns
from bot.web_parts import ERRORS, Cursor, Id, PartsHere, PersonHere, campaign_id
from bot.web_problems import Fault, Problem
from feedback.records import LETTERS, Critique, Label

router = APIRouter(tags=["opinions"], responses=ERRORS)


@router.get("/opinions", summary="My opinions, newest first")
async def list_opinions(
    parts: PartsHere,
    person: PersonHere,
    campaign: Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")] = None,
    before: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> CritiquePage:
    """With everything known about each; `next` is the cursor for `before`."""
    within = await campaign_id(parts, campaign) if campaign else None
    items = await parts.store.list_critiques(person.id, before, limit, within)
    return CritiquePage(items=items, next=items[-1].opinion.id if len(items) == limit else None)


@router.get("/opinions/{opinion_id}", summary="One of my opinions")
async def get_opinion(opinion_id: Id, parts: PartsHere, person: PersonHere) -> Critique:
    """The text as typed, the newest reading, and what I made of it; spans count code points."""
    return await parts.store.get_critique(opinion_id, person.id)


@router.delete("/opinions/{opinion_id}", status_code=status.HTTP_204_NO_CONTENT, summary="Delete one of my opinions")
async def delete_opinion(opinion_id: Id, parts: PartsHere, person: PersonHere) -> Response:
    """It goes with its readings and labels."""
    await parts.store.delete_opinion(opinion_id, person.id)
    return Response(status_code=status.HTTP_204_NO_CONTENT)


@router.post("/opinions/{opinion_id}/labels", status_code=status.HTTP_201_CREATED, summary="Add a label by hand")
async def add_label(opinion_id: Id, body: LabelByHand, parts: PartsHere, person: PersonHere) -> Critique:
    """Something that was meant and not found."""
    label = _fitting(body, await parts.store.get_critique(opinion_id, person.id))
    return await parts.store.add_label(opinion_id, label, person.id)


@router.put("/opinions/{opinion_id}/labels/{label_id}", summary="Correct a label")
async def correct_label(
    opinion_id: Id, label_id: Id, body: LabelByHand, parts: PartsHere, person: PersonHere
) -> Critique:
    """The suggestion is kept beside the correction."""
    label = _fitting(body, await parts.store.get_critique(opinion_id, person.id))
    return await parts.store.correct_label(opinion_id, label_id, label, person.id)


@router.post("/opinions/{opinion_id}/labels/{label_id}/confirm", summary="Confirm a label")
async def confirm_label(opinion_id: Id, label_id: Id, parts: PartsHere, person: PersonHere) -> Critique:
    """That is what was meant."""
    return await parts.store.answer_label(opinion_id, label_id, "confirmed", person.id)


@router.delete("/opinions/{opinion_id}/labels/{label_id}", summary="Reject a label")
async def reject_label(opinion_id: Id, label_id: Id, parts: PartsHere, person: PersonHere) -> Critique:
    """That is not what was meant."""
    return await parts.store.answer_label(opinion_id, label_id, "rejected", person.id)


@router.put("/showings/{showing_id}/preference", summary="State or correct which image is preferred")
async def choose(showing_id: Id, body: ChosenPreference, parts: PartsHere, person: PersonHere) -> PreferenceAnswer:
    """By letter as shown. What the words say is kept beside it; a conflict is flagged."""
    showing = await parts.store.get_showing(showing_id, person.id)
    letters = LETTERS[: len(showing.images)]
    if body.choice not in (None, *letters, "tie"):
        raise _unfitting("/choice", f"names no image that was shown; these were: {', '.join(letters)}")
    preference = await parts.store.choose(showing_id, person.id, body.choice, opinion_id=body.opinion_id)
    return PreferenceAnswer(preference=preference)


@router.post("/showings/{showing_id}/skip", summary="Skip a comparison")
async def skip(showing_id: Id, parts: PartsHere, person: PersonHere) -> Turns:
    """It is not shown again; the next one comes with the answer."""
    showing = await parts.store.get_showing(showing_id, person.id)
    campaign = await parts.store.get_campaign(showing.campaign_id)
    return Turns(turns=tuple(await parts.conversation.act(person, campaign.name, f"skip:{showing_id}")))


def _fitting(body: LabelByHand, critique: Critique) -> Label:
    letters = LETTERS[: len(critique.images)]
    if not set(body.targets) <= set(letters):
        raise _unfitting("/targets", f"name an image that was not shown; these were: {', '.join(letters)}")
    return body.label()


def _unfitting(pointer: str, detail: str) -> Problem:
    return Problem(422, "invalid", faults=[Fault(pointer=pointer, detail=detail)], what=f"{pointer} {detail}")
