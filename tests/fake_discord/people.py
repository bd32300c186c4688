"""Scripted people, who can do only what Discord's own client would let them do."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from . import payloads
from .forms import chosen, fill_modal, fill_options, find_command, names
from .gateway import Gateway
from .records import ADMINISTRATOR, Channel, Guild, Interaction, Json, Message, User
from .rest import remove, tell
from .world import World

Files = Iterable[tuple[str, bytes]]


class Person:
    """Somebody in one server; `channel` is where they are unless told otherwise, `direct` their chat with the bot.

    What they do returns at once, whatever the bot makes of it; `answer()`, `acknowledged()` and `reads()` wait.
    """

    def __init__(self, world: World, gateway: Gateway, user: User, guild: Guild, channel: Channel, locale: str) -> None:
        self._world, self._gateway = world, gateway
        self.user, self.guild, self.channel, self.locale = user, guild, channel, locale

    @property
    def direct(self) -> Channel:
        return self._world.direct_channel(self.user)

    # Commands

    def slash(self, name: str, channel: Channel | None = None, **options: Any) -> Interaction:
        """`name` may be localized, and have subcommands: "mydata export"."""
        place = channel or self.channel
        first, *path = name.split(" ")
        command = find_command(self._offered(place, 1), first, self.locale)
        data: Json = {"id": command["id"], "name": command["name"], "type": 1}
        data |= fill_options(self._world, command, path, options, self.locale)
        return self._interact(2, place, data)

    def context_menu(self, name: str, message: Message) -> Interaction:
        self._look_at(message)
        command = find_command(self._offered(self._world.channels[message.channel_id], 3), name, self.locale)
        resolved = {"messages": {str(message.id): payloads.message(self._world, message)}}
        data = {"id": command["id"], "name": command["name"], "type": 3, "target_id": str(message.id)}
        return self._interact(2, self._world.channels[message.channel_id], {**data, "resolved": resolved})

    def offered(self, channel: Channel | None = None, kind: int = 1) -> list[str]:
        """The names of the commands that they see there, in their language."""
        commands = self._offered(channel or self.channel, kind)
        return [names(command, self.locale)[-1] for command in commands]

    # Messages with buttons, menus, modals

    def press(self, message: Message, button: str) -> Interaction:
        """By its custom_id, its label, or a part of either that no other button has."""
        self._look_at(message)
        part = self._component(message, message.buttons, button)
        return self._interact(3, None, {"component_type": 2, "custom_id": part["custom_id"], "id": part["id"]}, message)

    def choose(self, message: Message, menu: str, *values: str) -> Interaction:
        """Values or labels of a menu, which is named by its custom_id or placeholder ("" if there is one only)."""
        self._look_at(message)
        part = self._component(message, message.menus, menu)
        data: Json = {"component_type": part["type"], "custom_id": part["custom_id"], "id": part["id"]}
        return self._interact(3, None, data | {"values": chosen(part, menu, values)}, message)

    def submit(self, opened: Interaction, answers: str | dict[str, Any], *, again: bool = False) -> Interaction:
        """The modal that an interaction opened; a text alone goes into its first text field.

        The modal stays open until the bot acknowledges; `again` sends it once more all the same, as a bad network may.
        """
        assert opened.modal is not None, f"{opened} opened no modal"
        assert again or not opened.modal_closed, "the modal is closed: it was submitted already"
        data = {"custom_id": opened.modal["custom_id"], "components": fill_modal(opened.modal, answers)}
        place = self._world.channels[opened.channel_id]
        return self._interact(5, place, data, opened.message, opened_by=opened)

    # Writing and reading

    def says(
        self,
        text: str = "",
        channel: Channel | None = None,
        *,
        reply_to: Message | None = None,
        pings: bool = True,
        files: Files = (),
    ) -> Message:
        """`<@id>` in the text mentions; a reply pings whom it answers unless told otherwise."""
        place = channel or self.channel
        assert len(text) <= 4000, "Discord's client stops at 4000 characters"
        mentions = self._mentioned(text)
        if reply_to is not None and pings and reply_to.author not in mentions:
            mentions.append(reply_to.author)
        attachments = [self._world.add_file(place.id, name, data) for name, data in files]
        values: Json = {"mentions": mentions, "attachments": attachments, "reply_to": reply_to and reply_to.id}
        message = self._world.add_message(place.id, self.user, content=text, **values)
        tell(self._world, self._gateway, "MESSAGE_CREATE", message)
        return message

    def edits(self, message: Message, text: str) -> None:
        assert message.author == self.user, "only one's own messages can be edited"
        answered = self._world.messages.get(message.reply_to or 0)
        pinged = [one for one in message.mentions if answered is not None and one == answered.author]
        message.mentions = list(dict.fromkeys([*self._mentioned(text), *pinged]))
        message.content, message.edited = text, self._world.now()
        tell(self._world, self._gateway, "MESSAGE_UPDATE", message)

    def deletes(self, *messages: Message) -> None:
        """Several at once are a bulk deletion, which moderators do."""
        remove(self._world, self._gateway, *messages)

    def sees(self, channel: Channel | None = None) -> list[Message]:
        """Oldest first, with what only they can see."""
        return self._world.history((channel or self.channel).id, self.user.id)

    def newest(self, channel: Channel | None = None) -> Message:
        """The last message of the bot that they see."""
        return [message for message in self.sees(channel) if message.author == self._world.bot][-1]

    async def reads(
        self, wanted: str | Callable[[Message], bool], channel: Channel | None = None, within: float = 20.0
    ) -> Message:
        """The newest message of the bot that has this text, or for which this is true, as soon as there is one."""

        def find() -> Message | None:
            for message in reversed(self.sees(channel)):
                own = message.author == self._world.bot and not message.loading
                if own and (wanted in message.text if isinstance(wanted, str) else wanted(message)):
                    return message
            return None

        return await self._world.changed.until(find, within, f"{self.user.name} to read {wanted!r}")

    # What the client does for them

    def _mentioned(self, text: str) -> list[User]:
        named = (self._world.users.get(int(id_)) for id_ in dict.fromkeys(re.findall(r"<@!?(\d+)>", text)))
        return [user for user in named if user is not None]

    def _offered(self, place: Channel, kind: int) -> list[Json]:
        context = 1 if place.guild_id is None else 0
        every = [*self._world.commands, *self._world.guild_commands.get(place.guild_id or 0, ())]
        return [command for command in every if command["type"] == kind and self._may(command, place, context)]

    def _may(self, command: Json, place: Channel, context: int) -> bool:
        contexts = command.get("contexts")
        if contexts is not None and context not in contexts:
            return False
        if place.guild_id is None:
            return contexts is not None or command.get("dm_permission") is not False
        held = payloads.permissions(self._world, place.guild_id, self.user)
        wanted = int(command["default_member_permissions"] or 0)
        return bool(held & ADMINISTRATOR) or held & wanted == wanted

    def _look_at(self, message: Message) -> None:
        assert not message.deleted, "the message was deleted"
        assert message.seen_by in (None, self.user.id), f"{self.user.name} does not see that message"
        place = self._world.channels.get(message.channel_id)
        assert place is not None, "the channel was deleted"
        assert place.recipient in (None, self.user), f"that is not a chat of {self.user.name}"

    def _component(self, message: Message, parts: list[Json], named: str) -> Json:
        known = [[part[key] for key in ("custom_id", "label", "placeholder") if part.get(key)] for part in parts]
        whole = [part for part, names_ in zip(parts, known, strict=True) if named in names_]
        partial = [part for part, names_ in zip(parts, known, strict=True) if any(named in name for name in names_)]
        found = whole or partial
        assert len(found) == 1, f"{len(found)} parts are called {named!r}; there are {known} in: {message.text[:300]}"
        assert not found[0].get("disabled"), f"{named!r} is disabled"
        assert "custom_id" in found[0], f"{named!r} is a link"
        return found[0]

    def _interact(
        self, kind: int, place: Channel | None, data: Json, message: Message | None = None, **values: Any
    ) -> Interaction:
        place = place or self._world.channels[message.channel_id if message else self.channel.id]
        given = self._world.add_interaction(kind, self.user, place.id, data, message=message, **values)
        body = payloads.interaction(self._world, given, self.locale)
        self._gateway.dispatch("INTERACTION_CREATE", body, place.guild_id)
        return given
