"""A whole application over a real store, for the tests of the web routes."""

import asyncio
import atexit
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from PIL import Image as Pillow

from bot.conversation import Conversation
from bot.settings import Settings
from bot.web_app import Server, create_app
from bot.web_parts import Parts
from feedback.media import Media
from feedback.records import Label, Preference, Reading, Scope
from feedback.store import Store

CAMPAIGN = "photos"
SCOPES: list[Scope] = ["ingest", "read", "export", "admin", "erase"]
API = "/api/v1"


@dataclass
class Visitor:
    """Somebody who has agreed to the terms and sees a comparison."""

    client: httpx.AsyncClient
    id: str
    headers: dict[str, str]
    showing: dict[str, Any]

    async def send(self, method: str, path: str, json: object = None, **more: Any) -> httpx.Response:
        return await self.client.request(method, API + path, json=json, headers=self.headers, **more)

    async def say(self, text: str, message_id: str = "m1", **more: Any) -> httpx.Response:
        body = {"campaign": CAMPAIGN, "source_text": text, "client_message_id": message_id, **more}
        return await self.send("POST", "/opinions", body)


@dataclass
class Site:
    """The application, and a client without a token."""

    app: FastAPI
    store: Store
    client: httpx.AsyncClient
    operator: dict[str, str]

    @property
    def parts(self) -> Parts:
        parts: Parts = self.app.state.parts
        return parts

    async def visitor(self) -> Visitor:
        return await new_visitor(self.client)

    async def read(self, labels: tuple[Label, ...] = (), **more: Any) -> int:
        """Give every waiting opinion a reading, as a worker would."""
        claims = await self.store.claim(100, 60)
        for claim in claims:
            assert await self.store.finish(claim, reading(labels, **more))
        return len(claims)


def reading(labels: tuple[Label, ...] = (), **more: Any) -> Reading:
    values = {
        "language": "en",
        "language_confidence": 0.99,
        "translation": "as it was",
        "labels": labels,
        "preference": Preference(choice="B", confidence=0.9),
        "signature": "normalizer:test.1|taxonomy:1",
        "translation_signature": "translator:test.1",
    }
    return Reading(**{**values, **more})


LIGHT = Label(aspect="lighting", polarity="positive", targets=("B",), attributes=("soft",), span=(3, 8), confidence=0.8)


def png(colour: str = "teal", size: tuple[int, int] = (64, 48), kind: str = "PNG", **options: Any) -> bytes:
    out = BytesIO()
    Pillow.new("RGB", size, colour).save(out, kind, **options)
    return out.getvalue()


async def new_visitor(client: httpx.AsyncClient, locale: str = "en") -> Visitor:
    entered = await client.post(f"{API}/visitors", json={"campaign": CAMPAIGN, "locale": locale})
    assert entered.status_code == 201, entered.text
    headers = {"Authorization": f"Bearer {entered.json()['token']}"}
    visitor = Visitor(client, entered.json()["annotator"]["id"], headers, {})
    opened = await visitor.send("POST", "/conversation/open", {"campaign": CAMPAIGN})
    consent = opened.json()["turns"][0]["actions"][0]["id"]
    turns = (await visitor.send("POST", "/actions", {"campaign": CAMPAIGN, "action": consent})).json()["turns"]
    visitor.showing = next(turn["showing"] for turn in turns if turn["showing"])
    return visitor


async def fill(client: httpx.AsyncClient, operator: dict[str, str]) -> None:
    """A campaign with three pairs, by way of the API."""
    answer = await client.post(f"{API}/campaigns", json={"name": CAMPAIGN, "title": "Photos"}, headers=operator)
    assert answer.status_code == 201, answer.text
    path = f"{API}/campaigns/{CAMPAIGN}"
    for number in range(3):
        ids = []
        for colour in (f"#00{number:02x}80", f"#80{number:02x}00"):
            upload = await client.post(f"{path}/images", files={"file": ("a.png", png(colour))}, headers=operator)
            assert upload.status_code == 201, upload.text
            ids.append(upload.json()["id"])
        pair = await client.post(f"{path}/comparisons", json={"image_ids": ids}, headers=operator)
        assert pair.status_code == 201, pair.text


@cache
def template() -> tuple[Path, str]:
    """A filled data folder to copy, made once, and the operator's key to it: migrating takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="opine-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)

    async def make() -> str:
        async with _opened(folder) as (app, store):
            key = await store.add_key("tests", SCOPES)
            async with _client(app) as client:
                await fill(client, {"Authorization": f"Bearer {key}"})
            return key

    with ThreadPoolExecutor(1) as thread:  # the caller's thread has an event loop of its own
        return folder, thread.submit(asyncio.run, make()).result()


@asynccontextmanager
async def open_site(folder: Path, *, patience: float = 30, **changes: Any) -> AsyncIterator[Site]:
    """The application over a copy of the template in this folder."""
    source, key = template()
    shutil.copytree(source, folder, dirs_exist_ok=True)
    async with _opened(folder, patience, **changes) as (app, store), _client(app) as client:
        yield Site(app, store, client, {"Authorization": f"Bearer {key}"})


@dataclass
class Live:
    """A site behind a real uvicorn, in this event loop."""

    site: Site
    server: Server
    client: httpx.AsyncClient
    serving: asyncio.Task[None]

    async def visitor(self) -> Visitor:
        return await new_visitor(self.client)

    async def read(self) -> None:
        await self.site.read((LIGHT,))


@asynccontextmanager
async def open_live(folder: Path, **changes: Any) -> AsyncIterator[Live]:
    """The application over a copy of the template, served on a free port."""
    async with open_site(folder, **changes) as site, AsyncExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=2048))
        server = Server(uvicorn.Config(site.app, log_config=None, timeout_graceful_shutdown=20))
        serving = asyncio.create_task(server._serve([listener]))  # `serve` would take the tests' signal handlers
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=30) as client:
            assert (await client.get("/healthz")).status_code == 200
            yield Live(site, server, client, serving)
            server.should_exit = True
            await serving


@asynccontextmanager
async def _opened(folder: Path, patience: float = 30, **changes: Any) -> AsyncIterator[tuple[FastAPI, Store]]:
    settings = Settings(_env_file=None, data=folder, secret="a secret of the tests", worker=False, **changes)
    media = Media(settings.media, max_bytes=settings.max_image_bytes, max_pixels=settings.max_image_pixels)
    store = await Store.open(settings.url, settings.key(), patience=patience)
    try:
        yield create_app(settings, store, media, Conversation(store, media)), store
    finally:
        await store.close()


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("192.0.2.7", 1234))
    return httpx.AsyncClient(transport=transport, base_url="http://opine.test")
