"""What was understood, the one question back, and corrections: on the real store, with readings made here."""

from pathlib import Path

import pytest
from PIL import Image as Pixels
from talking import CAMPAIGN, TEXT, Talk, action, ids, label_of

from bot.conversation import Conversation
from bot.speech import spoken
from bot.wording import wording
from feedback.media import Media
from feedback.records import Preference, Reading
from feedback.store import Store


async def test_says_what_was_understood_in_the_persons_language(talk: Talk) -> None:
    await talk.agree()
    [understood] = await talk.write_and_be_read(
        TEXT,
        label_of("B", "overall", "positive", "B"),
        label_of("la luz es suave", "lighting", "positive", "B", attributes=("soft",)),
        label_of("las manos dan miedo", "anatomy", "negative", "B", attributes=("hands",), strength=3),
        label_of("el azul chilla", "composition", "negative", "A"),
        choice="B",
    )
    assert understood.text == "¡Gracias!\n\nPrefieres B: luz (suave) ＋, manos －－\nA: composición －"
    assert understood.critique is not None
    assert ids(understood) == ["confirm", "fix", "next"]


async def test_never_echoes_the_persons_words(talk: Talk) -> None:
    await talk.agree()
    words = "las letras dicen KAFFEE <b>@everyone</b>"
    label = label_of("KAFFEE", "text", "negative", "A", text=words, value="KAFFEE", value_raw="KAFFEE")
    [understood] = await talk.write_and_be_read(words, label)
    assert "KAFFEE" not in understood.text
    assert not any("KAFFEE" in action.label for action in understood.actions)


async def test_the_language_that_somebody_chose_is_spoken_whatever_they_write_in(talk: Talk, store: Store) -> None:
    await talk.agree()
    talk.annotator = await store.update_annotator(talk.annotator.id, locale="ar", locale_chosen=True)
    for _ in range(3):
        [turn, *_] = await talk.write_and_be_read(TEXT, language="es")
        assert turn.locale == "ar"
    assert [turn.locale for turn in await talk.open()] == ["ar"]


@pytest.mark.parametrize(
    ("language", "sure", "spoken_in"),
    [("ar", 0.95, "ar"), ("ar", 0.4, "es"), ("hi-Latn", 0.95, "es"), ("und", 0.9, "es"), ("zh-Hant", 0.9, "zh-Hant")],
)
async def test_replies_in_the_language_of_the_message_where_it_is_sure(
    talk: Talk, language: str, sure: float, spoken_in: str
) -> None:
    await talk.agree()
    [turn] = await talk.write_and_be_read("…?!", choice="A", language=language, sure=sure)
    assert turn.locale == spoken_in
    assert turn.dir == ("rtl" if spoken_in == "ar" else "ltr")


def test_speaks_another_language_only_to_people_who_never_write_in_that_of_their_device() -> None:
    assert spoken("en", {}) == "en"
    assert spoken("en", {"ja": 3, "ko": 1}) == "ja"
    assert spoken("en", {"ja": 3, "en": 1}) == "en"
    assert spoken("pt-BR", {"sr": 9}) == "pt"
    assert spoken("pt-BR", {"pt": 1, "ja": 9}) == "pt"
    assert spoken("en", {"ja": 2, "ko": 2}) == "en"
    assert spoken("en", {"ja": 1}) == "en"


async def test_a_message_that_judges_nothing_is_nudged_once(talk: Talk) -> None:
    await talk.agree()
    said = wording("es")
    [first] = await talk.write_and_be_read("jaja ok")
    [second] = await talk.write_and_be_read("pues nada")
    assert first.text != second.text
    assert second.text == said.say("Thank you!")
    assert ids(first) == ["next"]


async def test_asks_which_image_and_the_answer_is_gold(talk: Talk, store: Store) -> None:
    await talk.agree()
    luz = label_of("la luz es suave", "lighting", "positive")
    understood, question = await talk.write_and_be_read(TEXT, luz)
    assert question.question is not None
    assert (question.question.kind, question.question.span) == ("target", luz.span)
    assert [a.label for a in question.actions] == ["A", "B", "Las dos"]
    [corrected] = await talk.press(question.actions[1].id)
    assert corrected.kind == "understood"
    assert understood.critique is not None
    [label] = (await store.get_critique(understood.critique.opinion.id)).labels
    assert (label.targets, label.status) == (("B",), "corrected")
    assert (await talk.conversation.understood(understood.critique.opinion.id))[1:] == []


