"""Which permissions `/setup` finds missing: those of where it was called, of a thread or of a channel."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.discord_operators import IN_THREAD, NEEDED, _missing

THREAD = object.__new__(discord.Thread)


def called(held: discord.Permissions, channel: object = None) -> Any:
    return SimpleNamespace(app_permissions=held, channel=channel)


@pytest.mark.parametrize(
    ("held", "channel", "missing"),
    [
        (NEEDED, None, None),
        (NEEDED, THREAD, "send messages in threads"),
        (IN_THREAD, THREAD, None),
        (IN_THREAD, None, "send messages"),
        (discord.Permissions(view_channel=True, send_messages=True), None, "attach files, read message history"),
    ],
)
def test_a_thread_has_a_permission_of_its_own(held: discord.Permissions, channel: object, missing: str | None) -> None:
    found = _missing(called(held, channel), None)
    assert sorted((found or "").split(", ")) == sorted((missing or "").split(", "))
