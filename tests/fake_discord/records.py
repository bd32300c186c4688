"""The records of the fake: servers, channels, people, files, messages, interactions, violations."""

import asyncio
import mimetypes
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

Json = dict[str, Any]
Found = TypeVar("Found")

VIEW_CHANNEL, SEND_MESSAGES, MANAGE_GUILD, ADMINISTRATOR = 1 << 10, 1 << 11, 1 << 5, 1 << 3
ATTACH_FILES, READ_HISTORY, USE_COMMANDS = 1 << 15, 1 << 16, 1 << 31
EVERYDAY = VIEW_CHANNEL | SEND_MESSAGES | ATTACH_FILES | READ_HISTORY | USE_COMMANDS
EPHEMERAL, LOADING, COMPONENTS_V2 = 1 << 6, 1 << 7, 1 << 15
PATIENCE = 3.0  # seconds until an interaction has to be acknowledged
TOKEN_LIFE = 900.0  # seconds during which it can be answered


class Signal:
    """Wakes everybody who waits for a change."""

    def __init__(self) -> None:
        self._waiting: list[asyncio.Future[None]] = []

    def notify(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, find: Callable[[], Found | None], within: float, what: str) -> Found:
        """What `find` finds, as soon as it is something; AssertionError after `within` seconds."""
        deadline = time.monotonic() + within
        while not (found := find()):
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            try:
                await asyncio.wait_for(future, deadline - time.monotonic())
            except TimeoutError:
                if found := find():
                    return found
                raise AssertionError(f"waited {within} s for {what}") from None
        return found


@dataclass(frozen=True)
class User:
    id: int
    name: str
    bot: bool = False


@dataclass(frozen=True)
class Role:
    id: int
    name: str
    permissions: int = 0


@dataclass
class Guild:
    id: int
    name: str
    locale: str
    owner_id: int
    roles: list[Role] = field(default_factory=list)


@dataclass
class Channel:
    """`denied` are the permissions (bits) that the bot lacks here; a direct one belongs to one person."""

    id: int
    name: str
    guild_id: int | None
    recipient: User | None = None
    denied: int = 0
    closed: bool = False  # a direct one, whose person takes no messages from the bot


@dataclass(frozen=True)
class Attachment:
    id: int
    channel_id: int
    filename: str
    data: bytes
    description: str | None = None

    @property
    def content_type(self) -> str:
        return mimetypes.guess_type(self.filename)[0] or "application/octet-stream"


@dataclass
class Message:
    """`seen_by` is the one person who sees an ephemeral message; `components` have ids and resolved media."""

    id: int
    channel_id: int
    author: User
    content: str = ""
    components: list[Json] = field(default_factory=list)
    embeds: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    seen_by: int | None = None
    mentions: list[User] = field(default_factory=list)
    reply_to: int | None = None
    edited: float | None = None
    deleted: bool = False
    interaction: "Interaction | None" = None

    @property
    def loading(self) -> bool:
        return bool(self.flags & LOADING)

    @property
    def text(self) -> str:
        """All that can be read in it, without the labels of buttons."""
        texts = [part["content"] for part in walk(self.components) if part["type"] == 10]
        return "\n".join([self.content, *texts] if self.content else texts)

    @property
    def buttons(self) -> list[Json]:
        return [part for part in walk(self.components) if part["type"] == 2]

    @property
    def labels(self) -> list[str]:
        return [button.get("label", "") for button in self.buttons]

    @property
    def menus(self) -> list[Json]:
        return [part for part in walk(self.components) if part["type"] in (3, 5, 6, 7, 8)]

    @property
    def images(self) -> list[str]:
        """Addresses, in the order as shown."""
        return [item["media"]["url"] for part in walk(self.components) for item in shown(part) if "media" in item]

    @property
    def files(self) -> dict[str, str]:
        """Names and addresses of what is shown as a file."""
        return {part["name"]: part["file"]["url"] for part in walk(self.components) if "file" in part}


@dataclass
class Interaction:
    """Something that a person did, and what the bot answered; times are those of `time.monotonic()`."""

    id: int
    token: str
    kind: int
    user: User
    channel_id: int
    data: Json
    message: Message | None
    created: float  # the world's clock
    sent_at: float = field(default_factory=time.monotonic)
    acknowledged_at: float | None = None
    response: int | None = None  # type of the callback
    modal: Json | None = None
    modal_closed: bool = False
    opened_by: "Interaction | None" = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    changed: Signal = field(default_factory=Signal)

    @property
    def latency(self) -> float | None:
        return None if self.acknowledged_at is None else self.acknowledged_at - self.sent_at

    @property
    def missed(self) -> bool:
        """Discord told the person that the application did not respond."""
        return self.acknowledged_at is None and time.monotonic() - self.sent_at > PATIENCE

    async def acknowledged(self) -> "Interaction":
        """AssertionError if it is not within Discord's three seconds."""
        await self.changed.until(lambda: self.acknowledged_at, PATIENCE + 0.1, f"an acknowledgement of {self}")
        return self

    async def answer(self, within: float = 20.0) -> Message:
        """The message that answers it, once it no longer says "thinking"; for updates, the updated message."""
        await self.acknowledged()
        return await self.changed.until(self._answer, within, f"an answer to {self}")

    async def opened(self) -> Json:
        """The modal that it opened."""
        await self.acknowledged()
        assert self.modal is not None, f"{self} opened no modal"
        return self.modal

    def _answer(self) -> Message | None:
        if self.original is not None and not self.original.loading and self.response != 6:
            return self.original
        if self.followups:
            return self.followups[0]
        if self.response == 6 and self.original is not None and (self.original.edited or 0) > self.created:
            return self.original
        return None

    def __str__(self) -> str:
        named = self.data.get("name") or self.data.get("custom_id")
        return f"interaction {self.kind} ({named}) by {self.user.name}"


@dataclass(frozen=True)
class Violation:
    """Something that Discord would refuse (`limits`, ...) or that this project must not do (`pings`)."""

    kind: str
    where: str
    detail: str


def walk(components: list[Json]) -> Iterator[Json]:
    """Every component, parents first, in the order as shown."""
    for part in components:
        yield part
        yield from walk(part.get("components", []))
        yield from walk([part[name] for name in ("accessory", "component") if isinstance(part.get(name), dict)])


def shown(part: Json) -> list[Json]:
    """What holds media in this component: items of a gallery, or the component itself."""
    return [*part.get("items", ()), *([part] if "media" in part or "file" in part else ())]


def iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat()


def moment_of(snowflake: int) -> float:
    return ((snowflake >> 22) + 1_420_070_400_000) / 1000
