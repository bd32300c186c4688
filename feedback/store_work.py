"""Work: opinions handed out to be read, and what comes of it. A token proves that a worker still holds its claim."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Insert,
    Update,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.records import LETTERS, Label, Opinion, Reading
from feedback.store_base import StoreBase, insert_if_absent, now, share, verb
from feedback.store_events import add_events
from feedback.store_gold import choices, row_of_label
from feedback.store_loading import OPINIONS, cells_of, record
from feedback.store_opinions import languages_by_annotator
from feedback.tables import AnnotatorRow, LabelRow, OpinionRow, ReadingRow, UTCDateTime, WorkRow
from feedback.work import ALONE_AFTER, BUCKETS, MAX_CLAIMS, MAX_FAILURES, Claim, delay


class Work(StoreBase):
    """The queue of opinions to be read."""

    @verb
    async def claim(self, limit: int, lease_seconds: float) -> list[Claim]:
        """Up to `limit` opinions of one length class, due longest first; nobody else gets them until the lease ends.

        What was handed out twice without an end comes alone: it may be what brings workers down.
        """
        async with self._database.write() as session:  # announces nothing: who waits for work would wake themselves
            rows = await _next(session, limit)
            until = now() + timedelta(seconds=lease_seconds)
            for row in rows:
                row.token, row.due_at, row.attempts = secrets.token_hex(8), until, row.attempts + 1
            await session.flush()
            claims = await _claims(session, {row.opinion_id: row for row in rows})
        lost = [claim for claim in claims if claim.attempts > MAX_CLAIMS]
        for claim in lost:
            await self._give_up(claim, f"no worker came back with it in {MAX_CLAIMS} tries")
        return [claim for claim in claims if claim not in lost]

    @verb
    async def finish(self, claim: Claim, reading: Reading) -> bool:
        """Keep a reading and end its work; False where the claim is no longer held, and then nothing is kept."""
        return (await self.finish_many([(claim, reading)]))[0]

    @verb
    async def finish_many(self, results: Sequence[tuple[Claim, Reading]]) -> list[bool]:
        """`finish` for a batch in one transaction: one that cannot be kept raises for all of them."""
        async with self._announced() as session:
            held = await _held(session, [claim for claim, _ in results])
            done = [(claim, reading) for claim, reading in results if claim.opinion.id in held]
            if done:
                await _keep_readings(session, done)
                await session.execute(delete(WorkRow).where(WorkRow.opinion_id.in_(held)))
                await add_events(session, "reading", [claim.opinion for claim, _ in done])
            return [claim.opinion.id in held for claim, _ in results]

    @verb
    async def fail(self, claim: Claim, error: str) -> bool:
        """Hand the work back to be tried again later, or after five tries put it aside with its error."""
        if claim.attempts >= MAX_FAILURES:
            return await self._give_up(claim, error)
        async with self._announced() as session:
            due = now() + timedelta(seconds=delay(claim.attempts))
            return await _hand_back(session, claim, error, due)

    async def _give_up(self, claim: Claim, error: str) -> bool:
        async with self._announced() as session:
            held = await _hand_back(session, claim, error, None)
            if held:
                await add_events(session, "failed", [claim.opinion])
            return held

    @verb
    async def requeue_dead(self) -> int:
        """Try again what was put aside; answers how many."""
        return await self._requeue(WorkRow.due_at.is_(None))

    @verb
    async def release_all(self) -> int:
        """End all leases. Only for one who knows that no worker is alive."""
        return await self._requeue(WorkRow.token.is_not(None), keep_attempts=True)

    async def _requeue(self, which: ColumnElement[bool], *, keep_attempts: bool = False) -> int:
        fresh = {} if keep_attempts else {"attempts": 0}
        async with self._announced() as session:
            requeued = update(WorkRow).where(which).values(token=None, due_at=now(), **fresh)
            return await _affected(session, requeued)

    @verb
    async def enqueue_all_unread(self, signature: str, translation_signature: str | None = None) -> int:
        """Queue all opinions that have no reading with this signature and are not queued already; answers how many."""
        read = exists().where(ReadingRow.opinion_id == OpinionRow.id, ReadingRow.signature == signature)
        if translation_signature is not None:
            read = read.where(ReadingRow.translation_signature == translation_signature)
        moment = now()
        length = func.length(OpinionRow.source_text)
        bucket = sum((case((length > limit, 1), else_=0) for limit in BUCKETS), start=literal(0))
        due = literal(moment, UTCDateTime)
        unread = select(OpinionRow.id, bucket, due, literal(0), due)
        columns = ["opinion_id", "bucket", "due_at", "attempts", "created_at"]
        async with self._announced() as session:
            queued = insert_if_absent(session, WorkRow).from_select(columns, unread.where(~read))
            added = await _affected(session, queued)
            dead = update(WorkRow).where(WorkRow.due_at.is_(None)).values(due_at=moment, attempts=0)
            return added + await _affected(session, dead)

    @verb
    async def work_counts(self) -> dict[str, int]:
        """How many opinions wait to be read, are being read, were put aside; how many seconds the oldest has waited."""
        moment = now()
        leased = and_(WorkRow.token.is_not(None), WorkRow.due_at > moment)
        query = select(
            func.count(),
            func.count(case((leased, 1))),
            func.count(case((WorkRow.due_at.is_(None), 1))),
            func.min(case((WorkRow.due_at.is_not(None), WorkRow.created_at))),
        )
        async with self._database.read() as session:
            total, being_read, dead, oldest = (await session.execute(query)).one()
        age = int((moment - oldest).total_seconds()) if oldest else 0
        return {"waiting": total - being_read - dead, "leased": being_read, "dead": dead, "oldest_seconds": max(age, 0)}


async def _affected(session: AsyncSession, change: Update | Insert) -> int:
    counted = await session.execute(change, execution_options={"preserve_rowcount": True})
    return cast("CursorResult[Any]", counted).rowcount


async def _hand_back(session: AsyncSession, claim: Claim, error: str, due_at: datetime | None) -> bool:
    held = await _held(session, [claim])
    storable = error.encode(errors="backslashreplace").decode().replace("\0", "\\0")[:1000]
    work = update(WorkRow).where(WorkRow.opinion_id.in_(held))
    await session.execute(work.values(token=None, due_at=due_at, error=storable))
    return bool(held)


async def _next(session: AsyncSession, limit: int) -> Sequence[WorkRow]:
    due = select(WorkRow).where(WorkRow.due_at <= now()).order_by(WorkRow.due_at, WorkRow.opinion_id)
    first = (await session.scalars(due.limit(1).with_for_update(skip_locked=True))).first()
    if first is None or first.attempts >= ALONE_AFTER:
        return [] if first is None else [first]
    alike = due.where(WorkRow.bucket == first.bucket, WorkRow.attempts < ALONE_AFTER)
    return (await session.scalars(alike.limit(limit).with_for_update(skip_locked=True))).all()


async def _claims(session: AsyncSession, work: dict[str, WorkRow]) -> list[Claim]:
    query = OPINIONS.add_columns(AnnotatorRow.locale).join(AnnotatorRow, AnnotatorRow.id == OpinionRow.annotator_id)
    rows = await cells_of(session, query.where(OpinionRow.id.in_(work)).order_by(OpinionRow.id))
    history = await languages_by_annotator(session, {row["annotator_id"] for row in rows})
    return [
        Claim(
            token=work[row["id"]].token or "",
            attempts=work[row["id"]].attempts,
            opinion=record(Opinion, row),
            images=len(row["positions"]),
            history=history[row["annotator_id"]],
            locale="" if row["channel"] == "import" else row["locale"],  # the importer's says nothing of them
        )
        for row in rows
    ]


async def _held(session: AsyncSession, claims: Sequence[Claim]) -> set[str]:
    """The opinions whose claims are still held; their annotators cannot be erased until the transaction ends."""
    people = sorted({claim.opinion.annotator_id for claim in claims})
    await session.execute(share(select(AnnotatorRow.id).where(AnnotatorRow.id.in_(people)).order_by(AnnotatorRow.id)))
    tokens = {claim.opinion.id: claim.token for claim in claims}
    query = select(WorkRow.opinion_id, WorkRow.token).where(WorkRow.opinion_id.in_(tokens)).order_by(WorkRow.opinion_id)
    rows = await session.execute(query.with_for_update())
    return {opinion_id for opinion_id, token in rows if token is not None and token == tokens[opinion_id]}


async def _keep_readings(session: AsyncSession, done: Sequence[tuple[Claim, Reading]]) -> None:
    readings = [_row(claim, reading) for claim, reading in done]
    added = insert_if_absent(session, ReadingRow).returning(ReadingRow.opinion_id, ReadingRow.id)
    numbers = dict((await session.execute(added.values(readings))).all())
    labels = [
        _suggestion(claim, label) | {"reading_id": numbers[claim.opinion.id]}
        for claim, reading in done
        if claim.opinion.id in numbers  # a reading of this signature that is there already stays as it is
        for label in reading.labels
    ]
    if labels:
        await session.execute(insert(LabelRow), labels)


def _row(claim: Claim, reading: Reading) -> dict[str, object]:
    choice = reading.preference.choice
    return reading.model_dump(exclude={"labels", "preference"}) | {
        "opinion_id": claim.opinion.id,
        "choice": choice if choice in choices(claim.images) else None,
        "choice_confidence": reading.preference.confidence,
        "created_at": now(),
    }


def _suggestion(claim: Claim, label: Label) -> dict[str, object]:
    """The columns of a suggested label; a letter of an image that was not shown is left out."""
    shown = tuple(target for target in label.targets if target in LETTERS[: claim.images])
    row = row_of_label(claim.opinion, label.model_copy(update={"targets": shown}), claim.images)
    return row | {"status": "suggested"}
