"""Terms, agreement and a certain comparison, each by itself, for a front end where people come upon them elsewhere."""

from talking import CAMPAIGN, Talk

from bot.conversation import Conversation
from feedback.records import Annotator
from feedback.store import Store


async def test_terms_are_in_the_way_until_they_are_agreed_to(talk: Talk) -> None:
    terms = await talk.conversation.terms(talk.annotator, CAMPAIGN)
    assert terms is not None
    assert terms == (await talk.open())[0]
    agreed = await talk.conversation.agree(talk.annotator, CAMPAIGN, terms.actions[0].id)
    assert agreed is not None
    assert await talk.conversation.terms(agreed, CAMPAIGN) is None
    assert (await talk.store.everything_about(agreed.id))["showings"] == []


async def test_terms_that_changed_meanwhile_are_not_agreed_to(talk: Talk) -> None:
    assert await talk.conversation.agree(talk.annotator, CAMPAIGN, "consent:accept:7") is None
    assert await talk.conversation.agree(talk.annotator, CAMPAIGN, "next") is None
    assert await talk.conversation.agree(talk.annotator, "no-campaign", "consent:accept:1") is None
    assert (await talk.store.get_annotator(talk.annotator.id)).consents == {}


async def test_an_unknown_campaign_is_said_to_be_none(talk: Talk) -> None:
    said = await talk.conversation.terms(talk.annotator, "no-campaign")
    assert said is not None
    assert said.kind == "error"


async def test_a_certain_comparison_is_shown_again(talk: Talk) -> None:
    shown = await talk.agree()
    assert shown.showing is not None
    assert await talk.conversation.show(talk.annotator, shown.showing) == shown


async def test_where_training_is_out_of_the_question_nobody_is_asked_for_it(talk: Talk, store: Store) -> None:
    reserved = Conversation(store, training_use=False)
    terms = await reserved.terms(talk.annotator, CAMPAIGN)
    assert terms is not None
    assert [action.id for action in terms.actions] == ["consent:accept:1", "consent:decline"]
    agreed = await reserved.agree(talk.annotator, CAMPAIGN, "consent:accept:1:training")
    assert agreed is not None
    assert agreed.training_use == talk.annotator.training_use  # neither asked for nor changed


async def test_a_stranger_reads_the_terms_and_leaves_no_trace(talk: Talk, store: Store) -> None:
    stranger: Annotator = await store.recognize("discord", "1", "ar")
    [terms] = await talk.conversation.open(stranger, CAMPAIGN)
    assert (terms.kind, terms.locale) == ("consent", "ar")
    heard = await talk.conversation.hear(stranger, CAMPAIGN, "B", "m1")
    assert heard.opinion is None
    assert heard.turns[0].kind == "consent"
    assert await store.recognize("discord", "1", "he") != stranger  # nothing remembers the Arabic
