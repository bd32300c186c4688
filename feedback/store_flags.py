"""Flags: what an operator says of an opinion, so that exports can leave it out."""

from collections import defaultdict
from collections.abc import Sequence
from typing import get_args

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from feedback.errors import Conflict, NotFound
from feedback.records import Flag
from feedback.store_base import StoreBase, insert_if_absent, now, share, verb
from feedback.tables import AnnotatorRow, FlagRow, OpinionRow


class Flags(StoreBase):
    """An operator's flags; both verbs answer all that the opinion has now, and doing either twice changes nothing."""

    @verb
    async def flag(self, opinion_id: str, flag: str) -> tuple[Flag, ...]:
        """Set a flag (one of `Flag`, else Conflict); one that is set already keeps its time."""
        async with self._database.write() as session:
            await _hold(session, opinion_id, flag)
            row = {"opinion_id": opinion_id, "flag": flag, "created_at": now()}
            await session.execute(insert_if_absent(session, FlagRow).values(row))
            return (await flags_of_opinions(session, [opinion_id]))[opinion_id]

    @verb
    async def unflag(self, opinion_id: str, flag: str) -> tuple[Flag, ...]:
        """Take a flag away."""
        async with self._database.write() as session:
            await _hold(session, opinion_id, flag)
            await session.execute(delete(FlagRow).where(FlagRow.opinion_id == opinion_id, FlagRow.flag == flag))
            return (await flags_of_opinions(session, [opinion_id]))[opinion_id]


async def flags_of_opinions(session: AsyncSession, opinion_ids: Sequence[str]) -> dict[str, tuple[Flag, ...]]:
    """The flags of opinions, by name; an opinion without any has an empty tuple."""
    flags: dict[str, tuple[Flag, ...]] = defaultdict(tuple)
    query = select(FlagRow.opinion_id, FlagRow.flag).where(FlagRow.opinion_id.in_(opinion_ids))
    for opinion_id, flag in await session.execute(query.order_by(FlagRow.opinion_id, FlagRow.flag)):
        flags[opinion_id] += (flag,)  # type: ignore[operator]  # checked when it was set
    return flags


async def _hold(session: AsyncSession, opinion_id: str, flag: str) -> None:
    """Keep the writer of the opinion from being erased; refuses an opinion or a flag that there is not."""
    if flag not in get_args(Flag):
        raise Conflict(f"there is no flag {flag!r}; there are {', '.join(get_args(Flag))}")
    writer = select(AnnotatorRow.id).join(OpinionRow, OpinionRow.annotator_id == AnnotatorRow.id)
    if await session.scalar(share(writer.where(OpinionRow.id == opinion_id))) is None:
        raise NotFound(f"there is no opinion {opinion_id!r}; give one of the column opinion_id of an export")
