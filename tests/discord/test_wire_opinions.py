"""The shipped `opine discord`, on the wire: terms, comparisons, opinions, corrections, one's own data."""

import asyncio
import json
import re

import aiohttp
import pytest
from bot_process import BotProcess
from fake_discord import FakeDiscord, markup
from people_talk import agree, compare, say_why, understood

from bot import names

pytestmark = pytest.mark.asyncio(loop_scope="module")

EVERYTHING = "annotators", "showings", "opinions"


async def test_nothing_is_kept_of_a_stranger_before_they_agree(server: FakeDiscord, bot: BotProcess) -> None:
    before = [bot.stored(f"SELECT count(*) FROM {table}") for table in EVERYTHING]
    eve = server.person("Eve", locale="fr")
    terms = await eve.slash("comparer").answer()
    assert terms.seen_by == eve.user.id
    assert terms.labels == ["J’accepte", "Non, merci"]
    assert not terms.images
    refused = await eve.press(terms, "Non, merci").answer()
    assert refused is terms
    assert not refused.buttons
    for command in ("aide", "mes-avis"):
        await eve.slash(command).answer()
    assert [bot.stored(f"SELECT count(*) FROM {table}") for table in EVERYTHING] == before


async def test_nor_of_somebody_who_agrees_to_terms_that_have_changed(server: FakeDiscord, bot: BotProcess) -> None:
    before = bot.stored("SELECT count(*) FROM annotators")
    eve = server.person("Eve")
    note = eve.says("B", eve.direct)
    for terms in (
        await eve.slash("compare").answer(),
        await eve.slash("language", language="he").answer(),
        await eve.reads(lambda message: message.reply_to == note.id, eve.direct),
    ):
        for button in terms.buttons:
            button["custom_id"] = button["custom_id"].replace("consent:accept:1", "consent:accept:9")
        again = await eve.press(terms, "consent:accept:9").answer()
        assert any("consent:accept:1" in button["custom_id"] for button in again.buttons)
    assert bot.stored("SELECT count(*) FROM annotators") == before


async def test_a_message_before_the_terms_is_answered_after_them(server: FakeDiscord, bot: BotProcess) -> None:
    eve = server.person("Eve")
    note = eve.says("\u200b", eve.direct)
    terms = await eve.reads(lambda message: message.reply_to == note.id, eve.direct)
    told = await eve.press(terms, "consent:accept").answer()
    assert told.text == names.error("en", "empty")


async def test_a_comparison_becomes_an_opinion_and_the_answer_quotes_it(server: FakeDiscord, bot: BotProcess) -> None:
    ana = server.person("Ana", locale="es-ES")
    shown = await compare(ana)
    assert shown.labels == ["A", "B", "Sin diferencia", "Saltar", "Decir por qué"]
    assert len(shown.images) == 2
    receipt = await say_why(ana, shown, "B, la luz es más suave")
    assert receipt.seen_by == ana.user.id
    assert bot.stored("SELECT source_text FROM opinions WHERE source_text LIKE 'B, la luz%'")
    answer = await understood(ana, receipt)
    assert "**la luz es más suave**" in answer.text
    assert "Prefieres B" in answer.text
    assert all(len(button["custom_id"]) <= 100 for button in answer.buttons)


async def test_a_choice_asks_for_reasons_and_next_shows_others(server: FakeDiscord, bot: BotProcess) -> None:
    ben = server.person("Ben")
    shown = await compare(ben)
    asked = await ben.press(shown, "B").answer()
    assert "you prefer B" in asked.text
    assert shown.images, "what the choice was about stays in sight"
    receipt = await say_why(ben, asked, "the colours are softer in B")
    answer = await understood(ben, receipt)
    others = await ben.press(answer, "Next").answer()
    assert len(others.images) == 2
    async with aiohttp.ClientSession() as session:
        for address in (*shown.images, *others.images):
            async with session.get(address) as image:
                assert image.content_type == "image/jpeg"


async def test_an_opinion_is_corrected_step_by_step(server: FakeDiscord, bot: BotProcess) -> None:
    cleo = server.person("Cleo")
    answer = await understood(cleo, await say_why(cleo, await compare(cleo), "B, the light is softer"))
    step = await cleo.press(answer, "Correct it").answer()
    step = await cleo.press(step, "light").answer()
    assert len(step.buttons) > 2, step.labels
    fixed = await cleo.press(step, "It is a complaint").answer()
    assert "noted" in fixed.text
    assert bot.stored("SELECT count(*) FROM labels WHERE status = 'corrected'") != [0]


async def test_what_was_typed_before_the_terms_is_not_typed_twice(server: FakeDiscord, bot: BotProcess) -> None:
    dan = server.person("Dan")
    note = dan.says("B, because the sky is so blue", dan.direct)
    terms = await dan.reads(lambda m: bool(m.buttons), dan.direct)
    assert terms.reply_to == note.id
    assert bot.stored("SELECT count(*) FROM opinions WHERE source_text LIKE '%sky is so blue%'") == [0]
    answer = await dan.press(terms, "consent:accept").answer()
    assert len(answer.images) == 2, "it was about no image, so they are shown one"


