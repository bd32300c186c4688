"""The page of `opine report`: as axe-core judges it, and no wider than the screen."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext
from report_world import simulated

from feedback.report import report
from feedback.report.page import to_html


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(to_html(report(simulated(500))), "utf-8")
    return file.as_uri()


@pytest.mark.parametrize(
    "settings",
    [{"color_scheme": "light"}, {"color_scheme": "dark", "viewport": {"width": 360, "height": 740}}],
)
def test_axe_finds_nothing(settings: dict[str, Any], visitor: Callable[..., BrowserContext], address: str) -> None:
    page = visitor(**settings).new_page()
    page.goto(address)
    assert page.locator("table.grid td").count() > 10
    assert not Axe().run(page).response["violations"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
