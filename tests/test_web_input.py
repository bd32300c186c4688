"""Bad input over HTTP: a clear error each time, never a 500, never an echo."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_site import API, CAMPAIGN, Site, Visitor, open_site

from bot import names
from bot.web_problems import SAID_AS, SENTENCES, ProblemDetails, wanted_languages

Entered = tuple[Site, Visitor]


@pytest.fixture
async def entered(tmp_path: Path) -> AsyncIterator[Entered]:
    limits = {"opinions_per_minute": 10**6, "requests_per_minute": 10**6, "site_requests_per_minute": 10**6}
    async with open_site(tmp_path, **limits) as site:
        yield site, await site.visitor()


def problem(answer: httpx.Response, status: int, code: str) -> ProblemDetails:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    details = ProblemDetails.model_validate_json(answer.content)
    assert details.status == status
    assert details.type == f"urn:opine:problem:{code}"
    assert details.trace_id == answer.headers["x-trace-id"]
    return details


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        (" \n\t\u200b\u2066", "empty"),
        ("x" * 4001, "too-long"),
        ("😬" * 4001, "too-long"),
        ("half \ud83d a character", "broken"),
        ("nul \0 nul", "broken"),
    ],
)
async def test_a_text_that_cannot_be_kept_gets_a_sentence_and_no_echo(entered: Entered, text: str, code: str) -> None:
    _, visitor = entered
    body = json.dumps({"campaign": CAMPAIGN, "source_text": text, "client_message_id": "m1"})
    headers = visitor.headers | {"Content-Type": "application/json"}
    answer = await visitor.client.post(f"{API}/opinions", content=body, headers=headers)
    details = problem(answer, 422, code)
    assert details.errors is not None
    assert details.errors[0].pointer == "/source_text"
    assert not text.strip() or text[:6] not in answer.text
    assert (await visitor.send("GET", "/opinions")).json()["items"] == []


@pytest.mark.parametrize(
    "text", ["x" * 4000, "😬" * 4000, "<script>alert(1)</script>", "🙂", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ̵̹̻̝̳͂̌̌͘!͖̬̰̙̗̿̋ͥͥ̂ͣ̐́́͜͞", "\u202eabc\u2069"]
)
async def test_a_strange_text_is_kept_as_it_is(entered: Entered, text: str) -> None:
    _, visitor = entered
    answer = await visitor.say(text)
    assert answer.status_code == 201, answer.text
    assert answer.json()["opinion"]["source_text"] == text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nul",
        b"\xff\xfe{}",
        b"[" * 60_000,
        b'{"a":' * 9000,
        b"1" * 10_000,
        b"NaN",
        b'"text"',
        b'{"campaign": "photos", "source_text": "x", "client_message_id": "m", "\\ud800": 1}',
    ],
)
async def test_a_body_that_is_no_json_object_is_a_422(entered: Entered, body: bytes) -> None:
    _, visitor = entered
    headers = visitor.headers | {"Content-Type": "application/json"}
    answer = await visitor.client.post(f"{API}/opinions", content=body, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_over_the_cap_is_a_413_declared_or_not(entered: Entered) -> None:
    site, visitor = entered
    large = b" " * (site.parts.settings.max_body_bytes + 1)

    async def pieces() -> AsyncIterator[bytes]:
        yield large[: len(large) // 2]
        yield large[len(large) // 2 :]

    headers = visitor.headers | {"Content-Type": "application/json"}
    for content in (large, pieces()):
        answer = await visitor.client.post(f"{API}/opinions", content=content, headers=headers)
        problem(answer, 413, "too-large")


async def test_what_is_not_there_and_methods_that_are_not_taken(entered: Entered) -> None:
    _, visitor = entered
    problem(await visitor.client.get("/nothing"), 404, "not-found")
    problem(await visitor.send("GET", "/opinions/%00"), 404, "not-found")
    problem(await visitor.send("GET", "/opinions/..%2f..%2fetc"), 404, "not-found")
    problem(await visitor.client.get("/c/No_Such"), 404, "not-found")
    problem(await visitor.client.get("/c/nowhere"), 404, "no-campaign")
    refused = await visitor.send("PATCH", "/me")
    problem(refused, 405, "method-not-allowed")
    assert "GET" in refused.headers["allow"]
    problem(await visitor.send("GET", "/opinions?limit=0"), 422, "invalid")


async def test_an_unexpected_failure_is_a_500_that_says_nothing_of_the_text(
    entered: Entered, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    site, visitor = entered

    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("while keeping: my secret opinion")

    monkeypatch.setattr(site.parts.conversation, "hear", fail)
    answer = await visitor.say("my secret opinion")
    details = problem(answer, 500, "internal")
    written = "".join(capfd.readouterr())
    assert details.trace_id in written
    assert "RuntimeError" in written
    assert "secret" not in written + answer.text


async def test_a_locked_database_is_a_503_and_nothing_is_lost(tmp_path: Path) -> None:
    async with open_site(tmp_path, patience=0.3) as site:
        visitor = await site.visitor()
        with closing(sqlite3.connect(tmp_path / "opine.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            refused = await visitor.say("the light is soft")
            problem(refused, 503, "store-busy")
            assert int(refused.headers["retry-after"]) >= 1
            other.rollback()
        assert (await visitor.say("the light is soft")).status_code == 201


async def test_a_full_disk_is_a_507_and_the_server_goes_on(entered: Entered) -> None:
    site, visitor = entered
    async with site.store._database.writing.connect() as connection:
        pages = (await connection.exec_driver_sql("PRAGMA page_count")).scalar_one()
        await connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    answers = [await visitor.say("x" * 3000, f"m{n}", showing_id=visitor.showing["id"]) for n in range(10)]
    kept = [answer.json()["opinion"]["id"] for answer in answers if answer.status_code == 201]
    assert len(kept) < 10
    problem(answers[-1], 507, "store-full")
    mine = (await visitor.send("GET", "/opinions")).json()["items"]
    assert sorted(item["opinion"]["id"] for item in mine) == sorted(kept)


PLACES = [
    "/opinions/{}",
    "/opinions?before={}&limit={}",
    "/opinions?campaign={}",
    "/images/{}",
    "/taxonomy?locale={}",
    "/wording?locale={}",
    "/campaigns/{}",
    f"/campaigns/{CAMPAIGN}/critiques?after={{}}&limit={{}}",
    f"/campaigns/{CAMPAIGN}/comparisons?after={{}}",
    "~/c/{}",
    "~/?campaign={}&lang={}",
    "~/widget/{}.js",
]


@pytest.mark.parametrize("place", PLACES)
async def test_no_address_whatever_gives_a_500(entered: Entered, place: str) -> None:
    site, visitor = entered
    loop = asyncio.get_running_loop()
    headers = site.operator if "campaigns" in place else visitor.headers

    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=12) | st.sampled_from([b"\0", b"9" * 30, b"-1", b"..", b"en,ar;q=x"]))
    def get(value: bytes) -> None:
        path = (API + place).replace(f"{API}~", "").format(*[quote_from_bytes(value, safe="")] * 2)
        asked = visitor.client.get(path, headers=headers)
        answer = asyncio.run_coroutine_threadsafe(asked, loop).result(30)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            ProblemDetails.model_validate_json(answer.content)

    await asyncio.to_thread(get)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50) | st.text("\ud800\0a", max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)


def objects(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[object]:
    """JSON objects like the ones asked for, with anything at all in some of the places."""
    return st.fixed_dictionaries({}, optional={name: value | JSON for name, value in members.items()}) | JSON


IDS = st.text(max_size=20) | st.just("m1")
BODIES: dict[tuple[str, str], st.SearchStrategy[object]] = {
    ("POST", "/visitors"): objects(campaign=st.just(CAMPAIGN), locale=st.sampled_from(["en", "xx-Zzzz", "i-klingon"])),
    ("POST", "/conversation/open"): objects(campaign=st.just(CAMPAIGN), locale=st.text(max_size=8)),
    ("POST", "/opinions"): objects(
        campaign=st.just(CAMPAIGN),
        source_text=st.text(max_size=200),
        client_message_id=IDS,
        showing_id=IDS,
        declared_language=st.sampled_from(["es", "hi-Latn", "es-en"]),
    ),
    ("POST", "/actions"): objects(
        campaign=st.just(CAMPAIGN),
        action=st.sampled_from(
            ["next", "choose:A", "choose::", "shade:x:teal", "confirm:", "edit:a:b", ":", "settle:a:Q"]
        )
        | st.text(max_size=30),
    ),
    ("PUT", "/me"): objects(locale=st.text(max_size=8), training_use=st.booleans()),
    ("PUT", "/showings/SHOWING/preference"): objects(choice=st.sampled_from("ABCD"), opinion_id=IDS),
    ("POST", "/opinions/OPINION/labels"): objects(
        aspect=st.sampled_from(["color", "mood"]),
        polarity=st.sampled_from(["positive", "worse"]),
        strength=st.integers(),
        targets=st.lists(st.sampled_from("ABCDE")),
        attributes=st.lists(st.text(max_size=9)),
        value=st.text(max_size=300),
    ),
    ("POST", "/campaigns"): objects(
        name=st.text("ab-", min_size=1, max_size=9), title=st.text(max_size=300), consent_version=st.integers()
    ),
    ("POST", f"/campaigns/{CAMPAIGN}/comparisons"): objects(image_ids=st.lists(IDS, max_size=6), prompt=st.text()),
}


@pytest.mark.parametrize(("method", "path"), BODIES)
async def test_no_body_whatever_gives_a_500(entered: Entered, method: str, path: str) -> None:
    site, visitor = entered
    opinion = (await visitor.say("the light is soft", "first")).json()["opinion"]
    place = API + path.replace("SHOWING", visitor.showing["id"]).replace("OPINION", opinion["id"])
    headers = (site.operator if "campaigns" in path else visitor.headers) | {"Content-Type": "application/json"}
    loop = asyncio.get_running_loop()

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @given(BODIES[method, path])
    def send(body: object) -> None:
        request = visitor.client.request(method, place, content=json.dumps(body), headers=headers)
        answer = asyncio.run_coroutine_threadsafe(request, loop).result(30)
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == "application/problem+json"
            ProblemDetails.model_validate_json(answer.content)
        else:
            answer.json()

    await asyncio.to_thread(send)


def test_every_error_has_a_sentence() -> None:
    sources = [path.read_text("utf-8") for path in Path(names.__file__).parent.glob("web_*.py")]
    codes = {code for source in sources for code in re.findall(r'Problem\(\d+, "([a-z-]+)"', source)}
    assert len(codes) > 10
    for code in codes - {"rate-limited"}:
        assert code in SENTENCES or SAID_AS.get(code, code).replace("-", "_") in names.ERRORS, code


@given(st.text(max_size=60))
def test_any_accept_language_is_understood_or_passed_over(header: str) -> None:
    for tag in wanted_languages(header):
        assert tag in header


def test_the_most_wanted_language_comes_first() -> None:
    assert wanted_languages("de;q=0.5, ar-EG, *;q=0.1, en;q=0.8") == ["ar-EG", "en", "de"]
    assert wanted_languages(None) == []
