"""How a bot answers interactions: one acknowledgement within 3 s, then by the token alone, for 15 minutes."""

import time
from collections.abc import Awaitable, Callable
from typing import Any

from . import payloads, posting, rules
from .gateway import Gateway
from .posting import Call, Refusal, unknown
from .records import EPHEMERAL, LOADING, PATIENCE, TOKEN_LIFE, Interaction, Json, Message
from .rest import remove, tell
from .world import World

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5  # interactions
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9  # answers
Route = Callable[[Call], Awaitable[Any]]


class Answers:
    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world, self.gateway = world, gateway

    def routes(self) -> list[tuple[str, str, Route]]:
        webhook = "/webhooks/{application}/{token}"
        return [
            ("POST", "/interactions/{interaction}/{token}/callback", self.callback),
            ("POST", webhook, self.follow_up),
            ("GET", f"{webhook}/messages/{{message}}", self.message),
            ("PATCH", f"{webhook}/messages/{{message}}", self.edit),
            ("DELETE", f"{webhook}/messages/{{message}}", self.delete),
        ]

    async def callback(self, call: Call) -> Json | None:
        given = self.world.interactions.get(int(call.parts["interaction"]))
        if given is None or given.token != call.parts["token"]:
            raise unknown("interaction", 10062)
        if given.acknowledged_at is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        if time.monotonic() - given.sent_at > PATIENCE:
            raise unknown("interaction", 10062)
        kind, data = call.body["type"], call.body.get("data") or {}
        if kind not in self._possible(given):
            detail = f"type {kind} for an interaction of type {given.kind}"
            posting.reject(self.world, call.where, [rules.Problem("type", "INTERACTION_TYPE_INVALID", detail)])
        self._respond(call, given, kind, data)
        given.response, given.acknowledged_at = kind, time.monotonic()
        if given.opened_by is not None:
            given.opened_by.modal_closed = True
        given.changed.notify()
        self.world.changed.notify()
        return self._callback_result(given) if call.query.get("with_response") in ("true", "1") else None

    def _possible(self, given: Interaction) -> set[int]:
        if given.kind == AUTOCOMPLETE:
            return {CHOICES}
        possible = {MESSAGE, DEFERRED}
        possible |= {DEFERRED_UPDATE, UPDATE} if given.message is not None else set()
        return possible | ({MODAL} if given.kind != SUBMIT else set())

    def _respond(self, call: Call, given: Interaction, kind: int, data: Json) -> None:
        where = call.where
        if kind == MODAL:
            posting.reject(self.world, where, rules.check_modal(data))
            given.modal = data
        elif kind == MESSAGE:
            given.original = self._create(where, given, data, call.files, data.get("flags") or 0)
        elif kind == DEFERRED:
            flags = data.get("flags") or 0
            seen_by = given.user.id if flags & EPHEMERAL else None
            values: Json = {"flags": LOADING, "seen_by": seen_by, "interaction": given}
            given.original = self.world.add_message(given.channel_id, self.world.bot, **values)
            tell(self.world, self.gateway, "MESSAGE_CREATE", given.original)
        elif kind in (DEFERRED_UPDATE, UPDATE):
            given.original = given.message
            if kind == UPDATE:
                assert given.message is not None
                self._edit(where, given, given.message, data, call.files)

    async def follow_up(self, call: Call) -> Json:
        """The first one after "thinking" takes its place, and is as private as that was."""
        given = self._by_token(call)
        original = given.original
        if original is not None and original.loading and not original.deleted:
            self._edit(call.where, given, original, call.body, call.files)
            return payloads.message(self.world, original)
        flags = call.body.get("flags") or 0
        message = self._create(call.where, given, call.body, call.files, flags)
        given.followups.append(message)
        given.changed.notify()
        return payloads.message(self.world, message)

    async def message(self, call: Call) -> Json:
        return payloads.message(self.world, self._message(call))

    async def edit(self, call: Call) -> Json:
        message = self._message(call)
        self._edit(call.where, self._by_token(call), message, call.body, call.files)
        return payloads.message(self.world, message)

    async def delete(self, call: Call) -> None:
        remove(self.world, self.gateway, self._message(call))

    def _create(self, where: str, given: Interaction, body: Json, files: posting.Files, flags: int) -> Message:
        if given.channel_id not in self.world.channels:
            raise unknown("Channel", 10003)
        message = posting.create(self.world, where, given.channel_id, body, files, given)
        message.seen_by = given.user.id if flags & EPHEMERAL else None
        tell(self.world, self.gateway, "MESSAGE_CREATE", message)
        return message

    def _edit(self, where: str, given: Interaction, message: Message, body: Json, files: posting.Files) -> None:
        posting.edit(self.world, where, message, body, files)
        tell(self.world, self.gateway, "MESSAGE_UPDATE", message)
        given.changed.notify()

    def _by_token(self, call: Call) -> Interaction:
        given = self.world.tokens.get(call.parts["token"])
        if given is None or self.world.now() - given.created > TOKEN_LIFE:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        if given.acknowledged_at is None:
            raise unknown("Webhook", 10015)
        return given

    def _message(self, call: Call) -> Message:
        given, named = self._by_token(call), call.parts["message"]
        reachable = [message for message in (given.original, *given.followups) if message is not None]
        for message in reachable:
            if named == str(message.id) or (named == "@original" and message is given.original):
                if message.deleted:
                    break
                return message
        raise unknown("Message", 10008)

    def _callback_result(self, given: Interaction) -> Json:
        result: Json = {"interaction": {"id": str(given.id), "type": given.kind}}
        if given.original is not None:
            result["interaction"] |= {
                "response_message_id": str(given.original.id),
                "response_message_loading": given.original.loading,
                "response_message_ephemeral": given.original.seen_by is not None,
            }
            result["resource"] = {"type": given.response}
            if given.response in (MESSAGE, DEFERRED, UPDATE):
                result["resource"]["message"] = payloads.message(self.world, given.original)
        return result
