"""Existing comments taken in, many in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.ids import new_id
from feedback.privacy import may_train, pseudonym
from feedback.records import Annotator, Campaign, Choice, Record, SourceText, Tag, Words
from feedback.store_base import StoreBase, insert_if_absent, now, share, values, verb
from feedback.store_campaigns import campaign_row
from feedback.store_loading import images_by_comparison, newest_clicks
from feedback.tables import (
    AnnotatorRow,
    ClickRow,
    ComparisonRow,
    OpinionRow,
    ShowingRow,
    TombstoneRow,
    WorkRow,
)
from feedback.work import bucket


class Imported(Record):
    """One existing comment about a comparison of the campaign, or a bare choice (then without text)."""

    user_id: Words  # as the comments' own platform names the person
    comparison_id: str
    image_ids: tuple[str, ...]  # in the order in which the person saw them
    client_message_id: str  # made from the row, so that reading a file again adds nothing
    source_text: SourceText | None = None
    declared_language: Tag | None = None
    choice: Choice | None = None
    created_at: datetime | None = None  # None: now


class Outcome(NamedTuple):
    """What became of a comment: taken in, known already (neither), or refused with a reason."""

    added: bool = False
    refused: str | None = None


class Imports(StoreBase):
    """Comments that were made elsewhere."""

    @verb
    async def add_imported(self, campaign_id: str, batch: Sequence[Imported]) -> list[Outcome]:
        """Keep the comments with their units of work, all in one transaction, and say what became of each.

        What is known is left alone, so a batch may come again. Who asked to be forgotten is not brought back.
        """
        ids = {one.user_id: pseudonym(self._secret, "import", f"{campaign_id}/{one.user_id}") for one in batch}
        comments = [_Comment(one, ids[one.user_id]) for one in batch]
        async with self._announced() as session:
            campaign = Campaign(**values(await campaign_row(session, campaign_id)))
            people = await _enter(session, comments)
            await _show(session, campaign, [one for one in comments if one.annotator_id in people])
            fitting = [one for one in comments if one.fits]
            await _keep_opinions(session, campaign, people, [one for one in fitting if one.new.source_text])
            await _keep_choices(session, campaign, people, fitting)
            return [one.outcome for one in comments]


FORGOTTEN = Outcome(refused="this person asked to be forgotten; leave the row out")


@dataclass
class _Comment:
    """A comment on its way in."""

    new: Imported
    annotator_id: str
    showing_id: str = ""
    outcome: Outcome = FORGOTTEN

    @property
    def key(self) -> tuple[str, str]:
        return self.annotator_id, self.new.client_message_id

    @property
    def place(self) -> tuple[str, str]:
        return self.annotator_id, self.new.comparison_id

    @property
    def fits(self) -> bool:
        return self.outcome.refused is None


async def _enter(session: AsyncSession, comments: Sequence[_Comment]) -> dict[str, Annotator]:
    """The people of the comments, new ones made, without those who asked to be forgotten; held against erasure."""
    declared = {one.annotator_id: one.new.declared_language for one in reversed(comments) if one.new.declared_language}
    locales = {one.annotator_id: "en" for one in comments} | declared
    forgotten = select(TombstoneRow.annotator_id).where(TombstoneRow.annotator_id.in_(locales))
    welcome = sorted(set(locales) - set(await session.scalars(forgotten)))
    rows = [Annotator(id=one, channel="import", locale=locales[one], created_at=now()).model_dump() for one in welcome]
    if rows:
        await session.execute(insert_if_absent(session, AnnotatorRow).values(rows))
    query = share(select(AnnotatorRow).where(AnnotatorRow.id.in_(welcome)).order_by(AnnotatorRow.id))
    people = {row.id: Annotator(**values(row)) for row in await session.scalars(query)}
    # Who was erased between the two queries above was made anew by the insertion: gone for good now that they are held.
    erased = set(await session.scalars(forgotten)) & set(people)
    await session.execute(delete(AnnotatorRow).where(AnnotatorRow.id.in_(erased)))
    return {one: person for one, person in people.items() if one not in erased}


async def _show(session: AsyncSession, campaign: Campaign, comments: Sequence[_Comment]) -> None:
    """Note what the people saw; a comment about other images, or about them in another order, is refused."""
    entered = {
        comparison_id: [image.id for image in images]
        for comparison_id, images in (
            await images_by_comparison(session, {one.new.comparison_id for one in comments})
        ).items()
    }
    orders: dict[tuple[str, str], str] = {}
    rows: dict[tuple[str, str], dict[str, object]] = {}
    for one in comments:
        images = entered.get(one.new.comparison_id, [])
        if sorted(images) != sorted(one.new.image_ids):
            one.outcome = Outcome(refused="these are not the images of the comparison")
            continue
        order = "".join(str(images.index(image_id)) for image_id in one.new.image_ids)
        orders[one.key] = order
        rows.setdefault(
            one.place,
            {
                "id": new_id(),
                "comparison_id": one.new.comparison_id,
                "campaign_id": campaign.id,
                "annotator_id": one.annotator_id,
                "positions": order,
                "shown_at": one.new.created_at or now(),
                "state": "answered",
            },
        )
    kept = await _keep_showings(session, rows)
    for one in comments:
        if one.key in orders:
            one.showing_id, order = kept[one.place]
            same = order == orders[one.key]
            one.outcome = Outcome() if same else Outcome(refused="the person saw these images in another order before")


async def _keep_showings(
    session: AsyncSession, rows: Mapping[tuple[str, str], Mapping[str, object]]
) -> dict[tuple[str, str], tuple[str, str]]:
    """The id and the order of each showing, by annotator and comparison."""
    if not rows:
        return {}
    insertion = insert_if_absent(session, ShowingRow).values(list(rows.values())).returning(ShowingRow.comparison_id)
    shown = Counter(await session.scalars(insertion))
    for comparison_id in sorted(shown):
        more = update(ComparisonRow).where(ComparisonRow.id == comparison_id)
        await session.execute(more.values(times_shown=ComparisonRow.times_shown + shown[comparison_id]))
    place = tuple_(ShowingRow.annotator_id, ShowingRow.comparison_id)
    return {
        (row.annotator_id, row.comparison_id): (row.id, row.positions)
        for row in await session.scalars(select(ShowingRow).where(place.in_(rows)))
    }


async def _keep_opinions(
    session: AsyncSession, campaign: Campaign, people: Mapping[str, Annotator], comments: Sequence[_Comment]
) -> None:
    """Keep what is new, with its work; what has the id of a known comment and differs from it is refused."""
    if not comments:
        return
    rows = [_row(campaign, people[one.annotator_id], one) for one in comments]
    insertion = insert_if_absent(session, OpinionRow).values(rows)
    columns = (OpinionRow.id, OpinionRow.annotator_id, OpinionRow.client_message_id)
    new = {
        (row.annotator_id, row.client_message_id): row.id
        for row in await session.execute(insertion.returning(*columns))
    }
    key = tuple_(OpinionRow.annotator_id, OpinionRow.client_message_id)
    query = select(OpinionRow).where(key.in_([one.key for one in comments]))
    known = {(row.annotator_id, row.client_message_id): row for row in await session.scalars(query)}
    work = [
        {"opinion_id": row.id, "bucket": bucket(row.source_text), "due_at": now(), "attempts": 0, "created_at": now()}
        for key, row in known.items()
        if key in new
    ]
    if work:
        await session.execute(insert(WorkRow).values(work))
    for one in comments:
        row = known[one.key]
        if (row.source_text, row.showing_id) != (one.new.source_text, one.showing_id):
            one.outcome = Outcome(refused="another comment has this id already; each needs its own")
        else:
            one.outcome = Outcome(added=new.pop(one.key, None) is not None)  # twice in a batch: the first


def _row(campaign: Campaign, annotator: Annotator, comment: _Comment) -> dict[str, object]:
    return {
        "id": new_id(),
        "showing_id": comment.showing_id,
        "annotator_id": annotator.id,
        "campaign_id": campaign.id,
        "source_text": comment.new.source_text,
        "channel": "import",
        "client_message_id": comment.new.client_message_id,
        "declared_language": comment.new.declared_language,
        "consent_version": annotator.consents.get(campaign.id),
        "training_use": may_train(annotator, campaign),
        "created_at": comment.new.created_at or now(),
    }


async def _keep_choices(
    session: AsyncSession, campaign: Campaign, people: Mapping[str, Annotator], comments: Sequence[_Comment]
) -> None:
    """Keep the choices of new comments, and bare choices that say something new."""
    newest = await newest_clicks(session, {one.showing_id for one in comments})
    choices = {showing_id: click.choice for showing_id, click in newest.items()}
    rows = []
    for one in comments:
        bare = one.new.source_text is None
        if one.new.choice is None or not one.fits or not (bare or one.outcome.added):
            continue
        if choices.get(one.showing_id) != one.new.choice:
            choices[one.showing_id] = one.new.choice
            rows.append(
                {
                    "showing_id": one.showing_id,
                    "choice": one.new.choice,
                    "training_use": may_train(people[one.annotator_id], campaign),
                    "created_at": one.new.created_at or now(),
                }
            )
            one.outcome = Outcome(added=True)
    if rows:
        await session.execute(insert(ClickRow).values(rows))
