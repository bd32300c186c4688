"""What may be posted next in a channel, and people who are recognized before they are kept."""

import pytest
from scenes import make_scene

from feedback.discord_records import Post
from feedback.errors import NotFound
from feedback.store import Store


async def test_what_was_posted_in_a_channel_is_not_posted_there_again(store: Store) -> None:
    scene = await make_scene(store)
    [candidate, *others] = await store.unposted(7, scene.campaign.id)
    ids = tuple(image.id for image in candidate.comparison.images)
    await store.add_post(Post(message_id=1, channel_id=7, comparison_id=candidate.comparison.id, image_ids=ids))
    assert await store.unposted(7, scene.campaign.id) == others
    assert await store.unposted(8, scene.campaign.id) == [candidate, *others]


async def test_pictures_that_somebody_asked_about_are_posted_nowhere(store: Store) -> None:
    scene = await make_scene(store)
    before = await store.unposted(7, scene.campaign.id)
    await store.add_comparison(scene.campaign.id, [before[0].comparison.images[0].id], offered=False)
    assert await store.unposted(7, scene.campaign.id) == before


async def test_a_stranger_is_recognized_and_not_kept(store: Store) -> None:
    stranger = await store.recognize("discord", "1", "ar")
    with pytest.raises(NotFound):
        await store.get_annotator(stranger.id)
    entered = await store.enter("discord", "1", "he")
    assert entered.id == stranger.id
    assert await store.recognize("discord", "1", "ar") == entered
