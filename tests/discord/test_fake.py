"""The fake Discord, proved with a plain client of the real discord.py."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import discord as dpy
import pytest
from fake_discord import MANAGE_GUILD, SEND_MESSAGES, FakeDiscord
from plain_client import Client, gallery, point_at

WITHOUT_ZSTD = (
    "import runpy, sys; sys.modules['zstandard'] = None; runpy.run_path(sys.argv.pop(1), run_name='__main__')"
)


@pytest.fixture
async def client(discord: FakeDiscord) -> AsyncIterator[Client]:
    point_at(discord.api_url, discord.gateway_url)
    client = Client()
    running = asyncio.create_task(client.start(discord.token))
    await until_ready(client)
    yield client
    await client.close()
    await asyncio.wait([running], timeout=5)
    if not running.cancelled():
        running.exception()  # looked at


def text_channel(discord: FakeDiscord, client: Client) -> dpy.TextChannel:
    channel = client.get_channel(discord.channel.id)
    assert isinstance(channel, dpy.TextChannel)
    return channel


async def until_ready(client: Client) -> None:
    for _ in range(1000):
        if client.is_ready():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the client did not become ready")


async def seen(client: Client, event: tuple[str, str]) -> None:
    for _ in range(300):
        if event in client.events:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"{event} is not among {client.events}")


async def test_a_slash_command_is_synced_localized_deferred_and_answered(discord: FakeDiscord, client: Client) -> None:
    kenji, ana = discord.person("Kenji", locale="ja"), discord.person("Ana", locale="es-ES")
    assert kenji.offered() == ["意見", "show"]
    asked = kenji.slash("意見", text="きれい")
    answer = await asked.answer()
    assert answer.text == "きれい in ja"
    assert answer.seen_by == kenji.user.id
    assert answer not in ana.sees()
    assert asked.response == 5
    assert asked.latency is not None
    assert not discord.violations


async def test_a_context_menu_opens_a_modal_that_can_be_submitted(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    picture = ana.says("look", files=[("a.png", b"not a picture")])
    opened = await ana.context_menu("What do you think?", picture).acknowledged()
    assert ("asked about", "look") in client.events
    answer = await ana.submit(opened, "so blue").answer()
    assert answer.text == "thanks: so blue"
    with pytest.raises(AssertionError, match="submitted already"):
        ana.submit(opened, "so blue")
    assert not discord.violations


async def test_galleries_have_addresses_and_buttons_are_pressed_by_label(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    shown = await ana.slash("show").answer()
    assert shown.text == "Which one?"
    assert shown.labels == ["A", "B"]
    async with aiohttp.ClientSession() as session, session.get(shown.images[1]) as image:
        assert image.content_type == "image/png"
        assert (await image.read()).startswith(b"\x89PNG")
    assert shown.components[1]["items"][0]["media"]["width"] == 8
    answer = await ana.press(shown, "B").answer()
    assert answer.text == "you chose b"
    discord.world.later(90_000)
    async with aiohttp.ClientSession() as session, session.get(shown.images[1]) as image:
        assert image.status == 404
    assert not discord.violations


async def test_two_people_are_told_apart(discord: FakeDiscord, client: Client) -> None:
    people = [discord.person(f"P{number}") for number in range(20)]
    shown = await people[0].slash("show").answer()
    pressed = [person.press(shown, "a" if number % 2 else "b") for number, person in enumerate(people)]
    for number, interaction in enumerate(pressed):
        answer = await interaction.answer()
        assert answer.text == ("you chose a" if number % 2 else "you chose b")
        assert answer.seen_by == people[number].user.id


async def test_direct_messages_edits_and_deletions_arrive(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    note = ana.says("hello", ana.direct)
    reply = await ana.reads("read: hello", ana.direct)
    assert reply.reply_to == note.id
    ana.edits(note, "hello again")
    await seen(client, ("edit", "hello again"))
    ana.deletes(note)
    await seen(client, ("delete", str(note.id)))
    assert not discord.violations


async def test_without_the_intent_only_pings_have_content(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    ana.says("between us")
    mention = f"<@{discord.world.bot.id}> B"
    ana.says(mention)
    shown = await ana.slash("show").answer()
    ana.says("A", reply_to=shown)
    ana.says("no ping", reply_to=shown, pings=False)
    await seen(client, ("message", "A"))
    assert client.events.count(("message", "")) == 2
    history = [message.content async for message in text_channel(discord, client).history(limit=10)]
    assert history == ["", "A", "", mention, ""]


async def test_history_behind_a_message_is_oldest_first_page_by_page(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    first = ana.says("0", ana.direct)
    for number in range(1, 250):
        discord.world.add_message(ana.direct.id, ana.user, content=str(number))
    channel = await client.fetch_channel(ana.direct.id)
    assert isinstance(channel, dpy.DMChannel)
    after = dpy.Object(first.id)
    found = [
        message.content async for message in channel.history(after=after, limit=None) if message.author != client.user
    ]
    assert found == [str(number) for number in range(1, 250)]


async def test_429_is_retried_only_with_via(discord: FakeDiscord, client: Client) -> None:
    channel = text_channel(discord, client)
    posts = rf"/channels/{discord.channel.id}/messages"
    discord.faults.limit("POST", posts, 0.1)
    await channel.send("one")
    discord.faults.limit("POST", posts, 0.1, everywhere=True)
    await channel.send("two")
    discord.faults.limit("POST", posts, via=False)
    with pytest.raises(dpy.HTTPException) as caught:
        await channel.send("three")
    assert caught.value.status == 429
    discord.faults.bucket("POST", posts, 2, 0.3)
    started = time.monotonic()
    for number in range(5):
        await channel.send(str(number))
    assert time.monotonic() - started > 0.5
    assert [message.content for message in discord.messages()] == ["one", "two", *"01234"]


async def test_500_refusals_and_cut_connections(discord: FakeDiscord, client: Client) -> None:
    channel = text_channel(discord, client)
    posts = rf"/channels/{discord.channel.id}/messages"
    discord.faults.fail("POST", posts)
    await channel.send("after a 500")
    discord.faults.refuse("POST", posts, 403, 50013)
    with pytest.raises(dpy.Forbidden):
        await channel.send("refused")
    discord.faults.cut("POST", posts, performed=True)
    with pytest.raises(aiohttp.ClientError):
        await channel.send("lost answer")
    discord.deny(discord.channel, SEND_MESSAGES)
    with pytest.raises(dpy.Forbidden) as forbidden:
        await channel.send("not allowed")
    assert forbidden.value.code == 50013
    discord.delete_channel(discord.channel)
    with pytest.raises(dpy.NotFound) as missing:
        await channel.send("nowhere")
    assert missing.value.code == 10003
    assert [message.content for message in discord.world.messages.values()] == ["after a 500", "lost answer"]


@pytest.mark.parametrize("code", [None, 4000])
async def test_a_dropped_connection_is_resumed_and_what_was_missed_replayed(
    discord: FakeDiscord, client: Client, code: int | None
) -> None:
    ana = discord.person("Ana")
    await discord.gateway.drop(code)
    missed = ana.slash("opinion", text="meanwhile")
    assert (await missed.answer()).text == "meanwhile in en-US"
    assert len(discord.gateway.resumes) == 1
    assert len(discord.gateway.identifies) == 1


async def test_op_7_resumes(discord: FakeDiscord, client: Client) -> None:
    discord.gateway.reconnect()
    await discord.world.changed.until(lambda: discord.gateway.resumes, 10, "RESUME")


@pytest.mark.parametrize("resumable", [True, False])
async def test_op_9_resumes_or_identifies(discord: FakeDiscord, client: Client, resumable: bool) -> None:
    discord.gateway.invalidate(resumable=resumable)
    await discord.world.changed.until(
        lambda: len(discord.gateway.resumes if resumable else discord.gateway.identifies) == 2 - resumable, 15, "it"
    )
    assert (await discord.person("Ana").slash("opinion", text="back").answer()).text == "back in en-US"


async def test_one_malformed_event_ends_a_client(discord: FakeDiscord) -> None:
    """That is why a bot needs a supervisor."""
    point_at(discord.api_url, discord.gateway_url)
    client = Client()
    running = asyncio.create_task(client.start(discord.token))
    await until_ready(client)
    discord.gateway.dispatch("INTERACTION_CREATE", {"id": "1"})
    with pytest.raises(KeyError):
        await asyncio.wait_for(running, 5)
    await client.close()


async def test_what_people_write_during_an_outage_is_in_the_history(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    await discord.down()
    note = ana.says("anybody there?", ana.direct)
    async with aiohttp.ClientSession() as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(discord.api_url)
    await discord.up(sessions_lost=True)
    await discord.world.changed.until(lambda: len(discord.gateway.identifies) == 2, 30, "IDENTIFY")
    await until_ready(client)
    channel = await client.fetch_channel(ana.direct.id)
    assert isinstance(channel, dpy.DMChannel)
    assert [message.id async for message in channel.history()] == [note.id]
    assert client.events == []


async def test_an_interaction_is_acknowledged_once_and_in_time(discord: FakeDiscord, client: Client) -> None:
    ana = discord.person("Ana")
    given = ana.slash("opinion", text="x")
    await given.answer()
    async with aiohttp.ClientSession() as session:
        address = f"{discord.api_url}/interactions/{given.id}/{given.token}/callback"
        async with session.post(address, json={"type": 5}) as answer:
            assert (await answer.json())["code"] == 40060
        late = discord.world.add_interaction(2, ana.user, discord.channel.id, {"name": "late"}, message=None)
        hook = f"{discord.api_url}/webhooks/{discord.world.application_id}/{late.token}"
        async with session.post(hook, json={"content": "too early", "allowed_mentions": {"parse": []}}) as answer:
            assert (await answer.json())["code"] == 10015
        late.sent_at -= 3.1
        address = f"{discord.api_url}/interactions/{late.id}/{late.token}/callback"
        async with session.post(address, json={"type": 5}) as answer:
            assert (await answer.json())["code"] == 10062
        discord.world.later(901)
        hook = f"{discord.api_url}/webhooks/{discord.world.application_id}/{given.token}"
        async with session.post(hook, json={"content": "too late"}) as answer:
            assert answer.status == 401
    assert discord.missed == [late]
    assert [code for _, _, _, code in discord.world.refusals] == [40060, 10015, 10062, 50027]


async def test_what_breaks_a_limit_is_refused_and_recorded(discord: FakeDiscord, client: Client) -> None:
    channel = text_channel(discord, client)
    with pytest.raises(dpy.HTTPException) as caught:
        await channel.send("x" * 2001)
    assert caught.value.code == 50035
    with pytest.raises(dpy.HTTPException, match="attachment"):
        await channel.send(view=gallery("missing.png"))
    await channel.send("hi", allowed_mentions=dpy.AllowedMentions(users=True))
    with pytest.raises(dpy.NotFound):
        await client.http.request(dpy.http.Route("GET", "/no/such/route"))
    assert [violation.kind for violation in discord.violations] == ["limits", "limits", "pings", "route"]


async def test_people_are_offered_only_what_they_may_use(discord: FakeDiscord, client: Client) -> None:
    for command in discord.world.commands:
        command["default_member_permissions"] = str(MANAGE_GUILD)
    manager = discord.person("Mia", roles=[discord.add_role("managers", MANAGE_GUILD)])
    assert manager.offered() == ["opinion", "show"]
    assert discord.person("Ana").offered() == []


async def test_a_wrong_token_and_privileged_intents_are_refused(discord: FakeDiscord) -> None:
    point_at(discord.api_url, discord.gateway_url)
    stranger = Client()
    with pytest.raises(dpy.LoginFailure):
        await stranger.start("wrong")
    await stranger.close()
    greedy = Client()
    greedy._connection._intents.message_content = True
    with pytest.raises(dpy.PrivilegedIntentsRequired):
        await greedy.start(discord.token)
    await greedy.close()
    assert [violation.kind for violation in discord.violations] == ["intents"]


@pytest.mark.parametrize("frames", ["text", "zlib-stream", "zstd-stream"])
async def test_a_client_in_another_process_reads_every_kind_of_frame(discord: FakeDiscord, frames: str) -> None:
    if frames == "text":
        discord.gateway.frames = "text"
    script = str(Path(__file__).with_name("plain_client.py"))
    start = ["-c", WITHOUT_ZSTD, script] if frames == "zlib-stream" else [script]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *start, discord.token, discord.api_url, discord.gateway_url
    )
    try:
        await discord.connected()
        asked = frames if frames != "text" else "zstd-stream"
        assert discord.gateway.queries[0]["compress"] == asked
        ana = discord.person("Ana")
        for text in ("short", "長い" * 900, "again"):
            assert (await ana.slash("opinion", text=text).answer()).text == f"{text} in en-US"
    finally:
        process.kill()
        await process.wait()


async def test_a_nonce_sends_once_and_shown_files_are_listed_in_components_alone(
    discord: FakeDiscord, client: Client
) -> None:
    channel = text_channel(discord, client)
    first = await channel.send("once", nonce="n-1")
    again = await channel.send("once", nonce="n-1")
    assert first.id == again.id
    assert len(discord.messages()) == 1
    shown = await discord.person("Ana").slash("show").answer()
    seen = await channel.fetch_message(shown.id)
    assert (len(shown.attachments), seen.attachments, len(shown.images)) == (2, [], 2)
