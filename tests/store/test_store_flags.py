"""What operators say of opinions: kept with a time, told to exports and to the writer, gone with the words."""

import asyncio
import json
from datetime import UTC, datetime
from itertools import combinations
from typing import get_args

import pytest
from scenes import LIGHT, joined, make_scene, read_all, reading
from sqlalchemy import func, select

from feedback.errors import Conflict, NotFound
from feedback.records import Flag
from feedback.store import Store
from feedback.tables import FlagRow


async def flags_kept(store: Store) -> int:
    async with store._database.read() as session:
        return await session.scalar(select(func.count()).select_from(FlagRow)) or 0


async def test_flags_are_set_and_taken_away_one_by_one(store: Store) -> None:
    scene = await make_scene(store)
    said, other = [await store.add_opinion(scene.says(message=message)) for message in ("m1", "m2")]
    assert (await store.get_critique(said.id)).flags == ()
    assert await store.flag(said.id, "spam") == ("spam",)
    assert await store.flag(said.id, "pii") == ("pii", "spam")
    assert await store.flag(other.id, "not_appropriate") == ("not_appropriate",)
    assert [one.flags for one in await store.critiques()] == [("pii", "spam"), ("not_appropriate",)]
    assert [one.flags for one in await store.list_critiques(scene.annotator.id)] == [
        ("not_appropriate",),
        ("pii", "spam"),
    ]
    assert await store.unflag(said.id, "spam") == ("pii",)
    assert await store.unflag(said.id, "pii") == ()
    assert (await store.get_critique(said.id)).flags == ()
    assert (await store.get_critique(other.id)).flags == ("not_appropriate",)


async def test_a_flag_set_again_keeps_its_time_and_one_not_set_is_taken_away_in_peace(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    before = datetime.now(UTC)
    await store.flag(said.id, "spam")
    after = datetime.now(UTC)
    assert await store.flag(said.id, "spam") == ("spam",)
    (told,) = (await store.everything_about(scene.annotator.id))["flags"]
    assert before <= datetime.fromisoformat(told.pop("created_at")) <= after
    assert told == {"opinion_id": said.id, "flag": "spam"}
    assert await store.unflag(said.id, "pii") == ("spam",)


async def test_every_flag_can_be_set_at_once_by_several_operators(store: Store) -> None:
    said = await store.add_opinion((await make_scene(store)).says())
    await asyncio.gather(*[store.flag(said.id, flag) for flag in get_args(Flag) * 3])
    assert (await store.get_critique(said.id)).flags == tuple(sorted(get_args(Flag)))
    assert await flags_kept(store) == len(get_args(Flag))


async def test_unknown_opinions_and_flags_are_refused_and_nothing_is_kept(store: Store) -> None:
    said = await store.add_opinion((await make_scene(store)).says())
    for verb in (store.flag, store.unflag):
        with pytest.raises(NotFound, match="no opinion 'nowhere'"):
            await verb("nowhere", "spam")
        for wrong in ("Spam", "", "language_mismatch"):
            with pytest.raises(Conflict, match=f"no flag '{wrong}'; there are spam, pii, not_appropriate"):
                await verb(said.id, wrong)  # type: ignore[arg-type]
    assert await flags_kept(store) == 0


async def test_a_newer_reading_and_a_correction_leave_flags_alone(store: Store) -> None:
    said = await store.add_opinion((await make_scene(store)).says())
    await store.flag(said.id, "spam")
    await read_all(store, reading(LIGHT))
    label = (await store.get_critique(said.id)).labels[0]
    assert (await store.answer_label(said.id, label.id, "confirmed")).flags == ("spam",)


async def test_flags_go_with_the_words_and_with_the_person(store: Store) -> None:
    scene = await make_scene(store)
    yuki = await joined(store, scene, "yuki")
    kept = await store.add_opinion(yuki.says())
    deleted, edited, erased = [await store.add_opinion(scene.says(message=message)) for message in ("d", "e", "f")]
    for one in (kept, deleted, edited, erased):
        await store.flag(one.id, "pii")
    await store.delete_opinion(deleted.id)
    anew = await store.replace_opinion(edited.id, "other words, which nobody has judged")
    assert (await store.get_critique(anew.id)).flags == ()
    assert await flags_kept(store) == 2
    assert "pii" in json.dumps(await store.everything_about(scene.annotator.id))
    await store.erase(scene.annotator.id)
    assert await flags_kept(store) == 1
    assert [(one.opinion.id, one.flags) for one in await store.critiques()] == [(kept.id, ("pii",))]
    with pytest.raises(NotFound):
        await store.flag(erased.id, "pii")
    assert (await store.everything_about((await store.enter("web", "ana")).id))["flags"] == []


async def test_a_page_has_each_opinions_own_flags(store: Store) -> None:
    scene = await make_scene(store)
    sets = [some for size in range(4) for some in combinations(sorted(get_args(Flag)), size)]
    for number, some in enumerate(sets):
        said = await store.add_opinion(scene.says(message=str(number)))
        for flag in some:
            await store.flag(said.id, flag)
    first = await store.critiques("demo", limit=3)
    rest = await store.critiques("demo", after=first[-1].opinion.id)
    assert [one.flags for one in first + rest] == sets
