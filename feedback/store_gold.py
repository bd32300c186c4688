"""Gold: what people confirm, correct, add and choose. Suggestions stay beside it, as the model made them."""

from typing import Literal

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import Conflict, NotFound
from feedback.ids import new_id
from feedback.privacy import may_train
from feedback.records import LETTERS, Annotator, Campaign, Choice, Critique, Label, Opinion, Preference
from feedback.store_base import StoreBase, hold, insert_if_absent, now, values, verb
from feedback.store_campaigns import campaign_row
from feedback.store_critiques import load_critique, preferences_of
from feedback.store_loading import label as label_record
from feedback.store_opinions import load_opinion
from feedback.store_showings import load_showing
from feedback.tables import ClickRow, LabelRow, OpinionRow, ReadingRow, ShowingRow

GOLD = {"status": "corrected", "confidence": 1.0}


class Gold(StoreBase):
    """Answers to suggestions; with `annotator_id`, an opinion of somebody else is NotFound."""

    @verb
    async def answer_label(
        self,
        opinion_id: str,
        label_id: str,
        status: Literal["confirmed", "rejected"],
        annotator_id: str | None = None,
    ) -> Critique:
        """Confirm or reject a label; the last answer counts. A correction that is confirmed stays a correction."""
        async with self._database.write() as session:
            await _opinion(session, opinion_id, annotator_id)
            row = await _label(session, opinion_id, label_id)
            if await _correction_of(session, label_id):
                raise Conflict("this label was corrected already; answer the correction")
            by_hand = row.reading_id is None
            answer = "corrected" if by_hand and status == "confirmed" else status
            await session.execute(update(LabelRow).where(LabelRow.id == label_id).values(status=answer))
            return await load_critique(session, opinion_id)

    @verb
    async def correct_label(
        self, opinion_id: str, label_id: str, correction: Label, annotator_id: str | None = None
    ) -> Critique:
        """Add a label that replaces another one, which stays as it is; corrections can be corrected in turn.

        A correction that names no words keeps those of the label it corrects.
        """
        async with self._database.write() as session:
            said, images = await _opinion(session, opinion_id, annotator_id)
            correction = _with_evidence_of(
                label_record(values(await _label(session, opinion_id, label_id))), correction
            )
            row = row_of_label(said, correction, images) | {
                "status": "corrected",
                "confidence": 1.0,
                "replaces": label_id,
            }
            added = insert_if_absent(session, LabelRow).values(row).returning(LabelRow.id)
            if await session.scalar(added) is None:
                earlier = await _correction_of(session, label_id)
                if earlier is None or not _same_judgement(label_record(values(earlier)), correction):
                    raise Conflict("this label was corrected already; correct the correction")
            return await load_critique(session, opinion_id)

    @verb
    async def add_label(self, opinion_id: str, label: Label, annotator_id: str | None = None) -> Critique:
        """Add a label by hand."""
        async with self._database.write() as session:
            said, images = await _opinion(session, opinion_id, annotator_id)
            row = row_of_label(said, label, images) | GOLD
            await session.execute(insert(LabelRow).values(row))
            return await load_critique(session, opinion_id)

    @verb
    async def choose(
        self, showing_id: str, annotator_id: str, choice: Choice | None, *, opinion_id: str | None = None
    ) -> Preference:
        """Keep a choice made by hand (None: none preferred); the showing counts as answered.

        `opinion_id` is the opinion whose reading the person had in sight; left out, the newest one that was read.
        """
        async with self._database.write() as session:
            person = await hold(session, annotator_id)
            showing = await load_showing(session, showing_id, annotator_id)
            if choice is not None and choice not in choices(len(showing.images)):
                raise Conflict(f"{choice!r} cannot be chosen among {len(showing.images)} images")
            if opinion_id is None:
                opinion_id = await _newest_read(session, showing_id)
            elif (await load_opinion(session, opinion_id, annotator_id)).showing_id != showing_id:
                raise Conflict("this opinion is about another showing")
            campaign = await campaign_row(session, showing.campaign_id)
            row = {
                "showing_id": showing_id,
                "opinion_id": opinion_id,
                "choice": choice,
                "training_use": may_train(Annotator(**values(person)), Campaign(**values(campaign))),
                "created_at": now(),
            }
            await session.execute(insert(ClickRow).values(row))
            await session.execute(update(ShowingRow).where(ShowingRow.id == showing_id).values(state="answered"))
            return (await preferences_of(session, [showing_id]))[showing_id]


def choices(images: int) -> tuple[Choice, ...]:
    """What can be chosen among so many images; among one, nothing."""
    return () if images < 2 else (*LETTERS[:images], "tie")


def row_of_label(said: Opinion, label: Label, images: int) -> dict[str, object]:
    """The columns of a new label of an opinion; ValueError where its span or targets do not fit the opinion."""
    start, end = label.span or (None, None)
    if end is not None and end > len(said.source_text):
        raise ValueError(f"the span {label.span} ends beyond the text of {len(said.source_text)} characters")
    if not set(label.targets) <= set(LETTERS[:images]):
        raise ValueError(f"the targets {', '.join(label.targets)} are not all among the {images} images shown")
    row = label.model_dump(exclude={"id", "span", "replaces"})
    return row | {
        "id": new_id(),
        "opinion_id": said.id,
        "reading_id": None,
        "replaces": None,
        "span_start": start,
        "span_end": end,
        "created_at": now(),
    }


async def _opinion(session: AsyncSession, opinion_id: str, annotator_id: str | None) -> tuple[Opinion, int]:
    """The opinion, safe from erasure, and the number of images that it is about."""
    said = await load_opinion(session, opinion_id, annotator_id)
    await hold(session, said.annotator_id)
    positions = await session.scalar(select(ShowingRow.positions).where(ShowingRow.id == said.showing_id))
    return said, len(positions or "")


async def _label(session: AsyncSession, opinion_id: str, label_id: str) -> LabelRow:
    query = select(LabelRow).where(LabelRow.id == label_id, LabelRow.opinion_id == opinion_id)
    row = await session.scalar(query.with_for_update())
    if row is None:
        raise NotFound(f"the opinion has no label {label_id!r}")
    return row


async def _correction_of(session: AsyncSession, label_id: str) -> LabelRow | None:
    row: LabelRow | None = await session.scalar(select(LabelRow).where(LabelRow.replaces == label_id))
    return row


def _with_evidence_of(corrected: Label, correction: Label) -> Label:
    kept: dict[str, object] = {} if correction.span else {"span": corrected.span}
    if correction.value_raw is None and (correction.aspect, correction.value) == (corrected.aspect, corrected.value):
        kept["value_raw"] = corrected.value_raw
    return correction.model_copy(update=kept)


def _same_judgement(one: Label, other: Label) -> bool:
    given = {"id", "status", "replaces", "confidence"}
    return one.model_dump(exclude=given) == other.model_dump(exclude=given)


async def _newest_read(session: AsyncSession, showing_id: str) -> str | None:
    query = (
        select(OpinionRow.id)
        .join(ReadingRow, ReadingRow.opinion_id == OpinionRow.id)
        .where(OpinionRow.showing_id == showing_id)
    )
    found: str | None = await session.scalar(query.order_by(OpinionRow.id.desc()).limit(1))
    return found
