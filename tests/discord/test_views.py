"""Whatever the turns say, the message made of them is one that Discord takes, and the buttons do what they promise."""

import re
from datetime import UTC, datetime

import pytest
from fake_discord.markup import markup
from fake_discord.records import walk
from fake_discord.rules import check_message, check_modal
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_text import texts

from bot.discord_ids import Pressed, decode
from bot.discord_mine import my_opinions
from bot.discord_views import SHADES, TERMS, ask_for_words, ask_which, draw, image_name, too_long
from bot.names import ASPECTS
from bot.turns import Action, Question, Turn
from bot.wording import catalogues, wording
from feedback.ids import new_id
from feedback.records import LETTERS, Critique, Image, Label, Opinion, Reading, Showing

CAMPAIGN, NOW = new_id(), datetime(2026, 1, 1, tzinfo=UTC)
FILES = [SHADES, TERMS, "words-1.txt", "opine-my-data.json", *map(image_name, range(10))]


def image(number: int) -> Image:
    return Image(
        id=new_id(),
        campaign_id=CAMPAIGN,
        sha256=f"{number:064}",
        format="PNG",
        width=1,
        height=1,
        size=1,
        perceptual_hash="0",
    )


def showing(images: int) -> Showing:
    return Showing(
        id=new_id(),
        comparison_id=new_id(),
        campaign_id=CAMPAIGN,
        annotator_id="a",
        kind="pair",
        images=tuple(map(image, range(images))),
        shown_at=NOW,
    )


def critique(text: str, spans: list[tuple[int, int]]) -> Critique:
    opinion = Opinion.model_construct(id=new_id(), campaign_id=CAMPAIGN, source_text=text)
    labels = [Label(id=new_id(), aspect="overall", polarity="positive", span=span) for span in spans]
    reading = Reading.model_construct(labels=tuple(labels))
    return Critique.model_construct(opinion=opinion, reading=reading, labels=tuple(labels), failed=False)


def turn(text: str, *actions: Action, **more: object) -> Turn:
    given: dict[str, object] = {"kind": "notice", "locale": "en", "dir": "ltr"} | more
    return Turn.model_construct(text=text, actions=actions, showing=None, critique=None, question=None).model_copy(
        update=given
    )


def problems(turns: list[Turn], **more: object) -> list[object]:
    body = {"components": draw(turns, CAMPAIGN, **more).to_components(), "flags": 1 << 15}
    return list(check_message(body, FILES))


def parts(turns: list[Turn], kind: int) -> list[dict]:
    return [part for part in walk(draw(turns, CAMPAIGN).to_components()) if part["type"] == kind]


spans = st.lists(st.tuples(st.integers(0, 50), st.integers(51, 300)), max_size=5)


@settings(deadline=None)  # a text of 6,000 characters in five places
@given(text=texts, words=texts, labels=st.lists(texts, max_size=30), spans=spans, rtl=st.booleans())
async def test_no_text_breaks_a_limit(
    text: str, words: str, labels: list[str], spans: list[tuple[int, int]], rtl: bool
) -> None:
    way = {"locale": "ar", "dir": "rtl"} if rtl else {}
    actions = [Action(id=f"edit:{new_id()}:{new_id()}", label=one) for one in labels]
    read = turn(text * 20, *actions[:10], kind="understood", critique=critique(words * 20, spans), **way)
    about = Question(kind="shade", opinion_id="o", span=(0, 3))
    shades = [one.model_copy(update={"swatch": "#008080"}) for one in actions[:5]]
    asked = turn(
        text,
        *(one.model_copy(update={"id": f"x:{i}"}) for i, one in enumerate(shades)),
        kind="question",
        critique=critique(words, []),
        question=about,
        **way,
    )
    assert problems([read, asked]) == []
    assert problems([turn(text * 50, *actions, kind="consent", **way)], then="see:1", words="words-1.txt") == []
    for part in parts([turn(text * 50, kind="edit", **way)], 10):
        assert markup(re.sub("[\u2067\u2069]", "", part["content"])) == []


@pytest.mark.parametrize("images", [1, 2, 3, 4])
async def test_a_comparison_is_a_gallery_with_buttons(images: int) -> None:
    shown = showing(images)
    choices = [Action(id=f"choose:{shown.id}:{letter}", label=letter) for letter in LETTERS[:images]]
    asked = turn("Which?", *choices, Action(id=f"skip:{shown.id}", label="Skip"), kind="comparison", showing=shown)
    assert problems([asked]) == []
    (gallery,) = parts([asked], 12)
    assert [item["description"] for item in gallery["items"]] == [f"Image {letter}" for letter in LETTERS[:images]]
    pressed = [decode(button["custom_id"]) for button in parts([asked], 2)]
    assert pressed[-1] == Pressed(f"why:{shown.id}", CAMPAIGN, "en")
    assert [one.action for one in pressed[:-1]] == [action.id for action in asked.actions]
    assert {one.campaign_id for one in pressed} == {CAMPAIGN}


