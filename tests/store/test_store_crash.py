"""What was acknowledged is there, once and with its work, however often the process is killed."""

import asyncio
import random
import signal
import sys
from pathlib import Path

from sqlalchemy import func, select

from feedback.store import Store
from feedback.tables import OpinionRow, WorkRow

ADDING = str(Path(__file__).with_name("adding.py"))
KILLS = 4


async def acknowledged_before_a_kill(url: str) -> list[str]:
    """Run the process that adds opinions, kill it in the middle, and return the ids that it printed."""
    process = await asyncio.create_subprocess_exec(sys.executable, ADDING, url, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    lines = [await process.stdout.readline() for _ in range(random.randint(5, 40))]
    await asyncio.sleep(random.random() / 20)
    process.send_signal(signal.SIGKILL)
    lines += (await process.stdout.read()).splitlines(keepends=True)
    await process.wait()
    return [line.decode().strip() for line in lines if line.endswith(b"\n")]


async def test_nothing_acknowledged_is_lost_by_kills(url: str) -> None:
    store = await Store.open(url, "a secret")
    await store.create_campaign("demo", "A campaign")
    await store.close()
    acknowledged = [one for _ in range(KILLS) for one in await acknowledged_before_a_kill(url)]
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
