import asyncio

import pytest
from scenes import HANDS, LIGHT, joined, make_scene, read_all, reading
from sqlalchemy import select, update

from feedback.errors import Conflict, NotFound
from feedback.records import Opinion
from feedback.store import Store
from feedback.store_work import Claim
from feedback.tables import Base, CampaignRow


async def test_twenty_equal_requests_at_once_are_one_opinion(store: Store) -> None:
    scene = await make_scene(store)
    answers = await asyncio.gather(*[store.add_opinion(scene.says()) for _ in range(20)])
    assert len({answer.id for answer in answers}) == 1
    assert len(await store.critiques()) == 1
    assert (await store.work_counts())["waiting"] == 1


async def test_one_message_id_with_two_texts_at_once_keeps_one(store: Store) -> None:
    scene = await make_scene(store)
    texts = ["primero", "segundo"]
    answers = await asyncio.gather(*[store.add_opinion(scene.says(text)) for text in texts], return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, Opinion)]
    assert sorted(type(answer) for answer in answers if not isinstance(answer, Opinion)) == [Conflict]
    assert [one.opinion for one in await store.critiques()] == kept


async def test_one_person_entering_twice_at_once_is_one(store: Store) -> None:
    entered = await asyncio.gather(*[store.enter("web", "ana", "es") for _ in range(10)])
    assert len({one.id for one in entered}) == 1


async def test_agreements_to_two_campaigns_at_once_are_both_kept(store: Store) -> None:
    ana = await store.enter("web", "ana", "es")
    await asyncio.gather(*[store.agree(ana.id, f"campaign {number}", number) for number in range(8)])
    assert (await store.get_annotator(ana.id)).consents == {f"campaign {number}": number for number in range(8)}


async def test_one_comparison_shown_twice_at_once_is_shown_once(store: Store) -> None:
    scene = await make_scene(store)
    yuki = await store.enter("web", "yuki", "ja")
    ids = [image.id for image in scene.images]
    shown = await asyncio.gather(
        *[store.show(yuki.id, scene.comparison.id, ids) for _ in range(5)], return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in shown) == ["Conflict"] * 4 + ["Showing"]


async def test_no_update_is_lost(store: Store) -> None:
    """Six tasks, five increments each, of one counter."""
    scene = await make_scene(store)
    ids = [image.id for image in scene.images]
    people = [await store.enter("web", f"person {number}") for number in range(30)]

    async def show(task: int) -> None:
        for person in people[task * 5 : task * 5 + 5]:
            await store.show(person.id, scene.comparison.id, ids)

    await asyncio.gather(*[show(task) for task in range(6)])
    yuki = await store.enter("web", "yuki", "ja")
    assert (await store.unseen(yuki.id, scene.campaign.id))[0].times_shown == 31


async def test_a_writing_transaction_sees_the_newest_state(sqlite: str) -> None:
    """Read, think, write: on SQLite the driver's own transactions lose such updates in silence."""
    store = await Store.open(sqlite, "a secret")
    campaign = await store.create_campaign("demo", "A campaign", consent_version=0)
    row = CampaignRow.id == campaign.id

    async def increment() -> None:
        for _ in range(10):
            async with store._database.write() as session:
                value = await session.scalar(select(CampaignRow.consent_version).where(row)) or 0
                await asyncio.sleep(0)
                await session.execute(update(CampaignRow).where(row).values(consent_version=value + 1))

    await asyncio.gather(*[increment() for _ in range(6)])
    assert (await store.get_campaign("demo")).consent_version == 60
    await store.close()


async def test_two_workers_never_hold_the_same_claim(store: Store) -> None:
    scene = await make_scene(store)
    for number in range(40):
        await store.add_opinion(scene.says("bonito", str(number)))

    async def work() -> list[Claim]:
        done = []
        while claims := await store.claim(3, 60):
            done += claims
            assert await store.finish_many([(claim, reading()) for claim in claims]) == [True] * len(claims)
        return done

    done = [claim.opinion.id for claims in await asyncio.gather(*[work() for _ in range(5)]) for claim in claims]
    # PostgreSQL's workers may meet only locked rows and stop early; what was claimed was claimed once.
    done += [claim.opinion.id for claim in await work()]
    assert len(done) == len(set(done)) == 40


async def test_one_label_corrected_twice_at_once_is_corrected_once(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT))
    label = (await store.get_critique(said.id)).labels[0]
    corrections = [LIGHT.model_copy(update={"strength": strength}) for strength in (1, 3)]
    answers = await asyncio.gather(
        *[store.correct_label(said.id, label.id, one) for one in corrections], return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["Conflict", "Critique"]
    assert len((await store.get_critique(said.id)).labels) == 1


@pytest.mark.parametrize("turn", range(3))
async def test_nothing_comes_back_when_erasure_races_with_everything_else(store: Store, turn: int) -> None:
    scene = await make_scene(store)
    other = await joined(store, scene, "yuki")
    kept = await store.add_opinion(other.says())
    said = [await store.add_opinion(scene.says(message=str(number))) for number in range(4)]
    first, *claims = [claim for claim in await store.claim(9, 60) if claim.opinion.annotator_id == scene.annotator.id]
    await store.finish(first, reading(LIGHT, HANDS))
    label = (await store.get_critique(said[0].id)).labels[0]
    ana = scene.annotator.id
    racing = [
        store.finish_many([(claims[0], reading(LIGHT)), (claims[1], reading())]),
        store.fail(claims[2], "error"),
        store.add_opinion(scene.says(message="late")),
        store.answer_label(said[0].id, label.id, "confirmed"),
        store.add_label(said[1].id, LIGHT),
        store.choose(scene.showing.id, ana, "A"),
        store.skip(scene.showing.id),
        store.update_annotator(ana, locale="pt"),
        store.delete_opinion(said[3].id),
    ]
    racing.insert(turn * 4, store.erase(ana))
    results = await asyncio.gather(*racing, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    assert all(isinstance(error, NotFound) for error in errors), errors
    async with store._database.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in await session.execute(select(table)):
                assert ana not in row or table.name == "tombstones", table.name
                assert not any(one.id in row for one in said), table.name
    assert [one.opinion.id for one in await store.critiques()] == [kept.id]


async def test_cancelled_requests_leave_the_store_working(store: Store) -> None:
    scene = await make_scene(store)
    requests = [asyncio.create_task(store.add_opinion(scene.says(message=str(number)))) for number in range(20)]
    for number, request in enumerate(requests):
        await asyncio.sleep(0.002 * (number % 3))
        request.cancel()
    answers = await asyncio.gather(*requests, return_exceptions=True)
    said = await store.add_opinion(scene.says(message="after"))
    await asyncio.gather(*store._running)  # what was cancelled runs to its end nevertheless
    kept = {one.opinion.id for one in await store.critiques()}
    assert said.id in kept
    assert {answer.id for answer in answers if isinstance(answer, Opinion)} <= kept
    assert (await store.work_counts())["waiting"] == len(kept)
