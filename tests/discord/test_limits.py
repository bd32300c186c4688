"""Whatever somebody writes, nothing that the bot says of it breaks a limit of Discord, is markup or pings anybody."""

import re
from datetime import UTC, datetime
from typing import Any, get_args

import pytest
from fake_discord.markup import markup
from fake_discord.records import walk
from fake_discord.rules import check_message
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot import consent, replies
from bot.discord_mine import my_opinions
from bot.discord_text import units
from bot.discord_views import SHADES, TERMS, draw, image_name
from bot.names import ATTRIBUTES
from bot.questions import find_question
from bot.turns import Turn
from bot.wording import catalogues, wording
from feedback.colors import find_colors
from feedback.ids import new_id
from feedback.records import (
    LETTERS,
    MAX_TEXT,
    Annotator,
    Campaign,
    Critique,
    Image,
    Label,
    Opinion,
    Polarity,
    Preference,
    Reading,
    Showing,
    SourceText,
)

PIECES = (
    *("@everyone", "@here", "<@1>", "<@!123456789012345678>", "<@&1>", "<#1>", "</setup:1>", "<t:0:R>", "<id:guide>"),
    *("<:blob:123456789012345678>", "<a:blob:1>", "https://example.org/", "[a](https://example.org)", "discord.gg/x"),
    *("`", "```py\n", "**", "__", "~~", "||", "*", "_", "\\", "\\\\"),
    *("\n# ", "\n-# ", "\n> ", "\n>>> ", "\n- ", "\n1. ", "\r\n", "\u2028", "\t", " "),
    *("\u202e", "\u2066", "\u2069", "\u200f", "\u061c", "\u200d", "\ufeff", "\u200b", "\x07"),
    *("Z" + "\u0351\u0489\u0301\u0334" * 20, "👩\u200d👩\u200d👧", "🏳\ufe0f\u200d🌈", "\U0001f1fa\U0001f1f3", "𝕭"),
    *("B, la luz", "blue", "الضوء", "האור", "光", "प्रकाश", "ﷺ" * 300, "\U0001d518" * 300, "a" * 500),
)
FILES = [SHADES, TERMS, *map(image_name, range(4))]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
# To make such examples smaller takes minutes; `test_each_piece_alone_is_plain_text` shows what most faults come from.
BIG = settings(deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
SOURCE_TEXT: TypeAdapter[str] = TypeAdapter(SourceText)


def keeps(text: str) -> bool:
    try:
        SOURCE_TEXT.validate_python(text)
    except ValidationError:
        return False
    return True


nasty = st.builds(
    lambda pieces, times: ("".join(pieces) * times)[:MAX_TEXT],
    st.lists(st.sampled_from(PIECES) | st.text(max_size=40), min_size=1, max_size=30),
    st.sampled_from((1, 1, 3, 100)),
)
words = nasty.filter(keeps)
tags = st.sampled_from(catalogues())


@st.composite
def labels(draw_: st.DrawFn, text: str) -> Label:
    aspect = draw_(st.sampled_from(sorted(ATTRIBUTES)))
    start = draw_(st.integers(0, len(text) - 1))
    values: dict[str, Any] = {"value": draw_(st.sampled_from(("blue", "navy", "teal")))} if aspect == "color" else {}
    if not values and draw_(st.booleans()):
        values = {"value": draw_(words), "value_raw": draw_(words)}
    return Label(
        id=new_id(),
        aspect=aspect,
        polarity=draw_(st.sampled_from(get_args(Polarity))),
        strength=draw_(st.integers(1, 3)),
        targets=tuple(sorted(draw_(st.sets(st.sampled_from(LETTERS[:2]))))),
        attributes=tuple(draw_(st.sets(st.sampled_from(sorted(ATTRIBUTES[aspect])), max_size=4)))
        if ATTRIBUTES[aspect]
        else (),
        span=(start, draw_(st.integers(start + 1, len(text)))),
        **values,
    )


@st.composite
def critiques(draw_: st.DrawFn) -> Critique:
    text = draw_(words)
    found = tuple(draw_(st.lists(labels(text), max_size=12)))
    opinion = Opinion.model_construct(
        id=new_id(), campaign_id=new_id(), showing_id=new_id(), annotator_id="a", source_text=text
    )
    reading = Reading(
        language=draw_(st.sampled_from(("en", "es", "ar"))),
        language_confidence=0.9,
        translation=draw_(words),
        labels=found,
        signature="test",
        translation_signature="test",
    )
    choice = draw_(st.sampled_from((None, "A", "B", "tie")))
    preference = Preference(choice=choice, conflict=choice is not None and draw_(st.booleans()))
    return Critique(opinion=opinion, images=(image(1), image(2)), reading=reading, labels=found, preference=preference)


def image(number: int) -> Image:
    facts = {"sha256": f"{number:064}", "format": "PNG", "width": 1, "height": 1, "size": 1, "perceptual_hash": "0"}
    return Image.model_validate({"id": new_id(), "campaign_id": "c", **facts})


def campaign(question: str | None, terms: str | None) -> Campaign:
    return Campaign(id=new_id(), name="x", title="X", question=question, consent_text=terms, created_at=NOW)


def all_turns(tag: str, critique: Critique) -> list[list[Turn]]:
    """Every answer there is to what somebody wrote."""
    said = wording(tag)
    understood = replies.understood(said, critique, nudge=True)
    question = find_question(critique)
    menus = [
        [one]
        for label in critique.labels
        for one in (replies.edit(said, critique, label), replies.aspects(said, critique, label))
    ]
    return [
        [understood, replies.ask(said, critique, question)] if question else [understood],
        [replies.corrected(said, critique)],
        [replies.unread(said, critique)],
        [replies.fix_menu(said, critique)],
        *menus[:4],
    ]


def check(components: list[dict[str, Any]], *allowed: str) -> None:
    """By the rules of the fake Discord; markup is what would be drawn as more than plain text."""
    assert list(check_message({"components": components, "flags": 1 << 15}, FILES)) == []
    texts = [part["content"] for part in walk(components) if part["type"] == 10]
    assert sum(map(units, texts)) <= 4000
    for text in texts:
        assert set(markup_within(text)) <= set(allowed)


def markup_within(text: str) -> list[str]:
    """Markup apart from the isolates that the bot itself puts around lines; within them there must be none."""
    lines = (re.sub("^(> )?[\u2067\u2068](.*)\u2069$", r"\1\2", line) for line in text.split("\n"))
    return markup("\n".join(lines))


@pytest.mark.parametrize("piece", [piece for piece in PIECES if keeps(piece)], ids=ascii)
def test_each_piece_alone_is_plain_text(piece: str) -> None:
    turn = replies.turn(wording("en"), "notice", f"{piece} {piece}\n{piece}")
    check(draw([turn], new_id()).to_components())


@settings(BIG, max_examples=40)
@given(critiques(), tags)
def test_answers_to_an_opinion_obey_discord(critique: Critique, tag: str) -> None:
    for turns in all_turns(tag, critique):
        check(draw(turns, critique.opinion.campaign_id).to_components(), "quote", "bold")


@settings(BIG, max_examples=15)
@given(st.lists(critiques(), max_size=5), tags)
def test_the_last_opinions_obey_discord(critiques: list[Critique], tag: str) -> None:
    check(my_opinions(wording(tag), critiques).to_components(), "quote", "bold")


@settings(BIG, max_examples=30)
@given(words, words, tags, st.booleans())
def test_what_an_operator_wrote_obeys_discord(question: str, terms: str, tag: str, training: bool) -> None:
    said = wording(tag)
    asked = campaign(question, terms).model_copy(update={"training_use": training})
    person = Annotator.model_construct(id="a", consents={}, locale=tag)
    check(draw([consent.ask(said, person, asked)], asked.id, f"heard:{2**63 - 1}").to_components())
    showing = Showing.model_construct(
        id=new_id(), kind="pair", images=(image(1), image(2)), prompt=terms, campaign_id=asked.id
    )
    check(draw([replies.comparison(said, asked, showing)], asked.id).to_components(), "small")


@pytest.mark.parametrize("tag", catalogues())
def test_shades_are_asked_for_within_the_limits(tag: str) -> None:
    text = "B, I love the blue!"
    (mention,) = find_colors(text, "en")
    label = Label(id=new_id(), aspect="color", polarity="positive", targets=("B",), value="blue", span=mention.span)
    opinion = Opinion.model_construct(id=new_id(), campaign_id=new_id(), source_text=text)
    reading = Reading.model_construct(language="en", labels=(label,), preference=Preference(choice=None))
    read = Critique(opinion=opinion, images=(image(1), image(2)), reading=reading, labels=(label,))
    question = find_question(read)
    assert question is not None
    turn = replies.ask(wording(tag), read, question)
    assert any(action.swatch for action in turn.actions)
    check(draw([turn], opinion.campaign_id).to_components(), "quote", "bold")
