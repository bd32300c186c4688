"""What was acknowledged is there, once and with its work, however often the process is killed."""

import asyncio
import random
from pathlib import Path

import adding
from forked import Forked
from sqlalchemy import func, select

from feedback.store import Store
from feedback.tables import OpinionRow, WorkRow

KILLS = 4


async def acknowledged_before_a_kill(url: str, output: Path) -> list[str]:
    """Run the process that adds opinions, kill it in the middle, and return the ids that it printed."""
    process = Forked(output, adding.run, url)
    enough = random.randint(5, 40)
    while process.printed.count("\n") < enough:
        assert process.returncode is None, process.printed
        await asyncio.sleep(0.005)
    await asyncio.sleep(random.random() / 20)
    process.kill()
    await process.wait()
    return [line.strip() for line in process.printed.splitlines(keepends=True) if line.endswith("\n")]


async def test_nothing_acknowledged_is_lost_by_kills(url: str, tmp_path: Path) -> None:
    store = await Store.open(url, "a secret")
    await store.create_campaign("demo", "A campaign")
    await store.close()
    acknowledged = list[str]()
    for number in range(KILLS):
        acknowledged += await acknowledged_before_a_kill(url, tmp_path / f"printed-{number}.txt")
    assert len(acknowledged) >= 5 * KILLS
    store = await Store.open(url, "a secret")
    async with store._database.read() as session:
        kept = (await session.scalars(select(OpinionRow.id))).all()
        waiting = set(await session.scalars(select(WorkRow.opinion_id)))
        messages = (
            select(func.count()).select_from(OpinionRow).group_by(OpinionRow.annotator_id, OpinionRow.client_message_id)
        )
        assert set(await session.scalars(messages)) == {1}
    assert set(acknowledged) <= set(kept)
    assert set(kept) == waiting
    claimed = [claim.opinion.id for claim in await store.claim(10_000, 60)]
    assert sorted(claimed) == sorted(kept)
    await store.close()
