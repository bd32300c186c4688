"""The dialogue, on the real store: consent, comparisons, messages, commands, erasure."""

import pytest
from talking import CAMPAIGN, TEXT, Talk, action, ids, label_of, make_talk

from bot.conversation import Conversation
from bot.names import error
from feedback.privacy import may_train
from feedback.store import Store


async def test_asks_for_consent_in_the_persons_language_and_keeps_nothing_before(talk: Talk, store: Store) -> None:
    [consent] = await talk.open()
    assert (consent.kind, consent.locale, consent.dir) == ("consent", "es", "ltr")
    assert "«borrar mis datos»" in consent.text
    assert await talk.write(TEXT) == [consent]
    assert await talk.press("next") == [consent]
    kept = await store.everything_about(talk.annotator.id)
    assert (kept["showings"], kept["critiques"], kept["clicks"]) == ([], [], [])


async def test_consent_and_training_use_are_two_choices(talk: Talk) -> None:
    [consent] = await talk.open()
    with_training, without, decline = consent.actions
    [declined] = await talk.press(decline.id)
    assert declined.kind == "notice"
    assert not talk.annotator.consents
    [shown] = await talk.press(without.id)
    assert shown.kind == "comparison"
    assert (list(talk.annotator.consents.values()), talk.annotator.training_use) == ([1], False)
    await talk.press(with_training.id)
    assert talk.annotator.training_use


async def test_a_campaign_without_training_use_does_not_ask_for_it(store: Store) -> None:
    campaign = await store.create_campaign(CAMPAIGN, "Demo", training_use=False, consent_text="Our own terms.")
    talk = Talk(store, Conversation(store), await store.enter("web", "x", "de"))
    [consent] = await talk.open()
    assert [a.id for a in consent.actions] == ["consent:accept:1", "consent:decline"]
    assert "Our own terms." in consent.text
    await talk.press("consent:accept:1:training")
    assert not may_train(talk.annotator, campaign)


async def test_agreeing_to_terms_that_have_changed_meanwhile_asks_again(store: Store) -> None:
    await store.create_campaign(CAMPAIGN, "Demo", consent_version=2)
    talk = Talk(store, Conversation(store), await store.enter("web", "x", "en"))
    [again] = await talk.press("consent:accept:1")
    assert again.kind == "consent"
    assert not talk.annotator.consents


async def test_shows_a_comparison_and_shows_it_again_on_return(talk: Talk) -> None:
    shown = await talk.agree()
    assert ids(shown) == ["choose", "choose", "choose", "skip"]
    assert shown.showing is not None
    assert [turn.showing for turn in await talk.open()] == [shown.showing]


async def test_the_receipt_comes_at_once_and_the_opinion_is_kept(talk: Talk, store: Store) -> None:
    shown = await talk.agree()
    assert shown.showing is not None
    [received] = await talk.write(TEXT, showing_id=shown.showing.id)
    assert received.kind == "received"
    [critique] = await store.list_critiques(talk.annotator.id)
    assert critique.opinion.source_text == TEXT
    assert critique.opinion.consent_version == 1


async def test_buttons_out_of_date_unknown_or_of_somebody_else_get_a_sentence(talk: Talk, store: Store) -> None:
    shown = await talk.agree()
    [understood] = await talk.write_and_be_read(
        TEXT, label_of("la luz es suave", "lighting", "positive", "B"), choice="B"
    )
    assert shown.showing is not None
    assert understood.critique is not None
    opinion, label = understood.critique.opinion.id, understood.critique.labels[0].id
    stale = [
        "",
        "nonsense",
        "choose:A",
        f"choose:{shown.showing.id}:D",
        f"edit:{opinion}:no-such-label",
        f"polarity:{opinion}:{label}:sideways",
        f"target:{opinion}:{label}:D",
        f"aspect:{opinion}:{label}:smell",
        f"settle:{opinion}:Z",
        "skip:" + "x" * 500,
        "consent:accept",
    ]
    for action_id in stale:
        [turn] = await talk.press(action_id)
        assert turn.kind in ("error", "consent"), action_id
        assert turn.locale == "es"
    stranger = Talk(store, talk.conversation, await store.enter("web", "stranger", "de"))
    await stranger.agree()
    for action_id in (f"fix:{opinion}", f"remove:{opinion}:{label}", f"skip:{shown.showing.id}"):
        [turn] = await stranger.press(action_id)
        assert turn.kind == "error"
    [turn] = await stranger.write("hallo", showing_id=shown.showing.id)
    assert turn.kind == "error"


