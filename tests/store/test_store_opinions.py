import asyncio
import secrets
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scenes import HANDS, LIGHT, TEXT, Scene, facts, joined, make_scene, read_all, reading

from feedback.errors import Conflict, NotFound
from feedback.records import MAX_TEXT, NewOpinion, Opinion
from feedback.store import Store

WRITABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=40)


def visible(text: str) -> bool:
    """Whether the records accept it."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


async def test_an_opinion_is_kept_with_its_work_and_its_terms(store: Store) -> None:
    scene = await make_scene(store)
    await store.agree(scene.annotator.id, scene.campaign.id, 1)
    said = await store.add_opinion(scene.says())
    assert said.source_text == TEXT
    assert (said.kind, said.comparison_id, said.campaign_id) == ("pair", scene.comparison.id, scene.campaign.id)
    assert (said.consent_version, said.training_use) == (1, True)
    assert said.created_at.utcoffset() is not None
    assert await store.get_opinion(said.id) == said
    assert (await store.get_showing(scene.showing.id)).state == "answered"
    assert (await store.work_counts())["waiting"] == 1


async def test_a_campaign_without_training_use_marks_its_opinions(store: Store) -> None:
    campaign = await store.create_campaign("closed", "Closed", training_use=False)
    image = await store.add_image(campaign.id, facts(1))
    comparison = await store.add_comparison(campaign.id, [image.id])
    ana = await store.enter("web", "ana", "es")
    showing = await store.show(ana.id, comparison.id, [image.id])
    new = NewOpinion(
        showing_id=showing.id, annotator_id=ana.id, source_text="bonito", channel="web", client_message_id="1"
    )
    said = await store.add_opinion(new)
    assert (said.kind, said.training_use, said.consent_version) == ("single", False, None)


async def test_the_same_message_twice_is_one_opinion(store: Store) -> None:
    scene = await make_scene(store)
    first = await store.add_opinion(scene.says())
    assert await store.add_opinion(scene.says()) == first
    assert await store.find_opinion(scene.annotator.id, "m1") == first
    assert await store.find_opinion(scene.annotator.id, "m2") is None
    assert len(await store.critiques()) == 1
    assert (await store.work_counts())["waiting"] == 1


async def test_a_repeat_after_the_reading_makes_no_new_work(store: Store) -> None:
    scene = await make_scene(store)
    first = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT))
    assert await store.add_opinion(scene.says()) == first
    assert (await store.work_counts())["waiting"] == 0


async def test_the_same_message_id_with_other_words_is_a_conflict(store: Store) -> None:
    scene = await make_scene(store)
    first = await store.add_opinion(scene.says())
    with pytest.raises(Conflict, match="client message id"):
        await store.add_opinion(scene.says("other words"))
    assert (await store.get_opinion(first.id)).source_text == TEXT


async def test_message_ids_are_each_persons_own(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    one, two = await store.add_opinion(scene.says()), await store.add_opinion(other.says())
    assert one.id != two.id


async def test_nobody_answers_for_somebody_else(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    with pytest.raises(NotFound):
        await store.add_opinion(other.says(showing=scene.showing))
    said = await store.add_opinion(scene.says())
    for verb in (store.get_opinion, store.get_critique, store.delete_opinion):
        with pytest.raises(NotFound):
            await verb(said.id, other.annotator.id)
        with pytest.raises(NotFound):
            await verb("no such opinion")
    assert await store.get_opinion(said.id, scene.annotator.id) == said


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200e", "broken \ud83d", "NUL \0", "x" * (MAX_TEXT + 1)])
async def test_what_is_no_text_is_refused_before_the_store(sqlite: str, text: str) -> None:
    store = await Store.open(sqlite, "a secret")
    scene = await make_scene(store)
    with pytest.raises(ValidationError):
        scene.says(text)
    await store.close()


@pytest.fixture
async def scene(store: Store) -> Scene:
    """One person before a pair, for all examples of a property."""
    return await make_scene(store)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=WRITABLE.filter(visible), ends=st.tuples(st.integers(0, 39), st.integers(0, 39)))
async def test_any_text_comes_back_as_typed_with_its_spans(
    store: Store, scene: Scene, text: str, ends: tuple[int, int]
) -> None:
    start, end = sorted(one % len(text) for one in ends)
    label = LIGHT.model_copy(update={"span": (start, end + 1), "value_raw": text})
    said = await store.add_opinion(scene.says(text, message=secrets.token_hex(8)))
    await store.finish((await store.claim(1, 60))[0], reading(label))
    critique = await store.get_critique(said.id)
    assert critique.opinion == said
    assert critique.opinion.source_text == text
    assert critique.labels[0].span == (start, end + 1)
    assert critique.labels[0].value_raw == text


async def test_an_opinion_can_be_taken_back(store: Store) -> None:
    scene = await make_scene(store)
    kept, dropped = await store.add_opinion(scene.says()), await store.add_opinion(scene.says(message="m2"))
    await read_all(store, reading(LIGHT))
    await store.delete_opinion(dropped.id, scene.annotator.id)
    assert [one.opinion.id for one in await store.critiques()] == [kept.id]
    assert [event.payload["opinion_id"] for event in await store.events_after(scene.annotator.id, 0)] == [kept.id]
    with pytest.raises(NotFound):
        await store.get_critique(dropped.id)


async def test_an_opinion_is_found_by_its_channel_and_message_alone(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    assert await store.find_by_message("web", "m1") == said
    assert await store.find_by_message("discord", "m1") is None
    assert await store.find_by_message("web", "m2") is None
    await store.delete_opinion(said.id)
    assert await store.find_by_message("web", "m1") is None


async def test_other_words_take_the_place_of_an_opinion_and_of_what_was_read_in_it(store: Store) -> None:
    scene = await make_scene(store)
    await store.agree(scene.annotator.id, scene.campaign.id, 1)
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT, HANDS))
    await store.answer_label(said.id, (await store.get_critique(said.id)).labels[0].id, "confirmed")
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await store.agree(scene.annotator.id, scene.campaign.id, 2)
    seen = store.changes
    changed = await store.replace_opinion(said.id, "más suave 🙂")
    assert changed == said.model_copy(
        update={"id": changed.id, "source_text": "más suave 🙂", "created_at": changed.created_at}
    )
    assert changed.id > said.id
    assert store.changes > seen  # who reads is woken
    critique = await store.get_critique(changed.id)
    assert (critique.reading, critique.labels, critique.preference.choice) == (None, (), "A")
    assert [one.opinion for one in await store.critiques()] == [changed]
    assert await store.events_after(scene.annotator.id, 0) == []
    assert await store.find_by_message("web", "m1") == changed
    assert [claim.opinion for claim in await store.claim(9, 60)] == [changed]
    with pytest.raises(NotFound):
        await store.replace_opinion(said.id, "zu spät")


async def test_an_edit_that_leaves_the_words_alone_changes_nothing(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT))
    assert await store.replace_opinion(said.id, TEXT) == said
    assert len((await store.get_critique(said.id)).labels) == 1
    for text in ("", "x" * (MAX_TEXT + 1), "NUL \0"):
        with pytest.raises(ValidationError):
            await store.replace_opinion(said.id, text)
    assert await store.find_by_message("web", "m1") == said


async def test_a_reading_of_earlier_words_is_not_kept(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    claim = (await store.claim(1, 60))[0]
    changed = await store.replace_opinion(said.id, "más suave")
    assert not await store.finish(claim, reading(LIGHT))
    assert (await store.get_critique(changed.id)).reading is None
    assert len(await store.claim(1, 60)) == 1


async def test_of_several_edits_at_once_one_comes_through(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    edits = [store.replace_opinion(said.id, f"texto {number}") for number in range(6)]
    answers = await asyncio.gather(*edits, return_exceptions=True)
    kept = [one for one in answers if isinstance(one, Opinion)]
    assert {type(one) for one in answers if not isinstance(one, Opinion)} == {NotFound}
    assert [one.opinion for one in await store.critiques()] == kept
    assert (await store.work_counts())["waiting"] == 1


async def test_edited_words_are_not_left_in_the_sqlite_files(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says("ein ganz eigentümlicher Satz"))
    await store.replace_opinion(said.id, "nichts")
    files = list(Path(sqlite.removeprefix("sqlite:///")).parent.iterdir())
    assert not any("eigentümlicher".encode() in file.read_bytes() for file in files)
    await store.close()


async def test_critiques_come_in_pages_both_ways(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    mine = [await store.add_opinion(scene.says(f"texto {number}", str(number))) for number in range(5)]
    theirs = await store.add_opinion(other.says())
    seen, before = [], None
    while page := await store.list_critiques(scene.annotator.id, before=before, limit=2):
        seen += page
        before = page[-1].opinion.id
    assert [one.opinion for one in seen] == mine[::-1]
    seen, after = [], None
    while page := await store.critiques("demo", after=after, limit=4):
        seen += page
        after = page[-1].opinion.id
    assert [one.opinion for one in seen] == [*mine, theirs]
    empty = await store.create_campaign("empty", "Empty")
    assert await store.critiques(empty.id) == []
    assert await store.list_critiques(scene.annotator.id, campaign_id=empty.id) == []
    with pytest.raises(NotFound):
        await store.critiques("nowhere")


async def test_languages_are_counted_over_the_newest_readings(store: Store) -> None:
    scene = await make_scene(store)
    for number, language in enumerate(["es", "es", "ja", "und"]):
        await store.add_opinion(scene.says(f"texto {number}", str(number)))
        await read_all(store, reading(language=language))
    assert await store.languages_of(scene.annotator.id) == {"es": 2, "ja": 1}
    await store.enqueue_all_unread("normalizer:test.2")
    await read_all(store, reading(language="pt", signature="normalizer:test.2"))
    assert await store.languages_of(scene.annotator.id) == {"pt": 4}
    assert await store.languages_of("nobody") == {}


async def test_a_critique_shows_the_images_in_the_order_shown(store: Store) -> None:
    scene = await make_scene(store, images=3)
    yuki = await store.enter("web", "yuki", "ja")
    turned = [scene.images[1], scene.images[2], scene.images[0]]
    shown = await store.show(yuki.id, scene.comparison.id, [image.id for image in turned])
    new = NewOpinion(
        showing_id=shown.id, annotator_id=yuki.id, source_text="右の方が好き", channel="web", client_message_id="1"
    )
    critique = await store.get_critique((await store.add_opinion(new)).id)
    assert critique.images == tuple(turned)
    assert (critique.reading, critique.labels, critique.failed) == (None, (), False)
    await read_all(store, reading(HANDS.model_copy(update={"span": (0, 2)}), choice="C"))
    assert (await store.get_critique(critique.opinion.id)).preference.choice == "C"
