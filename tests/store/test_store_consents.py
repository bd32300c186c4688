"""What is still there and may train a model, as an export asks before it leaves."""

from scenes import joined, make_scene

from feedback.store import Store


async def test_opinions_are_there_with_their_consent_until_they_go(store: Store) -> None:
    scene = await make_scene(store)
    stays = await store.add_opinion(scene.says())
    goes = await store.add_opinion(scene.says(message="m2"))
    await store.delete_opinion(goes.id)
    asked = {stays.id, goes.id, *(f"{number:032}" for number in range(12_000))}
    assert await store.consents_of_opinions(asked) == {stays.id: True}
    await store.update_annotator(scene.annotator.id, training_use=False)
    assert await store.consents_of_opinions(asked) == {stays.id: False}
    assert await store.consents_of_opinions([]) == {}


async def test_a_showing_may_train_where_all_that_was_said_of_it_may(store: Store) -> None:
    scene = await make_scene(store)
    yuki = await joined(store, scene, "yuki")
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await store.add_opinion(yuki.says())
    asked = {scene.showing.id, yuki.showing.id, *(f"{number:032}" for number in range(12_000))}
    assert await store.consents_of_showings(asked) == dict.fromkeys((scene.showing.id, yuki.showing.id), True)
    await store.update_annotator(yuki.annotator.id, training_use=False)
    assert (await store.consents_of_showings(asked))[yuki.showing.id] is False
    await store.add_opinion(yuki.says(message="m2"))
    await store.update_annotator(yuki.annotator.id, training_use=True)
    assert (await store.consents_of_showings(asked))[yuki.showing.id] is False, "what was said before stays as it was"
    await store.erase(scene.annotator.id)
    assert await store.consents_of_showings([scene.showing.id]) == {}