@settings(deadline=None)
@given(prompt=texts, text=texts, locale=st.sampled_from(["en", "ar", "de"]))
@example(prompt="0" + "\n" * 14, text="", locale="ar")
async def test_the_description_of_the_images_is_shown(prompt: str, text: str, locale: str) -> None:
    said = wording(locale)
    shown = showing(2).model_copy(update={"prompt": (prompt or "a cat") * 30})
    asked = turn(text * 50, kind="comparison", showing=shown, locale=locale, dir=said.dir)
    assert problems([asked]) == []
    described = parts([asked], 10)[1]["content"]
    assert markup(re.sub("[\u2067\u2069]", "", described)) == []


async def test_the_description_is_in_the_language_of_the_person() -> None:
    shown = showing(1).model_copy(update={"prompt": "**a cat**"})
    [described, _] = parts([turn("Which?", kind="comparison", showing=shown, locale="de")], 10)
    assert described["content"] == r"Die Beschreibung war\: \*\*a cat\*\*"


async def test_many_buttons_become_a_menu() -> None:
    actions = [Action(id=f"aspect:{new_id()}:{new_id()}:{code}", label=code) for code in ASPECTS]
    assert problems([turn("?", *actions * 2)]) != []  # the same twice is a fault of ours, which the rules see
    many = turn("?", *actions, *(Action(id=f"settle:{new_id()}:{x}", label=x) for x in "ABCDEFGHIJKLMNOP"))
    assert problems([many]) == []
    menus = parts([many], 3)
    assert [len(menu["options"]) for menu in menus] == [25, 9]
    chosen = decode(menus[0]["options"][0]["value"])
    assert chosen == Pressed(actions[0].id, CAMPAIGN)


async def test_agreement_takes_along_language_and_what_is_next() -> None:
    terms = turn("Terms", Action(id="consent:accept:1", label="I agree"), kind="consent", locale="zh-Hant")
    pictures = ["https://cdn.discordapp.com/a.png"]
    view = draw([terms], CAMPAIGN, "say:12345", "words-9.txt", pictures, "opine-my-data.json")
    kinds = [part["type"] for part in view.to_components()]
    assert kinds == [12, 10, 1, 13, 13]
    button = view.to_components()[2]["components"][0]
    assert decode(button["custom_id"]) == Pressed("consent:accept:1", CAMPAIGN, "zh-Hant|say:12345")


async def test_long_terms_come_as_a_file_too() -> None:
    terms = turn("§ " * 4000, Action(id="consent:accept:1", label="I agree"), kind="consent")
    assert too_long([terms])
    assert not too_long([turn("short", kind="consent")])
    assert problems([terms]) == []
    assert [part["file"]["url"] for part in parts([terms], 13)] == [f"attachment://{TERMS}"]


async def test_swatches_are_numbered_as_in_the_picture() -> None:
    shades = [Action(id=f"shade:{i}", label=name, swatch="#008080") for i, name in enumerate(("teal", "navy"))]
    asked = turn("Which shade?", *shades)
    assert [button["label"] for button in parts([asked], 2)] == ["1 teal", "2 navy"]
    assert parts([asked], 12)[0]["items"][0]["media"]["url"] == f"attachment://{SHADES}"


@pytest.mark.parametrize("tag", catalogues())
async def test_windows_and_menus_fit_in_every_language(tag: str) -> None:
    window = ask_for_words(wording(tag), Pressed(f"say:{new_id()}", CAMPAIGN)).to_dict()
    assert list(check_modal(window)) == []
    view = ask_which(wording(tag), [image(number) for number in range(10)], CAMPAIGN)
    assert list(check_message({"components": view.to_components(), "flags": 1 << 15}, FILES)) == []


@settings(deadline=None)
@given(st.lists(texts, max_size=5), spans)
async def test_the_last_opinions_fit(said: list[str], spans: list[tuple[int, int]]) -> None:
    view = my_opinions(wording("ar"), [unread(text * 20, spans) for text in said])
    assert list(check_message({"components": view.to_components(), "flags": 1 << 15}, [])) == []


def unread(text: str, spans: list[tuple[int, int]]) -> Critique:
    return critique(text, spans).model_copy(update={"reading": None})


async def test_nobody_listens_to_a_view() -> None:
    assert draw([turn("x", Action(id="next", label="Next"))], CAMPAIGN).is_finished()
    assert ask_for_words(wording("en"), Pressed("say:1")).is_finished()
