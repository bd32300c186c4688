"""The dialogue that the project is about, in a real browser, read by the bundled reader."""

from typing import Any

import pytest
from chat_page import ChatPage
from playwright.sync_api import Locator, expect

MESSAGES = [
    ("B, la luz es más suave, pero las manos dan miedo 😬", "es", "B"),
    ("右の方が好き。でも空の青が派手すぎる", "ja", "B"),
    ("الصورة الأولى أجمل، الألوان هادئة", "ar", "A"),
    ("bhai B ka sky thoda zyada teal hai", "hi-Latn", None),
    ("lol ok", None, None),
]


def test_five_messages_in_five_languages_are_read_and_shown(chat: ChatPage) -> None:
    chat.enter()
    for text, language, choice in MESSAGES:
        message = chat.read(text)
        critique = chat.critique(text)
        assert marked(message) == evidence(critique)
        assert message.locator(".chip[data-label]").count() == len(critique["labels"])
        expect(message.locator(".language")).to_be_visible()
        if language:
            assert critique["reading"]["language"] == language
        if choice:
            expect(message.locator(f'.preference input[value="{choice}"]')).to_be_checked()
            expect(picture(chat, critique, choice)).to_have_attribute("data-chosen", "")
        chat.next_pair()


@pytest.mark.parametrize(("text", "aspect"), [(MESSAGES[0][0], "lighting"), (MESSAGES[1][0], "color")])
def test_what_was_said_becomes_a_chip_and_its_words_are_marked(chat: ChatPage, text: str, aspect: str) -> None:
    chat.enter()
    message = chat.read(text)
    label = next(label for label in chat.critique(text)["labels"] if label["aspect"] == aspect)
    chip = message.locator(f'[data-label="{label["id"]}"]')
    mark = message.locator(f'mark[data-labels~="{label["id"]}"]').first
    chip.hover()
    expect(mark).to_have_class("lit")
    mark.hover()
    expect(chip).to_have_class("chip lit")
    mark.click()
    expect(chip).to_be_focused()


def test_a_correction_a_removal_and_another_preference_outlast_a_reload(chat: ChatPage) -> None:
    text = MESSAGES[0][0]
    chat.enter()
    message = chat.read(text)
    with_hand(message, chat)
    labels = chat.critique(text)["labels"]
    corrected, removed = labels[0], labels[-1]

    message.locator(f'[data-label="{corrected["id"]}"]').click()
    editor = chat.page.get_by_role("dialog")
    editor.locator("select").select_option("originality")
    for name, value in (("polarity", "negative"), ("strength", "3"), ("attribute", "cliche")):
        editor.locator(f'input[name="{name}"][value="{value}"]').check(force=True)
    for target in editor.locator('input[name="target"]').all():
        target.set_checked(target.get_attribute("value") == "A", force=True)
    editor.locator('button[type="submit"]').click()
    strong = chat.page.locator('[data-strength="3"]')
    chip = message.locator('.chip[data-status="corrected"][data-polarity="negative"]', has=strong)
    expect(chip).to_be_focused()

    message.locator(f'[data-label="{removed["id"]}"]').click()
    editor.locator(".bad").click()
    expect(message.locator(f'[data-label="{removed["id"]}"]')).to_have_count(0)
    message.locator('.preference input[value="tie"]').check(force=True)
    expect(message.locator('.preference[data-status="corrected"]')).to_be_attached()

    chat.open()
    message = chat.message(text)
    expect(message.locator(".chip[data-label]")).to_have_count(len(labels) - 1)
    expect(message.locator('.preference input[value="tie"]')).to_be_checked()
    kept = next(label for label in chat.critique(text)["labels"] if label["replaces"] == corrected["id"])
    expected = {
        "aspect": "originality",
        "polarity": "negative",
        "strength": 3,
        "targets": ["A"],
        "attributes": ["cliche"],
    }
    assert {key: kept[key] for key in expected} == expected
    expect(message.locator(f'[data-label="{kept["id"]}"] .target')).to_have_text("A")


