from scenes import HANDS, LIGHT, Scene, joined, make_scene, reading
from sqlalchemy import select, update

from feedback.records import NewOpinion, Showing
from feedback.store import Store
from feedback.tables import WorkRow
from feedback.work import BUCKETS, MAX_CLAIMS, MAX_FAILURES, bucket, delay

SHORT, LONG = "bonito", "muy " * 100 + "bonito"


async def say(store: Store, scene: Scene, *texts: str) -> list[str]:
    """The ids of opinions with these texts, in this order."""
    known = len(await store.critiques())
    return [(await store.add_opinion(scene.says(text, f"m{known + n}"))).id for n, text in enumerate(texts)]


async def make_due(store: Store) -> None:
    """Let the time pass that work backs off."""
    async with store._database.write() as session:
        now = select(WorkRow.created_at).where(WorkRow.due_at.is_not(None)).limit(1).scalar_subquery()
        await session.execute(
            update(WorkRow).where(WorkRow.due_at.is_not(None)).values(due_at=now),
            execution_options={"synchronize_session": False},
        )


def test_buckets_are_length_classes() -> None:
    assert [bucket("x" * length) for length in (0, 24, 25, 64, 4000)] == [0, 0, 1, 1, len(BUCKETS)]


def test_the_back_off_grows_spreads_and_is_bounded() -> None:
    for attempts, most in [(1, 2), (2, 4), (4, 16), (30, 300)]:
        delays = [delay(attempts) for _ in range(200)]
        assert most / 2 <= min(delays) <= max(delays) <= most
        assert len(set(delays)) > 100


async def test_work_is_claimed_oldest_first_and_once(store: Store) -> None:
    scene = await make_scene(store)
    said = await say(store, scene, *[SHORT] * 5)
    first = await store.claim(3, 60)
    second = await store.claim(3, 60)
    assert [claim.opinion.id for claim in first + second] == said
    assert await store.claim(3, 60) == []
    assert len({claim.token for claim in first + second}) == 5
    counts = await store.work_counts()
    assert (counts["waiting"], counts["leased"], counts["dead"]) == (0, 5, 0)


async def test_a_claim_carries_what_the_reader_wants(store: Store) -> None:
    scene = await make_scene(store)
    await say(store, scene, SHORT)
    claim = (await store.claim(1, 60))[0]
    assert (claim.attempts, claim.images, claim.history, claim.locale) == (1, 2, {}, "es")
    assert claim.opinion == await store.get_opinion(claim.opinion.id)
    await store.finish(claim, reading(language="pt"))
    await say(store, scene, SHORT)
    assert (await store.claim(1, 60))[0].history == {"pt": 1}


async def test_a_batch_is_of_one_length_class_and_nothing_starves(store: Store) -> None:
    scene = await make_scene(store)
    short, long, *rest = await say(store, scene, SHORT, LONG, SHORT, LONG, SHORT)
    assert [claim.opinion.id for claim in await store.claim(9, 60)] == [short, rest[0], rest[2]]
    await say(store, scene, SHORT, SHORT)
    assert [claim.opinion.id for claim in await store.claim(9, 60)] == [long, rest[1]]


async def test_finishing_keeps_the_reading_once(store: Store) -> None:
    scene = await make_scene(store)
    said = await say(store, scene, LONG)
    claim = (await store.claim(1, 60))[0]
    assert await store.finish(claim, reading(LIGHT, HANDS))
    assert not await store.finish(claim, reading(HANDS))
    critique = await store.get_critique(said[0])
    assert [label.aspect for label in critique.labels] == ["lighting", "anatomy"]
    assert await store.work_counts() == {"waiting": 0, "leased": 0, "dead": 0, "oldest_seconds": 0}
    assert len(await store.events_since(0)) == 1


async def test_an_expired_lease_passes_the_work_on(store: Store) -> None:
    scene = await make_scene(store)
    await say(store, scene, SHORT)
    slow = (await store.claim(1, -1))[0]
    quick = (await store.claim(1, 60))[0]
    assert quick.opinion == slow.opinion
    assert quick.attempts == 2
    assert not await store.finish(slow, reading())
    assert not await store.fail(slow, "too late")
    assert (await store.get_critique(slow.opinion.id)).reading is None
    assert await store.finish(quick, reading())


async def test_a_late_worker_may_still_finish_what_nobody_else_took(store: Store) -> None:
    scene = await make_scene(store)
    await say(store, scene, SHORT)
    late = (await store.claim(1, -1))[0]
    assert await store.finish(late, reading())


async def test_a_batch_tells_which_claims_were_held(store: Store) -> None:
    scene = await make_scene(store)
    await say(store, scene, SHORT, SHORT)
    lost, _ = await store.claim(2, -1)
    await store.claim(1, 60)
    held = (await store.claim(1, 60))[0]
    assert await store.finish_many([(lost, reading()), (held, reading())]) == [False, True]
    assert await store.finish_many([]) == []


async def test_a_reading_of_the_same_signature_is_kept_once(store: Store) -> None:
    scene = await make_scene(store)
    said = await say(store, scene, LONG)
    await store.finish((await store.claim(1, 60))[0], reading(LIGHT))
    await store.enqueue_all_unread("normalizer:test.2")
    await store.finish((await store.claim(1, 60))[0], reading(HANDS))
    assert [label.aspect for label in (await store.get_critique(said[0])).labels] == ["lighting"]