async def test_asks_which_shade_with_swatches_of_the_images_own_palette(store: Store, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    pixels = Pixels.new("RGB", (64, 64), "#14224f")
    pixels.paste((116, 185, 234), (0, 0, 64, 20))
    pixels.save(picture)
    media = Media(tmp_path / "media")
    facts = media.take(picture.read_bytes())
    campaign = await store.create_campaign(CAMPAIGN, "Demo")
    await store.add_comparison(campaign.id, [(await store.add_image(campaign.id, facts)).id])
    talk = Talk(store, Conversation(store, media), await store.enter("web", "x", "es"))
    await talk.agree()
    azul = label_of("el azul chilla", "color", "negative", value="blue", value_raw="azul")
    understood, question = await talk.write_and_be_read(TEXT, azul)
    assert question.question is not None
    assert question.question.kind == "shade"
    assert TEXT[slice(*question.question.span or ())] == "azul"
    assert [(a.label, a.swatch) for a in question.actions][:2] == [("azul marino", "#14224f"), ("celeste", "#74b9ea")]
    await talk.press(question.actions[0].id)
    assert understood.critique is not None
    [label] = (await store.get_critique(understood.critique.opinion.id)).labels
    assert (label.value, label.value_raw, label.status) == ("navy", "azul", "corrected")


async def test_a_click_against_the_words_is_asked_about_and_settled(talk: Talk, store: Store) -> None:
    shown = await talk.agree()
    assert shown.showing is not None
    [noted] = await talk.press(f"choose:{shown.showing.id}:A")
    assert "A" in noted.text
    await talk.write(TEXT, showing_id=shown.showing.id)
    [claim] = await store.claim(1, 60)
    reading = Reading(
        language="es",
        language_confidence=0.9,
        translation=None,
        preference=Preference(choice="B"),
        signature="t",
        translation_signature="t",
    )
    await store.finish(claim, reading)
    understood, question = await talk.conversation.understood(claim.opinion.id)
    assert question.question is not None
    assert question.question.kind == "preference"
    assert [a.label for a in question.actions] == ["A", "B"]
    await talk.press(question.actions[1].id)
    preference = await store.preference_of(shown.showing.id)
    assert (preference.choice, preference.conflict) == ("B", False)
    assert understood.kind == "understood"


async def test_a_click_alone_asks_for_reasons_and_moves_on(talk: Talk, store: Store) -> None:
    shown = await talk.agree()
    assert shown.showing is not None
    [noted] = await talk.press(f"choose:{shown.showing.id}:tie")
    assert wording("es").say("What made you decide? A few words are enough.") in noted.text
    assert (await store.preference_of(shown.showing.id)).choice == "tie"
    [following] = await talk.press("next")
    assert following.showing is not None
    assert following.showing.comparison_id != shown.showing.comparison_id


async def test_everything_can_be_corrected_by_buttons(talk: Talk, store: Store) -> None:
    await talk.agree()
    label = label_of("la luz es suave", "lighting", "positive", "B", attributes=("soft",))
    [understood] = await talk.write_and_be_read(TEXT, label, choice="B")
    assert understood.critique is not None
    opinion_id = understood.critique.opinion.id
    [menu] = await talk.press(action(understood, "fix"))
    assert ids(menu) == ["edit", "settle"]
    [edit] = await talk.press(menu.actions[0].id)
    assert ids(edit) == ["polarity", "polarity", "aspects", "target", "target", "remove"]
    [aspects] = await talk.press(action(edit, "aspects"))
    assert len(aspects.actions) == 17
    await talk.press(next(a.id for a in aspects.actions if a.id.endswith(":color")))
    [label] = (await store.get_critique(opinion_id)).labels
    assert (label.aspect, label.attributes, label.status) == ("color", (), "corrected")
    for start, expected in (("polarity", ("negative", ("B",))), ("target", ("negative", ("A",)))):
        [menu] = await talk.press(f"fix:{opinion_id}")
        [edit] = await talk.press(menu.actions[0].id)
        await talk.press(action(edit, start))
        [label] = (await store.get_critique(opinion_id)).labels
        assert (label.polarity, label.targets) == expected
    [edit] = await talk.press(f"edit:{opinion_id}:{label.id}")
    await talk.press(action(edit, "remove"))
    assert (await store.get_critique(opinion_id)).labels == ()


async def test_confirming_makes_everything_gold(talk: Talk, store: Store) -> None:
    await talk.agree()
    [understood] = await talk.write_and_be_read(
        TEXT, label_of("la luz es suave", "lighting", "positive", "B"), choice="B"
    )
    [confirmed] = await talk.press(action(understood, "confirm"))
    assert confirmed.critique is not None
    assert [label.status for label in confirmed.critique.labels] == ["confirmed"]
    assert confirmed.critique.preference.status == "confirmed"
    assert "confirm" not in ids(confirmed)


async def test_a_reader_that_gave_up_is_admitted(talk: Talk, store: Store) -> None:
    await talk.agree()
    await talk.write(TEXT)
    for _ in range(5):  # five hand-outs, all but the last without an end
        await store.release_all()
        [claim] = await store.claim(1, 60)
    await store.fail(claim, "poison")
    [event] = await store.events_after(talk.annotator.id, 0)
    [turn] = await talk.conversation.event(event)
    assert (turn.kind, turn.locale, ids(turn)) == ("notice", "es", ["next"])
    assert turn.critique is not None
    assert turn.critique.failed


async def test_events_of_deleted_opinions_say_nothing(talk: Talk, store: Store) -> None:
    await talk.agree()
    [turn] = await talk.write_and_be_read(TEXT, choice="B")
    events = await store.events_after(talk.annotator.id, 0)
    assert turn.critique is not None
    await store.delete_opinion(turn.critique.opinion.id)
    assert [await talk.conversation.event(event) for event in events] == [[]] * len(events)
