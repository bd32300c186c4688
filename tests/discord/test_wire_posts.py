"""The shipped `opine discord`, on the wire: channels that are set up, posts that everybody answers alone."""

import asyncio
from typing import Any

import pytest
from bot_process import BotProcess
from fake_discord import MANAGE_GUILD, SEND_MESSAGES, Channel, FakeDiscord, Message
from fake_discord.records import Role

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def posted(server: FakeDiscord, name: str, role: Role | None = None) -> tuple[Channel, Message]:
    """A channel of its own with a first post."""
    channel = server.add_channel(name)
    operator = server.person("Olga", roles=[server.add_role("managers", MANAGE_GUILD)], channel=channel)
    options: dict[str, Any] = {"campaign": "pairs", "every": 60} | ({"role": role} if role else {})
    done = await operator.slash("setup", **options).answer()
    assert "60" in done.text
    post = await operator.reads(lambda message: message.seen_by is None and bool(message.images), within=40)
    return channel, post


async def test_only_those_who_run_a_server_are_offered_its_commands(server: FakeDiscord) -> None:
    olga = server.person("Olga", roles=[server.add_role("managers", MANAGE_GUILD)])
    assert {"setup", "stats", "campaign"} <= set(olga.offered())
    assert not {"setup", "stats", "campaign"} & set(server.person("Ben").offered())
    assert not {"setup", "stats", "campaign"} & set(olga.offered(olga.direct))


async def test_a_channel_is_posted_to_and_people_answer_alone(server: FakeDiscord, bot: BotProcess) -> None:
    channel, post = await posted(server, "alone")
    assert post.labels == ["A", "B", "No difference", "Skip", "Say why"]
    people = [server.person(name, channel=channel) for name in ("Ana", "Ben", "Cleo")]
    for person in people:
        terms = await person.press(post, "A").answer()
        assert terms.seen_by == person.user.id
        shown = await person.press(terms, "consent:accept").answer()
        assert len(shown.images) == 2
    pressed = [person.press(post, "A" if person is people[0] else "B") for person in people]
    for person, interaction in zip(people, pressed, strict=True):
        noted = await interaction.answer()
        assert noted.seen_by == person.user.id
        assert f"you prefer {'A' if person is people[0] else 'B'}" in noted.text
    [comparison] = bot.stored("SELECT comparison_id FROM discord_posts WHERE message_id = ?", post.id)
    choices = "SELECT choice FROM clicks JOIN showings ON showing_id = showings.id WHERE comparison_id = ?"
    assert sorted(bot.stored(choices, comparison)) == ["A", "B", "B"]
    assert post.images, "the post itself stays as it is"


async def test_words_that_the_terms_stood_in_the_way_of_are_kept_after_them(
    server: FakeDiscord, bot: BotProcess
) -> None:
    channel, post = await posted(server, "words")
    dan = server.person("Dan", channel=channel)
    opened = await dan.press(post, "Say why").acknowledged()
    terms = await dan.submit(opened, "B, because of the velvet light").answer()
    stored = "SELECT count(*) FROM opinions WHERE source_text LIKE '%velvet%'"
    assert bot.stored(stored) == [0]
    await dan.press(terms, "consent:accept").answer()
    await dan.reads("velvet")
    assert bot.stored(stored) == [1]


async def test_only_people_with_the_role_may_answer(server: FakeDiscord) -> None:
    judges = server.add_role("judges")
    channel, post = await posted(server, "judged", judges)
    judge, guest = server.person("Judy", roles=[judges], channel=channel), server.person("Gus", channel=channel)
    assert "I agree" in (await judge.press(post, "A").answer()).labels
    assert "certain role" in (await guest.press(post, "A").answer()).text
    assert "certain role" in (await guest.slash("compare").answer()).text
    opened = await guest.press(post, "Say why").acknowledged()
    assert "certain role" in (await guest.submit(opened, "B").answer()).text


async def test_a_reply_to_a_post_is_about_what_it_shows(server: FakeDiscord, bot: BotProcess) -> None:
    channel, post = await posted(server, "replies")
    lea = server.person("Lea", channel=channel)
    terms = await lea.press(post, "A").answer()
    await lea.press(terms, "consent:accept").answer()
    reply = lea.says("B, the shadows are soft", reply_to=post)
    await lea.reads(lambda message: message.reply_to == reply.id and "> " in message.text)
    [comparison] = bot.stored("SELECT comparison_id FROM discord_posts WHERE message_id = ?", post.id)
    about = "SELECT comparison_id FROM showings JOIN opinions ON showing_id = showings.id WHERE client_message_id = ?"
    assert bot.stored(about, str(reply.id)) == [comparison]


async def test_set_up_says_which_permissions_are_missing(server: FakeDiscord) -> None:
    closed = server.add_channel("closed")
    server.deny(closed, SEND_MESSAGES)
    olga = server.person("Olga", roles=[server.add_role("managers", MANAGE_GUILD)])
    answer = await olga.slash("setup", campaign="demo", channel=closed).answer()
    assert "send messages" in answer.text
    assert "no such campaign" in (await olga.slash("setup", campaign="nowhere").answer()).text.lower()


async def test_figures_are_drawn_and_the_set_up_is_told(server: FakeDiscord) -> None:
    channel, _ = await posted(server, "figures")
    olga = server.person("Olga", roles=[server.add_role("managers", MANAGE_GUILD)], channel=channel)
    stats = await olga.slash("stats").answer(60)
    assert len(stats.images) == 1
    assert "#figures" in (await olga.slash("campaign").answer()).text.replace("\\", "")


async def test_a_channel_that_was_set_up_can_be_as_before(server: FakeDiscord, bot: BotProcess) -> None:
    channel = server.add_channel("undone")
    olga = server.person("Olga", roles=[server.add_role("managers", MANAGE_GUILD)], channel=channel)
    first = (await olga.slash("setup", campaign="demo").answer()).text.split(" · ")[0]
    assert "#undone" in first
    changed = await olga.slash("setup", every=90).answer()
    assert changed.text.startswith(first), "without a name it stays the same campaign"
    done = await olga.slash("setup", remove=True).answer()
    assert "#undone" not in done.text
    assert "Pairs" in done.text
    assert bot.stored("SELECT count(*) FROM discord_places WHERE channel_id = ?", channel.id) == [0]


async def forgotten(bot: BotProcess, channel: Channel) -> None:
    places = "SELECT count(*) FROM discord_places WHERE channel_id = ?"
    for _ in range(200):
        if bot.stored(places, channel.id) == [0]:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("the place is still there")


async def test_a_deleted_channel_is_forgotten(server: FakeDiscord, bot: BotProcess) -> None:
    channel, _ = await posted(server, "gone")
    server.delete_channel(channel)
    await forgotten(bot, channel)


async def test_a_deleted_thread_is_forgotten(server: FakeDiscord, bot: BotProcess) -> None:
    thread, _ = await posted(server, "thread")
    server.delete_thread(thread)
    await forgotten(bot, thread)


async def test_one_that_was_deleted_unseen_is_forgotten_when_it_is_posted_to(
    server: FakeDiscord, bot: BotProcess
) -> None:
    channel = server.add_channel("unseen")
    olga = server.person("Olga", roles=[server.add_role("managers", MANAGE_GUILD)], channel=channel)
    server.faults.refuse("POST", f"/channels/{channel.id}/messages", 404, 10003)
    await olga.slash("setup", campaign="pairs", every=60).answer()
    await forgotten(bot, channel)
