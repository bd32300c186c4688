"""Every command of everybody, in seven languages; two of them run from right to left, and Discord lacks them."""

import asyncio
import json

import pytest
import pytest_asyncio
from fake_discord.records import walk
from pictures import picture
from simulated import Answer, Person, World
from tongues import CHOSEN, LOCALES, MENU, TONGUES, every_tongue

from bot.discord_names import find
from bot.names import WIDGET, error
from bot.wording import catalogues, wording
from feedback.discord_records import Post

pytestmark = pytest.mark.asyncio(loop_scope="module")

HELLO = "Hello! Here you look at images and say what you think of them: in any language, in your own words."
HELP = "Say what you think of the images, in any language, as short as you like. Reasons help most."
DECLINED = "That's fine. Nothing is kept, and you can change your mind at any time."


@pytest_asyncio.fixture(loop_scope="module")
async def person(world: World, tag: str) -> Person:
    """Somebody who has agreed to the terms in this language."""
    somebody = world.person(TONGUES[tag][0], tag)
    await somebody.agree(await read_terms(somebody, tag))
    return somebody


async def read_terms(somebody: Person, tag: str) -> Answer:
    if tag in CHOSEN:
        return await somebody.slash("language", language=tag)
    return await somebody.slash("compare")


def all_from_right_to_left(answer: Answer) -> bool:
    texts = [part["content"] for part in walk(answer.message.components) if part["type"] == 10]
    return all(line.startswith("\u2067") for text in texts for line in text.split("\n") if line.strip())


@every_tongue
async def test_terms_come_first_in_the_persons_language_for_them_alone(world: World, tag: str) -> None:
    somebody = world.person(TONGUES[tag][0], tag)
    asked = await read_terms(somebody, tag)
    said = somebody.said
    assert asked.message.ephemeral
    assert said.say(
        "Hello! Here you look at images and say what you think of them: in any language, in your own words."
    ) in (asked.text)
    assert list(asked.buttons.values()) == [said.say("I agree"), said.say("No, thanks")]
    assert all_from_right_to_left(asked) == (tag in CHOSEN)
    await somebody.press(asked, "consent:decline")
    assert not (await world.parts.store.recognize("discord", str(somebody.user.id), "en")).consents


@pytest.mark.parametrize("tag", TONGUES)
async def test_declining_is_answered_in_the_language_of_the_terms(world: World, tag: str) -> None:
    somebody = world.person(TONGUES[tag][0], tag)
    refused = await somebody.press(await read_terms(somebody, tag), "consent:decline")
    assert refused.text == somebody.said.say(DECLINED)


@every_tongue
async def test_compare_shows_images_and_what_can_be_pressed(world: World, person: Person, tag: str) -> None:
    shown = await person.slash("compare")
    said = person.said
    assert shown.message.ephemeral
    assert shown.images == [said.fill(WIDGET["image"], letter=letter) for letter in "AB"]
    assert said.say("Which one do you prefer, and why? Any language is fine.") in shown.text
    labels = ["A", "B", said.say("No difference"), said.say("Skip"), said.say("Say why")]
    assert list(shown.buttons.values()) == labels
    assert (await person.slash("compare")).buttons == shown.buttons
    first = _choice(shown, "A")
    skipped = await person.press(shown, "skip:")
    assert _choice(skipped, "A") != first
    chosen = await person.press(skipped, _choice(skipped, "A"))
    assert said.say("Noted: you prefer {image}.", image="A") in chosen.text


def _choice(shown: Answer, letter: str) -> str:
    return next(one for one, label in shown.buttons.items() if label == letter)


@every_tongue
async def test_words_are_kept_and_listed(world: World, person: Person, tag: str) -> None:
    said, words = person.said, TONGUES[tag][1]
    assert (await person.slash("mine")).text == said.say("You have not said anything yet.")
    opened = await person.press(await person.slash("compare"), "why:")
    assert opened.result.modal is not None
    assert opened.result.modal["title"] == said.name(WIDGET["title"])
    receipt = await person.write(opened, words)
    assert receipt.message.ephemeral
    assert receipt.text == said.say("Received. Reading it now …")
    mine = await person.slash("mine")
    assert mine.message.ephemeral
    assert mine.text == f"> {words}\n{said.name(WIDGET['reading'])}"


@every_tongue
async def test_help_comes_in_the_server_and_directly(world: World, person: Person, tag: str) -> None:
    first = person.said.say(
        "Say what you think of the images, in any language, as short as you like. Reasons help most."
    )
    here, there = await person.slash("help"), await person.slash("help", direct=True)
    assert first in here.text
    assert here.text == there.text
    assert (here.message.ephemeral, there.message.ephemeral) == (True, False)
    assert all_from_right_to_left(here) == (person.said.dir == "rtl")


