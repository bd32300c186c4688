"""The commands' names in Discord's locales, for discord.py; the names themselves are in `discord_names`."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

from bot.discord_names import find
from bot.wording import SOURCE


def named(key: str) -> app_commands.locale_str:
    """The English name or description under this key, which Discord shows where it has no other."""
    return app_commands.locale_str(find(SOURCE, key) or key, key=key)


class Names(app_commands.Translator):
    """Looks names up by their keys; None where we do not speak the language."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """The name in this locale."""
        return find(locale.value, string.extras["key"])


async def sync_if_changed(tree: app_commands.CommandTree[Any], seen: Path) -> None:
    """Register the commands with Discord unless they are those of last time; the file `seen` remembers them.

    Registering is limited to 200 commands a day, and an application may be restarted more often.
    """
    names = Names()
    payload = [await command.get_translated_payload(tree, names) for command in tree.get_commands()]
    current = json.dumps([tree.client.application_id, payload], sort_keys=True).encode()
    digest = hashlib.sha256(current).hexdigest()
    if await asyncio.to_thread(_last, seen) != digest:
        await tree.sync()
        await asyncio.to_thread(seen.write_text, digest, "ascii")


def _last(seen: Path) -> str:
    return seen.read_text("ascii") if seen.exists() else ""
