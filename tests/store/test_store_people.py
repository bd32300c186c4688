import asyncio
import json
from pathlib import Path

import pytest
from pydantic import ValidationError
from scenes import HANDS, LIGHT, joined, make_scene, read_all, reading
from sqlalchemy import func, select

from feedback.errors import NotFound
from feedback.privacy import has_consented, may_train, pseudonym
from feedback.store import Store
from feedback.tables import Base, TombstoneRow


async def rows(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    async with store._database.read() as session:
        tables = Base.metadata.sorted_tables
        return {one.name: await session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


def test_a_pseudonym_depends_on_secret_channel_and_user() -> None:
    # printf web:ana | openssl dgst -sha256 -hmac key
    assert pseudonym("key", "web", "ana") == "872def482067b81cce1ff993febe362b"
    assert len({pseudonym(s, c, u) for s in ("a", "b") for c in ("web", "discord") for u in ("1", "2")}) == 8
    with pytest.raises(ValueError, match="secret"):
        pseudonym("", "web", "ana")


async def test_entering_twice_is_one_person(store: Store) -> None:
    first = await store.enter("web", "ana", "es")
    assert await store.enter("web", "ana", "fr") == first
    assert await store.get_annotator(first.id) == first
    assert (await store.enter("discord", "ana", "es")).id != first.id
    assert "ana" not in first.id


async def test_who_is_known_enters_without_waiting_for_those_who_write(store: Store) -> None:
    ana = await store.enter("discord", "ana", "es", training_use=False)
    assert not ana.training_use
    async with store._database.write() as session:
        await session.execute(select(TombstoneRow))
        assert await asyncio.wait_for(store.enter("discord", "ana", "fr"), 5) == ana


async def test_who_is_only_recognized_is_kept_nowhere(store: Store) -> None:
    before = await rows(store)
    stranger = await store.recognize("discord", "ana", "es")
    assert await rows(store) == before
    ana = await store.enter("discord", "ana", "ja")
    assert (stranger.id, stranger.locale) == (ana.id, "es")
    assert await store.recognize("discord", "ana", "fr") == ana


async def test_a_malformed_locale_is_refused(store: Store) -> None:
    with pytest.raises(ValidationError):
        await store.enter("web", "ana", "<script>")


async def test_an_annotator_changes_only_as_told(store: Store) -> None:
    ana = await store.enter("web", "ana", "es")
    changed = await store.agree(ana.id, "some campaign", 2)
    assert changed == ana.model_copy(update={"consents": {"some campaign": 2}})
    changed = await store.update_annotator(ana.id, locale="zh-Hant", training_use=False)
    told = {"consents": {"some campaign": 2}, "locale": "zh-Hant", "training_use": False}
    assert changed == ana.model_copy(update=told)
    changed = await store.update_annotator(ana.id, locale="he", locale_chosen=True)
    assert changed == ana.model_copy(update=told | {"locale": "he", "locale_chosen": True})
    assert await store.get_annotator(ana.id) == changed
    with pytest.raises(NotFound):
        await store.update_annotator("nobody", locale="de")


async def test_consent_is_to_one_campaign_and_asked_again_for_newer_terms(store: Store) -> None:
    ana = await store.enter("web", "ana", "es")
    first, second = [await store.create_campaign(name, "T", consent_version=2) for name in ("first", "second")]
    assert not has_consented(ana, first)
    assert not has_consented(await store.agree(ana.id, first.id, 1), first)
    ana = await store.agree(ana.id, first.id, 2)
    assert has_consented(ana, first)
    assert not has_consented(ana, second)
    closed = await store.create_campaign("closed", "T", training_use=False)
    assert may_train(ana, first)
    assert not may_train(ana, closed)


async def test_withdrawn_training_use_holds_for_earlier_opinions(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    assert said.training_use
    await store.update_annotator(scene.annotator.id, training_use=False)
    assert not (await store.get_opinion(said.id)).training_use
    await store.update_annotator(scene.annotator.id, training_use=True)
    assert not (await store.get_opinion(said.id)).training_use
    assert (await store.add_opinion(scene.says("más", "m2"))).training_use


async def test_each_click_keeps_what_it_was_allowed_for(store: Store) -> None:
    scene = await make_scene(store)
    await store.update_annotator(scene.annotator.id, training_use=False)
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await store.update_annotator(scene.annotator.id, training_use=True)  # said elsewhere, later
    assert [one.training_use for one in await store.preferences()] == [False]
    other = await store.add_comparison(scene.campaign.id, [image.id for image in scene.images])
    shown = await store.show(scene.annotator.id, other.id, [image.id for image in scene.images])
    await store.choose(shown.id, scene.annotator.id, "B")
    assert [one.training_use for one in await store.preferences()] == [False, True]
    await store.update_annotator(scene.annotator.id, training_use=False)
    assert [one.training_use for one in await store.preferences()] == [False, False]


async def everything(store: Store, user: str = "ana") -> str:
    """A person with something in every table; returns their id."""
    scene = await make_scene(store) if user == "ana" else await joined(store, await make_scene(store, name=user), user)
    said = await store.add_opinion(scene.says())
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await read_all(store, reading(LIGHT, HANDS))
    label = (await store.get_critique(said.id)).labels[0]
    await store.correct_label(said.id, label.id, LIGHT)
    await store.enqueue_all_unread("normalizer:test.2")
    return scene.annotator.id


async def test_everything_about_a_person_is_told_as_json(store: Store) -> None:
    ana = await everything(store)
    told = await store.everything_about(ana)
    assert json.loads(json.dumps(told)) == told
    assert told["annotator"]["id"] == ana
    assert told["showings"][0]["state"] == "answered"
    assert told["critiques"][0]["opinion"]["source_text"].startswith("B, la luz")
    assert told["clicks"][0]["choice"] == "A"


async def test_erasure_takes_all_of_one_person_and_nothing_of_another(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    kept = await store.add_opinion(other.says())
    before = await rows(store)
    theirs = await store.add_opinion(scene.says())
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await read_all(store, reading(LIGHT))
    await store.enqueue_all_unread("normalizer:test.2")
    counts = await store.erase(scene.annotator.id)
    assert counts == {"showings": 1, "opinions": 1, "readings": 1, "labels": 1, "clicks": 1, "events": 1, "work": 1}
    after = await rows(store)
    assert after.pop("tombstones") == 1
    read = {"readings": 1, "labels": 1, "events": 1}  # the other person's opinion was read meanwhile
    gone = {"annotators": -1, "showings": -1}
    assert after == {name: number + (read | gone).get(name, 0) for name, number in before.items() if name in after}
    assert (await store.get_opinion(kept.id)) == kept
    with pytest.raises(NotFound):
        await store.get_opinion(theirs.id)
    with pytest.raises(NotFound):
        await store.get_annotator(scene.annotator.id)
    assert [critique.opinion.id for critique in await store.critiques()] == [kept.id]
    assert await store.preferences() == [
        one for one in await store.preferences() if one.annotator_id != scene.annotator.id
    ]
    third = await store.enter("web", "third", "de")
    assert (await store.unseen(third.id, scene.campaign.id))[0].times_shown == 1


async def test_erasure_leaves_a_tombstone_and_the_person_may_come_back(store: Store) -> None:
    ana = await everything(store)
    await store.erase(ana)
    async with store._database.read() as session:
        assert (await session.scalars(select(TombstoneRow.annotator_id))).all() == [ana]
    again = await store.enter("web", "ana", "es")
    assert again.id == ana
    assert not again.consents
    assert (await store.everything_about(ana))["critiques"] == []
    with pytest.raises(NotFound):
        await store.erase("nobody")


async def test_erased_words_are_not_left_in_the_sqlite_files(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    scene = await make_scene(store)
    await store.add_opinion(scene.says("ein ganz eigentümlicher Satz"))
    files = list(Path(sqlite.removeprefix("sqlite:///")).parent.iterdir())
    assert any("eigentümlicher".encode() in file.read_bytes() for file in files)
    await store.erase(scene.annotator.id)
    assert not any("eigentümlicher".encode() in file.read_bytes() for file in files)
    await store.close()
