"""Makes and changes messages from the bodies that a bot sends, after checking them as Discord does."""

import json
import re
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import rules
from .payloads import dimensions, link
from .records import COMPONENTS_V2, EPHEMERAL, LOADING, Attachment, Interaction, Json, Message, moment_of, shown, walk
from .world import World

NONCE_LIVES = 120.0  # seconds; Discord says no more than "a few minutes"
Files = dict[int, tuple[str, bytes]]


@dataclass(frozen=True)
class Call:
    """A request of the bot; `parts` are those of its path that the route names, `at` is of `time.monotonic()`."""

    method: str
    path: str
    parts: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: Files
    at: float = field(default_factory=time.monotonic)

    @property
    def where(self) -> str:
        return f"{self.method} {self.path}"


class Refusal(Exception):
    """An error as Discord answers it."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.body: Json = {"message": message, "code": code, **({"errors": errors} if errors else {})}


def unknown(what: str, code: int) -> Refusal:
    return Refusal(404, code, f"Unknown {what}")


def reject(world: World, where: str, problems: Iterable[rules.Problem]) -> None:
    """Record and refuse a body that breaks a limit."""
    problems = list(problems)
    if not problems:
        return
    errors: Json = {}
    for path, code, message in problems:
        world.violate("limits", where, f"{path}: {message} ({code})")
        inner = errors
        for step in filter(None, path.split(".")):
            inner = inner.setdefault(step, {})
        inner.setdefault("_errors", []).append({"code": code, "message": message})
    if [problem.code for problem in problems] == ["EMPTY"]:
        raise Refusal(400, 50006, "Cannot send an empty message")
    raise Refusal(400, 50035, "Invalid Form Body", errors)


def create(
    world: World, where: str, channel_id: int, body: Json, files: Files, interaction: Interaction | None = None
) -> Message:
    """`seen_by` and the reply are for the caller to set: they differ between routes."""
    check_pings(world, where, body)
    if (earlier := sent_before(world, channel_id, body)) is not None:
        return earlier
    new = new_files(world, where, channel_id, body, files)
    reject(world, where, rules.check_message(body, [file.filename for file in new]))
    message = Message(world.snowflake(), channel_id, world.bot, interaction=interaction)
    fill(world, message, body, new)
    world.keep(message)
    if body.get("nonce"):
        world.nonces[channel_id, body["nonce"]] = message
    return message


def sent_before(world: World, channel_id: int, body: Json) -> Message | None:
    """With `enforce_nonce`, a message of the last minutes that had the same nonce is answered instead of a new one."""
    earlier = world.nonces.get((channel_id, body.get("nonce"))) if body.get("enforce_nonce") else None
    return earlier if earlier and world.now() - moment_of(earlier.id) < NONCE_LIVES else None


def edit(world: World, where: str, message: Message, body: Json, files: Files) -> Message:
    """What the body leaves out stays; a message that said "thinking" is then answered."""
    if message.loading or body.get("allowed_mentions") is not None:
        check_pings(world, where, body)
    kept = message.attachments
    if body.get("attachments") is not None:
        named = {int(given["id"]) for given in body["attachments"]}
        kept = [file for file in kept if file.id in named]
    new = new_files(world, where, message.channel_id, body, files, {file.id for file in message.attachments})
    names = [file.filename for file in [*kept, *new]]
    was_v2 = bool(message.flags & COMPONENTS_V2)
    reject(world, where, rules.check_message(body, names, was_v2=was_v2, creates=message.loading))
    message.flags &= ~LOADING
    fill(world, message, body, [*kept, *new])
    message.edited = world.now()
    return message


def check_pings(world: World, where: str, body: Json) -> None:
    if noisy := rules.pings(body):
        world.violate("pings", where, noisy)


def fill(world: World, message: Message, body: Json, attachments: list[Attachment]) -> None:
    message.attachments = attachments
    message.flags |= (body.get("flags") or 0) & ~EPHEMERAL
    if "content" in body:
        message.content = body["content"] or ""
    if "embeds" in body:
        message.embeds = body["embeds"] or []
    if "components" in body:
        message.components = resolved(world, body["components"] or [], attachments)


def new_files(
    world: World, where: str, channel_id: int, body: Json, files: Files, existing: Iterable[int] = ()
) -> list[Attachment]:
    described = {int(given["id"]): given for given in body.get("attachments") or ()}
    lost = [f"attachments: {id_} is no file of this request" for id_ in described if id_ not in {*files, *existing}]
    reject(world, where, (rules.Problem("attachments", "BASE_TYPE_INVALID", problem) for problem in lost))
    made = []
    for index, (filename, data) in files.items():
        given = described.get(index, {})
        name = re.sub(r"[^\w.\-]", "_", given.get("filename") or filename)
        made.append(world.add_file(channel_id, name, data, given.get("description")))
    return made


def resolved(world: World, components: list[Json], attachments: list[Attachment]) -> list[Json]:
    """As Discord gives them back: every part has an id, and media their address."""
    components = json.loads(json.dumps(components))
    taken = {part["id"] for part in walk(components) if part.get("id")}
    free = (number for number in range(1, 1000) if number not in taken)
    by_name = {file.filename: file for file in attachments}
    for part in walk(components):
        part["id"] = part.get("id") or next(free)
        for holder in shown(part):
            name = "file" if "file" in holder else "media"
            scheme, _, filename = holder[name]["url"].partition("://")
            if scheme == "attachment":
                file = by_name[filename]
                width, height = dimensions(file.data) or (None, None)
                known = {"content_type": file.content_type, "width": width, "height": height}
                holder[name] = {"url": link(world, file), "attachment_id": str(file.id), **known}
                if part["type"] == rules.FILE:
                    part |= {"name": file.filename, "size": len(file.data)}
            holder[name] = {**holder[name], "proxy_url": holder[name]["url"], "loading_state": 2}
    return components
