"""Makes the pictures of the documentation from the shipped server: python tests/browser/screenshots.py [FOLDER]."""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from chat_page import ChatPage
from opine_process import OpineProcess
from playwright.sync_api import Browser, expect, sync_playwright
from report_world import simulated

from feedback.report import report
from feedback.report.page import to_html

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESKTOP = {"width": 1120, "height": 800}
PHONE = {"width": 390, "height": 844}
SPANISH = "B, la luz es más suave, pero las manos dan miedo 😬"
JAPANESE = "右の方が好き。でも空の青が派手すぎる"
ARABIC = "الصورة الأولى أجمل، الألوان هادئة"


def main(folder: Path) -> None:
    """Every picture, each of a visitor of its own."""
    path = shutil.which("chromium")
    if path is None:
        sys.exit("the pictures need Chromium: apt-get install chromium")
    expect.set_options(timeout=30_000)
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        server = OpineProcess(Path(data))
        server.start()
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        try:
            take(browser, server, folder / "chat.png", SPANISH, prompt="astronaut", viewport=DESKTOP)
            take(browser, server, folder / "chat-ar.png", ARABIC, prompt="rocket", viewport=DESKTOP, locale="ar")
            take(browser, server, folder / "chat-ja.png", JAPANESE, prompt="rocket", viewport=PHONE, locale="ja")
            dark = {"viewport": PHONE, "color_scheme": "dark"}
            take(browser, server, folder / "chat-dark.png", SPANISH, prompt="astronaut", **dark)
            take_report(browser, folder / "report.png")
        finally:
            browser.close()
            server.stop()


def take(browser: Browser, server: OpineProcess, file: Path, text: str, *, prompt: str, **settings: Any) -> None:
    """Say something about a certain pair, and photograph what comes back."""
    context = browser.new_context(reduced_motion="reduce", **settings)
    chat = ChatPage(context.new_page(), server.url).enter()
    shown = chat.page.locator("opine-chat [data-showing]:not([data-past])")
    while prompt not in shown.locator(".prompt").inner_text():
        before = shown.get_attribute("data-showing")
        chat.press("skip:")
        expect(shown).not_to_have_attribute("data-showing", before or "")
        chat.to_pair()
    chat.read(text)
    chat.page.wait_for_timeout(500)
    chat.page.screenshot(path=file)
    context.close()


def take_report(browser: Browser, file: Path) -> None:
    """The beginning of a report on simulated people."""
    page = browser.new_page(viewport={"width": 1000, "height": 1250})
    page.set_content(to_html(report(simulated())))
    page.screenshot(path=file)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES)
