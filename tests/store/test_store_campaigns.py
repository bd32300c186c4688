import pytest
from pydantic import ValidationError
from scenes import facts

from feedback.errors import Conflict, NotFound
from feedback.store import Store


async def test_a_campaign_is_found_by_name_and_by_id(store: Store) -> None:
    made = await store.create_campaign("teal", "Teal or blue?", question="Which sky?", consent_version=3)
    assert await store.get_campaign("teal") == await store.get_campaign(made.id) == made
    assert await store.list_campaigns() == [made]


async def test_a_name_is_taken_once(store: Store) -> None:
    await store.create_campaign("teal", "Teal or blue?")
    with pytest.raises(Conflict, match="teal"):
        await store.create_campaign("teal", "Another one")
    assert [one.title for one in await store.list_campaigns()] == ["Teal or blue?"]


async def test_an_unknown_campaign_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        await store.get_campaign("nowhere")
    with pytest.raises(NotFound):
        await store.add_image("nowhere", facts(1))


@pytest.mark.parametrize("title", ["broken \ud800", "broken \0"])
async def test_text_that_a_database_cannot_keep_is_refused(store: Store, title: str) -> None:
    with pytest.raises(ValidationError):
        await store.create_campaign("teal", title)


async def test_equal_bytes_are_one_image_of_a_campaign(store: Store) -> None:
    one, other = await store.create_campaign("one", "One"), await store.create_campaign("other", "Other")
    first = await store.add_image(one.id, facts(1))
    assert await store.add_image(one.id, facts(1)) == first
    assert (await store.add_image(other.id, facts(1))).id != first.id
    assert await store.get_image(first.id) == first
    with pytest.raises(NotFound):
        await store.get_image("no such image")


async def test_seeds_of_64_bits_are_kept(store: Store) -> None:
    campaign = await store.create_campaign("one", "One")
    image = await store.add_image(campaign.id, facts(1).model_copy(update={"seed": 2**64 - 1, "prompt": "猫 😺"}))
    assert (await store.get_image(image.id)).seed == 2**64 - 1
    assert (await store.get_image(image.id)).prompt == "猫 😺"


async def test_a_comparison_keeps_the_order_of_its_images(store: Store) -> None:
    campaign = await store.create_campaign("one", "One")
    images = [await store.add_image(campaign.id, facts(number)) for number in range(4)]
    turned = list(reversed(images))
    made = await store.add_comparison(campaign.id, [image.id for image in turned], prompt="a cat")
    assert made.images == tuple(turned)
    assert made.kind == "set"
    assert await store.list_comparisons(campaign.id) == [made]


async def test_a_comparison_has_one_to_four_different_images_of_its_campaign(store: Store) -> None:
    campaign, other = await store.create_campaign("one", "One"), await store.create_campaign("other", "Other")
    images = [(await store.add_image(campaign.id, facts(number))).id for number in range(5)]
    strange = await store.add_image(other.id, facts(9))
    with pytest.raises(Conflict, match="twice"):
        await store.add_comparison(campaign.id, [images[0], images[0]])
    for wrong in ([], images):
        with pytest.raises(Conflict, match="one to four"):
            await store.add_comparison(campaign.id, wrong)
    with pytest.raises(NotFound):
        await store.add_comparison(campaign.id, [images[0], strange.id])
    assert (await store.add_comparison(campaign.id, images[:1])).kind == "single"


async def test_comparisons_come_in_pages(store: Store) -> None:
    campaign = await store.create_campaign("one", "One")
    images = [(await store.add_image(campaign.id, facts(number))).id for number in range(2)]
    made = [await store.add_comparison(campaign.id, images) for _ in range(5)]
    seen, after = [], None
    while page := await store.list_comparisons(campaign.id, after=after, limit=2):
        seen += page
        after = page[-1].id
    assert seen == made
