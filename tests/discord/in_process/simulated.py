"""The bot inside `simcord`, over a real store: people with a language of their own, and what they are answered."""

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from discord import Message
from fake_discord.records import walk
from fake_discord.rules import check_message, pings
from simcord import ChannelHandle, Env, GuildHandle, HttpLogEntry, MemberActor, UserHandle
from simcord._runtime import _BOT_SCOPE
from simcord.results import InteractionResult, ResponseMessage

from bot.discord_client import OpineClient
from bot.discord_parts import Parts
from bot.wording import Wording, wording

PATIENCE = 60.0  # seconds
ISOLATES = re.compile("[\u2066-\u2069]")
ESCAPES = re.compile(r"\\(?=[^A-Za-z0-9\s])", re.ASCII)


class PatientEnv(Env):
    """Simcord gives a bot 5 s to get ready, whatever `settle_timeout` is; a busy machine needs more."""

    async def _settle_internal(self, *, timeout: float | None = None, **more: Any) -> None:  # noqa: ASYNC109
        await super()._settle_internal(timeout=None if timeout is None else PATIENCE, **more)


class SimulatedClient(OpineClient):
    """Its standing tasks are not simcord's: it would wait for their end after everything that somebody does."""

    async def setup_hook(self) -> None:
        """As always."""
        token = _BOT_SCOPE.set(None)
        await super().setup_hook()
        _BOT_SCOPE.reset(token)


@dataclass
class Answer:
    """What somebody was answered: a message, or a window."""

    result: InteractionResult

    @property
    def message(self) -> ResponseMessage:
        """The last answer there is."""
        messages = [self.result.response, *self.result.followups]
        return [one for one in messages if one is not None][-1]

    @property
    def text(self) -> str:
        """All texts as they are read."""
        return readable(self.message.components)

    @property
    def buttons(self) -> dict[str, str]:
        """Labels by custom_id."""
        return {part["custom_id"]: part["label"] for part in walk(self.message.components) if part["type"] == 2}

    @property
    def images(self) -> list[str]:
        """What the galleries say of their images."""
        parts = walk(self.message.components)
        return [item.get("description", "") for part in parts if part["type"] == 12 for item in part["items"]]

    def button(self, start: str) -> str:
        """The one custom_id that begins so."""
        (found,) = [one for one in self.buttons if one.startswith(start)]
        return found


class Person:
    """Somebody in the server whose Discord speaks `locale`, and whom the bot should answer in `tag`."""

    def __init__(self, world: "World", member: MemberActor, user: UserHandle, tag: str) -> None:
        self.world, self.member, self.user = world, member, user
        self.channel = world.channel
        self.said: Wording = wording(tag)

    async def slash(self, name: str, *, direct: bool = False, **options: Any) -> Answer:
        """A command in the server, or in the direct messages with the bot."""
        if direct:
            return Answer(await self.user.slash(name, **options))
        return Answer(await self.member.slash(self.channel, name, **options))

    async def menu(self, name: str, message: Message) -> Answer:
        """An entry of the menu of a message."""
        return Answer(await self.member.context_menu(self.channel, name, message))

    async def press(self, answer: Answer, start: str, *, direct: bool = False) -> Answer:
        """The button whose custom_id begins so."""
        who = self.user if direct else self.member
        return Answer(await who.click(answer.message.message, custom_id=answer.button(start)))

    async def write(self, opened: Answer, words: str) -> Answer:
        """Send off the window that was opened."""
        return Answer(await self.member.submit_modal(opened.result, {"text": words}))

    async def agree(self, asked: Answer) -> Answer:
        """Agree to the terms that a command is answered with."""
        return await self.press(asked, "consent:accept")


class World:
    """A server with one channel; everybody in it is somebody new."""

    def __init__(self, env: Env, parts: Parts) -> None:
        self.env, self.parts = env, parts
        self.guild: GuildHandle = env.create_guild("Pictures")
        self.channel: ChannelHandle = self.guild.create_text_channel("general")
        self._locales: dict[str, str] = {}
        env.backend.subscribers.insert(0, self._localize)

    @property
    def failed(self) -> float:
        """How many handlers failed."""
        return float(self.parts.metrics.failed._value.get())

    def person(self, locale: str, tag: str | None = None, **values: Any) -> Person:
        """Somebody whom nobody knows yet."""
        user = self.env.create_user(f"person{len(self._locales)}")
        self._locales[str(user.id)] = locale
        return Person(self, self.guild.add_member(user, **values), user, tag or locale)

    def commands(self) -> dict[str, dict[str, Any]]:
        """What was registered, by its English name."""
        return {str(one["name"]): dict(one) for one in self.env.backend.commands[None].values()}

    async def until(self, seen: Callable[[], bool]) -> None:
        """Wait for what comes of itself: what was understood, and what is posted."""
        async with asyncio.timeout(30):
            while not seen():
                await asyncio.sleep(0.02)
                await self.env.settle()

    def wrong(self, since: int) -> list[object]:
        """What Discord would refuse of all that was sent after so many requests, and what would ping."""
        return [problem for request in self.env.http_requests[since:] for problem in problems(request)]

    def _localize(self, event: str, payload: Any) -> None:
        """Simcord's people all speak English (3.2.1)."""
        if event == "INTERACTION_CREATE":
            user = payload.get("user") or payload["member"]["user"]
            payload["locale"] = self._locales[user["id"]]


async def start(parts: Parts) -> World:
    """Bring the bot to a simulated Discord whose clock is that of the database."""
    env = PatientEnv(SimulatedClient(parts), shard_count=1, settle_timeout=PATIENCE)
    env.backend.advance_clock(max(0.0, (datetime.now(UTC) - env.now()).total_seconds()))
    world = World(env, parts)
    await env.start()
    return world


def readable(components: list[dict[str, Any]]) -> str:
    """The texts without what only steers how they are drawn."""
    texts = (part["content"] for part in walk(components) if part["type"] == 10)
    return ESCAPES.sub("", ISOLATES.sub("", "\n".join(texts)))


def problems(request: HttpLogEntry) -> Iterator[object]:
    """By the rules of `fake_discord`, which are stricter than those of simcord."""
    body = request.json
    if not isinstance(body, dict) or request.method not in ("POST", "PATCH"):
        return
    if request.path.endswith("/callback"):
        body = body.get("data") or {}
    if "components" not in body or "title" in body:
        return
    if noisy := pings(body):
        yield noisy
    files = [one["filename"] for one in body.get("attachments") or ()]
    yield from check_message(body, files)
