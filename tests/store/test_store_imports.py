"""Comments taken in by the batch: the same on both databases, harmless to repeat, all or nothing."""

import asyncio
from datetime import UTC, datetime

import pytest
from scenes import Scene, make_scene

from feedback.errors import NotFound
from feedback.store import Store
from feedback.store_imports import Imported, Outcome


def comment(scene: Scene, user: str, row: str, text: str | None, **more: object) -> Imported:
    fields: dict[str, object] = {
        "user_id": user,
        "comparison_id": scene.comparison.id,
        "image_ids": tuple(image.id for image in scene.images),
        "client_message_id": row,
        "source_text": text,
    }
    return Imported.model_validate(fields | more)


async def test_a_batch_is_kept_with_its_work(store: Store) -> None:
    scene = await make_scene(store)
    moment = datetime(2020, 2, 3, tzinfo=UTC)
    batch = [
        comment(scene, "ana", "1", "hola", declared_language="es", choice="B", created_at=moment),
        comment(scene, "ana", "2", "y adiós"),
        comment(scene, "bob", "1", "hello"),
    ]
    assert await store.add_imported(scene.campaign.id, batch) == [Outcome(added=True)] * 3
    critiques = await store.critiques()
    assert [one.opinion.source_text for one in critiques] == ["hola", "y adiós", "hello"]
    first, second, third = (one.opinion for one in critiques)
    assert (first.annotator_id, first.showing_id) == (second.annotator_id, second.showing_id)
    assert third.annotator_id != first.annotator_id
    assert (first.created_at, first.channel, first.declared_language) == (moment, "import", "es")
    assert (await store.get_annotator(first.annotator_id)).locale == "es"
    assert (await store.preference_of(first.showing_id)).choice == "B"
    assert (await store.get_showing(first.showing_id)).state == "answered"
    assert (await store.work_counts())["waiting"] == 3
    assert sorted(claim.opinion.source_text for claim in await store.claim(10, 60)) == ["hello", "hola", "y adiós"]


async def test_a_batch_that_comes_again_changes_nothing(store: Store) -> None:
    scene = await make_scene(store)
    batch = [comment(scene, "ana", "1", "hola", choice="A"), comment(scene, "bob", "1", None, choice="B")]
    await store.add_imported(scene.campaign.id, batch)
    before = await store.critiques(), await store.preferences()
    assert await store.add_imported(scene.campaign.id, batch) == [Outcome(), Outcome()]
    assert (await store.critiques(), await store.preferences()) == before


async def test_one_id_twice_in_a_batch(store: Store) -> None:
    scene = await make_scene(store)
    batch = [comment(scene, "ana", "1", text) for text in ("hola", "hola", "adiós")]
    first, second, third = await store.add_imported(scene.campaign.id, batch)
    assert (first, second) == (Outcome(added=True), Outcome())
    assert third.refused
    assert [one.opinion.source_text for one in await store.critiques()] == ["hola"]


async def test_a_changed_mind_is_a_new_choice(store: Store) -> None:
    scene = await make_scene(store)
    for choice, added in (("A", True), ("A", False), ("B", True)):
        batch = [comment(scene, "ana", f"row {choice}", None, choice=choice)]
        assert await store.add_imported(scene.campaign.id, batch) == [Outcome(added=added)]
    (stated,) = await store.preferences()
    assert stated.preference.choice == "B"


async def test_the_order_of_the_images_holds(store: Store) -> None:
    scene = await make_scene(store)
    backwards = tuple(image.id for image in scene.images[::-1])
    await store.add_imported(scene.campaign.id, [comment(scene, "ana", "1", "hola", image_ids=backwards, choice="A")])
    (critique,) = await store.critiques()
    assert tuple(image.id for image in critique.images) == backwards
    (outcome,) = await store.add_imported(scene.campaign.id, [comment(scene, "ana", "2", "hola")])
    assert "another order" in (outcome.refused or "")
    (outcome,) = await store.add_imported(
        scene.campaign.id, [comment(scene, "bob", "1", "hola", image_ids=backwards[:1])]
    )
    assert "not the images" in (outcome.refused or "")


async def test_comparisons_count_how_often_they_were_shown(store: Store) -> None:
    scene = await make_scene(store)  # shown once already
    batch = [comment(scene, f"user {number}", "1", "hola") for number in range(5)]
    await store.add_imported(scene.campaign.id, batch)
    await store.add_imported(scene.campaign.id, batch)
    newcomer = await store.enter("web", "somebody new")
    (candidate,) = await store.unseen(newcomer.id, scene.campaign.id)
    assert candidate.times_shown == 6


async def test_who_asked_to_be_forgotten_stays_forgotten(store: Store) -> None:
    scene = await make_scene(store)
    batch = [comment(scene, "ana", "1", "hers"), comment(scene, "bob", "1", "his")]
    await store.add_imported(scene.campaign.id, batch)
    hers, _ = await store.critiques()
    await store.erase(hers.opinion.annotator_id)
    first, second = await store.add_imported(scene.campaign.id, batch)
    assert "forgotten" in (first.refused or "")
    assert second == Outcome()
    with pytest.raises(NotFound):
        await store.get_annotator(hers.opinion.annotator_id)


async def test_two_runs_at_once_take_each_comment_once(store: Store) -> None:
    scene = await make_scene(store)
    batch = [comment(scene, f"user {number % 7}", str(number), f"text {number}") for number in range(40)]
    outcomes = await asyncio.gather(*(store.add_imported(scene.campaign.id, batch) for _ in range(3)))
    assert sum(outcome.added for run in outcomes for outcome in run) == 40
    assert not any(outcome.refused for run in outcomes for outcome in run)
    assert len(await store.critiques()) == 40


async def test_training_use_follows_the_campaign(store: Store) -> None:
    scene = await make_scene(store)
    closed = await store.create_campaign("closed", "Not for training", training_use=False)
    image = await store.add_image(closed.id, scene.images[0])
    comparison = await store.add_comparison(closed.id, [image.id])
    batch = [comment(scene, "ana", "1", "hola", comparison_id=comparison.id, image_ids=(image.id,))]
    await store.add_imported(closed.id, batch)
    (critique,) = await store.critiques("closed")
    assert critique.opinion.training_use is False


async def test_nothing_and_nowhere(store: Store) -> None:
    scene = await make_scene(store)
    assert await store.add_imported(scene.campaign.id, []) == []
    with pytest.raises(NotFound):
        await store.add_imported("nowhere", [comment(scene, "ana", "1", "hola")])
