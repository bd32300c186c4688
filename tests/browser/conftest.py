"""A real Chromium against the shipped server with the bundled reader."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from chat_page import ChatPage
from opine_process import OpineProcess
from other_site import Site
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


expect.set_options(timeout=15_000)  # ms; the machine may be busy with other tests


@pytest.fixture(scope="module")  # not longer: its event loop would run on under asyncio tests
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("the browser tests need Chromium: apt-get install chromium (or run .ci/run, which installs it)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Somebody else's web site, which may embed the chat."""
    with Site() as site:
        yield site


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Iterator[OpineProcess]:
    process = OpineProcess(tmp_path_factory.mktemp("opine"), OPINE_ORIGINS=site.url)
    process.start()
    yield process
    process.stop()


@pytest.fixture
def visitor(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Makes browser contexts: visitors who know nothing of each other. An error on the page fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def come(**settings: Any) -> BrowserContext:
        defaults = {"viewport": {"width": 1200, "height": 900}, "reduced_motion": "reduce"}
        context = chromium.new_context(**{**defaults, **settings})
        context.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(context)
        return context

    yield come
    for context in contexts:
        context.close()
    assert not errors


@pytest.fixture
def chat(visitor: Callable[..., BrowserContext], server: OpineProcess) -> ChatPage:
    return ChatPage(visitor().new_page(), server.url)
