"""Discord's gateway v10: sessions, heartbeats, RESUME with replay, and frames as plain text, zlib or zstd streams."""

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from . import payloads
from .records import Json
from .world import World

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME = 0, 1, 2, 3, 6
RECONNECT, MEMBERS, INVALID, HELLO, ACK = 7, 8, 9, 10, 11
GUILDS, GUILD_MESSAGES, DIRECT_MESSAGES = 1 << 0, 1 << 9, 1 << 12
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content
KEPT = 5000  # events of a session that can be replayed
Compress = Callable[[str], bytes]


def zlib_stream() -> Compress:
    stream = zlib.compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zlib.Z_SYNC_FLUSH)


def zstd_stream() -> Compress:
    import zstandard  # only here: without it discord.py does not ask for such frames

    stream = zstandard.ZstdCompressor().compressobj()
    return lambda text: stream.compress(text.encode()) + stream.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK)


STREAMS = {"zlib-stream": zlib_stream, "zstd-stream": zstd_stream}


class Link:
    """One connection; what is pushed leaves in that order."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, compress: Compress | None) -> None:
        self.socket, self.request = socket, request
        self._compress = compress
        self._queue: asyncio.Queue[str] = asyncio.Queue()
        self._writer = asyncio.create_task(self._write())

    def push(self, op: int, data: Any = None, **more: Any) -> None:
        self.push_raw(json.dumps({"op": op, "d": data, "s": None, "t": None, **more}))

    def push_raw(self, text: str) -> None:
        self._queue.put_nowait(text)

    async def _write(self) -> None:
        while True:
            text = await self._queue.get()
            try:
                if self._compress is None:
                    await self.socket.send_str(text)
                else:
                    await self.socket.send_bytes(self._compress(text))
            except (ConnectionError, RuntimeError):
                return  # it is closed; RESUME brings what was lost

    async def close(self, code: int) -> None:
        await self.socket.close(code=code)

    def abort(self) -> None:
        if self.request.transport is not None:
            self.request.transport.abort()

    def done(self) -> None:
        self._writer.cancel()


@dataclass
class Session:
    """It outlives its connection, so that a client can resume it."""

    id: str
    shard: tuple[int, int]
    intents: int
    sequence: int = 0
    sent: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=KEPT))
    link: Link | None = None

    def dispatch(self, event: str, data: Any) -> None:
        self.sequence += 1
        text = json.dumps({"op": DISPATCH, "d": data, "s": self.sequence, "t": event})
        self.sent.append((self.sequence, text))
        if self.link is not None:
            self.link.push_raw(text)


class Gateway:
    """`frames` "text" sends plain text whatever the client asked for, as Discord may."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.frames = "asked"
        self.heartbeat_ms = 41_250
        self.answers_heartbeats = True
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.identifies: list[Json] = []
        self.resumes: list[Json] = []
        self.queries: list[Json] = []
        self.heartbeats = 0
        self._links: set[Link] = set()
        self._ids = iter(range(1, 1 << 30))

    @property
    def connected(self) -> list[Session]:
        return [session for session in self.sessions.values() if session.link is not None]

    def dispatch(self, event: str, data: Any, guild_id: int | None = None, intent: int = 0) -> None:
        """To every session whose shard has the server (shard 0: direct messages) and that asked for such events."""
        for session in self.sessions.values():
            shard, shards = session.shard
            if ((guild_id or 0) >> 22) % shards == shard and session.intents & intent == intent:
                session.dispatch(event, data)

    def dispatch_message(self, event: str, channel_id: int, data: Any) -> None:
        if (channel := self.world.channels.get(channel_id)) is None:
            return
        guild_id = channel.guild_id
        self.dispatch(event, data, guild_id, DIRECT_MESSAGES if guild_id is None else GUILD_MESSAGES)

    async def drop(self, code: int | None = None) -> None:
        """Close every connection with this code, or break it without a word."""
        for link in list(self._links):
            if code is None:
                link.abort()
            else:
                await link.close(code)
        self._unlink()

    def reconnect(self) -> None:
        """Opcode 7: clients should resume elsewhere."""
        for session in self.connected:
            assert session.link is not None
            session.link.push(RECONNECT)

    def invalidate(self, *, resumable: bool) -> None:
        """Opcode 9."""
        for session in self.connected:
            assert session.link is not None
            session.link.push(INVALID, resumable)
            if not resumable:
                del self.sessions[session.id]

    def forget_sessions(self) -> None:
        """As after minutes without a connection: nothing can be resumed, and nothing that happens is kept."""
        self.sessions = {session.id: session for session in self.connected}

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        self.queries.append(dict(request.query))
        socket = web.WebSocketResponse(max_msg_size=0, compress=False)
        await socket.prepare(request)
        make = STREAMS.get(request.query.get("compress", "")) if self.frames == "asked" else None
        link = Link(socket, request, make() if make else None)
        self._links.add(link)
        link.push(HELLO, {"heartbeat_interval": self.heartbeat_ms})
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._receive(link, json.loads(frame.data))
        finally:
            self._links.discard(link)
            link.done()
            for session in self.connected:
                if session.link is link:
                    session.link = None
        return socket

    async def _receive(self, link: Link, frame: Json) -> None:
        op, data = frame["op"], frame["d"]
        if op == HEARTBEAT:
            self.heartbeats += 1
            if self.answers_heartbeats:
                # discord.py notes when it sent a beat only after that: an answer at once would seem an interval late.
                asyncio.get_running_loop().call_later(0.02, link.push, ACK)
        elif op == IDENTIFY:
            await self._identify(link, data)
        elif op == RESUME:
            await self._resume(link, data)
        elif op == MEMBERS:
            chunk = {"members": [], "chunk_index": 0, "chunk_count": 1, "not_found": []}
            self._session_of(link).dispatch(
                "GUILD_MEMBERS_CHUNK", {"guild_id": data["guild_id"], "nonce": data.get("nonce"), **chunk}
            )
        elif op != PRESENCE:
            self.world.violate("gateway", f"op {op}", "Discord would close with 4001")
            await link.close(4001)

    async def _identify(self, link: Link, data: Json) -> None:
        self.identifies.append(data)
        if data["token"] != self.world.token:
            await link.close(4004)
            return
        if data["intents"] & PRIVILEGED:
            self.world.violate("intents", "IDENTIFY", f"privileged intents {data['intents'] & PRIVILEGED:#x}")
            await link.close(4014)
            return
        shard, shards = data.get("shard") or (0, 1)
        if not 0 <= shard < shards:
            await link.close(4010)
            return
        self._end_lost_sessions((shard, shards))
        session = Session(f"session-{next(self._ids)}", (shard, shards), data["intents"], link=link)
        self.sessions[session.id] = session
        servers = [server for server in self.world.guilds.values() if (server.id >> 22) % shards == shard]
        ready = {
            "v": 10,
            "user": payloads.user(self.world.bot),
            "guilds": [{"id": str(server.id), "unavailable": True} for server in servers],
            "session_id": session.id,
            "resume_gateway_url": self.url,
            "application": {"id": str(self.world.application_id), "flags": 0},
            "shard": [shard, shards],
        }
        session.dispatch("READY", ready)
        for server in servers:
            session.dispatch("GUILD_CREATE", payloads.guild(self.world, server))
        self.world.changed.notify()

    async def _resume(self, link: Link, data: Json) -> None:
        self.resumes.append(data)
        session = self.sessions.get(data["session_id"])
        if session is None or data["token"] != self.world.token:
            link.push(INVALID, False)
            return
        session.link = link
        for sequence, text in session.sent:
            if sequence > data["seq"]:
                link.push_raw(text)
        session.dispatch("RESUMED", {})
        self.world.changed.notify()

    def _session_of(self, link: Link) -> Session:
        return next(session for session in self.connected if session.link is link)

    def _end_lost_sessions(self, shard: tuple[int, int]) -> None:
        self.sessions = {id_: s for id_, s in self.sessions.items() if s.link is not None or s.shard != shard}

    def _unlink(self) -> None:
        for session in self.sessions.values():
            session.link = None
