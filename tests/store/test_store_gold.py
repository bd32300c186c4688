import pytest
from scenes import HANDS, LIGHT, Scene, joined, make_scene, read_all, reading

from feedback.errors import Conflict, NotFound
from feedback.records import Label
from feedback.store import Store


async def read(store: Store, scene: Scene) -> tuple[str, list[str]]:
    """An opinion that was read: its id and those of its labels."""
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT, HANDS))
    return said.id, [label.id for label in (await store.get_critique(said.id)).labels]


async def test_suggestions_are_as_the_model_made_them(store: Store) -> None:
    opinion, (light, hands) = await read(store, await make_scene(store))
    critique = await store.get_critique(opinion)
    assert critique.labels == (LIGHT.model_copy(update={"id": light}), HANDS.model_copy(update={"id": hands}))
    assert critique.reading == reading(*critique.labels)


async def test_an_answer_becomes_gold_and_can_be_undone(store: Store) -> None:
    opinion, (light, hands) = await read(store, await make_scene(store))
    critique = await store.answer_label(opinion, light, "rejected")
    assert [label.id for label in critique.labels] == [hands]
    assert critique.reading is not None
    assert [label.status for label in critique.reading.labels] == ["rejected", "suggested"]
    critique = await store.answer_label(opinion, light, "confirmed")
    assert [(label.id, label.status) for label in critique.labels] == [(light, "confirmed"), (hands, "suggested")]
    assert await store.get_critique(opinion) == critique


async def test_a_correction_replaces_and_the_suggestion_stays(store: Store) -> None:
    opinion, (light, hands) = await read(store, await make_scene(store))
    teal = Label(aspect="color", polarity="negative", strength=3, value="teal", value_raw="turquesa", span=(6, 9))
    critique = await store.correct_label(opinion, light, teal)
    corrected = critique.labels[0]
    assert corrected == teal.model_copy(update={"id": corrected.id, "status": "corrected", "replaces": light})
    assert critique.labels[1].id == hands
    assert critique.reading is not None
    assert critique.reading.labels[0] == LIGHT.model_copy(update={"id": light})


async def test_a_correction_that_names_no_words_keeps_the_evidence(store: Store) -> None:
    opinion, (light, _) = await read(store, await make_scene(store))
    corrected = (await store.correct_label(opinion, light, Label(aspect="mood", polarity="positive"))).labels[0]
    assert (corrected.aspect, corrected.span) == ("mood", LIGHT.span)


async def test_a_correction_of_a_correction(store: Store) -> None:
    opinion, (light, _) = await read(store, await make_scene(store))
    first = (await store.correct_label(opinion, light, LIGHT.model_copy(update={"strength": 1}))).labels[0]
    second = (await store.correct_label(opinion, first.id, LIGHT.model_copy(update={"strength": 3}))).labels[0]
    assert (second.strength, second.replaces) == (3, first.id)
    with pytest.raises(Conflict, match="correction"):
        await store.answer_label(opinion, first.id, "rejected")
    with pytest.raises(Conflict, match="correction"):
        await store.correct_label(opinion, light, HANDS)
    assert (await store.answer_label(opinion, second.id, "confirmed")).labels[0].status == "corrected"
    assert light not in [label.id for label in (await store.answer_label(opinion, second.id, "rejected")).labels]


async def test_the_same_correction_sent_twice_is_one(store: Store) -> None:
    opinion, (light, _) = await read(store, await make_scene(store))
    correction = LIGHT.model_copy(update={"strength": 1})
    assert await store.correct_label(opinion, light, correction) == await store.correct_label(
        opinion, light, correction
    )