@pytest.mark.parametrize(
    ("text", "key"),
    [("", "empty"), (" \u200b\n", "empty"), ("x" * 4001, "too_long"), ("a\0b", "broken"), ("\ud83d", "broken")],
)
async def test_a_text_that_cannot_be_kept_gets_a_sentence(talk: Talk, store: Store, text: str, key: str) -> None:
    await talk.agree()
    [turn] = await talk.write(text)
    assert (turn.kind, turn.text) == ("error", error("es", key, limit=4000))
    assert await store.list_critiques(talk.annotator.id) == []


async def test_a_repeated_message_is_one_opinion_and_other_words_are_refused(talk: Talk, store: Store) -> None:
    await talk.agree()
    say = talk.conversation.hear
    first = await say(talk.annotator, CAMPAIGN, TEXT, "m")
    await talk.press("next")  # another comparison is now open, and the repeat names none
    again = await say(talk.annotator, CAMPAIGN, TEXT, "m")
    other = await say(talk.annotator, CAMPAIGN, "otra cosa", "m")
    assert first.opinion == again.opinion
    assert (other.opinion, other.turns[0].kind) == (None, "error")
    assert len(await store.list_critiques(talk.annotator.id)) == 1


async def test_a_message_without_a_showing_is_about_what_is_open_or_was_last(talk: Talk, store: Store) -> None:
    shown = await talk.agree()
    assert shown.showing is not None
    await talk.write("la luz")
    await talk.write("y las manos")
    about = {c.opinion.showing_id for c in await store.list_critiques(talk.annotator.id)}
    assert about == {shown.showing.id}


async def test_a_message_about_nothing_is_answered_kindly(store: Store) -> None:
    talk = await make_talk(store, pairs=())
    await talk.agree()
    [turn] = await talk.write(TEXT)
    assert (turn.kind, ids(turn)) == ("error", ["next"])


async def test_comparisons_run_out(talk: Talk) -> None:
    first = await talk.agree()
    [second] = await talk.press(action(first, "skip"))
    assert first.showing is not None
    assert second.showing is not None
    assert first.showing.comparison_id != second.showing.comparison_id
    [end] = await talk.press(action(second, "skip"))
    assert (end.kind, end.showing) == ("notice", None)
    assert await talk.press(action(first, "skip")) == [end]


async def test_commands_in_words(talk: Talk, store: Store) -> None:
    first = await talk.agree()
    [helped] = await talk.write("¿Ayuda?")
    assert helped.kind == "help"
    [second] = await talk.write("saltar")
    assert first.showing is not None
    assert second.showing is not None
    assert (await store.get_showing(first.showing.id)).state == "skipped"
    [opinion] = await talk.write("saltar la azul, B es más bonita")
    assert opinion.kind == "received"
    [exported] = await talk.write("my data")
    assert exported.kind == "export"
    [stopped] = await talk.write("basta")
    assert stopped.kind == "notice"


async def test_deleting_is_confirmed_before_it_happens(talk: Talk, store: Store) -> None:
    await talk.agree()
    await talk.write(TEXT)
    [asked] = await talk.write("borrar mis datos")
    assert asked.kind == "confirm_delete"
    [kept] = await talk.press("delete:cancel")
    assert kept.kind == "notice"
    assert len(await store.list_critiques(talk.annotator.id)) == 1
    [deleted] = await talk.press("delete:confirm")
    assert deleted.text == "Hecho. Se ha borrado 1 opinión y todo lo demás tuyo."
    assert await store.list_critiques(talk.annotator.id) == []


async def test_everybody_may_delete_export_and_ask_for_help_without_consent(talk: Talk) -> None:
    for words, kind in (
        ("help", "help"),
        ("delete my data", "confirm_delete"),
        ("my data", "export"),
        ("next", "consent"),
    ):
        assert [turn.kind for turn in await talk.write(words)] == [kind]


async def test_an_unknown_or_ended_campaign_gets_a_sentence(talk: Talk, store: Store) -> None:
    [unknown] = await talk.conversation.open(talk.annotator, "nowhere")
    assert unknown.kind == "error"
    assert (await talk.conversation.hear(talk.annotator, "nowhere", "hola", "m")).turns == (unknown,)
    await talk.agree()
    await store.archive_campaign(CAMPAIGN)
    [ended] = await talk.open()
    assert ended.kind == "error"
    assert await talk.write(TEXT) == [ended]
