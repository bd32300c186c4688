"""The documentation against the code: every setting, command and aspect appears, every link leads somewhere."""

import re
from pathlib import Path

import pytest
import typer

from bot.cli import app
from bot.settings import Settings
from feedback.taxonomy import taxonomy

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def commands(group: typer.Typer, prefix: str = "opine") -> list[str]:
    click = typer.main.get_command(group)
    names = []
    for name, command in click.commands.items():  # type: ignore[attr-defined]
        names += [f"{prefix} {name} {sub}" for sub in getattr(command, "commands", {})] or [f"{prefix} {name}"]
    return names


def test_settings_page_is_the_settings() -> None:
    page = (ROOT / "docs" / "settings.md").read_text("utf-8")
    rows = re.findall(r"^\| `(OPINE_\w+)` \| (?:`(.*?)`|) \| (.*?) \|$", page, re.MULTILINE)
    wanted = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = (
            ",".join(default)
            if isinstance(default, tuple)
            else str(default).lower()
            if isinstance(default, bool)
            else default
        )
        wanted.append((f"OPINE_{name.upper()}", str(shown), field.description))
    assert rows == wanted


@pytest.mark.parametrize("command", commands(app))
def test_every_command_is_documented(command: str) -> None:
    assert any(command in page.read_text("utf-8") for page in PAGES)


def test_every_aspect_is_documented() -> None:
    page = (ROOT / "docs" / "taxonomy.md").read_text("utf-8")
    for aspect in taxonomy().aspects.values():
        assert f"`{aspect.name}`" in page
        assert aspect.about in page
        assert all(f"`{name}`" in page for name in aspect.attributes)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
