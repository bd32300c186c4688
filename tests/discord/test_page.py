"""docs/discord.md against the code: permissions, commands and settings."""

import re
from pathlib import Path

import discord
import pytest
from discord import app_commands

from bot.discord_commands import FOR_EVERYBODY
from bot.discord_operators import FOR_OPERATORS, NEEDED
from bot.settings import Settings

PAGE = (Path(__file__).parents[2] / "docs" / "discord.md").read_text("utf-8")


def names(command: app_commands.Command | app_commands.Group | app_commands.ContextMenu) -> list[str]:  # type: ignore[type-arg]
    if isinstance(command, app_commands.ContextMenu):
        return [f"*{command.name}*"]
    if isinstance(command, app_commands.Group):
        return [f"`/{one.qualified_name}`" for one in command.commands]
    return [f"`/{command.name}`", *(f"`{option.name}`" for option in command.parameters if command in FOR_OPERATORS)]


def test_the_invitation_asks_for_what_is_needed_and_the_page_names_it() -> None:
    [value] = set(re.findall(r"permissions=(\d+)", PAGE))
    invited = discord.Permissions(int(value))
    assert invited == NEEDED | discord.Permissions(send_messages_in_threads=True)
    section = PAGE.partition("\n## The permissions")[2].partition("\n## ")[0]
    named = re.findall(r"^\| ([A-Z][\w ]+) \|", section, re.MULTILINE)
    assert invited == discord.Permissions(**{name.lower().replace(" ", "_"): True for name in named})


@pytest.mark.parametrize("name", [name for one in (*FOR_EVERYBODY, *FOR_OPERATORS) for name in names(one)])
def test_every_command_is_there(name: str) -> None:
    assert name in PAGE


@pytest.mark.parametrize("name", [name for name in Settings.model_fields if name.startswith("discord_")])
def test_every_setting_is_there(name: str) -> None:
    assert f"`OPINE_{name.upper()}`" in PAGE
