"""What people write is shown as text and nothing else, and where evidence stands is counted as Python counts."""

import base64
from typing import Any

import pytest
from chat_page import ChatPage
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect

from bot.widget import bundle

HOSTILE = [
    '<img src=x onerror="document.body.remove()"> B',
    "</p><script>document.body.remove()</script>",
    "{{constructor.constructor('document.body.remove()')()}} <b>B</b>",
    "&lt;b&gt; &amp; javascript:document.body.remove()",
    "B is \u202egood\u202c \u2066and\u0007 Z\u0351\u036b\u0343\u036a\u0302algo",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_text_and_what_is_kept_is_exactly_what_was_typed(chat: ChatPage, text: str) -> None:
    chat.enter()
    chat.box.fill(text)
    chat.box.press("Enter")
    message = chat.page.locator('opine-chat .mine[data-read="true"]')
    expect(message).to_have_count(1)
    shown = "".join(character for character in text if character not in "\u202e\u202c\u2066\u0007")
    assert message.locator(".bubble").evaluate("bubble => bubble.textContent") == shown
    assert message.locator(".bubble :not(mark)").count() == 0
    assert chat.critique(text)["opinion"]["source_text"] == text


@pytest.fixture(scope="module")
def module(chromium: Browser) -> Any:
    """A page that has the functions of text.js and stream.js."""
    page = chromium.new_page()
    for name in ("text.js", "stream.js"):
        source = bundle.source(name).replace('"./memory.js"', f'"{_address(bundle.source("memory.js"))}"')
        page.evaluate("async address => Object.assign(window, await import(address))", _address(source))
    yield page
    page.close()


def _address(source: str) -> str:
    return f"data:text/javascript;base64,{base64.b64encode(source.encode()).decode()}"


texts = st.text(st.sampled_from("aB 😬👩‍🚀é\u0301字ا\n"), max_size=30)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=texts, spans=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12)), max_size=4))
def test_evidence_is_cut_at_code_points(module: Page, text: str, spans: list[tuple[int, int]]) -> None:
    labels = [{"id": str(i), "span": [start, start + length]} for i, (start, length) in enumerate(spans)]
    pieces = module.evaluate("([text, labels]) => evidence(text, labels)", [text, labels])
    assert "".join(piece["text"] for piece in pieces) == text
    for label in labels:
        start, end = label["span"]
        assert "".join(piece["text"] for piece in pieces if label["id"] in piece["ids"]) == text[start:end]
    assert module.evaluate("text => codePoints(text)", text) == len(text)


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        ("event: turns\nid: 7\ndata: {}", {"id": "7", "event": "turns", "data": "{}"}),
        (": a comment", {"id": None, "event": "message", "data": ""}),
        ("data: one\ndata:two\ndata", {"id": None, "event": "message", "data": "one\ntwo\n"}),
        ("id", {"id": "", "event": "message", "data": ""}),
    ],
)
def test_events_are_parsed_as_the_standard_says(module: Page, frame: str, expected: object) -> None:
    assert module.evaluate("frame => parse(frame)", frame) == expected


def test_a_text_that_is_too_long_is_counted_and_not_sent(chat: ChatPage) -> None:
    chat.enter()
    chat.box.fill("😬" * 4000)
    expect(chat.page.locator("opine-chat .send")).to_be_enabled()
    chat.box.fill("😬" * 4001)
    expect(chat.page.locator("opine-chat .send")).to_be_disabled()
    expect(chat.page.locator("opine-chat .count")).to_contain_text("4000")
    chat.box.press("Enter")
    expect(chat.page.locator("opine-chat .mine")).to_have_count(0)
