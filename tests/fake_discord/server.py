"""The server: one port for REST, gateway and files, which can go down and come back."""

import json
import re
from collections.abc import Iterable
from typing import Any, cast

from aiohttp import BodyPartReader, web

from . import payloads
from .answers import Answers
from .faults import Faults, Handler, hang_up, respond
from .gateway import GUILDS, Gateway
from .people import Person
from .posting import Call, Files, Refusal
from .records import Channel, Guild, Interaction, Message, Role, Violation
from .rest import Rest, Route
from .world import World

API = "/api/v10"
AGENT = re.compile(r"DiscordBot \(\S+,? \S+\)")


class FakeDiscord:
    """Use it as `async with FakeDiscord() as discord`; it has one server `guild` with one `channel` from the start."""

    def __init__(self) -> None:
        self.world = World()
        self.gateway = Gateway(self.world)
        self.faults = Faults()
        self.requests: list[Call] = []  # all that the bot asked, those that a fault answered, too
        self.guild = self.add_guild("Pictures")
        self.channel = self.add_channel("general")
        self.port = 0
        self._down = False

    async def __aenter__(self) -> "FakeDiscord":
        app = web.Application(client_max_size=64 << 20, middlewares=[self._receive])
        for owner in (Rest(self.world, self.gateway), Answers(self.world, self.gateway)):
            for method, path, handler in owner.routes():
                app.router.add_route(method, API + path, cast(Any, handler))  # it is given a Call: see `_perform`
        app.router.add_get("/gw", self.gateway.handle)
        app.router.add_get("/gw/", self.gateway.handle)
        app.router.add_get("/attachments/{channel}/{file}/{name}", self._file)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await self._listen()
        self.world.url = f"http://127.0.0.1:{self.port}"
        self.gateway.url = f"ws://127.0.0.1:{self.port}/gw"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    # Where it is, for the bot's settings

    @property
    def api_url(self) -> str:
        return self.world.url + API

    @property
    def gateway_url(self) -> str:
        return self.gateway.url

    @property
    def token(self) -> str:
        return self.world.token

    # Who and what is there

    def add_guild(self, name: str, locale: str = "en-US") -> Guild:
        owner = self.world.add_user(f"owner of {name}")
        guild = Guild(self.world.snowflake(), name, locale, owner.id)
        self.world.guilds[guild.id] = guild
        self.world.members[(guild.id, self.world.bot.id)] = ()
        self.gateway.dispatch("GUILD_CREATE", payloads.guild(self.world, guild), guild.id, GUILDS)
        return guild

    def add_channel(self, name: str, guild: Guild | None = None) -> Channel:
        channel = Channel(self.world.snowflake(), name, (guild or self.guild).id)
        self.world.channels[channel.id] = channel
        self.gateway.dispatch("CHANNEL_CREATE", payloads.channel(self.world, channel), channel.guild_id, GUILDS)
        return channel

    def add_role(self, name: str, permissions: int = 0, guild: Guild | None = None) -> Role:
        role, where = Role(self.world.snowflake(), name, permissions), guild or self.guild
        where.roles.append(role)
        body = {"guild_id": str(where.id), "role": payloads.role(role)}
        self.gateway.dispatch("GUILD_ROLE_CREATE", body, where.id, GUILDS)
        return role

    def person(
        self, name: str, locale: str = "en-US", roles: Iterable[Role] = (), channel: Channel | None = None
    ) -> Person:
        place = channel or self.channel
        assert place.guild_id is not None, "a person lives in a channel of a server"
        user = self.world.add_user(name)
        self.world.members[(place.guild_id, user.id)] = tuple(roles)
        return Person(self.world, self.gateway, user, self.world.guilds[place.guild_id], place, locale)

    def delete_channel(self, channel: Channel) -> None:
        body = payloads.channel(self.world, channel)
        del self.world.channels[channel.id]
        self.gateway.dispatch("CHANNEL_DELETE", body, channel.guild_id, GUILDS)

    def delete_thread(self, thread: Channel) -> None:
        """A thread that the bot was never told of, as an archived one; the event is all it gets to know of it."""
        del self.world.channels[thread.id]
        body = {"id": str(thread.id), "guild_id": str(thread.guild_id), "parent_id": str(self.channel.id), "type": 11}
        self.gateway.dispatch("THREAD_DELETE", body, thread.guild_id, GUILDS)

    def deny(self, channel: Channel, permissions: int) -> None:
        """Take permissions (bits) from the bot there."""
        channel.denied |= permissions
        self.gateway.dispatch("CHANNEL_UPDATE", payloads.channel(self.world, channel), channel.guild_id, GUILDS)

    def remove_bot(self, guild: Guild) -> None:
        """Somebody throws the bot out."""
        del self.world.guilds[guild.id]
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id, GUILDS)

    # What happened

    @property
    def missed(self) -> list[Interaction]:
        return [interaction for interaction in self.world.interactions.values() if interaction.missed]

    @property
    def violations(self) -> list[Violation]:
        return self.world.violations

    @property
    def latencies(self) -> list[float]:
        """Seconds to the acknowledgement, of every interaction that has one."""
        return [given.latency for given in self.world.interactions.values() if given.latency is not None]

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """What everybody sees there, oldest first."""
        return self.world.history((channel or self.channel).id)

    async def connected(self, shards: int = 1, within: float = 30.0) -> None:
        """Wait until the bot is at the gateway, with so many shards."""
        what = f"{shards} shards at the gateway"
        await self.world.changed.until(lambda: len(self.gateway.connected) >= shards, within, what)

    async def synced(self, within: float = 30.0) -> None:
        """Wait until the bot has told its commands."""
        await self.world.changed.until(lambda: self.world.commands, within, "commands")

    # Outages

    async def down(self) -> None:
        """Nobody can connect, and every connection breaks. People may write on: nothing of it is lost."""
        self._down = True
        await self._site.stop()
        await self.gateway.drop()

    async def up(self, *, sessions_lost: bool = False) -> None:
        """On the same port; with `sessions_lost` no session can be resumed, as after minutes."""
        if sessions_lost:
            self.gateway.forget_sessions()
        self._down = False
        await self._listen()

    async def _listen(self) -> None:
        self._site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    # Requests

    @web.middleware
    async def _receive(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._down:
            return hang_up(request)
        if not request.path.startswith(API):
            return await (handler(request) if request.path.startswith("/gw") else self.faults.handle(request, handler))
        call = await read(request)
        self.requests.append(call)
        return await self.faults.handle(request, lambda same: self._perform(same, call))

    async def _perform(self, request: web.Request, call: Call) -> web.StreamResponse:
        try:
            self._authorize(request, call)
            if (unknown := request.match_info.http_exception) is not None:
                self.world.violate("route", call.where, f"Discord has no such route: {unknown.status}")
                raise Refusal(unknown.status, 0, f"{unknown.status}: {unknown.reason}")
            perform = cast(Route, request.match_info.handler)
            body = await perform(call)
        except Refusal as refusal:
            self.world.refusals.append((call.method, call.path, refusal.status, refusal.body["code"]))
            return respond(refusal.body, refusal.status)
        return web.Response(status=204) if body is None else respond(body)

    def _authorize(self, request: web.Request, call: Call) -> None:
        """Interactions and webhooks are authorized by their token."""
        if re.match("/(interactions|webhooks)/", call.path):
            return
        if not AGENT.match(request.headers.get("User-Agent", "")):
            self.world.violate("agent", call.where, "Discord wants a User-Agent `DiscordBot (url, version)`")
        if request.headers.get("Authorization") != f"Bot {self.world.token}":
            raise Refusal(401, 0, "401: Unauthorized")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """404 for a link that has expired, as at Discord's own."""
        file = self.world.files.get(int(request.match_info["file"]))
        expires = int(request.query.get("ex", "0"), 16)
        if file is None or file.filename != request.match_info["name"] or self.world.now() > expires:
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=file.data, content_type=file.content_type)


async def read(request: web.Request) -> Call:
    body: Any = {}
    files: Files = {}
    if request.content_type.startswith("multipart/"):
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            data = bytes(await part.read())
            if part.name == "payload_json":
                body = json.loads(data)
            else:
                files[int(re.findall(r"\d+", part.name or "")[0])] = (part.filename or "unnamed", data)
    elif request.content_type == "application/json" and request.can_read_body:
        body = json.loads(await request.read() or b"{}")
    path = request.path.removeprefix(API)
    return Call(request.method, path, request.match_info, request.query, body, files)
