"""A person's corrections over HTTP: suggestions stay, gold stands beside them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from web_site import CAMPAIGN, LIGHT, Site, Visitor, open_site

Opined = tuple[Site, Visitor, str]


@pytest.fixture
async def opined(tmp_path: Path) -> AsyncIterator[Opined]:
    async with open_site(tmp_path) as site:
        visitor = await site.visitor()
        opinion = (await visitor.say("la luz es suave")).json()["opinion"]["id"]
        await site.read((LIGHT,))
        yield site, visitor, opinion


async def test_the_reading_is_there_with_spans_in_code_points(opined: Opined) -> None:
    _, visitor, opinion = opined
    critique = (await visitor.send("GET", f"/opinions/{opinion}")).json()
    assert critique["reading"]["language"] == "en"
    assert critique["labels"][0]["span"] == [3, 8]
    assert critique["labels"][0]["status"] == "suggested"
    assert critique["preference"]["choice"] == "B"


async def test_a_correction_stands_beside_the_suggestion(opined: Opined) -> None:
    _, visitor, opinion = opined
    label = (await visitor.send("GET", f"/opinions/{opinion}")).json()["labels"][0]
    body = {"aspect": "color", "polarity": "negative", "strength": 3, "targets": ["A"], "attributes": ["dull"]}
    corrected = await visitor.send("PUT", f"/opinions/{opinion}/labels/{label['id']}", body)
    assert corrected.status_code == 200, corrected.text
    (gold,) = [one for one in corrected.json()["labels"] if one["status"] == "corrected"]
    assert gold["replaces"] == label["id"]
    assert {name: gold[name] for name in body} == body
    assert corrected.json()["reading"]["labels"][0]["aspect"] == "lighting"


async def test_confirming_rejecting_and_adding(opined: Opined) -> None:
    _, visitor, opinion = opined
    label = (await visitor.send("GET", f"/opinions/{opinion}")).json()["labels"][0]["id"]
    confirmed = await visitor.send("POST", f"/opinions/{opinion}/labels/{label}/confirm")
    assert confirmed.json()["labels"][0]["status"] == "confirmed"
    rejected = await visitor.send("DELETE", f"/opinions/{opinion}/labels/{label}")
    assert all(one["id"] != label or one["status"] == "rejected" for one in rejected.json()["labels"])
    added = await visitor.send("POST", f"/opinions/{opinion}/labels", {"aspect": "mood", "polarity": "positive"})
    assert added.status_code == 201
    assert [one["aspect"] for one in added.json()["labels"] if one["status"] == "corrected"] == ["mood"]


@pytest.mark.parametrize(
    "body",
    [
        {"aspect": "colour", "polarity": "negative"},
        {"aspect": "color", "polarity": "bad"},
        {"aspect": "color", "polarity": "negative", "targets": ["C"]},
        {"aspect": "color", "polarity": "negative", "targets": ["A", "A"]},
        {"aspect": "color", "polarity": "negative", "attributes": ["hands"]},
        {"aspect": "color", "polarity": "negative", "strength": 4},
        {"aspect": "color", "polarity": "negative", "status": "confirmed"},
        {"aspect": "color"},
        [],
        None,
    ],
)
async def test_a_label_outside_the_taxonomy_or_the_images_is_refused(opined: Opined, body: object) -> None:
    _, visitor, opinion = opined
    answer = await visitor.send("POST", f"/opinions/{opinion}/labels", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert len((await visitor.send("GET", f"/opinions/{opinion}")).json()["labels"]) == 1


async def test_labels_of_one_opinion_cannot_be_reached_through_another(opined: Opined) -> None:
    site, visitor, opinion = opined
    label = (await visitor.send("GET", f"/opinions/{opinion}")).json()["labels"][0]["id"]
    other = await site.visitor()
    theirs = (await other.say("the light is soft")).json()["opinion"]["id"]
    answer = await other.send("DELETE", f"/opinions/{theirs}/labels/{label}")
    assert answer.status_code == 404
    assert (await visitor.send("GET", f"/opinions/{opinion}")).json()["labels"][0]["status"] == "suggested"


async def test_a_click_against_the_words_is_a_conflict_until_it_is_settled(opined: Opined) -> None:
    site, _, _ = opined
    visitor = await site.visitor()
    path = f"/showings/{visitor.showing['id']}/preference"
    clicked = (await visitor.send("PUT", path, {"choice": "A"})).json()["preference"]
    assert (clicked["choice"], clicked["source"], clicked["conflict"]) == ("A", "click", False)
    opinion = (await visitor.say("B is softer", showing_id=visitor.showing["id"])).json()["opinion"]["id"]
    await site.read((LIGHT,))
    assert (await visitor.send("GET", f"/opinions/{opinion}")).json()["preference"]["conflict"] is True
    settled = (await visitor.send("PUT", path, {"choice": "A", "opinion_id": opinion})).json()["preference"]
    assert (settled["choice"], settled["conflict"]) == ("A", False)
    assert (await visitor.send("PUT", path, {"choice": "C"})).status_code == 422


async def test_my_opinions_come_newest_first_and_by_campaign(opined: Opined) -> None:
    site, visitor, _ = opined
    for number in range(4):
        await visitor.say(f"number {number}", f"n{number}", showing_id=visitor.showing["id"])
    first = (await visitor.send("GET", "/opinions?limit=3")).json()
    rest = (await visitor.send("GET", f"/opinions?limit=3&before={first['next']}")).json()
    texts = [item["opinion"]["source_text"] for item in first["items"] + rest["items"]]
    assert texts == ["number 3", "number 2", "number 1", "number 0", "la luz es suave"]
    assert rest["next"] is None
    here = (await visitor.send("GET", f"/opinions?campaign={CAMPAIGN}")).json()["items"]
    await site.store.create_campaign("other", "Other")
    elsewhere = (await visitor.send("GET", "/opinions?campaign=other")).json()["items"]
    assert (len(here), elsewhere) == (5, [])


async def test_a_deleted_opinion_is_gone(opined: Opined) -> None:
    _, visitor, opinion = opined
    assert (await visitor.send("DELETE", f"/opinions/{opinion}")).status_code == 204
    assert (await visitor.send("GET", f"/opinions/{opinion}")).status_code == 404
    assert (await visitor.send("DELETE", f"/opinions/{opinion}")).status_code == 404
