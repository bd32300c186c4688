"""Nothing that somebody wrote is lost: reloads, crashes and lost connections in the middle."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chat_page import ChatPage
from opine_process import OpineProcess
from playwright.sync_api import BrowserContext, Route, expect

TEXT = "B, la luz es más suave, pero las manos dan miedo 😬"


def test_a_reload_in_the_middle_of_typing_keeps_the_draft(chat: ChatPage) -> None:
    chat.enter()
    showing = chat.page.locator("opine-chat [data-showing]:not([data-past])").get_attribute("data-showing")
    chat.box.press_sequentially("右の方が好き。でも😬")
    chat.open()
    expect(chat.box).to_have_value("右の方が好き。でも😬")
    expect(chat.page.locator(f'opine-chat [data-showing="{showing}"]')).to_be_visible()
    chat.box.press("Enter")
    expect(chat.message("右の方が好き。でも😬")).to_be_visible()
    chat.open()
    expect(chat.box).to_have_value("")


def test_a_reload_in_the_middle_of_reading_shows_the_reading_when_it_comes(chat: ChatPage) -> None:
    chat.enter()
    message = chat.say(TEXT)
    expect(message).to_have_attribute("data-state", "saved")
    chat.open()
    expect(chat.message(TEXT)).to_have_attribute("data-read", "true")
    chat.critique(TEXT)


def test_words_before_the_terms_are_agreed_to_go_back_into_the_box(chat: ChatPage) -> None:
    chat.open()
    chat.box.fill(TEXT)
    chat.box.press("Enter")
    expect(chat.box).to_have_value(TEXT)
    expect(chat.message(TEXT)).to_have_count(0)
    assert chat.critiques() == []


def test_what_the_server_refuses_can_be_changed_or_discarded(chat: ChatPage) -> None:
    chat.enter()
    broken = "so schön\x00"
    chat.say(broken)
    expect(chat.page.locator('opine-chat [data-state="refused"]')).to_have_count(1)
    chat.open()
    message = chat.page.locator('opine-chat [data-state="refused"]')
    message.locator(".link").first.click()
    expect(message).to_have_count(0)
    expect(chat.box).to_have_value(broken)


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[OpineProcess]:
    process = OpineProcess(tmp_path)
    process.start()
    yield process
    process.stop()


def test_a_message_waits_out_a_crash_of_the_server_and_a_reload_and_arrives_once(
    own_server: OpineProcess, visitor: Callable[..., BrowserContext]
) -> None:
    context = visitor()
    chat = ChatPage(context.new_page(), own_server.url).enter()
    own_server.kill()
    message = chat.say(TEXT)
    expect(message).to_have_attribute("data-state", "will_retry")
    expect(chat.page.locator("opine-chat .status")).not_to_be_empty()
    another = ChatPage(context.new_page(), own_server.url)  # the same person, the same outbox
    chat.box.fill("and the sky")
    own_server.start()
    expect(message).to_have_attribute("data-read", "true")
    expect(chat.box).to_have_value("and the sky")
    another.open()
    expect(another.message(TEXT)).to_have_attribute("data-read", "true")
    assert [item["opinion"]["source_text"] for item in chat.critiques()] == [TEXT]


def test_the_outbox_outlasts_the_page(visitor: Callable[..., BrowserContext], server: OpineProcess) -> None:
    context = visitor()
    chat = ChatPage(context.new_page(), server.url).enter()
    context.route("**/api/v1/opinions", lambda route: route.abort())  # not the list, which has a query
    expect(chat.say(TEXT)).to_have_attribute("data-state", "will_retry")
    chat.page.close()
    context.unroute("**/api/v1/opinions")
    later = ChatPage(context.new_page(), server.url).open()
    expect(later.message(TEXT)).to_have_attribute("data-read", "true")
    later.critique(TEXT)


def test_a_lost_event_stream_comes_back_and_brings_what_was_missed(
    visitor: Callable[..., BrowserContext], server: OpineProcess
) -> None:
    context = visitor()
    chat = ChatPage(context.new_page(), server.url)
    context.route("**/api/v1/events", lambda route: route.abort())
    chat.enter()
    message = chat.say(TEXT)
    expect(message).to_have_attribute("data-state", "saved")
    chat.page.wait_for_timeout(1500)
    context.unroute("**/api/v1/events")
    expect(message).to_have_attribute("data-read", "true")


def test_a_reading_that_overtakes_the_receipt_is_not_replaced_by_it(
    visitor: Callable[..., BrowserContext], server: OpineProcess
) -> None:
    context = visitor()
    chat = ChatPage(context.new_page(), server.url).enter()
    reading = chat.page.locator('opine-chat [data-kind="understood"]')

    def hold(route: Route) -> None:
        answer = route.fetch()
        reading.wait_for()
        route.fulfill(response=answer)

    context.route("**/api/v1/opinions", hold)
    chat.say(TEXT)
    expect(chat.message(TEXT)).to_have_attribute("data-state", "saved")
    chat.page.wait_for_timeout(300)
    expect(reading).to_have_count(1)
    expect(chat.page.locator('opine-chat [data-kind="received"]')).to_have_count(0)
