"""The shipped `opine discord`, on the wire: "What do you think?" about the pictures of any message."""

import pytest
from bot_process import BotProcess
from fake_discord import FakeDiscord, Message
from fake_discord.people import Person
from people_talk import agree, say_why, understood
from pictures import picture

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENU = "What do you think?"


def with_pictures(person: Person, first: int, count: int) -> Message:
    return person.says(
        "look", files=[(f"{number}.png", picture(number * 7919)) for number in range(first, first + count)]
    )


async def test_one_picture_is_asked_about_after_the_terms(server: FakeDiscord, bot: BotProcess) -> None:
    ana, ben = server.person("Ana"), server.person("Ben")
    note = with_pictures(ana, 1, 1)
    images = bot.stored("SELECT count(*) FROM images")
    asked = ben.context_menu(MENU, note)
    terms = await asked.answer()
    assert terms.seen_by == ben.user.id
    assert bot.stored("SELECT count(*) FROM images") == images, "the bytes are kept only once that is agreed to"
    shown = await ben.press(terms, "consent:accept").answer()
    assert len(shown.images) == 1
    answer = await understood(ben, await say_why(ben, shown, "the light is beautiful"))
    assert "light" in answer.text
    assert bot.stored("SELECT kind FROM comparisons WHERE offered = 0") == ["single"]


@pytest.mark.parametrize(("count", "labels"), [(2, "AB"), (3, "ABC"), (4, "ABCD")])
async def test_two_to_four_pictures_are_compared_and_the_next_person_gets_the_same(
    server: FakeDiscord, bot: BotProcess, count: int, labels: str
) -> None:
    ana, ben = server.person("Ana"), server.person("Ben")
    note = with_pictures(ana, 10 * count, count)
    shown = await agree(ben, ben.context_menu(MENU, note))
    assert shown.labels[:count] == list(labels)
    assert f"you prefer {labels[-1]}" in (await ben.press(shown, labels[-1]).answer()).text
    again = await agree(ana, ana.context_menu(MENU, note))
    assert again.labels[:count] == list(labels)
    assert bot.stored("SELECT count(*) FROM discord_posts WHERE message_id = ?", note.id) == [1]


async def test_of_more_pictures_four_are_chosen(server: FakeDiscord) -> None:
    ana = server.person("Ana")
    menu = await agree(ana, ana.context_menu(MENU, with_pictures(ana, 50, 7)))
    assert len(menu.images) == 7
    shown = await ana.choose(menu, "", "2", "5", "7").answer()
    assert shown.labels[:3] == ["A", "B", "C"]


async def test_a_message_without_pictures_or_with_something_else_is_answered(server: FakeDiscord) -> None:
    ana = server.person("Ana")
    assert "no image" in (await ana.context_menu(MENU, ana.says("only words")).answer()).text
    broken = ana.says("look", files=[("broken.png", b"\x89PNG but not really")])
    answer = await agree(ana, ana.context_menu(MENU, broken))
    assert not answer.images
    assert answer.text


async def test_pictures_of_a_post_of_the_bot_can_be_asked_about(server: FakeDiscord) -> None:
    """Discord lists the attachments of such messages in their components alone."""
    ana = server.person("Ana")
    note = with_pictures(ana, 80, 2)
    await agree(ana, ana.context_menu(MENU, note))
    direct = await ana.slash("compare", ana.direct).answer()
    again = await ana.context_menu(MENU, direct).answer()
    assert len(direct.images) == len(again.images) == 2


async def test_a_picture_whose_link_has_expired_is_said_to_be_gone(server: FakeDiscord) -> None:
    ana = server.person("Ana")
    terms = await ana.context_menu(MENU, with_pictures(ana, 90, 1)).answer()
    server.faults.refuse("GET", "/attachments/", 404, 0, "This content is no longer available.")
    answer = await ana.press(terms, "consent:accept").answer()
    assert not answer.images
    assert answer.text
