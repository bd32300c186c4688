"""How much there is, which the bars of an export count by."""

import pytest
from scenes import Scene, joined, make_scene, read_all, reading

from feedback.errors import NotFound
from feedback.store import Store


async def shown_another(store: Store, scene: Scene) -> Scene:
    """The same person before a second comparison."""
    ids = [image.id for image in scene.images]
    comparison = await store.add_comparison(scene.campaign.id, ids)
    showing = await store.show(scene.annotator.id, comparison.id, ids)
    return Scene(scene.campaign, scene.images, comparison, scene.annotator, showing)


async def test_opinions_are_counted_read_or_not_until_they_are_deleted(store: Store) -> None:
    assert await store.count_opinions() == 0
    sky, sea = await make_scene(store, name="sky"), await make_scene(store, name="sea", user="yuki")
    first = await store.add_opinion(sky.says())
    await read_all(store, reading())
    await store.add_opinion(sky.says(message="m2"))
    await store.add_opinion(sky.says(message="m2"))  # a repeat
    await store.add_opinion(sea.says())
    assert [await store.count_opinions(one) for one in (None, "sky", sky.campaign.id, "sea")] == [3, 2, 2, 1]
    await store.delete_opinion(first.id)
    await store.erase(sea.annotator.id)
    assert [await store.count_opinions(one) for one in (None, "sky", "sea")] == [1, 1, 0]
    with pytest.raises(NotFound, match="nowhere"):
        await store.count_opinions("nowhere")


async def test_answers_are_counted_by_comparison_each_showing_once(store: Store) -> None:
    assert await store.count_preferences() == {}
    scene = await make_scene(store)
    again = await shown_another(store, scene)
    yuki, only_looks = await joined(store, scene, "yuki"), await joined(store, scene, "only looks")
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await store.choose(scene.showing.id, scene.annotator.id, "tie")  # the same person's second click
    await store.add_opinion(scene.says())
    await store.add_opinion(yuki.says())
    assert await store.count_preferences() == {scene.comparison.id: 1}  # words count once they are read
    await read_all(store, reading(choice="B"))
    await store.add_opinion(again.says(message="m2"))
    await read_all(store, reading(choice=None, signature="normalizer:test.2"))
    assert await store.count_preferences() == {scene.comparison.id: 2}
    await store.choose(again.showing.id, again.annotator.id, None)  # none preferred is an answer, though no preference
    assert await store.count_preferences() == {scene.comparison.id: 2, again.comparison.id: 1}
    assert len(await store.preferences()) == 2
    assert only_looks.showing.state == "open"


async def test_answers_are_counted_for_one_campaign(store: Store) -> None:
    sky, sea = await make_scene(store, name="sky"), await make_scene(store, name="sea", user="yuki")
    for scene in (sky, sea):
        await store.choose(scene.showing.id, scene.annotator.id, "A")
    for name in ("sky", sky.campaign.id):
        assert await store.count_preferences(name) == {sky.comparison.id: 1}
    assert await store.count_preferences() == {sky.comparison.id: 1, sea.comparison.id: 1}
    await store.erase(sea.annotator.id)
    assert await store.count_preferences("sea") == {}
    with pytest.raises(NotFound, match="nowhere"):
        await store.count_preferences("nowhere")
