"""Who may ask, from where, and how often."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from web_site import API, CAMPAIGN, Site, open_live, open_site

from bot.rates import Buckets
from bot.settings import Settings
from bot.web_origins import Origins
from bot.web_security import network

ALLOWED = "https://example.org"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path, origins=(ALLOWED,), opinions_per_minute=3) as site:
        yield site


def test_a_bucket_gives_a_minutes_worth_at_once_and_then_one_every_so_often() -> None:
    clock = Clock()
    buckets = Buckets(30, clock=clock)
    assert [buckets.take("a") for _ in range(30)] == [0.0] * 30
    assert buckets.take("a") == pytest.approx(2.0)
    assert buckets.take("b") == 0.0
    clock.now = 1.99
    assert buckets.take("a") > 0
    clock.now = 2.0
    assert buckets.take("a") == 0.0
    assert buckets.take("a") == pytest.approx(2.0)


@given(st.integers(1, 50), st.lists(st.floats(0, 20), max_size=80))
def test_no_minute_ever_has_more_than_two_minutes_worth(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    buckets = Buckets(per_minute, clock=clock)
    accepted: list[float] = []
    for pause in pauses:
        clock.now += pause
        wait = buckets.take("a")
        if not wait:
            accepted.append(clock.now)
    for start in accepted:
        assert sum(start <= moment < start + 60 for moment in accepted) <= 2 * per_minute


@given(st.floats(0.1, 200))
def test_after_the_wait_that_was_told_there_is_enough(cost: float) -> None:
    clock = Clock()
    buckets = Buckets(10, clock=clock)
    buckets.take("a", 10)
    clock.now += buckets.take("a", cost) + 1e-6
    assert buckets.take("a", cost) == 0.0


def test_keys_are_bounded() -> None:
    buckets = Buckets(1, keys=10, clock=Clock())
    for number in range(1000):
        buckets.take(str(number))
    assert len(buckets._buckets) == 10
    assert buckets.take("999") > 0, "the newest are the ones kept"


def test_an_ipv6_customer_is_one_address() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:1") != network("2001:db8:0:1::1")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") != network("192.0.2.2")
    assert network(None) == network("testclient") == "unknown"


async def test_too_many_opinions_are_refused_with_the_time_to_wait_and_none_is_lost(site: Site) -> None:
    visitor, other = await site.visitor(), await site.visitor()
    answers = [await visitor.say(f"opinion {n}", f"m{n}", showing_id=visitor.showing["id"]) for n in range(6)]
    assert [answer.status_code for answer in answers] == [201] * 3 + [429] * 3
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 21
    assert answers[-1].json()["type"] == "urn:opine:problem:rate-limited"
    assert answers[-1].headers["retry-after"] in answers[-1].json()["detail"]
    assert len((await visitor.send("GET", "/opinions")).json()["items"]) == 3
    assert (await other.say("mine")).status_code == 201, "others are not affected"


async def test_of_a_burst_exactly_the_limit_is_kept_and_the_rest_is_told_when(tmp_path: Path) -> None:
    async with open_live(tmp_path, opinions_per_minute=20, requests_per_minute=10**6) as live:
        visitor = await live.visitor()
        showing = visitor.showing["id"]
        burst = [visitor.say(f"opinion number {n}", f"m{n}", showing_id=showing) for n in range(150)]
        answers = await asyncio.gather(*burst)
        accepted = {answer.json()["opinion"]["id"] for answer in answers if answer.status_code == 201}
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(accepted) + len(refused) == 150
        assert 20 <= len(accepted) <= 30, "what trickles back while the burst lasts"
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
        assert {one.opinion.id for one in await live.site.store.critiques()} == accepted


async def test_a_body_over_the_cap_is_refused_on_the_wire_while_it_is_still_sent(tmp_path: Path) -> None:
    async with open_live(tmp_path) as live:
        visitor = await live.visitor()
        port = live.client.base_url.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = f"POST {API}/opinions HTTP/1.1\r\nHost: x\r\nAuthorization: {visitor.headers['Authorization']}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 100000000\r\n\r\n[".encode())
        await writer.drain()
        async with asyncio.timeout(20):
            answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 413")
        assert b"application/problem+json" in answer
        assert (await visitor.send("GET", "/me")).status_code == 200, "the server goes on"


async def test_an_address_and_a_site_have_limits_of_their_own(tmp_path: Path) -> None:
    limits = {"requests_per_minute": 40, "site_requests_per_minute": 10}
    async with open_site(tmp_path, origins=(ALLOWED,), **limits) as site:
        site.parts.limits.addresses._clock = site.parts.limits.sites._clock = Clock()
        path = f"{API}/wording"
        from_site = [(await site.client.get(path, headers={"Origin": ALLOWED})).status_code for _ in range(12)]
        assert from_site == [200] * 10 + [429] * 2
        direct = [(await site.client.get(path)).status_code for _ in range(40)]
        assert direct == [200] * 28 + [429] * 12
        assert (await site.client.get("/healthz")).status_code == 200
        refused = await site.client.get(path, headers={"Origin": ALLOWED})
        assert refused.headers["access-control-allow-origin"] == ALLOWED, "the widget can read the refusal"
        assert "Retry-After" in refused.headers["access-control-expose-headers"]


async def test_an_allowed_site_gets_its_own_name_back(site: Site) -> None:
    answer = await site.client.get(f"{API}/taxonomy", headers={"Origin": ALLOWED})
    assert answer.headers["access-control-allow-origin"] == ALLOWED
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://example.org.evil.example",
        "http://example.org",
        "https://example.org:8443",
        "https://EXAMPLE.org",
        "[",
        "",
    ],
)
async def test_every_other_origin_is_refused_before_anything_happens(site: Site, origin: str) -> None:
    body = {"campaign": CAMPAIGN}
    answer = await site.client.post(f"{API}/visitors", json=body, headers={"Origin": origin})
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


async def test_the_servers_own_page_needs_no_entry(site: Site) -> None:
    body = {"campaign": CAMPAIGN}
    answer = await site.client.post(f"{API}/visitors", json=body, headers={"Origin": "http://opine.test"})
    assert answer.status_code == 201
    assert "Origin" in answer.headers["vary"]


async def test_a_preflight_tells_what_is_allowed(site: Site) -> None:
    asked = {"Origin": ALLOWED, "Access-Control-Request-Method": "PUT"}
    good = await site.client.options(
        f"{API}/me", headers=asked | {"Access-Control-Request-Headers": "authorization, content-type"}
    )
    assert good.status_code == 200
    assert good.headers["access-control-allow-origin"] == ALLOWED
    bad = await site.client.options(f"{API}/me", headers=asked | {"Access-Control-Request-Headers": "x-other"})
    assert bad.status_code == 400
    assert bad.headers["content-type"] == "application/problem+json"
    null = await site.client.options(f"{API}/me", headers=asked | {"Origin": "null"})
    assert null.status_code == 403


def test_a_star_is_no_site(tmp_path: Path) -> None:
    async def nothing(*_: object) -> None:
        """An ASGI application without routes."""

    with pytest.raises(ValueError, match="name each site"):
        Origins(nothing, Settings(_env_file=None, data=tmp_path, origins=("*",)))


async def test_the_script_and_the_images_may_be_used_anywhere(site: Site) -> None:
    answer = await site.client.get("/widget.js", headers={"Origin": "https://anywhere.example"})
    assert answer.headers["access-control-allow-origin"] == "*"
