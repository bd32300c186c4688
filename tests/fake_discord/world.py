"""What Discord knows: servers, channels, people, messages, interactions, files, and what the time is."""

import itertools
import time
from collections import defaultdict
from typing import Any

from .records import Attachment, Channel, Guild, Interaction, Json, Message, Role, Signal, User, Violation


class World:
    """Everything; `later` moves its clock, which is what tokens and links expire by."""

    def __init__(self) -> None:
        self._counter = itertools.count(1)
        self._offset = 0.0
        self.changed = Signal()
        self.application_id = self.snowflake()
        self.bot = User(self.application_id, "opine", bot=True)
        self.token = "a-bot-token"
        self.url = ""  # where files are fetched from; known once the server listens
        self.links_live = 86_400.0
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self._direct: dict[int, Channel] = {}  # by person
        self.users: dict[int, User] = {self.bot.id: self.bot}
        self.members: dict[tuple[int, int], tuple[Role, ...]] = {}
        self.messages: dict[int, Message] = {}
        self._written: dict[int, list[Message]] = defaultdict(list)  # by channel
        self.nonces: dict[tuple[int, Any], Message] = {}
        self.files: dict[int, Attachment] = {}
        self.interactions: dict[int, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        self.commands: list[Json] = []
        self.guild_commands: dict[int, list[Json]] = {}
        self.violations: list[Violation] = []
        self.refusals: list[tuple[str, str, int, int]] = []  # method, path, status, Discord's code

    def now(self) -> float:
        return time.time() + self._offset

    def later(self, seconds: float) -> None:
        self._offset += seconds

    def snowflake(self) -> int:
        milliseconds = int(self.now() * 1000) - 1_420_070_400_000
        return (milliseconds << 22) | (next(self._counter) & 0x3FFFFF)

    def add_user(self, name: str) -> User:
        user = User(self.snowflake(), name)
        self.users[user.id] = user
        return user

    def add_message(self, channel_id: int, author: User, **values: Any) -> Message:
        message = Message(self.snowflake(), channel_id, author, **values)
        self.keep(message)
        self.tell(message)
        return message

    def keep(self, message: Message) -> None:
        self.messages[message.id] = message
        self._written[message.channel_id].append(message)

    def add_file(self, channel_id: int, filename: str, data: bytes, description: str | None = None) -> Attachment:
        attachment = Attachment(self.snowflake(), channel_id, filename, data, description)
        self.files[attachment.id] = attachment
        return attachment

    def add_interaction(self, kind: int, user: User, channel_id: int, data: Json, **values: Any) -> Interaction:
        id_ = self.snowflake()
        interaction = Interaction(id_, f"token-{id_}", kind, user, channel_id, data, created=self.now(), **values)
        self.interactions[id_] = self.tokens[interaction.token] = interaction
        return interaction

    def direct_channel(self, user: User) -> Channel:
        if user.id not in self._direct:
            self._direct[user.id] = Channel(self.snowflake(), "", None, user)
            self.channels[self._direct[user.id].id] = self._direct[user.id]
        return self._direct[user.id]

    def history(self, channel_id: int, seen_by: int | None = None) -> list[Message]:
        """Oldest first; ephemeral ones only for the person who sees them."""
        return [m for m in self._written[channel_id] if not m.deleted and m.seen_by in (None, seen_by)]

    def tell(self, message: Message) -> None:
        """Wake those who wait for a message to come or to change."""
        if message.interaction is not None:
            message.interaction.changed.notify()
        self.changed.notify()

    def violate(self, kind: str, where: str, detail: str) -> None:
        self.violations.append(Violation(kind, where, detail))