def test_a_removal_can_be_taken_back(chat: ChatPage) -> None:
    text = MESSAGES[0][0]
    chat.enter()
    message = chat.read(text)
    chip = message.locator(".chip[data-label]").first
    name = chip.get_attribute("data-label")
    chip.focus()
    chip.press("Delete")
    expect(message.locator(f'[data-label="{name}"]')).to_have_count(0)
    chat.page.locator("opine-chat .status button").click()
    expect(message.locator(f'[data-label="{name}"][data-status="confirmed"]')).to_be_focused()


def test_a_vague_blue_is_asked_about_with_squares_of_exactly_those_colours(chat: ChatPage) -> None:
    text = "The blue of the sky in B is too blue"
    chat.enter()
    chat.read(text)
    swatches = chat.page.locator("opine-chat .swatch")
    expect(swatches.first).to_be_visible()
    colours = swatches.locator(".patch").evaluate_all("all => all.map((one) => getComputedStyle(one).backgroundColor)")
    assert len(set(colours)) == len(colours) >= 2
    shade = swatches.first.get_attribute("data-action")
    swatches.first.click()
    expect(swatches).to_have_count(0)
    assert shade
    corrected = [label for label in chat.critique(text)["labels"] if label["status"] == "corrected"]
    assert [label["value"] for label in corrected] == [shade.split(":")[-1]]


def test_a_click_is_enough_to_prefer(chat: ChatPage) -> None:
    chat.enter()
    chosen = chat.page.locator("opine-chat .picture[data-chosen]")
    expect(chosen).to_have_count(0)
    chat.page.locator('opine-chat [data-action^="choose:"][data-action$=":B"]').click()
    expect(chosen).to_have_attribute("data-letter", "B")
    chat.next_pair()


def test_erasing_everything_leaves_nothing_here_or_there(chat: ChatPage) -> None:
    chat.enter()
    chat.read(MESSAGES[0][0])
    before = chat.bearer()
    chat.say("delete my data")
    chat.press("delete:confirm")
    expect(chat.page.locator('opine-chat [data-kind="deleted"]')).to_be_visible()
    expect(chat.page.locator("opine-chat .mine")).to_have_count(0)
    assert chat.page.request.get(f"{chat.url}/api/v1/me", headers=before).status == 401
    chat.say("A is better")
    expect(chat.page.locator('opine-chat [data-kind="consent"]')).to_be_visible()
    assert chat.critiques() == []


def with_hand(message: Locator, chat: ChatPage) -> None:
    """Add a label by hand, so that there are at least two however few the reader found."""
    message.locator(".chip.add").click()
    editor = chat.page.get_by_role("dialog")
    editor.locator("select").select_option("meaning")
    editor.locator('button[type="submit"]').click()
    expect(message.locator('.chip[data-status="corrected"]')).to_have_count(1)


def picture(chat: ChatPage, critique: Any, letter: str) -> Locator:
    showing = critique["opinion"]["showing_id"]
    return chat.page.locator(f'opine-chat [data-showing="{showing}"] .picture[data-letter="{letter}"]')


def marked(message: Locator) -> list[str]:
    """The highlighted stretches of the person's words; what touches is one stretch."""
    return message.locator(".bubble").evaluate(
        """bubble => [...bubble.childNodes].reduce((found, node, index, all) => {
            if (node.nodeName !== "MARK") return found;
            const goes_on = index > 0 && all[index - 1].nodeName === "MARK";
            return goes_on ? [...found.slice(0, -1), found.at(-1) + node.textContent] : [...found, node.textContent];
        }, [])"""
    )


def evidence(critique: Any) -> list[str]:
    """The same by code points, as Python counts them."""
    text = critique["opinion"]["source_text"]
    covered = {i for label in critique["labels"] if label["span"] for i in range(*label["span"])}
    starts = [i for i in sorted(covered) if i - 1 not in covered]
    ends = [i + 1 for i in sorted(covered) if i + 1 not in covered]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]
