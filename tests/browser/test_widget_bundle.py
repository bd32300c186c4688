"""The script as it is served."""

import base64
import gzip
import hashlib
import re
from pathlib import Path

import pytest

from bot.widget import bundle

BUDGET = 25_000  # bytes, compressed


def test_the_script_is_small() -> None:
    assert len(gzip.compress(bundle.script(), 9)) <= BUDGET


def test_the_script_is_whole() -> None:
    source = bundle.script().decode()
    assert not re.findall(r"^(?:import|export)\b.*", source, re.MULTILINE)
    assert source.count("customElements.define") == 1


def test_nothing_writes_markup_or_cookies() -> None:
    forbidden = (
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|setHTML|createContextualFragment"
        r"|eval\(|new Function|document\.cookie"
    )
    found = {line for line in bundle.script().decode().splitlines() if re.search(forbidden, line)}
    assert not found


def test_the_integrity_is_that_of_the_bytes() -> None:
    digest = hashlib.new("sha384", bundle.script()).digest()
    assert bundle.integrity() == "sha384-" + base64.b64encode(digest).decode()


def test_two_modules_with_the_same_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    sources = {
        "widget.js": 'import { a } from "./a.js";\nconst LIMIT = a;\n',
        "a.js": "export const a = 1;\nconst LIMIT = 2;\n",
    }
    monkeypatch.setattr(bundle, "source", sources.__getitem__)
    with pytest.raises(ValueError, match="LIMIT"):
        bundle.script.__wrapped__()


def test_the_page_escapes_what_operators_write() -> None:
    page = bundle.page(campaign="demo", title='"><script>alert(1)</script>', locale="ar", direction="rtl")
    assert "<script>alert" not in page
    assert '<html lang="ar" dir="rtl">' in page
    assert f"/widget/{bundle.script_hash()}.js" in page


def test_the_documentation_names_every_attribute_property_part_and_event() -> None:
    script = bundle.script().decode()
    page = (Path(__file__).parents[2] / "docs" / "widget.md").read_text("utf-8")
    documented = set(re.findall(r"`([\w-]+)`", page))
    observed = re.search(r"observedAttributes = \[(.*?)\]", script)
    assert observed
    names = set(re.findall(r'"(\w+)"', observed[1]))
    names |= set(re.findall(r"var\((--opine-[\w-]+)", script))
    names |= set(re.findall(r'part: (?:quiet \? null : )?"(\w+)"', script))
    names |= set(re.findall(r'"(opine-(?:ready|error|opinion|critique))"', script))
    assert names <= documented