async def test_direct_messages_are_opinions_and_edits_and_deletions_are_followed(
    server: FakeDiscord, bot: BotProcess
) -> None:
    kai = server.person("Kai", locale="de")
    await agree(kai, kai.slash("vergleichen", kai.direct))
    note = kai.says("B, das Licht ist weicher", kai.direct)
    answer = await kai.reads(lambda message: message.reply_to == note.id and ">" in message.text, kai.direct)
    assert "**das Licht ist weicher**" in answer.text
    kai.edits(note, "A, die Farben sind kräftiger")
    await kai.reads(lambda message: message.reply_to == note.id and "Farben" in message.text, kai.direct)
    query = "SELECT source_text FROM opinions WHERE client_message_id = ?"
    assert bot.stored(query, str(note.id)) == ["A, die Farben sind kräftiger"]
    kai.deletes(note)
    await gone(server, bot, query, str(note.id))


async def test_a_reply_that_pings_the_bot_is_an_opinion_about_what_it_answers(
    server: FakeDiscord, bot: BotProcess
) -> None:
    lea = server.person("Lea")
    await compare(lea)
    ping = lea.says(f"<@{server.world.bot.id}> A, the light is warm")
    await lea.reads(lambda message: message.reply_to == ping.id and ">" in message.text)
    query = "SELECT source_text FROM opinions WHERE client_message_id = ?"
    assert bot.stored(query, str(ping.id)) == ["A, the light is warm"]
    lea.edits(ping, f"A, the light is cold <@{server.world.bot.id}>")
    await lea.reads(lambda message: message.reply_to == ping.id and "cold" in message.text)
    lea.edits(ping, "A, this is for others")
    silent = lea.says("A, too dark")
    await lea.slash("help").answer()
    assert bot.stored(query, str(silent.id)) == []
    assert bot.stored(query, str(ping.id)) == ["A, the light is cold"], "without a mention Discord sends no words"


async def test_languages_that_discord_lacks_are_there_by_command(server: FakeDiscord, bot: BotProcess) -> None:
    nour = server.person("Nour")
    await compare(nour)
    answer = await nour.slash("language", language="ar").answer()
    assert "العربية" in answer.text
    shown = await nour.slash("compare").answer()
    assert shown.labels[-1] == "اذكر السبب"
    assert "\u2067" in shown.text
    for number in range(3):
        receipt = await say_why(nour, shown, f"B, the light is softer {number}")
        shown = await nour.slash("compare").answer()
        assert shown.labels[-1] == "اذكر السبب", "the choice stands, whatever they write in"
    assert "\u2067" in (await understood(nour, receipt)).text
    hanna = server.person("Hanna")
    terms = await hanna.slash("language", language="he").answer()
    assert re.search(r"[\u0590-\u05ff]", terms.text), "a stranger reads the terms in the language they chose"
    before = bot.stored("SELECT count(*) FROM annotators WHERE locale = 'he' AND locale_chosen")[0]
    assert (await hanna.press(terms, "consent:accept").answer()).images
    assert bot.stored("SELECT count(*) FROM annotators WHERE locale = 'he' AND locale_chosen") == [before + 1]


async def test_everything_about_oneself_can_be_had_and_erased(server: FakeDiscord, bot: BotProcess) -> None:
    mia = server.person("Mia")
    await understood(mia, await say_why(mia, await compare(mia), "B, such a lovely blue"))
    listed = await mia.slash("mine").answer()
    assert "lovely" in listed.text
    export = await mia.slash("mydata export").answer()
    [address] = export.files.values()
    async with aiohttp.ClientSession() as session, session.get(address) as answer:
        everything = json.loads(await answer.read())
    assert "lovely blue" in json.dumps(everything)
    asked = await mia.slash("mydata delete").answer()
    done = await mia.press(asked, "delete:confirm").answer()
    assert "1 opinion" in done.text
    assert bot.stored("SELECT count(*) FROM opinions WHERE source_text LIKE '%lovely blue%'") == [0]
    assert "lovely" not in (await mia.slash("mine").answer()).text


async def test_markup_in_an_opinion_stays_text(server: FakeDiscord, bot: BotProcess) -> None:
    ivo = server.person("Ivo")
    words = "B @everyone <@1> **light** is soft </compare:1> <t:0:R> https://example.org `x` ||y||\n# Z"
    answer = await understood(ivo, await say_why(ivo, await compare(ivo), words))
    assert set(markup(answer.text)) <= {"bold", "quote", "direction"}


async def gone(server: FakeDiscord, bot: BotProcess, query: str, value: str) -> None:
    for _ in range(200):
        if bot.stored(query, value) == []:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it is still stored")