@every_tongue
async def test_consent_shows_the_terms_and_the_way_out(world: World, person: Person, tag: str) -> None:
    terms = await person.slash("consent")
    said = person.said
    assert said.say(
        "Who can see it: those who run this campaign, and those with whom they share or publish the data."
    ) in (terms.text)
    assert list(terms.buttons.values()) == [said.name(WIDGET["delete"])]
    asked = await person.press(terms, "delete")
    assert said.say("Erase all that is yours for good: opinions, choices and corrections?") in asked.text


@every_tongue
async def test_my_data_can_be_had_and_deleted(world: World, person: Person, tag: str) -> None:
    said, words = person.said, TONGUES[tag][1]
    opened = await person.press(await person.slash("compare"), "why:")
    await person.write(opened, words)
    given = await person.slash("mydata export")
    assert given.message.ephemeral
    assert given.text == said.say("Here is everything that is kept about you.")
    (file,) = given.message.attachments
    assert words in json.dumps(json.loads(await file.read()), ensure_ascii=False)

    kept = await person.press(await person.slash("mydata delete"), "delete:cancel")
    assert kept.text == said.say("Nothing was erased.")
    asked = await person.slash("mydata delete", direct=True)
    gone = await person.press(asked, "delete:confirm", direct=True)
    one = said.say_many(
        "Done. {count} opinion and everything else of yours is erased.",
        "Done. {count} opinions and everything else of yours are erased.",
        1,
    )
    assert gone.text == one
    stranger = await world.parts.store.recognize("discord", str(person.user.id), "en")
    assert not stranger.consents


@every_tongue
async def test_language_is_chosen_from_all_catalogues(world: World, tag: str) -> None:
    somebody = world.person("fr")
    await somebody.agree(await somebody.slash("compare"))
    said = wording(tag)
    answered = await somebody.slash("language", language=tag)
    assert answered.text == f"{said.name(WIDGET['language'])}: {said.language(tag)}"
    assert said.say("Which one do you prefer, and why? Any language is fine.") in (await somebody.slash("compare")).text
    offered = await somebody.member.autocomplete(world.channel, "language", "language", str(said.language(tag)))
    assert tag in [choice["value"] for choice in offered]
    named = await somebody.user.autocomplete("language", "language", str(wording("fr").language(tag)))
    assert tag in [choice["value"] for choice in named]


async def test_languages_are_offered_within_the_limit_and_others_refused(world: World) -> None:
    somebody = world.person("ja")
    offered = await somebody.member.autocomplete(world.channel, "language", "language", "")
    assert len(offered) == min(25, len(catalogues()))
    assert (await somebody.slash("language", language="tlh")).text == error("ja", "malformed")


@pytest.mark.parametrize("locale", LOCALES)
async def test_commands_are_called_as_in_the_table(world: World, locale: str) -> None:
    for name, command in world.commands().items():
        key = "opinion" if name == MENU else name
        assert command["name_localizations"][locale] == find(locale, key)
        if name == MENU:
            continue
        assert command["description_localizations"][locale] == find(locale, f"{key}.description")
        for option in command.get("options", ()):
            inner = f"{key}.{option['name']}" if option["type"] == 1 else f"option.{option['name']}"
            assert option["name_localizations"][locale] == find(locale, inner)
            assert option["description_localizations"][locale] == find(locale, f"{inner}.description")


@every_tongue
async def test_the_menu_of_a_message_without_images(world: World, person: Person, tag: str) -> None:
    note = await person.member.send(world.channel, "only words")
    answered = await person.menu(MENU, note)
    assert answered.message.ephemeral
    assert answered.text == person.said.say("There is no image here.")


@every_tongue
async def test_the_menu_shows_strangers_the_terms_beside_the_images(world: World, tag: str) -> None:
    somebody = world.person(TONGUES[tag][0], wording(TONGUES[tag][0]).locale)
    files = [(f"{number}.png", picture(number)) for number in (1, 2)]
    note = await somebody.member.send(world.channel, "", attachments=files)
    asked = await somebody.menu(MENU, note)
    assert asked.message.ephemeral
    assert somebody.said.say("I agree") in asked.buttons.values()
    assert len(asked.images) == 2


@pytest.mark.parametrize("tag", ["de"])
async def test_the_menu_of_an_older_post_asks_for_the_terms_of_its_own_campaign(
    world: World, person: Person, tag: str
) -> None:
    store = world.parts.store
    other = await store.create_campaign("older", "Older", consent_text="The terms of the older campaign.")
    image = await store.add_image(other.id, await asyncio.to_thread(world.parts.media.take, picture(4711)))
    comparison = await store.add_comparison(other.id, [image.id])
    note = await person.member.send(world.channel, "a post of then")
    post = Post(message_id=note.id, channel_id=note.channel.id, comparison_id=comparison.id, image_ids=(image.id,))
    await store.add_post(post)
    asked = await person.menu(MENU, note)
    assert "The terms of the older campaign." in asked.text
    assert len((await person.press(asked, "consent:accept")).images) == 1
