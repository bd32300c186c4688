"""The shipped `opine discord`, on the wire, when Discord misbehaves: nothing of it is fatal."""

import asyncio
import re

import aiohttp
import pytest
from bot_process import BotProcess
from fake_discord import SEND_MESSAGES, VIEW_CHANNEL, FakeDiscord
from people_talk import agree, compare, say_why, understood

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def works(server: FakeDiscord, name: str) -> None:
    """Somebody new gets from the terms to what was understood."""
    person = server.person(name)
    answer = await understood(person, await say_why(person, await compare(person), "B, the light is softer"))
    assert "light" in answer.text


async def again(server: FakeDiscord, identifies: int) -> None:
    """Wait until the bot has identified itself once more."""
    gateway = server.gateway
    await server.world.changed.until(lambda: len(gateway.identifies) > identifies and gateway.connected, 60, "the bot")


@pytest.mark.parametrize("frames", ["asked", "text"])
async def test_lost_connections_op_7_and_op_9(server: FakeDiscord, frames: str) -> None:
    server.gateway.frames = frames
    server.gateway.reconnect()
    await works(server, "after op 7")
    await server.gateway.drop()
    await works(server, "after a broken connection")
    await server.gateway.drop(4000)
    server.gateway.invalidate(resumable=True)
    await works(server, "after op 9")
    before = len(server.gateway.identifies)
    server.gateway.invalidate(resumable=False)
    await again(server, before)
    await works(server, "after a new session")


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("INTERACTION_CREATE", {"id": "1"}),
        ("MESSAGE_CREATE", {"id": "1", "channel_id": "2"}),
        ("GUILD_CREATE", {}),
        ("MESSAGE_UPDATE", {"id": "x"}),
    ],
)
async def test_a_malformed_event_costs_a_session_at_most(bot: BotProcess, event: str, data: dict[str, str]) -> None:
    bot.discord.gateway.dispatch(event, data)
    await asyncio.sleep(1)
    for _ in range(600):
        if bot.discord.gateway.connected:
            break
        await asyncio.sleep(0.1)
    await works(bot.discord, "after something malformed")
    assert bot.process.returncode is None


async def test_an_event_that_nobody_knows_is_passed_over(server: FakeDiscord) -> None:
    server.gateway.dispatch("SOMETHING_NEW", {"id": "1"})
    await works(server, "after something new")


async def test_429_and_500_are_waited_out(server: FakeDiscord) -> None:
    person = server.person("Ana")
    shown = await compare(person)
    server.faults.limit("POST", "/callback", 0.5)
    server.faults.limit("PATCH", "/webhooks/", 0.5)
    server.faults.limit("PATCH", "/webhooks/", 0.5, everywhere=True)
    server.faults.fail("PATCH", "/webhooks/", 502)
    asked = await person.press(shown, "B").answer()
    assert "you prefer B" in asked.text


async def test_an_acknowledgement_whose_answer_was_lost_counts(server: FakeDiscord) -> None:
    """Discord did it and then broke off, or answered 500: the second try meets 40060."""
    person = server.person("Ana")
    shown = await compare(person)
    server.faults.lose("POST", "/callback", 500)
    asked = person.press(shown, "B")
    assert "you prefer B" in (await asked.answer()).text
    assert [code for *_, code in server.world.refusals][-1] == 40060


async def test_a_message_that_is_deleted_meanwhile(server: FakeDiscord, bot: BotProcess) -> None:
    person = server.person("Ana")
    await agree(person, person.slash("compare", person.direct))
    server.faults.delay("POST", f"/channels/{person.direct.id}/messages", 0.5)
    note = person.says("B, the light is softer", person.direct)
    await asyncio.sleep(0.1)
    person.deletes(note)
    await works(server, "after a deletion")
    for _ in range(600):
        if bot.stored("SELECT count(*) FROM opinions WHERE client_message_id = ?", str(note.id)) == [0]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the opinion is still there")


@pytest.mark.parametrize("denied", [SEND_MESSAGES, VIEW_CHANNEL])
async def test_where_the_bot_may_not_write_opinions_are_kept_all_the_same(
    server: FakeDiscord, bot: BotProcess, denied: int
) -> None:
    person = server.person("Ana")
    await compare(person)
    closed = server.add_channel("closed")
    closed.denied = denied
    ping = person.says(f"<@{server.world.bot.id}> B, the light is softer", closed)
    for _ in range(200):
        if bot.stored("SELECT count(*) FROM opinions WHERE client_message_id = ?", str(ping.id)) == [1]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it is not stored")


async def test_somebody_who_takes_no_direct_messages(server: FakeDiscord, bot: BotProcess) -> None:
    person = server.person("Ana")
    await agree(person, person.slash("compare", person.direct))
    person.direct.closed = True
    note = person.says("B, the light is softer", person.direct)
    for _ in range(200):
        if bot.stored("SELECT count(*) FROM opinions WHERE client_message_id = ?", str(note.id)) == [1]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it is not stored")


async def test_two_people_press_at_once_and_one_person_twice(server: FakeDiscord, bot: BotProcess) -> None:
    people = [server.person(f"P{number}") for number in range(6)]
    shown = [await compare(person) for person in people]
    pressed = [person.press(one, letter) for person, one in zip(people, shown, strict=True) for letter in "AB"]
    for interaction in pressed:
        assert "you prefer" in (await interaction.answer()).text


async def test_unknown_buttons_of_long_ago_are_answered_in_a_sentence(server: FakeDiscord) -> None:
    person = server.person("Ana")
    shown = await compare(person)
    for part in shown.buttons:
        part["custom_id"] = re.sub(r"~[\w-]{22}", "~" + "A" * 22, part["custom_id"], count=1)
    opened = await person.press(shown, "why:").acknowledged()
    assert (await person.submit(opened, "B").answer()).text
    assert (await person.press(shown, "A").answer()).text
    assert "no longer works" in (await person.press(shown, "Skip").answer()).text


async def test_the_figures_tell_of_it(demo: object, bot: BotProcess) -> None:
    port = bot.settings["OPINE_DISCORD_METRICS_PORT"]
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        text = await answer.text()
    figures = dict(re.findall(r"^(opine_discord_\w+)(?:\{\})? ([\d.]+)$", text, re.MULTILINE))
    assert float(figures["opine_discord_rate_limited_total"]) >= 3
    assert float(figures["opine_discord_restarts_total"]) >= 1
    assert float(figures["opine_discord_delivery_age_seconds"]) < 60
    assert float(figures["opine_discord_acknowledgement_seconds_count"]) > 10
    assert 'opine_discord_events_total{type="INTERACTION_CREATE"}' in text
