"""For everybody: by keyboard, with an input method, from right to left, and as axe-core judges it."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from chat_page import ChatPage
from opine_process import OpineProcess
from playwright.sync_api import BrowserContext, Page, expect

TEXT = "B, la luz es más suave, pero las manos dan miedo 😬"
ARABIC = "الصورة الأولى أجمل، الألوان هادئة"


def test_the_whole_dialogue_by_keyboard_alone(chat: ChatPage) -> None:
    page = chat.open().page
    walk_to(page, 'data-action^="consent:accept:"')
    page.keyboard.press("Enter")
    chat.to_pair()
    expect(chat.box).to_be_focused()

    walk_to(page, "data-letter=A", back=True)
    page.keyboard.press("Enter")
    large = page.locator("opine-chat .lightbox")
    expect(large.locator('[aria-pressed="true"]')).to_have_text("A")
    page.keyboard.press("ArrowRight")
    expect(large.locator('[aria-pressed="true"]')).to_have_text("B")
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    expect(chat.page.locator('opine-chat [data-letter="A"]').last).to_be_focused()

    walk_to(page, "part=input")
    page.keyboard.type(TEXT)
    page.keyboard.press("Enter")
    message = chat.message(TEXT)
    expect(message).to_have_attribute("data-read", "true")

    walk_to(page, "data-key=add", back=True)
    page.keyboard.press("Enter")
    editor = page.get_by_role("dialog")
    expect(editor).to_be_visible()
    page.keyboard.press("Escape")
    expect(message.locator(".chip.add")).to_be_focused()
    page.keyboard.press("Enter")
    walk_to(page, "type=submit")
    page.keyboard.press("Enter")
    expect(message.locator('.chip[data-status="corrected"]')).to_have_count(1)

    walk_to(page, "data-action=next")
    page.keyboard.press("Enter")
    expect(page.locator("opine-chat [data-showing]:not([data-past])")).to_have_count(1)
    expect(chat.box).to_be_focused()


def test_enter_while_an_input_method_composes_does_not_send(chat: ChatPage) -> None:
    page = chat.enter().page
    chat.box.focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "みぎ", "selectionStart": 2, "selectionEnd": 2})
    keyboard.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", "key": "Enter", "windowsVirtualKeyCode": 13})
    expect(page.locator("opine-chat .mine")).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "右"})
    expect(chat.box).to_have_value("右")
    chat.box.dispatch_event("keydown", {"key": "Enter", "keyCode": 229})  # as Safari ends a composition
    expect(chat.box).to_have_value("右")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("の方")
    expect(chat.box).to_have_value("右\nの方")
    page.keyboard.press("Enter")
    expect(page.locator("opine-chat .mine")).to_have_attribute("data-state", "saved")
    assert chat.critiques()[0]["opinion"]["source_text"] == "右\nの方"


def test_right_to_left(chat: ChatPage) -> None:
    page = chat.enter("?lang=ar").page
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
    assert direction(page, ".chat") == "rtl"
    a, b = (page.locator(f'opine-chat [data-letter="{letter}"]').last.bounding_box() for letter in "AB")
    assert a
    assert b
    assert a["x"] < b["x"], "left is A in the data, in every language"

    arabic = chat.read(ARABIC)
    assert direction(page, ".mine .bubble") == "rtl"
    box, log = arabic.locator(".card").bounding_box(), chat.log.bounding_box()
    assert box
    assert log
    assert box["x"] - log["x"] < log["width"] - (box["x"] + box["width"] - log["x"])
    chat.next_pair()
    spanish = chat.read(TEXT)
    assert spanish.locator(".bubble").evaluate("bubble => getComputedStyle(bubble).direction") == "ltr"
    expect(spanish.locator(".bubble")).to_have_attribute("lang", "es")


def test_another_language_is_a_choice_that_stays(chat: ChatPage) -> None:
    page = chat.enter().page
    chat.box.fill("half a")
    page.locator("opine-chat .languages").select_option("ja")
    expect(page.locator("opine-chat .chat")).to_have_attribute("lang", "ja")
    expect(chat.box).to_have_value("half a")
    chat.open()
    expect(page.locator("opine-chat .chat")).to_have_attribute("lang", "ja")


@pytest.mark.parametrize(
    "settings",
    [
        {"color_scheme": "light"},
        {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}},
        {"color_scheme": "light", "locale": "ar", "viewport": {"width": 390, "height": 844}},
    ],
)
def test_axe_finds_nothing(
    settings: dict[str, Any], visitor: Callable[..., BrowserContext], server: OpineProcess
) -> None:
    chat = ChatPage(visitor(**settings).new_page(), server.url).open()
    judged(chat.page)
    chat.press("consent:accept:").to_pair()
    judged(chat.page)
    message = chat.read(TEXT)
    judged(chat.page)
    message.locator(".chip").first.click()
    judged(chat.page)
    chat.page.keyboard.press("Escape")
    chat.page.locator("opine-chat .picture").first.click()
    judged(chat.page)
    assert chat.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"


def judged(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


def walk_to(page: Page, attribute: str, *, back: bool = False) -> None:
    """Press Tab until the focused element has this attribute."""
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(
            "selector => document.querySelector('opine-chat').shadowRoot.activeElement?.matches(selector)",
            f"[{attribute}]",
        ):
            return
    raise AssertionError(f"the keyboard does not get to [{attribute}]")


def direction(page: Page, selector: str) -> Any:
    return page.locator(f"opine-chat {selector}").last.evaluate("element => getComputedStyle(element).direction")
