"""kill -9 of the shipped `opine serve` under load: what was acknowledged is there once, and gets its reading."""

import asyncio
import itertools
import random
import re
from pathlib import Path

import httpx
from forked import Forked, opine

ROUNDS = 20
VISITORS = 4
TEXTS = (
    "B, la luz es más suave, pero las manos dan miedo 😬",
    "右の方が好き。でも空の青が派手すぎる",
    "الصورة الأولى أجمل، الألوان هادئة",
    "bhai B ka sky thoda zyada teal hai",
    "lol ok",
)


class Server:
    """The shipped command as a process over one data folder."""

    def __init__(self, data: Path) -> None:
        self.output = data / "printed.txt"
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "OPINE_DATA": str(data),
            "OPINE_LEASE_SECONDS": "5",
            "OPINE_OPINIONS_PER_MINUTE": "100000",
            "OPINE_REQUESTS_PER_MINUTE": "100000",
        }

    async def start(self) -> str:
        self.output.unlink(missing_ok=True)
        self.process = Forked(self.output, opine, self.environment, "serve", "--port", "0")
        while not (address := re.search(r"(http://\S+)\n", self.process.printed)):
            assert self.process.returncode is None, f"it ended:\n{self.process.printed}"
            await asyncio.sleep(0.01)
        return address[1] + "api/v1/"

    async def stop(self, *, hard: bool) -> int:
        if self.process.returncode is None:
            self.process.kill() if hard else self.process.terminate()
        return await self.process.wait()


class Visitor:
    """Says one thing after the other, and repeats what was not acknowledged under the same id."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.acknowledged: dict[str, str] = {}  # client message id -> opinion id
        self.counter = itertools.count()
        self.waiting: tuple[str, str] | None = None

    async def enter(self, client: httpx.AsyncClient) -> None:
        person = {"campaign": "demo", "locale": "en"}
        answer = await client.post("visitors", json=person)
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}
        turns = (await client.post("conversation/open", json=person, headers=self.headers)).json()["turns"]
        accept = {"campaign": "demo", "action": turns[-1]["actions"][0]["id"]}
        turns = (await client.post("actions", json=accept, headers=self.headers)).json()["turns"]
        self.showing = next(turn["showing"]["id"] for turn in turns if turn["showing"])

    async def talk(self, client: httpx.AsyncClient) -> None:
        while True:
            name = f"{self.number}-{next(self.counter)}"
            self.waiting = self.waiting or (name, random.choice(TEXTS))
            body = {"campaign": "demo", "showing_id": self.showing}
            body |= dict(zip(("client_message_id", "source_text"), self.waiting, strict=True))
            answer = await client.post("opinions", json=body, headers=self.headers)
            answer.raise_for_status()
            self.acknowledged[self.waiting[0]] = answer.json()["opinion"]["id"]
            self.waiting = None
            await asyncio.sleep(random.uniform(0, 0.4))

    async def opinions(self, client: httpx.AsyncClient) -> list[dict]:
        found, before = list[dict](), None
        while True:
            query = {"campaign": "demo", "limit": 100} | ({"before": before} if before else {})
            page = (await client.get("opinions", params=query, headers=self.headers)).raise_for_status().json()
            found += page["items"]
            before = page["next"]
            if before is None:
                return found


async def load(server: Server, visitors: list[Visitor], url: str) -> None:
    """All visitors talk at once until the server is killed at a random moment."""
    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        talks = [asyncio.create_task(visitor.talk(client)) for visitor in visitors]
        await asyncio.sleep(random.uniform(0.1, 1.2))
        await server.stop(hard=True)
        outcomes = await asyncio.gather(*talks, return_exceptions=True)
    assert all(isinstance(outcome, httpx.TransportError) for outcome in outcomes), outcomes


async def test_what_was_acknowledged_survives_twenty_kills(tmp_path: Path) -> None:
    server, visitors = Server(tmp_path), [Visitor(number) for number in range(VISITORS)]
    try:
        async with httpx.AsyncClient(base_url=await server.start()) as client:
            for visitor in visitors:
                await visitor.enter(client)
        await server.stop(hard=True)
        for _ in range(ROUNDS):
            await load(server, visitors, await server.start())
        async with httpx.AsyncClient(base_url=await server.start(), timeout=10) as client:
            for visitor in visitors:
                kept = await until_read(client, visitor)
                ids = [critique["opinion"]["client_message_id"] for critique in kept]
                assert len(ids) == len(set(ids)), "an opinion is there twice"
                stored = {c["opinion"]["client_message_id"]: c["opinion"]["id"] for c in kept}
                assert visitor.acknowledged.items() <= stored.items(), "an acknowledged opinion is gone"
        assert sum(len(visitor.acknowledged) for visitor in visitors) > ROUNDS
        assert await server.stop(hard=False) == 0
    finally:
        await server.stop(hard=True)


async def until_read(client: httpx.AsyncClient, visitor: Visitor) -> list[dict]:
    """Everything the visitor said, once all of it has its reading."""
    async with asyncio.timeout(240):
        while True:
            kept = await visitor.opinions(client)
            if all(critique["reading"] for critique in kept):
                return kept
            assert not any(critique["failed"] for critique in kept), "the reader gave up on an opinion"
            await asyncio.sleep(1)
