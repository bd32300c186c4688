"""The routes of Discord's REST API v10 that a bot like ours calls with its token."""

from collections.abc import Awaitable, Callable
from typing import Any

from . import payloads, posting
from .command_rules import check_commands
from .gateway import Gateway
from .posting import Call, Refusal, unknown
from .records import ATTACH_FILES, READ_HISTORY, SEND_MESSAGES, VIEW_CHANNEL, Channel, Guild, Json, Message, User
from .rules import Problem
from .world import World

Route = Callable[[Call], Awaitable[Any]]


class Rest:
    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world, self.gateway = world, gateway

    def routes(self) -> list[tuple[str, str, Route]]:
        return [
            ("GET", "/users/@me", self.me),
            ("GET", "/users/{user}", self.user),
            ("POST", "/users/@me/channels", self.open_direct),
            ("DELETE", "/users/@me/guilds/{guild}", self.leave),
            ("GET", "/oauth2/applications/@me", self.application),
            ("GET", "/applications/@me", self.application),
            ("GET", "/gateway", self.gateway_address),
            ("GET", "/gateway/bot", self.gateway_address),
            ("GET", "/guilds/{guild}", self.guild),
            ("GET", "/guilds/{guild}/channels", self.guild_channels),
            ("GET", "/guilds/{guild}/members/{user}", self.member),
            ("GET", "/channels/{channel}", self.channel),
            ("GET", "/channels/{channel}/messages", self.history),
            ("POST", "/channels/{channel}/messages", self.post),
            ("GET", "/channels/{channel}/messages/{message}", self.message),
            ("PATCH", "/channels/{channel}/messages/{message}", self.edit),
            ("DELETE", "/channels/{channel}/messages/{message}", self.delete),
            ("POST", "/channels/{channel}/typing", self.typing),
            ("GET", "/applications/{application}/commands", self.commands),
            ("PUT", "/applications/{application}/commands", self.set_commands),
            ("GET", "/applications/{application}/guilds/{guild}/commands", self.commands),
            ("PUT", "/applications/{application}/guilds/{guild}/commands", self.set_commands),
        ]

    async def me(self, call: Call) -> Json:
        return payloads.user(self.world.bot)

    async def user(self, call: Call) -> Json:
        return payloads.user(self._user(call.parts["user"]))

    async def application(self, call: Call) -> Json:
        return {
            "id": str(self.world.application_id),
            "name": self.world.bot.name,
            "icon": None,
            "description": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "verify_key": "0" * 64,
            "owner": payloads.user(self.world.bot),
            "flags": 0,
            "team": None,
            "rpc_origins": [],
            "summary": "",
            "install_params": None,
        }

    async def gateway_address(self, call: Call) -> Json:
        limits = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        return {"url": self.gateway.url, "shards": 1, "session_start_limit": limits}

    async def open_direct(self, call: Call) -> Json:
        person = self._user(call.body["recipient_id"])
        return payloads.channel(self.world, self.world.direct_channel(person))

    async def leave(self, call: Call) -> None:
        guild = self._guild(call)
        del self.world.guilds[guild.id]
        self.gateway.dispatch("GUILD_DELETE", {"id": str(guild.id)}, guild.id)

    async def guild(self, call: Call) -> Json:
        return payloads.guild(self.world, self._guild(call))

    async def guild_channels(self, call: Call) -> list[Json]:
        return list(payloads.guild(self.world, self._guild(call))["channels"])

    async def member(self, call: Call) -> Json:
        guild, person = self._guild(call), self._user(call.parts["user"])
        if person != self.world.bot and (guild.id, person.id) not in self.world.members:
            raise unknown("Member", 10007)
        return {**payloads.member(self.world, guild.id, person), "user": payloads.user(person)}

    async def channel(self, call: Call) -> Json:
        return payloads.channel(self.world, self._channel(call, VIEW_CHANNEL))

    async def history(self, call: Call) -> list[Json]:
        """Newest first; of those behind `after`, the ones next to it."""
        channel = self._channel(call, VIEW_CHANNEL | READ_HISTORY)
        limit = int(call.query.get("limit", 50))
        if not 1 <= limit <= 100:
            raise Refusal(400, 50035, "Invalid Form Body", {"limit": {"_errors": [{"code": "NUMBER_TYPE_MAX"}]}})
        found = self.world.history(channel.id)
        if "after" in call.query:
            found = [message for message in found if message.id > int(call.query["after"])][:limit]
        if "before" in call.query:
            found = [message for message in found if message.id < int(call.query["before"])]
        return [payloads.seen_message(self.world, message) for message in reversed(found[-limit:])]

    async def message(self, call: Call) -> Json:
        return payloads.seen_message(self.world, self._message(call, READ_HISTORY))

    async def post(self, call: Call) -> Json:
        channel = self._channel(call, VIEW_CHANNEL | SEND_MESSAGES)
        if channel.closed:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        body, files = call.body, call.files
        if files and channel.denied & ATTACH_FILES:
            raise Refusal(403, 50013, "Missing Permissions")
        if (body.get("flags") or 0) & 64:
            problem = Problem("flags", "EPHEMERAL", "only answers to interactions are ephemeral")
            posting.reject(self.world, call.where, [problem])
        reply_to = self._referenced(call.where, channel, body.get("message_reference"))
        message = posting.create(self.world, call.where, channel.id, body, files)
        message.reply_to = reply_to
        return self._told("MESSAGE_CREATE", message)

    async def edit(self, call: Call) -> Json:
        message = self._message(call, VIEW_CHANNEL)
        if message.author != self.world.bot:
            raise Refusal(403, 50005, "Cannot edit a message authored by another user")
        posting.edit(self.world, call.where, message, call.body, call.files)
        return self._told("MESSAGE_UPDATE", message)

    async def delete(self, call: Call) -> None:
        message = self._message(call, VIEW_CHANNEL)
        if message.author != self.world.bot:
            raise Refusal(403, 50013, "Missing Permissions")
        remove(self.world, self.gateway, message)

    async def typing(self, call: Call) -> None:
        self._channel(call, VIEW_CHANNEL | SEND_MESSAGES)

    async def commands(self, call: Call) -> list[Json]:
        guild = call.parts.get("guild")
        return self.world.commands if guild is None else self.world.guild_commands.get(int(guild), [])

    async def set_commands(self, call: Call) -> list[Json]:
        posting.reject(self.world, call.where, check_commands(call.body))
        own = {"application_id": str(self.world.application_id), "version": "1"}
        missing = {"type": 1, "description": "", "default_member_permissions": None, "dm_permission": True}
        made = [{**missing, **command, "id": str(self.world.snowflake()), **own} for command in call.body]
        if "guild" in call.parts:
            self.world.guild_commands[self._guild(call).id] = made
        else:
            self.world.commands = made
        self.world.changed.notify()
        return made

    def _told(self, event: str, message: Message) -> Json:
        tell(self.world, self.gateway, event, message)
        return payloads.message(self.world, message)

    def _user(self, id_: str) -> User:
        if (person := self.world.users.get(int(id_))) is None:
            raise unknown("User", 10013)
        return person

    def _guild(self, call: Call) -> Guild:
        if (guild := self.world.guilds.get(int(call.parts["guild"]))) is None:
            raise unknown("Guild", 10004)
        return guild

    def _channel(self, call: Call, needed: int) -> Channel:
        channel = self.world.channels.get(int(call.parts["channel"]))
        if channel is None or (channel.guild_id is not None and channel.guild_id not in self.world.guilds):
            raise unknown("Channel", 10003)
        if channel.denied & VIEW_CHANNEL:
            raise Refusal(403, 50001, "Missing Access")
        if channel.denied & needed:
            raise Refusal(403, 50013, "Missing Permissions")
        return channel

    def _message(self, call: Call, needed: int) -> Message:
        """Ephemeral ones are not found by their number: only their interaction's token reaches them."""
        channel = self._channel(call, needed)
        message = self.world.messages.get(int(call.parts["message"]))
        if message is None or message.deleted or message.seen_by or message.channel_id != channel.id:
            raise unknown("Message", 10008)
        return message

    def _referenced(self, where: str, channel: Channel, reference: Json | None) -> int | None:
        if not reference:
            return None
        message = self.world.messages.get(int(reference["message_id"]))
        if message is not None and not message.deleted and message.channel_id == channel.id and not message.seen_by:
            return message.id
        if not reference.get("fail_if_not_exists", True):
            return None
        errors = {"message_reference": {"_errors": [{"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}]}}
        raise Refusal(400, 50035, "Invalid Form Body", errors)


def tell(world: World, gateway: Gateway, event: str, message: Message) -> None:
    """Bots are told of their own messages, too; of ephemeral ones nobody is."""
    if message.seen_by is None:
        gateway.dispatch_message(event, message.channel_id, payloads.message_event(world, message))
    world.tell(message)


def remove(world: World, gateway: Gateway, *messages: Message) -> None:
    """Several at once are a bulk deletion."""
    for message in messages:
        message.deleted = True
        world.tell(message)
    told = [message for message in messages if message.seen_by is None]
    if not told:
        return
    channel = world.channels[told[0].channel_id]
    event: Json = {"channel_id": str(channel.id)}
    if channel.guild_id is not None:
        event["guild_id"] = str(channel.guild_id)
    if len(told) == 1:
        gateway.dispatch_message("MESSAGE_DELETE", channel.id, event | {"id": str(told[0].id)})
    else:
        ids = [str(message.id) for message in told]
        gateway.dispatch_message("MESSAGE_DELETE_BULK", channel.id, event | {"ids": ids})
