"""Discord cannot be reached for five minutes, which the local one's clock shortens; people write on meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable

from bot_process import BotProcess
from fake_discord import MANAGE_GUILD, FakeDiscord
from people_talk import agree, say_why

MINUTES = 5 * 60.0
Run = Callable[..., Awaitable[BotProcess]]


async def test_what_was_written_in_five_minutes_without_discord_is_taken_in_once(
    discord: FakeDiscord, run: Run
) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    operator = discord.person("Olga", roles=[discord.add_role("managers", MANAGE_GUILD)])
    await operator.slash("setup", campaign="pairs", every=0).answer()
    people = [discord.person(f"P{number}") for number in range(4)]
    for person in people:
        await agree(person, person.slash("compare", person.direct))
    before = [person.says("A, the shadows are deep", person.direct) for person in people]
    for message, person in zip(before, people, strict=True):
        await person.reads(lambda reply, id_=message.id: reply.reply_to == id_, person.direct)  # type: ignore[misc]
    receipt = await say_why(people[1], await people[1].slash("compare").answer(), "B, the light is softer")

    await discord.down()
    direct = [person.says(f"B, the sky is blue {person.user.name}", person.direct) for person in people]
    discord.world.later(MINUTES)
    ping = f"<@{discord.world.bot.id}> "
    public = [person.says(f"{ping}A, the colours are warm {person.user.name}") for person in people]
    people[2].edits(direct[2], "A, the hands look terrible")
    people[3].deletes(direct[3])
    people[3].says("this is for nobody in particular")
    await asyncio.sleep(3)
    await discord.up(sessions_lost=True)

    expected = [*before, *direct[:3], *public]
    for message, person in zip([*direct[:3], *public], [*people[:3], *people], strict=True):
        place = discord.world.channels[message.channel_id]
        await person.reads(lambda reply, id_=message.id: reply.reply_to == id_, place, 90)  # type: ignore[misc]
    await people[1].reads(lambda message: message is receipt and "> " in message.text, within=90)
    kept = dict(bot.stored("SELECT client_message_id, source_text FROM opinions"))
    assert len(kept) == len(expected) + 1
    assert kept.items() >= {(str(message.id), message.content.removeprefix(ping)) for message in expected}
    assert bot.stored("SELECT count(*) FROM opinions") == [len(kept)]
    await discord.gateway.drop()
    discord.gateway.forget_sessions()
    await discord.connected()
    again = people[0].says("B, the light is soft", people[0].direct)
    await people[0].reads(lambda message: message.reply_to == again.id, people[0].direct, 90)
    assert bot.stored("SELECT count(*) FROM opinions") == [len(kept) + 1]
    replies = [m.reply_to for p in people for m in (*p.sees(p.direct), *p.sees()) if m.author.bot and m.reply_to]
    assert len(set(replies)) == len(expected) + 1
    assert discord.violations == []


async def test_the_first_direct_message_of_somebody_may_fall_into_an_outage(discord: FakeDiscord, run: Run) -> None:
    bot = await run(OPINE_DISCORD_CAMPAIGN="pairs")
    ana = discord.person("Ana")
    await agree(ana, ana.slash("compare", ana.direct))
    await discord.down()
    note = ana.says("B, the sky is blue", ana.direct)
    discord.world.later(MINUTES)
    await discord.up(sessions_lost=True)
    await ana.reads(lambda reply: reply.reply_to == note.id, ana.direct, 40)
    assert bot.stored("SELECT client_message_id FROM opinions") == [str(note.id)]
