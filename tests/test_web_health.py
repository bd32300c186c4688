"""What operators' monitoring sees, the pages, and the description of the API."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from web_site import API, LIGHT, Site, open_site

from bot.wording import catalogues


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as site:
        yield site


async def test_alive_and_ready(site: Site) -> None:
    assert (await site.client.get("/healthz")).json() == {"status": "ok"}
    assert (await site.client.get("/readyz")).json() == {"status": "ready", "reader": "elsewhere"}


async def test_an_old_schema_is_not_ready(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    async def old() -> bool:
        return False

    monkeypatch.setattr(site.store, "at_head", old)
    answer = await site.client.get("/readyz")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_figures_hold_nobody(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.say("the light is soft")
    await visitor.send("GET", "/opinions/" + "0" * 32)
    await site.client.get("/what/ever/path")
    text = (await site.client.get("/metrics")).text
    samples = {
        (one.name, " ".join(one.labels.values())): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }
    assert samples["opine_opinions_total", "web"] == 1
    assert samples["opine_work", "waiting"] == 1
    assert samples["opine_request_seconds_count", "POST /opinions 201"] == 1
    assert samples["opine_request_seconds_count", "GET unmatched 404"] == 1
    assert visitor.id not in text
    assert "0" * 32 not in text
    assert "ever" not in text
    await site.read((LIGHT,))
    assert 'opine_work{state="waiting"} 0.0' in (await site.client.get("/metrics")).text


async def test_the_page_is_whole_and_runs_nothing_of_others(site: Site) -> None:
    for path in ("/", "/?campaign=photos", "/c/photos"):
        answer = await site.client.get(path, headers={"Accept-Language": "en"})
        assert answer.status_code == 200
        policy = answer.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "photos" in answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)", answer.text), "no inline script"
        assert not re.search(r"<style|\son\w+=|\sstyle=", answer.text)
        assert "set-cookie" not in answer.headers
        for source in re.findall(r'(?:src|href)="(/[^"]+)"', answer.text):
            assert (await site.client.get(source)).status_code == 200, source
    if "ar" in catalogues():
        arabic = await site.client.get("/?lang=ar")
        assert 'lang="ar"' in arabic.text
        assert 'dir="rtl"' in arabic.text


async def test_the_script_has_a_rolling_and_a_lasting_address(site: Site) -> None:
    rolling = await site.client.get("/widget.js")
    version = rolling.headers["etag"].strip('"')
    lasting = await site.client.get(f"/widget/{version}.js")
    assert rolling.content == lasting.content
    assert "immutable" not in rolling.headers["cache-control"]
    assert "immutable" in lasting.headers["cache-control"]
    assert rolling.headers["content-type"].startswith("text/javascript")
    assert (await site.client.get("/widget.js", headers={"If-None-Match": f'"{version}"'})).status_code == 304
    assert (await site.client.get("/widget/0000000000000000.js")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/", "/c/photos", "/widget.js", "/widget/page.css", "/c/none", "/widget/0.js"]
)
async def test_head_is_answered_as_get_is(site: Site, path: str) -> None:
    whole, head = await site.client.get(path), await site.client.head(path)
    assert head.status_code == whole.status_code
    assert untraced(head) == untraced(whole)
    assert head.content == b""


def untraced(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "x-trace-id"}


async def test_menus_come_in_the_language_asked_for(site: Site) -> None:
    taxonomy = (await site.client.get(f"{API}/taxonomy", params={"locale": "xx,en"})).json()
    assert len(taxonomy["aspects"]) == 18
    assert taxonomy["locale"] == "en"
    wording = (await site.client.get(f"{API}/wording", params={"locale": "en"})).json()
    assert {one["tag"] for one in wording["locales"]} == set(catalogues())
    assert all(wording["strings"].values())


async def test_the_description_names_every_route_its_answer_and_its_errors(site: Site) -> None:
    schema = (await site.client.get("/openapi.json")).json()
    operations = [(path, method, one) for path, methods in schema["paths"].items() for method, one in methods.items()]
    ids = [one["operationId"] for _, _, one in operations]
    assert len(ids) == len(set(ids))
    for path, method, one in operations:
        assert one["tags"], path
        assert one["summary"], path
        assert one["description"], path
        good = next(answer for status, answer in one["responses"].items() if status.startswith("2"))
        assert method == "delete" or any("schema" not in c or c["schema"] for c in good["content"].values()), path
        for status, answer in one["responses"].items():
            if status >= "400":
                assert answer["content"].keys() == {"application/problem+json"}, (path, status)
    assert "HTTPValidationError" not in schema["components"]["schemas"]
    for reference in re.findall(
        r'"\$ref":"#/components/schemas/([^"]+)"', (await site.client.get("/openapi.json")).text
    ):
        assert reference in schema["components"]["schemas"]
