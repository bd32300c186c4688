import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from scenes import Scene, joined, make_scene, read_all, reading
from sqlalchemy import delete, func, select

from feedback.discord_records import Delivery, Place, Post
from feedback.errors import Conflict, NotFound
from feedback.store import Store
from feedback.tables import Base, CampaignRow
from feedback.work import MAX_FAILURES

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
HIGHEST = 2**63 - 1
SERVER, CHANNEL, MESSAGE = 1_100_000_000_000_000_001, 1_200_000_000_000_000_002, 1_300_000_000_000_000_003


def in_server(scene: Scene, channel_id: int = CHANNEL, **more: object) -> Place:
    return Place.model_validate({"channel_id": channel_id, "campaign_id": scene.campaign.id, "guild_id": SERVER} | more)


def with_one(scene: Scene, channel_id: int = CHANNEL) -> Place:
    return Place(channel_id=channel_id, campaign_id=scene.campaign.id, annotator_id=scene.annotator.id)


async def kept_rows(store: Store) -> dict[str, int]:
    """How many rows each table of Discord's has."""
    async with store._database.read() as session:
        tables = [table for name, table in Base.metadata.tables.items() if name.startswith("discord_")]
        return {one.name: await session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


async def test_a_place_is_kept_as_it_was_set_up(store: Store) -> None:
    scene = await make_scene(store)
    for place in (
        in_server(scene, interval_minutes=90, role_id=HIGHEST, last_message_id=MESSAGE, posted_at=NOON),
        in_server(scene, HIGHEST),
        with_one(scene, CHANNEL + 1),
    ):
        assert await store.set_place(place) == place
        assert await store.find_place(place.channel_id) == place
    assert await store.find_place(1) is None


async def test_a_place_that_is_set_up_anew_keeps_what_was_seen_and_posted(store: Store) -> None:
    scene = await make_scene(store)
    other = await store.create_campaign("other", "Other")
    await store.set_place(in_server(scene, interval_minutes=60, role_id=5))
    await store.mark_seen(CHANNEL, MESSAGE)
    await store.mark_posted(CHANNEL, NOON)
    anew = in_server(scene, campaign_id=other.id, interval_minutes=10)
    kept = anew.model_copy(update={"last_message_id": MESSAGE, "posted_at": NOON})
    assert await store.set_place(anew) == kept
    assert await store.find_place(CHANNEL) == kept
    assert await store.places_due(NOON + timedelta(minutes=10)) == [kept]


async def test_a_place_needs_a_campaign_and_for_one_person_that_person(store: Store) -> None:
    scene = await make_scene(store)
    with pytest.raises(NotFound, match="campaign"):
        await store.set_place(in_server(scene, campaign_id="nowhere"))
    with pytest.raises(NotFound, match="person"):
        await store.set_place(Place(channel_id=1, campaign_id=scene.campaign.id, annotator_id="nobody"))
    assert await store.list_places() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"guild_id": None},
        {"annotator_id": "somebody"},
        {"channel_id": 0},
        {"channel_id": 2**63},
        {"interval_minutes": -1},
        {"interval_minutes": 10**9},
    ],
)
def test_what_is_no_place_is_refused_before_the_store(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Place.model_validate({"channel_id": 1, "campaign_id": "c", "guild_id": 2} | wrong)


async def test_places_are_listed_and_removed_one_by_one_or_by_server(store: Store) -> None:
    scene = await make_scene(store)
    here = [await store.set_place(in_server(scene, number)) for number in (3, 1, 2)]
    elsewhere = await store.set_place(in_server(scene, 4, guild_id=SERVER + 1))
    alone = await store.set_place(with_one(scene, 5))
    ordered = sorted(here, key=lambda one: one.channel_id)
    assert await store.list_places() == [*ordered, elsewhere, alone]
    assert await store.list_places(SERVER) == ordered
    await store.remove_place(2)
    await store.remove_place(2)  # is gone already
    assert [one.channel_id for one in await store.list_places(SERVER)] == [1, 3]
    await store.remove_guild(SERVER)
    assert await store.list_places() == [elsewhere, alone]


async def test_places_are_due_an_interval_after_the_last_post(store: Store) -> None:
    scene = await make_scene(store)
    before = datetime.now(UTC)
    for channel, interval in [(1, 60), (2, 30), (3, 0)]:
        await store.set_place(in_server(scene, channel, interval_minutes=interval))
    assert await store.places_due(before - timedelta(seconds=1)) == []
    assert [one.channel_id for one in await store.places_due(datetime.now(UTC))] == [1, 2]
    for channel in (1, 2, 3, 9):  # the last one was removed meanwhile
        await store.mark_posted(channel, NOON)
    due = {minutes: await store.places_due(NOON + timedelta(minutes=minutes)) for minutes in (29, 30, 59, 60)}
    assert {minutes: [one.channel_id for one in places] for minutes, places in due.items()} == {
        29: [],
        30: [2],
        59: [2],
        60: [2, 1],
    }
    assert due[30][0].posted_at == NOON
    await store.archive_campaign("demo")
    assert await store.places_due(NOON + timedelta(days=1)) == []


async def test_what_was_seen_never_goes_backwards(store: Store) -> None:
    scene = await make_scene(store)
    await store.set_place(in_server(scene))
    await store.mark_seen(1, MESSAGE)  # a channel that nobody set up
    for message, seen in [(MESSAGE, MESSAGE), (MESSAGE - 1, MESSAGE), (HIGHEST, HIGHEST), (1, HIGHEST)]:
        await store.mark_seen(CHANNEL, message)
        place = await store.find_place(CHANNEL)
        assert place is not None
        assert place.last_message_id == seen
    assert await store.find_place(1) is None


async def test_messages_seen_at_once_leave_the_latest(store: Store) -> None:
    scene = await make_scene(store)
    await asyncio.gather(*[store.set_place(in_server(scene)) for _ in range(5)])
    await asyncio.gather(*[store.mark_seen(CHANNEL, MESSAGE + number % 7) for number in range(20)])
    assert [one.last_message_id for one in await store.list_places()] == [MESSAGE + 6]


async def test_a_message_keeps_what_was_posted_with_it_first(store: Store) -> None:
    scene = await make_scene(store, images=3)
    ids = tuple(image.id for image in scene.images)
    post = Post(message_id=HIGHEST, channel_id=CHANNEL, comparison_id=scene.comparison.id, image_ids=ids[::-1])
    assert await store.add_post(post) == post
    other = await store.add_comparison(scene.campaign.id, ids, offered=False)
    later = post.model_copy(update={"comparison_id": other.id, "image_ids": ids})
    assert await store.add_post(later) == post
    assert await store.find_post(HIGHEST) == post
    assert await store.find_post(1) is None
    await store.remove_post(HIGHEST)
    await store.remove_post(HIGHEST)
    assert await store.find_post(HIGHEST) is None
    assert await store.add_post(later) == later


async def test_two_who_ask_about_one_message_at_once_get_one_comparison(store: Store) -> None:
    scene = await make_scene(store)
    ids = tuple(image.id for image in scene.images)
    asked = [await store.add_comparison(scene.campaign.id, ids, offered=False) for _ in range(5)]
    posts = [Post(message_id=MESSAGE, channel_id=CHANNEL, comparison_id=one.id, image_ids=ids) for one in asked]
    kept = await asyncio.gather(*[store.add_post(post) for post in posts])
    assert len({one.comparison_id for one in kept}) == 1
    assert await store.find_post(MESSAGE) == kept[0]


async def test_a_post_shows_all_images_of_a_comparison_and_no_others(store: Store) -> None:
    scene = await make_scene(store)
    post = Post(message_id=MESSAGE, channel_id=CHANNEL, comparison_id=scene.comparison.id, image_ids=())
    for wrong in ((), (scene.images[0].id,), (scene.images[0].id, "other")):
        with pytest.raises(Conflict, match="not the images"):
            await store.add_post(post.model_copy(update={"image_ids": wrong}))
    with pytest.raises(NotFound):
        await store.add_post(post.model_copy(update={"comparison_id": "nothing"}))


async def test_what_was_posted_in_a_channel_is_not_posted_there_again(store: Store) -> None:
    scene = await make_scene(store)
    ids = tuple(image.id for image in scene.images)
    fresh = await store.add_comparison(scene.campaign.id, ids)
    await store.add_comparison(scene.campaign.id, ids, offered=False)
    shown = scene.comparison
    candidates = await store.unposted(CHANNEL, scene.campaign.id)
    assert [(one.comparison, one.times_shown, one.orders) for one in candidates] == [
        (fresh, 0, {}),
        (shown, 1, {ids: 1}),
    ]
    await store.add_post(Post(message_id=1, channel_id=CHANNEL, comparison_id=fresh.id, image_ids=ids))
    await store.add_post(Post(message_id=2, channel_id=CHANNEL + 1, comparison_id=shown.id, image_ids=ids))
    assert [one.comparison for one in await store.unposted(CHANNEL, scene.campaign.id)] == [shown]
    assert [one.comparison for one in await store.unposted(CHANNEL + 1, scene.campaign.id)] == [fresh]
    assert len(await store.unposted(9, scene.campaign.id, limit=1)) == 1


def by_token(scene: Scene, opinion_id: str) -> Delivery:
    return Delivery(
        opinion_id=opinion_id,
        annotator_id=scene.annotator.id,
        channel_id=CHANNEL,
        token="a" * 300,
        expires_at=NOON,
    )


def by_reply(scene: Scene, opinion_id: str) -> Delivery:
    return Delivery(opinion_id=opinion_id, annotator_id=scene.annotator.id, channel_id=CHANNEL, message_id=HIGHEST)


async def test_a_delivery_is_ready_once_its_opinion_was_read(store: Store) -> None:
    scene = await make_scene(store)
    said = [await store.add_opinion(scene.says(f"texto {number}", str(number))) for number in range(2)]
    first, second = by_token(scene, said[0].id), by_reply(scene, said[1].id)
    await store.add_delivery(first)
    assert await store.deliveries_ready(9) == []
    await read_all(store, reading())
    assert await store.deliveries_ready(9) == [first]
    await store.add_delivery(second)  # of one that was read already
    assert await store.deliveries_ready(9) == [second]
    await store.finish_delivery(said[0].id)
    await store.finish_delivery(said[0].id)
    assert (await kept_rows(store))["discord_deliveries"] == 1


async def test_where_a_message_was_said_is_known_as_long_as_its_opinion(store: Store) -> None:
    scene = await make_scene(store)
    said = [await store.add_opinion(scene.says(f"texto {number}", str(number))) for number in range(3)]
    await store.add_delivery(by_token(scene, said[0].id))
    for one in said[1:]:
        await store.add_delivery(by_reply(scene, one.id))
    assert await store.said_in(CHANNEL, 9) == [said[2], said[1]]
    await read_all(store, reading())
    for one in await store.deliveries_ready(9, lease_seconds=0):
        await store.finish_delivery(one.opinion_id)
    assert await store.deliveries_ready(9) == []
    assert await store.said_in(CHANNEL, 9) == [said[2], said[1]]
    assert await store.said_in(CHANNEL, 1) == [said[2]]
    assert await store.said_in(CHANNEL + 1, 9) == []
    await store.delete_opinion(said[2].id)
    assert await store.said_in(CHANNEL, 9) == [said[1]]


async def test_a_delivery_is_ready_once_the_reader_has_given_up(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await store.add_delivery(by_reply(scene, said.id))
    claim = (await store.claim(1, 60))[0]
    given_up = type(claim)(claim.token, MAX_FAILURES, claim.opinion, claim.images)
    await store.fail(given_up, "broken")
    assert await store.deliveries_ready(9) == [by_reply(scene, said.id)]


async def test_a_delivery_comes_again_when_its_lease_is_over(store: Store) -> None:
    scene = await make_scene(store)
    said = [await store.add_opinion(scene.says(f"texto {number}", str(number))) for number in range(3)]
    for one in said:
        await store.add_delivery(by_reply(scene, one.id))
    await read_all(store, reading())
    taken = await store.deliveries_ready(2, lease_seconds=0)
    assert [one.opinion_id for one in taken] == [said[0].id, said[1].id]
    again = await store.deliveries_ready(9)  # the one that was never tried comes first
    assert [one.opinion_id for one in again] == [said[2].id, said[0].id, said[1].id]
    assert await store.deliveries_ready(9) == []


async def test_a_delivery_that_is_held_is_handed_to_nobody_before_its_release(store: Store) -> None:
    scene = await make_scene(store)
    held = by_token(scene, (await store.add_opinion(scene.says())).id)
    await store.add_delivery(held, 60)
    await read_all(store, reading())
    assert await store.deliveries_ready(9) == []
    seen = store.changes
    await store.release_delivery(held.opinion_id)
    assert store.changes > seen  # who delivers is woken
    assert await store.deliveries_ready(9) == [held]
    await store.finish_delivery(held.opinion_id)
    await store.release_delivery(held.opinion_id)
    assert await store.deliveries_ready(9) == []


async def test_an_answer_is_as_old_as_its_reading_until_it_has_arrived(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await store.add_delivery(by_reply(scene, said.id))
    assert await store.oldest_delivery_seconds() == 0  # nothing to deliver yet
    await read_all(store, reading())
    first = await store.oldest_delivery_seconds()
    assert 0 < first < await store.oldest_delivery_seconds()
    await store.deliveries_ready(9)
    assert await store.oldest_delivery_seconds() > first  # handed out, and not there yet
    await store.finish_delivery(said.id)
    assert await store.oldest_delivery_seconds() == 0


async def test_several_who_deliver_never_get_the_same(store: Store) -> None:
    scene = await make_scene(store)
    for number in range(12):
        said = await store.add_opinion(scene.says(f"texto {number}", str(number)))
        await store.add_delivery(by_reply(scene, said.id))
    await read_all(store, reading())
    taken = await asyncio.gather(*[store.deliveries_ready(5) for _ in range(6)])
    ids = [one.opinion_id for batch in taken for one in batch]
    rest = [one.opinion_id for one in await store.deliveries_ready(99)]
    assert len(set(ids)) == len(ids)
    assert len(ids + rest) == 12


async def test_the_first_way_of_an_answer_counts_and_nobody_gets_somebody_elses(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    said = await store.add_opinion(scene.says())
    with pytest.raises(NotFound):
        await store.add_delivery(by_reply(other, said.id))
    with pytest.raises(NotFound):
        await store.add_delivery(by_reply(scene, "no such opinion"))
    seen = store.changes
    await store.add_delivery(by_reply(scene, said.id))
    assert store.changes > seen  # who delivers is woken
    await store.add_delivery(by_token(scene, said.id))
    await read_all(store, reading())
    assert await store.deliveries_ready(9) == [by_reply(scene, said.id)]


def test_a_token_is_not_printed_and_a_delivery_needs_a_way() -> None:
    given = {"opinion_id": "o", "annotator_id": "a", "channel_id": 1}
    assert "s3cret" not in repr(Delivery.model_validate(given | {"token": "s3cret", "expires_at": NOON}))
    for wrong in ({}, {"token": "s3cret"}, {"message_id": 1, "expires_at": NOON}):
        with pytest.raises(ValidationError):
            Delivery.model_validate(given | wrong)


async def test_an_answer_goes_with_its_opinion(store: Store) -> None:
    scene = await make_scene(store)
    for number, change in enumerate([store.delete_opinion, lambda one: store.replace_opinion(one, "otro")]):
        said = await store.add_opinion(scene.says(message=str(number)))
        await store.add_delivery(by_reply(scene, said.id))
        await change(said.id)
        assert (await kept_rows(store))["discord_deliveries"] == 0


async def test_erasure_takes_the_channel_with_a_person_and_the_answers_on_their_way(store: Store) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    ids = tuple(image.id for image in scene.images)
    post = Post(message_id=MESSAGE, channel_id=CHANNEL, comparison_id=scene.comparison.id, image_ids=ids)
    await store.add_post(post)
    for number, one in enumerate((scene, other)):
        said = await store.add_opinion(one.says())
        await store.add_delivery(by_reply(one, said.id))
        await store.set_place(with_one(one, CHANNEL + number))
    assert (await store.everything_about(scene.annotator.id))["discord_channels"] == [str(CHANNEL)]
    await store.erase(scene.annotator.id)
    assert await store.list_places() == [with_one(other, CHANNEL + 1)]
    await read_all(store, reading())
    assert [one.annotator_id for one in await store.deliveries_ready(9)] == [other.annotator.id]
    assert await store.find_post(MESSAGE) == post


async def test_all_of_a_campaign_goes_with_it(store: Store) -> None:
    scene = await make_scene(store)
    ids = tuple(image.id for image in scene.images)
    await store.set_place(in_server(scene))
    await store.add_post(Post(message_id=MESSAGE, channel_id=CHANNEL, comparison_id=scene.comparison.id, image_ids=ids))
    await store.add_delivery(by_reply(scene, (await store.add_opinion(scene.says())).id))
    assert set((await kept_rows(store)).values()) == {1}
    async with store._database.write() as session:
        await session.execute(delete(CampaignRow).where(CampaignRow.id == scene.campaign.id))
    assert set((await kept_rows(store)).values()) == {0}
