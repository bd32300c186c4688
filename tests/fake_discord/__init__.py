"""A strict local Discord (REST and gateway v10) that a real client talks to over sockets, with scripted people.

    async with FakeDiscord() as discord:
        # start the bot with discord.token, discord.api_url and discord.gateway_url, then:
        await discord.connected()          # ...or connected(shards=2); `await discord.synced()` waits for its commands
        ana = discord.person("Ana", locale="es-ES")

        asked = ana.slash("compare")                         # acts at once; "mydata export" has a subcommand
        message = await asked.answer()                       # AssertionError if not acknowledged within 3 s
        opened = await ana.press(message, "Say why").acknowledged()
        answer = await ana.submit(opened, "B, por la luz").answer()
        await ana.reads("la luz")                            # waits for that text in any message of the bot

        note = ana.says("A", ana.direct)                     # a direct message; also reply_to=, files=[(name, bytes)]
        ana.edits(note, "B"); ana.deletes(note)
        ana.context_menu("What do you think?", ana.says(files=[("a.png", png)]))
        ana.choose(message, "", "light")                     # a menu, by values or labels

        assert not discord.violations                        # limits, pings, unknown routes, privileged intents
        assert not discord.missed                            # interactions that nobody acknowledged in time

People: `offered()`, `sees()`, `newest()`, `reads()`; they can only do what Discord's client offers them: press what
they see and what is not disabled, call what is synced and permitted, submit what was opened. Messages: `.text`,
`.labels`, `.buttons`, `.menus`, `.images`, `.files`, `.flags`, `.deleted`, `.seen_by` (the one person who sees
an ephemeral one).
Interactions: `.modal`, `.response` (type of the callback), `.latency`, `.missed`, `.original`, `.followups`.

The world: `discord.guild`, `.channel`, `add_guild`, `add_channel`, `add_role`, `person(roles=...)`,
`messages(channel)`, `delete_channel`, `deny(channel, permissions)`, `remove_bot(guild)`; `discord.requests` (all that
the bot asked), `discord.world.refusals` (method, path, status, code), `.commands`, `.interactions`, `.later(seconds)`
(tokens live 900 s, links a day). `markup(text)` tells what of a text Discord would not draw as plain text.

What can go wrong: `discord.faults` (`limit`, `fail`, `refuse`, `delay`, `cut`, `lose`, `bucket`; HTTP method, regular
expression of the path, how often), `await discord.down()` and `up(sessions_lost=...)`, and `discord.gateway`:
`await drop(code)`, `reconnect()` (op 7), `invalidate(resumable=...)` (op 9), `dispatch(event, anything)` (malformed
ones, too), `frames = "text"`, `heartbeat_ms`, `answers_heartbeats`; `identifies`, `resumes`, `queries`, `sessions`.
"""

from .markup import markup
from .records import (
    ADMINISTRATOR,
    ATTACH_FILES,
    MANAGE_GUILD,
    READ_HISTORY,
    SEND_MESSAGES,
    VIEW_CHANNEL,
    Channel,
    Interaction,
    Message,
)
from .server import FakeDiscord

__all__ = [
    "ADMINISTRATOR",
    "ATTACH_FILES",
    "MANAGE_GUILD",
    "READ_HISTORY",
    "SEND_MESSAGES",
    "VIEW_CHANNEL",
    "Channel",
    "FakeDiscord",
    "Interaction",
    "Message",
    "markup",
]
