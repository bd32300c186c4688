"""People over HTTP: who they are, what they say, and their say over it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from web_site import API, CAMPAIGN, LIGHT, Site, new_visitor, open_site

from bot.web_security import VisitorTokens


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(tmp_path) as site:
        yield site


async def test_an_opinion_is_kept_exactly_as_typed_and_a_repeat_is_the_same_one(site: Site) -> None:
    visitor = await site.visitor()
    text = "  B, la luz es\u200e más suave 😬\n"
    first = await visitor.say(text, showing_id=visitor.showing["id"])
    again = await visitor.say(text, showing_id=visitor.showing["id"])
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["opinion"] == again.json()["opinion"]
    assert first.json()["opinion"]["source_text"] == text
    assert (await site.store.get_opinion(first.json()["opinion"]["id"])).source_text == text
    assert first.json()["turns"][0]["kind"] == "received"


async def test_one_message_id_with_other_words_is_a_conflict_and_keeps_the_first(site: Site) -> None:
    visitor = await site.visitor()
    await visitor.say("A is better", "m1")
    other = await visitor.say("B is better", "m1")
    assert other.status_code == 409
    assert other.json()["type"] == "urn:opine:problem:conflict"
    mine = (await visitor.send("GET", "/opinions")).json()["items"]
    assert [item["opinion"]["source_text"] for item in mine] == ["A is better"]


async def test_a_command_in_words_is_answered_and_not_kept(site: Site) -> None:
    visitor = await site.visitor()
    answer = await visitor.say("help")
    assert answer.status_code == 200
    assert answer.json()["opinion"] is None
    assert answer.json()["turns"][0]["kind"] == "help"


async def test_nothing_is_kept_before_consent(site: Site) -> None:
    entered = (await site.client.post(f"{API}/visitors", json={"campaign": CAMPAIGN})).json()
    body = {"campaign": CAMPAIGN, "source_text": "B", "client_message_id": "m1"}
    headers = {"Authorization": f"Bearer {entered['token']}"}
    answer = await site.client.post(f"{API}/opinions", json=body, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["opinion"] is None
    assert answer.json()["turns"][0]["kind"] == "consent"


async def test_what_belongs_to_others_is_not_there(site: Site) -> None:
    owner, other = await site.visitor(), await site.visitor()
    opinion = (await owner.say("the light is soft")).json()["opinion"]["id"]
    await site.read((LIGHT,))
    label = (await owner.send("GET", f"/opinions/{opinion}")).json()["labels"][0]["id"]
    body = {"aspect": "color", "polarity": "negative"}
    tries = [
        ("GET", f"/opinions/{opinion}", None),
        ("DELETE", f"/opinions/{opinion}", None),
        ("POST", f"/opinions/{opinion}/labels", body),
        ("PUT", f"/opinions/{opinion}/labels/{label}", body),
        ("POST", f"/opinions/{opinion}/labels/{label}/confirm", None),
        ("DELETE", f"/opinions/{opinion}/labels/{label}", None),
        ("PUT", f"/showings/{owner.showing['id']}/preference", {"choice": "A"}),
        ("POST", f"/showings/{owner.showing['id']}/skip", None),
    ]
    absent = (await other.send("GET", "/opinions/00000000-0000-7000-8000-000000000000")).json()
    for method, path, json in tries:
        answer = await other.send(method, path, json)
        assert answer.status_code == 404, (method, path)
        assert answer.json()["detail"] == absent["detail"], "the answer must not tell whether it exists"
    assert len((await owner.send("GET", "/opinions")).json()["items"]) == 1
    assert (await other.send("GET", "/opinions")).json() == {"items": [], "next": None}


async def test_after_erasure_nothing_is_left_and_the_token_is_worth_nothing(site: Site) -> None:
    visitor = await site.visitor()
    opinion = (await visitor.say("my words")).json()["opinion"]["id"]
    assert "my words" in (await visitor.send("GET", "/me/data")).text
    erased = await visitor.send("DELETE", "/me")
    assert erased.json()["erased"]["opinions"] == 1
    for method, path in (("GET", "/me"), ("GET", f"/opinions/{opinion}"), ("GET", "/events")):
        answer = await visitor.send(method, path)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
    assert await site.store.critiques() == []


async def test_a_valid_token_is_renewed_for_the_same_person(site: Site) -> None:
    visitor = await site.visitor()
    renewed = await visitor.send("POST", "/visitors", {"campaign": CAMPAIGN})
    assert renewed.json()["annotator"]["id"] == visitor.id
    stranger = await site.client.post(
        f"{API}/visitors", json={"campaign": CAMPAIGN}, headers={"Authorization": "Bearer forged.to.ken"}
    )
    assert stranger.json()["annotator"]["id"] != visitor.id


async def test_language_and_training_use_are_theirs_to_change(site: Site) -> None:
    visitor = await site.visitor()
    turns = (await visitor.send("POST", "/conversation/open", {"campaign": CAMPAIGN, "locale": "es"})).json()["turns"]
    assert turns[0]["locale"] == "es"
    changed = await visitor.send("PUT", "/me", {"locale": "ar", "training_use": False})
    assert (changed.json()["locale"], changed.json()["training_use"]) == ("ar", False)
    turns = (await visitor.send("POST", "/conversation/open", {"campaign": CAMPAIGN})).json()["turns"]
    assert (turns[0]["locale"], turns[0]["dir"]) == ("ar", "rtl")
    turns = (await visitor.send("POST", "/conversation/open", {"campaign": CAMPAIGN, "locale": "es"})).json()["turns"]
    assert turns[0]["locale"] == "ar"  # the device's language gives way to the one that was chosen


async def test_a_skipped_comparison_is_followed_by_another(site: Site) -> None:
    visitor = await site.visitor()
    turns = (await visitor.send("POST", f"/showings/{visitor.showing['id']}/skip")).json()["turns"]
    following = next(turn["showing"] for turn in turns if turn["showing"])
    assert following["comparison_id"] != visitor.showing["comparison_id"]


async def test_an_unknown_campaign_is_a_404_without_names(site: Site) -> None:
    visitor = await site.visitor()
    for path, body in (
        ("/visitors", {"campaign": "nowhere"}),
        ("/conversation/open", {"campaign": "nowhere"}),
        ("/actions", {"campaign": "nowhere", "action": "next"}),
        ("/opinions", {"campaign": "nowhere", "source_text": "B", "client_message_id": "m"}),
    ):
        answer = await visitor.send("POST", path, body)
        assert answer.status_code == 404
        assert CAMPAIGN not in answer.text


async def test_arabic_people_get_arabic_errors(site: Site) -> None:
    visitor = await new_visitor(site.client)
    visitor.headers["Accept-Language"] = "xx, ar-EG;q=0.9, en;q=0.8"
    answer = await visitor.say("   ")
    assert answer.status_code == 422
    assert any("\u0600" <= c <= "\u06ff" for c in answer.json()["detail"])


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\ud800".encode("utf-8", "replace").decode(), "é.é.é"])
def test_damaged_tokens_are_nobody(token: str) -> None:
    assert VisitorTokens("secret", 90).find(token) is None


def test_tokens_hold_until_they_expire_and_only_under_their_secret() -> None:
    token = VisitorTokens("secret", 90).issue("somebody")
    assert VisitorTokens("secret", 90).find(token) == "somebody"
    assert VisitorTokens("other", 90).find(token) is None
    assert VisitorTokens("secret", -1).find(token) is None
