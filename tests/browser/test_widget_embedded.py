"""The widget on somebody else's site: one script tag, no harm done."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from opine_process import OpineProcess
from other_site import Site
from playwright.sync_api import BrowserContext, Page, expect

from bot.widget import bundle


@pytest.fixture
def tag(server: OpineProcess) -> str:
    """The script tag of docs/widget.md, with the version's address and integrity."""
    address = f"{server.url}/widget/{bundle.script_hash()}.js"
    return f'<script type="module" src="{address}" integrity="{bundle.integrity()}" crossorigin></script>'


@pytest.fixture
def page(visitor: Callable[..., BrowserContext]) -> Page:
    return visitor().new_page()


LAUNCHER = '<opine-chat campaign="demo" mode="launcher"></opine-chat>'


def test_a_launcher_under_a_strict_policy(page: Page, site: Site, server: OpineProcess, tag: str) -> None:
    policy = f"default-src 'none'; script-src {server.url}; connect-src {server.url}; img-src {server.url}"
    site.embed(tag + LAUNCHER, policy=policy)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site.url)
    launcher = page.locator("opine-chat .launcher")
    expect(launcher).to_have_attribute("aria-expanded", "false")
    assert not [url for url in asked if "/api/" in url], "nothing is asked before somebody opens it"
    launcher.focus()
    page.keyboard.press("Enter")
    expect(launcher).to_have_attribute("aria-expanded", "true")
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("opine-chat textarea")).to_be_focused()
    page.locator('opine-chat [data-action^="consent:accept:"]').first.click()
    image = page.locator("opine-chat .picture img").first
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    assert not Axe().run(page).response["violations"]
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(launcher).to_be_focused()
    assert page.context.cookies() == []


def test_navigation_without_reload_and_a_script_loaded_twice(page: Page, site: Site, tag: str) -> None:
    site.embed(tag + tag + '<opine-chat campaign="demo"></opine-chat>')
    page.goto(site.url)
    page.locator('opine-chat [data-action^="consent:accept:"]').first.click()
    expect(page.locator("opine-chat .picture").first).to_be_visible()
    streams: list[str] = []
    page.on("request", lambda request: streams.append(request.url) if request.url.endswith("/events") else None)
    page.evaluate("window.chat = document.querySelector('opine-chat'); chat.remove()")
    page.evaluate("document.body.append(window.chat); document.body.prepend(window.chat)")
    expect(page.locator("opine-chat .log")).to_have_attribute("aria-busy", "false")
    expect(page.locator("opine-chat .picture").first).to_be_visible()
    assert len(streams) == 1
    page.locator("opine-chat textarea").fill("A is better")
    page.locator("opine-chat textarea").press("Enter")
    expect(page.locator('opine-chat .mine[data-read="true"]')).to_have_count(1)


def test_a_site_that_is_not_on_the_list_is_told_so_and_not_covered(page: Page, server: OpineProcess, tag: str) -> None:
    with Site() as stranger:
        stranger.embed(tag + LAUNCHER)
        page.goto(stranger.url)
        page.locator("opine-chat .launcher").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.locator("opine-chat .launcher").click()
        assert on_top(page) == "A"


def test_a_script_that_does_not_load_leaves_the_page_as_it_is(page: Page, site: Site, tag: str) -> None:
    site.embed(tag.replace('integrity="sha384-', 'integrity="sha384-X') + LAUNCHER)
    page.goto(site.url)
    assert page.evaluate("customElements.get('opine-chat')") is None
    assert on_top(page) == "A"


def test_a_server_that_was_away_is_found_again(page: Page, site: Site, tag: str) -> None:
    page.route("**/api/v1/wording*", lambda route: route.abort())
    site.embed(tag + '<opine-chat campaign="demo"></opine-chat>')
    page.goto(site.url)
    expect(page.get_by_role("alert").get_by_role("button")).to_be_visible()
    page.unroute("**/api/v1/wording*")
    expect(page.locator("opine-chat .log")).to_have_attribute("aria-busy", "false")


def test_a_campaign_that_does_not_exist_until_the_attribute_names_one_that_does(
    page: Page, site: Site, tag: str
) -> None:
    site.embed(tag + '<opine-chat campaign="nowhere"></opine-chat>')
    page.goto(site.url)
    page.get_by_role("alert").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.evaluate("document.querySelector('opine-chat').setAttribute('campaign', 'demo')")
    expect(page.locator("opine-chat .log")).to_have_attribute("aria-busy", "false")


def test_colours_of_the_site_and_its_dark_mode_without_a_reload(page: Page, site: Site, tag: str) -> None:
    site.embed(tag + '<opine-chat campaign="demo"></opine-chat>')
    page.goto(site.url)
    chat = page.locator("opine-chat .chat")
    expect(chat).to_have_css("background-color", "rgb(246, 244, 239)")
    page.evaluate("document.documentElement.style.colorScheme = 'dark'")
    expect(chat).to_have_css("background-color", "rgb(21, 23, 26)")
    style = "opine-chat { --opine-accent: #b00040 } opine-chat::part(answers) { gap: 33px }"
    page.add_style_tag(content=style)
    expect(page.locator("opine-chat .primary").first).to_have_css("background-color", "rgb(176, 0, 64)")
    expect(page.locator("opine-chat .answers").first).to_have_css("gap", "33px")


def test_the_language_of_the_site_unless_the_tag_names_one(page: Page, site: Site, tag: str) -> None:
    site.embed(tag + '<opine-chat campaign="demo"></opine-chat>', lang="ar-EG")
    page.goto(site.url)
    expect(page.locator("opine-chat .chat")).to_have_attribute("dir", "rtl")
    page.evaluate("document.querySelector('opine-chat').lang = 'ja'")
    expect(page.locator("opine-chat .chat")).to_have_attribute("lang", "ja")


def on_top(page: Page) -> object:
    return page.evaluate(
        """() => {
            const link = document.querySelector("a").getBoundingClientRect();
            return document.elementFromPoint(link.x + link.width / 2, link.y + link.height / 2).nodeName;
        }"""
    )
