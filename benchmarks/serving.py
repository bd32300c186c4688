"""Opinions accepted a second over HTTP, beside a bare FastAPI route that inserts the same row, and beside /healthz.

Each is a real uvicorn in a process of its own on the loopback; 16 clients, one request at a time each. Every answer
that is counted is a row on the disk (SQLite, synchronous=FULL). Reading is off: reading.py measures it.

    python benchmarks/serving.py [--opinions 2000]
"""

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

CLIENTS = 16
TEXT = "B, la luz es más suave, pero las manos dan miedo 😬"
UNLIMITED = 10**9


@dataclass
class Result:
    """Latencies in seconds, and how long all of it took."""

    latencies: list[float]
    seconds: float

    def row(self, name: str) -> tuple[str, ...]:
        ordered = sorted(self.latencies)
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        return name, f"{len(ordered) / self.seconds:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{ordered[-1] * 1000:.0f}"


async def ask(address: tuple[str, int], requests: list[bytes], status: bytes) -> list[float]:
    """Send the requests one after the other over one connection; the client must cost less than the server."""
    reader, writer = await asyncio.open_connection(*address)
    latencies = []
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        body = await reader.readexactly(int(length.split(b":")[1]))
        if head.split(b" ", 2)[1] != status:
            raise RuntimeError(f"expected {status!r}: {head!r} {body[:300]!r}")
        latencies.append(time.perf_counter() - began)
    writer.close()
    return latencies


async def measure(address: tuple[str, int], plans: list[list[bytes]], status: bytes) -> Result:
    """All clients at once."""
    began = time.perf_counter()
    answered = await asyncio.gather(*(ask(address, plan, status) for plan in plans))
    return Result([one for part in answered for one in part], time.perf_counter() - began)


def request(method: str, path: str, body: object = None, token: str = "") -> bytes:
    content = json.dumps(body).encode() if body is not None else b""
    kind = "Content-Type: application/json\r\n" if body is not None else ""
    signed = f"Authorization: Bearer {token}\r\n" if token else ""
    head = f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{kind}{signed}Content-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


async def seed(folder: Path) -> list[tuple[str, str]]:
    """One campaign, one pair; people who have agreed and see it: token and showing of each."""
    from PIL import Image

    from bot.settings import Settings
    from bot.web_security import VisitorTokens
    from feedback.media import Media
    from feedback.store import Store

    settings = Settings(_env_file=None, data=folder)
    store = await Store.open(settings.url, settings.key())
    tokens = VisitorTokens(settings.key(), settings.visitor_days)
    campaign = await store.create_campaign("bench", "Benchmark")
    images = []
    for colour in ("teal", "navy"):
        out = BytesIO()
        Image.new("RGB", (64, 64), colour).save(out, "PNG")
        facts = await asyncio.to_thread(Media(settings.media).take, out.getvalue())
        images.append((await store.add_image(campaign.id, facts)).id)
    pair = await store.add_comparison(campaign.id, images)
    people = []
    for number in range(CLIENTS):
        annotator = await store.enter("web", f"visitor {number}", "es")
        await store.agree(annotator.id, campaign.id, campaign.consent_version)
        people.append((tokens.issue(annotator.id), (await store.show(annotator.id, pair.id, images)).id))
    await store.close()
    return people


@asynccontextmanager
async def serving(kind: str, folder: Path) -> AsyncIterator[tuple[str, int]]:
    """The server in a process of its own; yields its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(  # noqa: ASYNC220
        [sys.executable, __file__, "--serve", kind, str(folder), str(port)], stderr=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(60):
            while True:
                try:
                    (await asyncio.open_connection("127.0.0.1", port))[1].close()
                    break
                except OSError:
                    await asyncio.sleep(0.1)
        yield "127.0.0.1", port
    finally:
        process.terminate()
        process.wait(30)


def serve(kind: str, folder: Path, port: int) -> None:
    """The server's side."""
    import uvicorn

    apps: dict[str, Callable[[Path], Any]] = {"opine": opine, "bare": bare}
    uvicorn.run(apps[kind](folder), port=port, log_level="critical", access_log=False)