async def test_failures_back_off_and_end_dead_with_their_error(store: Store) -> None:
    scene = await make_scene(store)
    said = await say(store, scene, SHORT)
    for attempt in range(1, MAX_FAILURES + 1):
        claim = (await store.claim(1, 60))[0]
        assert claim.attempts == attempt
        assert await store.fail(claim, f"error {attempt}")
        assert await store.claim(1, 60) == []
        await make_due(store)
    assert (await store.work_counts())["dead"] == 1
    assert (await store.get_critique(said[0])).failed
    assert [event.kind for event in await store.events_after(scene.annotator.id, 0)] == ["failed"]
    async with store._database.read() as session:
        assert await session.scalar(select(WorkRow.error)) == f"error {MAX_FAILURES}"
    assert await store.requeue_dead() == 1
    assert not (await store.get_critique(said[0])).failed
    again = (await store.claim(1, 60))[0]
    assert again.attempts == 1
    assert await store.finish(again, reading())


async def test_any_error_text_is_kept(store: Store) -> None:
    await say(store, await make_scene(store), SHORT)
    assert await store.fail((await store.claim(1, 60))[0], "NUL \0, half \ud83d " + "x" * 5000)
    async with store._database.read() as session:
        kept = await session.scalar(select(WorkRow.error)) or ""
    assert kept.startswith(r"NUL \0, half \ud83d xxx")


async def test_what_kills_workers_comes_alone_and_then_not_at_all(store: Store) -> None:
    scene = await make_scene(store)
    await say(store, scene, SHORT, SHORT, SHORT)
    assert [len(await store.claim(9, -1)) for _ in range(2)] == [3, 3]
    deadly = (await store.claim(9, -1))[0]
    for _ in range(2):  # the innocent ones get through
        claims = await store.claim(9, 60)
        assert len(claims) == 1
        if claims[0].opinion != deadly.opinion:
            assert await store.finish(claims[0], reading())
    while (await store.work_counts())["dead"] == 0:
        async with store._database.write() as session:
            await session.execute(update(WorkRow).values(due_at=deadly.opinion.created_at))
        claims = await store.claim(9, -1)
        assert all(claim.attempts <= MAX_CLAIMS for claim in claims)
        for claim in claims:
            if claim.opinion != deadly.opinion:
                assert await store.finish(claim, reading())
    assert [event.kind for event in await store.events_since(0)].count("failed") == 1


async def test_a_newer_model_reads_what_it_has_not_read(store: Store) -> None:
    scene = await make_scene(store)
    said = await say(store, scene, SHORT, LONG, "x" * 65)
    for claim in [*await store.claim(9, 60), *await store.claim(9, 60), *await store.claim(9, 60)]:
        await store.finish(claim, reading())
    assert await store.enqueue_all_unread("normalizer:test.1") == 0
    assert await store.enqueue_all_unread("normalizer:test.1", "translation:test.1") == 0
    assert await store.enqueue_all_unread("normalizer:test.1", "translation:test.2") == 3
    assert await store.enqueue_all_unread("normalizer:test.2") == 0  # they are queued already
    async with store._database.read() as session:
        buckets = dict((await session.execute(select(WorkRow.opinion_id, WorkRow.bucket))).all())
    assert [buckets[one] for one in said] == [bucket(SHORT), bucket(LONG), bucket("x" * 65)]


async def test_a_newer_model_tries_the_dead_again(store: Store) -> None:
    scene = await make_scene(store)
    await say(store, scene, SHORT)
    for _ in range(MAX_FAILURES):
        await store.fail((await store.claim(1, 60))[0], "error")
        await make_due(store)
    assert await store.enqueue_all_unread("normalizer:test.2") == 1
    assert (await store.work_counts())["waiting"] == 1


async def test_a_reopened_sqlite_store_goes_on_at_once(sqlite: str) -> None:
    store = await Store.open(sqlite, "a secret")
    await say(store, await make_scene(store), SHORT)
    before = await store.claim(1, 3600)
    await store.close()
    store = await Store.open(sqlite, "a secret")
    after = await store.claim(1, 60)
    assert [claim.opinion for claim in after] == [claim.opinion for claim in before]
    assert after[0].attempts == 2
    await store.close()


async def test_the_work_of_many_people_in_one_batch(store: Store) -> None:
    scene = await make_scene(store)
    others = [await joined(store, scene, f"person {number}") for number in range(4)]
    for other in others:
        await store.add_opinion(other.says(SHORT))
    claims = await store.claim(9, 60)
    assert [claim.opinion.annotator_id for claim in claims] == [other.annotator.id for other in others]
    assert await store.finish_many([(claim, reading(choice="A")) for claim in claims]) == [True] * 4
    assert [one.preference.choice for one in await store.preferences()] == ["A"] * 4


async def test_imports_and_typed_opinions_queue_alike(store: Store) -> None:
    scene = await make_scene(store)
    showing: Showing = scene.showing
    await store.add_opinion(
        NewOpinion(
            showing_id=showing.id,
            annotator_id=scene.annotator.id,
            source_text=SHORT,
            channel="import",
            client_message_id="row 1",
            declared_language="es-MX",
        )
    )
    claim = (await store.claim(1, 60))[0]
    assert (claim.opinion.channel, claim.opinion.declared_language) == ("import", "es-MX")