async def test_a_label_by_hand(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    by_hand = Label(aspect="composition", polarity="positive", targets=("A", "B"))
    critique = await store.add_label(said.id, by_hand)
    label = critique.labels[0]
    assert label == by_hand.model_copy(update={"id": label.id, "status": "corrected"})
    assert critique.reading is None


async def test_gold_outlives_a_newer_reading(store: Store) -> None:
    opinion, (light, hands) = await read(store, await make_scene(store))
    await store.answer_label(opinion, light, "confirmed")
    await store.answer_label(opinion, hands, "rejected")
    assert await store.enqueue_all_unread("normalizer:test.2") == 1
    fresh = Label(aspect="color", polarity="neutral", span=(0, 1))
    await read_all(store, reading(LIGHT, HANDS, fresh, signature="normalizer:test.2"))
    critique = await store.get_critique(opinion)
    assert [(label.aspect, label.status) for label in critique.labels] == [
        ("lighting", "confirmed"),
        ("color", "suggested"),
    ]
    assert critique.labels[0].id == light
    assert critique.reading is not None
    assert critique.reading.signature == "normalizer:test.2"


async def test_only_the_own_labels_can_be_answered(store: Store) -> None:
    scene = await make_scene(store)
    opinion, (light, _) = await read(store, scene)
    other = await joined(store, scene, "yuki")
    theirs = await store.add_opinion(other.says())
    me = other.annotator.id
    with pytest.raises(NotFound):
        await store.answer_label(opinion, light, "rejected", annotator_id=me)
    with pytest.raises(NotFound):
        await store.correct_label(opinion, light, LIGHT, annotator_id=me)
    with pytest.raises(NotFound):
        await store.add_label(opinion, LIGHT, annotator_id=me)
    with pytest.raises(NotFound):  # a label of another opinion
        await store.answer_label(theirs.id, light, "rejected", annotator_id=me)
    with pytest.raises(NotFound):
        await store.choose(scene.showing.id, me, "A")
    with pytest.raises(NotFound):
        await store.preference_of(scene.showing.id, me)
    assert len((await store.get_critique(opinion)).labels) == 2


async def test_a_label_must_fit_its_opinion(store: Store) -> None:
    opinion, (light, _) = await read(store, await make_scene(store))
    with pytest.raises(ValueError, match="beyond the text"):
        await store.correct_label(opinion, light, LIGHT.model_copy(update={"span": (0, 1000)}))
    with pytest.raises(ValueError, match="targets C"):
        await store.add_label(opinion, LIGHT.model_copy(update={"targets": ("C",)}))
    assert len((await store.get_critique(opinion)).labels) == 2


async def test_a_click_counts_at_once_and_the_newest_wins(store: Store) -> None:
    scene = await make_scene(store)
    clicked = await store.choose(scene.showing.id, scene.annotator.id, "A")
    assert (clicked.choice, clicked.source, clicked.status) == ("A", "click", "confirmed")
    assert (await store.get_showing(scene.showing.id)).state == "answered"
    assert (await store.choose(scene.showing.id, scene.annotator.id, "tie")).choice == "tie"
    assert (await store.preference_of(scene.showing.id)).choice == "tie"
    assert (await store.choose(scene.showing.id, scene.annotator.id, None)).choice is None
    assert await store.preferences() == []


@pytest.mark.parametrize(("images", "choice"), [(1, "A"), (1, "tie"), (2, "C"), (3, "D")])
async def test_only_what_was_shown_can_be_chosen(store: Store, images: int, choice: str) -> None:
    scene = await make_scene(store, images=images)
    with pytest.raises(Conflict, match="cannot be chosen"):
        await store.choose(scene.showing.id, scene.annotator.id, choice)  # type: ignore[arg-type]


async def test_click_and_words_conflict_until_the_person_clicks_again(store: Store) -> None:
    scene = await make_scene(store)
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(choice="B"))
    conflict = (await store.get_critique(said.id)).preference
    assert (conflict.choice, conflict.source, conflict.conflict) == ("A", "both", True)
    answered = await store.choose(scene.showing.id, scene.annotator.id, "A")
    assert (answered.choice, answered.status, answered.conflict) == ("A", "corrected", False)
    await store.enqueue_all_unread("normalizer:test.2")
    await read_all(store, reading(choice="B", signature="normalizer:test.2"))
    assert (await store.get_critique(said.id)).preference == answered  # a newer reading does not ask again
    agreed = await store.choose(scene.showing.id, scene.annotator.id, "B")
    assert (agreed.choice, agreed.source, agreed.status) == ("B", "both", "confirmed")


async def test_a_click_may_name_the_opinion_it_answers(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await store.choose(scene.showing.id, scene.annotator.id, "A", opinion_id=said.id)
    await read_all(store, reading(choice="B"))
    assert (await store.preference_of(scene.showing.id)).status == "corrected"
    other = await store.add_comparison(scene.campaign.id, [image.id for image in scene.images])
    shown = await store.show(scene.annotator.id, other.id, [image.id for image in scene.images])
    with pytest.raises(Conflict, match="another showing"):
        await store.choose(shown.id, scene.annotator.id, "A", opinion_id=said.id)


async def test_a_second_thought_does_not_undo_the_first_choice(store: Store) -> None:
    scene = await make_scene(store)
    await store.add_opinion(scene.says())
    await read_all(store, reading(choice="B"))
    await store.add_opinion(scene.says("pero las manos dan miedo, de verdad que sí, muchísimo", "m2"))
    await read_all(store, reading(HANDS, choice=None))
    assert (await store.preference_of(scene.showing.id)).choice == "B"


async def test_a_reading_cannot_name_images_that_were_not_shown(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT.model_copy(update={"targets": ("B", "D")}), choice="C"))
    critique = await store.get_critique(said.id)
    assert critique.labels[0].targets == ("B",)
    assert critique.preference.choice is None


async def test_preferences_come_in_pages_with_the_images_as_shown(store: Store) -> None:
    scene = await make_scene(store)
    clicked = []
    for number in range(5):
        other = await joined(store, scene, f"person {number}")
        await store.choose(other.showing.id, other.annotator.id, None if number == 1 else "B")
        clicked.append(other)
    await store.add_opinion(scene.says())
    await read_all(store, reading(choice="A"))
    seen, after = [], None
    while page := await store.preferences("demo", after=after, limit=1):
        seen += page
        after = page[-1].showing_id
    assert [one.showing_id for one in seen] == [scene.showing.id, *(clicked[n].showing.id for n in (0, 2, 3, 4))]
    assert [one.preference.choice for one in seen] == ["A", "B", "B", "B", "B"]
    assert seen[0].images == scene.images
    assert (seen[0].prompt, seen[0].kind, seen[0].channel, seen[0].training_use) == ("a cat", "pair", "web", True)