def opine(folder: Path) -> Any:
    """The application as `opine serve` runs it, without limits and without the reader."""
    from bot.conversation import Conversation
    from bot.logs import set_up
    from bot.settings import Settings
    from bot.web_app import create_app
    from feedback.media import Media
    from feedback.store import Store

    set_up(json=False)
    settings = Settings(
        _env_file=None,
        data=folder,
        worker=False,
        opinions_per_minute=UNLIMITED,
        requests_per_minute=UNLIMITED,
        site_requests_per_minute=UNLIMITED,
    )

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if "app" not in opened:  # the store belongs to the server's event loop
            media = Media(settings.media)
            store = await Store.open(settings.url, settings.key())
            opened["app"] = create_app(settings, store, media, Conversation(store, media))
        await opened["app"](scope, receive, send)

    opened: dict[str, Any] = {}
    return app


def bare(folder: Path) -> Any:
    """The least that takes the same text safely: one route, one connection, one insert, one commit."""
    import aiosqlite
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Sent(BaseModel):
        campaign: str
        showing_id: str
        source_text: str
        client_message_id: str

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with aiosqlite.connect(folder / "bare.db") as database:
            await database.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                "CREATE TABLE opinion (id INTEGER PRIMARY KEY, showing TEXT, source_text TEXT, message_id TEXT UNIQUE)"
            )
            app.state.database = database
            app.state.lock = asyncio.Lock()
            yield

    app = FastAPI(lifespan=lifespan)

    @app.post("/opinions", status_code=201)
    async def add(sent: Sent) -> dict[str, str]:
        async with app.state.lock:
            await app.state.database.execute(
                "INSERT INTO opinion (showing, source_text, message_id) VALUES (?, ?, ?)",
                (sent.showing_id, sent.source_text, sent.client_message_id),
            )
            await app.state.database.commit()
        return {"source_text": sent.source_text}

    return app


async def compare(opinions: int) -> None:
    """Run all three and print the table."""
    each = opinions // CLIENTS
    table = Table(
        "", "answers/s", "p50 ms", "p99 ms", "max ms", title=f"{CLIENTS} clients, {each * CLIENTS} requests each"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        people = await seed(folder)
        bodies = [
            [
                {"campaign": "bench", "showing_id": showing, "source_text": TEXT, "client_message_id": f"{showing}-{n}"}
                for n in range(each)
            ]
            for _, showing in people
        ]
        async with serving("opine", folder) as address:
            health = request("GET", "/healthz")
            await measure(address, [[health] * 10] * CLIENTS, b"200")
            table.add_row(*(await measure(address, [[health] * each] * CLIENTS, b"200")).row("Opine, GET /healthz"))
            plans = [
                [request("POST", "/api/v1/opinions", body, token) for body in part]
                for part, (token, _) in zip(bodies, people, strict=True)
            ]
            table.add_row(*(await measure(address, plans, b"201")).row("Opine, POST /api/v1/opinions"))
        with sqlite3.connect(folder / "opine.db") as database:
            (kept,) = database.execute("SELECT count(*) FROM opinions").fetchone()
        async with serving("bare", folder) as address:
            plans = [[request("POST", "/opinions", body) for body in part] for part in bodies]
            table.add_row(*(await measure(address, plans, b"201")).row("bare FastAPI + aiosqlite insert"))
    Console().print(table)
    print(f"{kept} of {each * CLIENTS} acknowledged opinions are in the database; {os.cpu_count()} cores")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--opinions", type=int, default=2000)
    parser.add_argument("--serve", nargs=3, metavar=("KIND", "FOLDER", "PORT"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        kind, folder, port = arguments.serve
        serve(kind, Path(folder), int(port))
    else:
        asyncio.run(compare(arguments.opinions))


if __name__ == "__main__":
    main()
