"""What Discord calls our commands, in each of its locales that we have a catalogue for: `discord_names.toml`.

A catalogue of gettext does not fit: Discord wants every name and description when the commands are registered, and has
rules of its own for how a name is written.
"""

import tomllib
from functools import cache
from importlib.resources import files

from bot.wording import find_catalogue


def find(tag: str, key: str) -> str | None:
    """The name or description under this key in the language of a catalogue or of a Discord locale.

    Keys: a command's qualified name with dots ("compare", "mydata.export"), an option as "option.every", the message
    menu's entry as "opinion"; ".description" behind it for the description.
    """
    return _table().get(find_catalogue(tag) or "", {}).get(key)


@cache
def _table() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("bot").joinpath("discord_names.toml").read_text("utf-8"))
