"""The shipped `opine discord` as a process; it knows the two addresses of the fake Discord."""

import asyncio
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from fake_discord import FakeDiscord
from forked import Forked, opine


class BotProcess:
    """It can be killed and started again over the same data folder; what it logs is in `log`.

    Each start is a fork of a process that has the imports, unless it shall be `fresh`, as people start it.
    """

    def __init__(
        self, discord: FakeDiscord, data: Path, *, command: str = "discord", fresh: bool = False, **settings: str
    ) -> None:
        self.discord, self.data = discord, data
        self.log = data.with_suffix(".log")
        self._args, self._fresh = command.split(), fresh
        self.process: asyncio.subprocess.Process | Forked
        self.settings = {
            "PATH": "/usr/bin:/bin",
            "OPINE_DATA": str(data),
            "OPINE_DISCORD_TOKEN": discord.token,
            "OPINE_DISCORD_API": discord.api_url,
            "OPINE_DISCORD_GATEWAY": discord.gateway_url,
            **settings,
        }

    async def launch(self) -> None:
        self.process = await self._start_fresh() if self._fresh else self._fork()

    def _fork(self) -> Forked:
        return Forked(self.log, opine, self.settings, *self._args)

    async def _start_fresh(self) -> asyncio.subprocess.Process:
        command = str(Path(sys.executable).with_name("opine"))
        with self.log.open("ab") as log:
            return await asyncio.create_subprocess_exec(command, *self._args, stdout=log, stderr=log, env=self.settings)

    async def start(self) -> None:
        """Start it and wait until it is on Discord and has told its commands."""
        gateway, before = self.discord.gateway, len(self.discord.gateway.identifies)
        await self.launch()
        while not (len(gateway.identifies) > before and gateway.connected and self.discord.world.commands):
            await asyncio.sleep(0.05)
            assert self.process.returncode is None, f"it ended:\n{self.logged[-2000:]}"

    async def kill(self) -> None:
        """As a crash would end it."""
        self.process.kill()
        await self.process.wait()

    async def stop(self) -> int:
        """As an operator ends it; the answer is the exit code."""
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 30)

    @property
    def logged(self) -> str:
        return self.log.read_text("utf-8")

    def stored(self, query: str, *values: object) -> list[Any]:
        """What is in its database; of rows with one column, that alone."""
        with closing(sqlite3.connect(f"file:{self.data / 'opine.db'}?mode=ro", uri=True)) as database:
            rows = database.execute(query, values).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nothing can be written to its database meanwhile."""
        with closing(sqlite3.connect(self.data / "opine.db", isolation_level=None)) as database:
            database.execute("BEGIN IMMEDIATE")
            yield
