"""The objects as Discord's API v10 writes them; identifiers are strings there."""

import io
from functools import lru_cache

from PIL import Image, UnidentifiedImageError

from .records import (
    EPHEMERAL,
    EVERYDAY,
    Attachment,
    Channel,
    Guild,
    Interaction,
    Json,
    Message,
    Role,
    User,
    iso,
    moment_of,
    shown,
    walk,
)
from .world import World

JOINED = "2024-01-01T00:00:00+00:00"


def user(person: User) -> Json:
    return {
        "id": str(person.id),
        "username": person.name.lower(),
        "global_name": person.name,
        "discriminator": "0",
        "avatar": None,
        "bot": person.bot,
        "public_flags": 0,
    }


def member(world: World, guild_id: int, person: User) -> Json:
    """Without its user, as messages carry it; `permissions` are there in interactions only."""
    roles = world.members.get((guild_id, person.id), ())
    return {
        "roles": [str(role.id) for role in roles],
        "joined_at": JOINED,
        "premium_since": None,
        "nick": None,
        "avatar": None,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def permissions(world: World, guild_id: int, person: User) -> int:
    held = EVERYDAY
    for given in world.members.get((guild_id, person.id), ()):
        held |= given.permissions
    return held if world.guilds[guild_id].owner_id != person.id else (1 << 50) - 1


def role(given: Role) -> Json:
    return {
        "id": str(given.id),
        "name": given.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": 0,
        "permissions": str(given.permissions),
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }


def channel(world: World, place: Channel) -> Json:
    if place.guild_id is None:
        recipients = [user(place.recipient)] if place.recipient else []
        return {"id": str(place.id), "type": 1, "recipients": recipients, "last_message_id": None, "flags": 0}
    overwrite = {"id": str(world.bot.id), "type": 1, "allow": "0", "deny": str(place.denied)}
    return {
        "id": str(place.id),
        "type": 0,
        "guild_id": str(place.guild_id),
        "name": place.name,
        "position": 0,
        "permission_overwrites": [overwrite] if place.denied else [],
        "nsfw": False,
        "parent_id": None,
        "topic": None,
        "rate_limit_per_user": 0,
        "last_message_id": None,
        "flags": 0,
    }


def guild(world: World, server: Guild) -> Json:
    """As in GUILD_CREATE; of the members only the bot is told, as for a bot without the members intent."""
    everyone = Role(server.id, "@everyone", EVERYDAY)
    return {
        "id": str(server.id),
        "name": server.name,
        "owner_id": str(server.owner_id),
        "preferred_locale": server.locale,
        "roles": [role(given) for given in (everyone, *server.roles)],
        "members": [{**member(world, server.id, world.bot), "user": user(world.bot)}],
        "channels": [channel(world, place) for place in world.channels.values() if place.guild_id == server.id],
        "member_count": 2 + sum(guild_id == server.id for guild_id, _ in world.members),
        "joined_at": JOINED,
        **dict.fromkeys(("icon", "splash", "discovery_splash", "afk_channel_id", "application_id", "banner")),
        **dict.fromkeys(("system_channel_id", "rules_channel_id", "vanity_url_code", "description")),
        **dict.fromkeys(("public_updates_channel_id", "safety_alerts_channel_id")),
        **{name: [] for name in ("emojis", "features", "stickers", "voice_states", "threads", "presences")},
        **{name: [] for name in ("stage_instances", "guild_scheduled_events", "soundboard_sounds")},
        **dict.fromkeys(("verification_level", "default_message_notifications", "explicit_content_filter"), 0),
        **dict.fromkeys(("mfa_level", "system_channel_flags", "premium_tier", "nsfw_level"), 0),
        **dict.fromkeys(("large", "unavailable", "premium_progress_bar_enabled"), False),
        "afk_timeout": 300,
        "max_members": 500_000,
    }


@lru_cache(1024)
def dimensions(data: bytes) -> tuple[int, int] | None:
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return None


def link(world: World, file: Attachment) -> str:
    """Signed and expiring, as Discord's are."""
    expires = int(world.now() + world.links_live)
    return f"{world.url}/attachments/{file.channel_id}/{file.id}/{file.filename}?ex={expires:x}&is=0&hm=0"


def attachment(world: World, file: Attachment) -> Json:
    address = link(world, file)
    size = dimensions(file.data)
    return {
        "id": str(file.id),
        "filename": file.filename,
        "size": len(file.data),
        "url": address,
        "proxy_url": address,
        "content_type": file.content_type,
        **({"width": size[0], "height": size[1]} if size else {}),
        **({"description": file.description} if file.description else {}),
    }


def loose(given: Message) -> list[Attachment]:
    """Those that no component shows: Discord lists no others (discord/discord-api-docs#8277)."""
    media = [holder.get("media", holder.get("file")) for part in walk(given.components) for holder in shown(part)]
    used = {item["attachment_id"] for item in media if item and "attachment_id" in item}
    return [file for file in given.attachments if str(file.id) not in used]


def message(world: World, given: Message, *, with_content: bool = True, nested: bool = False) -> Json:
    """`with_content` False empties it as for a bot without the message-content intent."""
    reply = None if given.reply_to is None else world.messages.get(given.reply_to)
    body: Json = {
        "id": str(given.id),
        "channel_id": str(given.channel_id),
        "author": user(given.author),
        "content": given.content if with_content else "",
        "attachments": [attachment(world, file) for file in loose(given)] if with_content else [],
        "components": given.components if with_content else [],
        "embeds": given.embeds if with_content else [],
        "timestamp": iso(moment_of(given.id)),
        "edited_timestamp": iso(given.edited) if given.edited else None,
        "mentions": [user(person) for person in given.mentions],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "type": 19 if given.reply_to else (20 if given.interaction and given.interaction.kind == 2 else 0),
        "flags": given.flags | (EPHEMERAL if given.seen_by else 0),
    }
    if given.author.bot and given.interaction is not None:
        body["webhook_id"] = body["application_id"] = str(world.application_id)
    if given.reply_to is not None:
        body["message_reference"] = {"type": 0, "message_id": str(given.reply_to), "channel_id": str(given.channel_id)}
        if not nested:
            gone = reply is None or reply.deleted
            body["referenced_message"] = None if gone or reply is None else seen_message(world, reply, nested=True)
    return body


def seen_message(world: World, given: Message, *, nested: bool = False) -> Json:
    """As a bot sees it that lacks the message-content intent."""
    direct = world.channels[given.channel_id].guild_id is None if given.channel_id in world.channels else False
    with_content = direct or world.bot in given.mentions or given.author == world.bot
    return message(world, given, with_content=with_content, nested=nested)


def message_event(world: World, given: Message) -> Json:
    """As in MESSAGE_CREATE and MESSAGE_UPDATE."""
    body = seen_message(world, given)
    guild_id = world.channels[given.channel_id].guild_id
    if guild_id is not None:
        body |= {"guild_id": str(guild_id), "member": member(world, guild_id, given.author)}
    return body


def interaction(world: World, given: Interaction, locale: str) -> Json:
    place = world.channels[given.channel_id]
    body: Json = {
        "id": str(given.id),
        "application_id": str(world.application_id),
        "type": given.kind,
        "token": given.token,
        "version": 1,
        "channel_id": str(place.id),
        "channel": {**channel(world, place), "permissions": str(EVERYDAY)},
        "locale": locale,
        "entitlements": [],
        "attachment_size_limit": 10 << 20,
        "app_permissions": str(EVERYDAY & ~place.denied),
        "data": given.data,
    }
    if given.message is not None:
        body["message"] = message(world, given.message)
    if place.guild_id is None:
        owners = {"0": "0"}
        return body | {"user": user(given.user), "context": 1, "authorizing_integration_owners": owners}
    server = world.guilds[place.guild_id]
    held = str(permissions(world, server.id, given.user))
    return body | {
        "guild_id": str(server.id),
        "guild": {"id": str(server.id), "locale": server.locale, "features": []},
        "guild_locale": server.locale,
        "member": {**member(world, server.id, given.user), "user": user(given.user), "permissions": held},
        "context": 0,
        "authorizing_integration_owners": {"0": str(server.id)},
    }
