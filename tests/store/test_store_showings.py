import pytest
from scenes import facts, joined, make_scene

from feedback.errors import Conflict, NotFound
from feedback.store import Store


async def test_a_showing_remembers_the_order_on_the_screen(store: Store) -> None:
    scene = await make_scene(store, images=3)
    yuki = await store.enter("web", "yuki", "ja")
    turned = [scene.images[2], scene.images[0], scene.images[1]]
    shown = await store.show(yuki.id, scene.comparison.id, [image.id for image in turned])
    assert shown.images == tuple(turned)
    assert (shown.kind, shown.prompt, shown.state) == ("set", "a cat", "open")
    assert await store.get_showing(shown.id) == shown
    assert await store.find_open_showing(yuki.id, scene.campaign.id) == shown


async def test_nobody_is_shown_the_same_twice(store: Store) -> None:
    scene = await make_scene(store)
    with pytest.raises(Conflict, match="before"):
        await store.show(scene.annotator.id, scene.comparison.id, [image.id for image in scene.images])
    assert await store.unseen(scene.annotator.id, scene.campaign.id) == []
    yuki = await store.enter("web", "yuki", "ja")
    assert (await store.unseen(yuki.id, scene.campaign.id))[0].times_shown == 1


async def test_only_the_images_of_the_comparison_can_be_shown(store: Store) -> None:
    scene = await make_scene(store)
    yuki = await store.enter("web", "yuki", "ja")
    for wrong in ([scene.images[0].id], [scene.images[0].id] * 2, [scene.images[0].id, "other"]):
        with pytest.raises(Conflict, match="not the images"):
            await store.show(yuki.id, scene.comparison.id, wrong)
    with pytest.raises(NotFound):
        await store.show(yuki.id, "nothing", [])
    with pytest.raises(NotFound):
        await store.show("nobody", scene.comparison.id, [image.id for image in scene.images])


async def test_least_shown_comes_first_with_the_orders_so_far(store: Store) -> None:
    scene = await make_scene(store)
    ids = [image.id for image in scene.images]
    fresh = await store.add_comparison(scene.campaign.id, ids)
    for number in range(3):
        person = await store.enter("web", str(number))
        await store.show(person.id, scene.comparison.id, ids if number else ids[::-1])
    yuki = await store.enter("web", "yuki", "ja")
    candidates = await store.unseen(yuki.id, scene.campaign.id)
    assert [(one.comparison.id, one.times_shown) for one in candidates] == [(fresh.id, 0), (scene.comparison.id, 4)]
    assert candidates[0].orders == {}
    assert candidates[1].orders == {tuple(ids): 3, tuple(ids[::-1]): 1}
    assert len(await store.unseen(yuki.id, scene.campaign.id, limit=1)) == 1


async def test_what_is_not_offered_is_shown_only_to_those_who_ask(store: Store) -> None:
    scene = await make_scene(store)
    ids = [image.id for image in scene.images]
    asked = await store.add_comparison(scene.campaign.id, ids[::-1], offered=False)
    yuki = await store.enter("web", "yuki", "ja")
    assert [one.comparison.id for one in await store.unseen(yuki.id, scene.campaign.id)] == [scene.comparison.id]
    assert (await store.show(yuki.id, asked.id, ids)).comparison_id == asked.id
    assert asked in await store.list_comparisons(scene.campaign.id)


async def test_a_showing_is_found_by_person_and_comparison(store: Store) -> None:
    scene = await make_scene(store)
    yuki = await store.enter("web", "yuki", "ja")
    assert await store.find_showing(scene.annotator.id, scene.comparison.id) == scene.showing
    assert await store.find_showing(yuki.id, scene.comparison.id) is None
    assert await store.find_showing(scene.annotator.id, "nothing") is None
    await store.skip(scene.showing.id)
    skipped = await store.find_showing(scene.annotator.id, scene.comparison.id)
    assert skipped == scene.showing.model_copy(update={"state": "skipped"})


async def test_an_archived_campaign_is_shown_to_nobody(store: Store) -> None:
    scene = await make_scene(store)
    await store.archive_campaign("demo")
    assert (await store.get_campaign("demo")).archived
    yuki = await store.enter("web", "yuki", "ja")
    assert await store.unseen(yuki.id, scene.campaign.id) == []
    assert (await store.add_opinion(scene.says())).source_text  # what was under way is still taken
    with pytest.raises(NotFound):
        await store.archive_campaign("nowhere")


async def test_skipping_lays_an_open_showing_aside(store: Store) -> None:
    scene = await make_scene(store)
    assert (await store.skip(scene.showing.id, scene.annotator.id)).state == "skipped"
    assert await store.find_open_showing(scene.annotator.id, scene.campaign.id) is None
    await store.add_opinion(scene.says())
    assert (await store.get_showing(scene.showing.id)).state == "answered"
    assert (await store.skip(scene.showing.id)).state == "answered"


async def test_the_newest_open_showing_is_found_in_its_campaign(store: Store) -> None:
    scene = await make_scene(store)
    other = await store.create_campaign("other", "Other")
    images = [(await store.add_image(other.id, facts(number))).id for number in range(2)]
    shown = []
    for _ in range(2):
        comparison = await store.add_comparison(other.id, images)
        shown.append(await store.show(scene.annotator.id, comparison.id, images))
    assert await store.find_open_showing(scene.annotator.id, other.id) == shown[1]
    assert await store.find_open_showing(scene.annotator.id, scene.campaign.id) == scene.showing


async def test_the_showing_of_somebody_else_is_not_found(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    with pytest.raises(NotFound):
        await store.get_showing(scene.showing.id, other.annotator.id)
    with pytest.raises(NotFound):
        await store.skip(scene.showing.id, other.annotator.id)
    with pytest.raises(NotFound):
        await store.get_showing("nothing")
    assert (await store.get_showing(scene.showing.id)).state == "open"
