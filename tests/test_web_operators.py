"""Operators over HTTP: keys and scopes, campaigns, images, what was said, exports."""

import io
import zipfile
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from struct import pack

import pytest
from web_site import API, CAMPAIGN, LIGHT, SCOPES, Site, open_site, png

from feedback.records import Label

IMAGES = f"{API}/campaigns/{CAMPAIGN}/images"


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as site:
        yield site


def bomb() -> bytes:
    """A PNG of 60,000 x 60,000 pixels in a few hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return pack(">I", len(data)) + kind + data + pack(">I", zlib.crc32(kind + data))

    header = pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 9000))
        + chunk(b"IEND", b"")
    )


async def test_without_a_key_nothing_and_with_one_only_its_scopes(site: Site) -> None:
    routes = {
        ("GET", "/campaigns"): "read",
        ("POST", "/campaigns"): "admin",
        ("GET", f"/campaigns/{CAMPAIGN}"): "read",
        ("POST", f"/campaigns/{CAMPAIGN}/archive"): "admin",
        ("POST", f"/campaigns/{CAMPAIGN}/images"): "ingest",
        ("POST", f"/campaigns/{CAMPAIGN}/comparisons"): "ingest",
        ("GET", f"/campaigns/{CAMPAIGN}/comparisons"): "read",
        ("GET", f"/campaigns/{CAMPAIGN}/critiques"): "read",
        ("GET", "/export"): "export",
        ("PUT", "/opinions/something/flags/spam"): "admin",
        ("DELETE", "/opinions/something/flags/spam"): "admin",
        ("DELETE", "/annotators/somebody"): "erase",
        ("GET", "/images/some-image/original"): "read",
    }
    visitor = await site.visitor()
    keys = {scope: {"Authorization": f"Bearer {await site.store.add_key(scope, [scope])}"} for scope in SCOPES}
    for (method, path), scope in routes.items():
        assert (await site.client.request(method, API + path)).status_code == 401, path
        assert (await visitor.send(method, path)).status_code == 401, path
        for other in SCOPES:
            answer = await site.client.request(method, API + path, headers=keys[other])
            assert (answer.status_code == 403) == (other != scope), (path, other, answer.text)
            if other != scope:
                assert scope in answer.json()["detail"]


async def test_a_revoked_key_is_nobodys(site: Site) -> None:
    headers = {"Authorization": f"Bearer {await site.store.add_key('short', ['read'])}"}
    assert (await site.client.get(f"{API}/campaigns", headers=headers)).status_code == 200
    await site.store.revoke_key("short")
    assert (await site.client.get(f"{API}/campaigns", headers=headers)).status_code == 401


async def test_a_misspelt_campaign_names_those_there_are(site: Site) -> None:
    answer = await site.client.get(f"{API}/campaigns/fotos", headers=site.operator)
    assert answer.status_code == 404
    assert CAMPAIGN in answer.json()["detail"]


async def test_a_name_is_taken_once(site: Site) -> None:
    answer = await site.client.post(
        f"{API}/campaigns", json={"name": CAMPAIGN, "title": "Again"}, headers=site.operator
    )
    assert answer.status_code == 409


async def test_the_same_bytes_are_one_image_and_keep_what_was_said_of_them(site: Site) -> None:
    about = {"prompt": "a teal square", "generator": "pillow", "seed": "7", "source": "made here, CC0"}
    first, again = [
        await site.client.post(IMAGES, files={"file": ("a.png", png())}, data=about, headers=site.operator)
        for _ in range(2)
    ]
    assert first.status_code == 201
    assert first.json() == again.json()
    assert (first.json()["prompt"], first.json()["seed"], first.json()["format"]) == ("a teal square", 7, "PNG")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nothing", b""),
        ("no image", b"%PDF-1.7 not an image"),
        ("truncated", png(size=(300, 300), kind="JPEG")[:400]),
        ("bomb", bomb()),
        ("svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    ],
)
async def test_what_is_no_image_is_refused_with_a_sentence(site: Site, name: str, data: bytes) -> None:
    answer = await site.client.post(IMAGES, files={"file": ("a.png", data)}, headers=site.operator)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] == "urn:opine:problem:bad-image"
    assert answer.json()["detail"].endswith(".")


async def test_an_image_over_the_cap_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async with open_site(tmp_path, max_image_bytes=10_000) as site:
        answer = await site.client.post(IMAGES, files={"file": ("a.png", b"\0" * 200_000)}, headers=site.operator)
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"


async def test_comparisons_take_only_images_of_the_campaign_and_each_once(site: Site) -> None:
    path = f"{API}/campaigns/{CAMPAIGN}/comparisons"
    ids = [image["id"] for image in (await site.client.get(path, headers=site.operator)).json()[0]["images"]]
    for image_ids, status in (([ids[0]] * 2, 409), (["none"], 422), ([], 422), (ids * 3, 422), ([ids[0]], 201)):
        answer = await site.client.post(path, json={"image_ids": image_ids}, headers=site.operator)
        assert answer.status_code == status, answer.text


async def test_critiques_come_page_by_page_and_each_once(site: Site) -> None:
    visitors = [await site.visitor() for _ in range(5)]
    for visitor in visitors:
        await visitor.say("the light is soft")
    await site.read((LIGHT,))
    await visitors[0].send("DELETE", "/me")
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": "2"} | ({"after": cursor} if cursor else {})
        page = await site.client.get(f"{API}/campaigns/{CAMPAIGN}/critiques", params=query, headers=site.operator)
        seen += [item["opinion"]["annotator_id"] for item in page.json()["items"]]
        cursor = page.json()["next"]
    assert seen == [visitor.id for visitor in visitors[1:]]


async def test_the_export_is_a_zip_of_what_was_said(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.say("the light is soft")
    await site.read((Label(**LIGHT.model_dump() | {"span": (4, 9)}),))
    answer = await site.client.get(f"{API}/export", params={"campaign": CAMPAIGN}, headers=site.operator)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        whole = b"".join(archive.read(name) for name in archive.namelist() if name.endswith(".jsonl"))
    assert b"the light is soft" in whole
    assert not list(site.parts.settings.data.glob(".export-*")), "nothing is left behind"


async def test_an_operator_flags_an_opinion_and_takes_it_back(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.say("buy now")
    [said] = await site.store.critiques()
    path = f"{API}/opinions/{said.opinion.id}/flags"
    for flags in (["spam"], ["pii", "spam"], ["pii", "spam"]):
        assert (await site.client.put(f"{path}/{flags[0]}", headers=site.operator)).json() == {"flags": flags}
    assert (await site.client.delete(f"{path}/spam", headers=site.operator)).json() == {"flags": ["pii"]}
    assert [one.flags for one in await site.store.critiques()] == [("pii",)]
    unknown = await site.client.put(f"{path}/rude", headers=site.operator)
    assert unknown.status_code == 409
    assert "spam, pii, not_appropriate" in unknown.json()["detail"], "it says which there are"
    nobody = await site.client.put(f"{API}/opinions/nothing/flags/spam", headers=site.operator)
    assert nobody.status_code == 404


async def test_an_operator_can_erase_who_asks_for_it(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.say("the light is soft")
    answer = await site.client.delete(f"{API}/annotators/{visitor.id}", headers=site.operator)
    assert answer.json()["erased"]["opinions"] == 1
    again = await site.client.delete(f"{API}/annotators/{visitor.id}", headers=site.operator)
    assert again.status_code == 404
