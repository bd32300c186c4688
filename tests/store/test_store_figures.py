import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from scenes import HANDS, LIGHT, TEXT, Scene, joined, make_scene, read_all, reading
from sqlalchemy import update

from feedback.errors import NotFound
from feedback.figures import AspectFigure, CampaignFigures, LanguageFigure
from feedback.records import LETTERS, Label, NewOpinion, Reading, Showing
from feedback.store import Store
from feedback.tables import OpinionRow


async def moved(store: Store, opinion_id: str, at: datetime) -> None:
    """Let an opinion have come in at another time."""
    async with store._database.write() as session:
        await session.execute(update(OpinionRow).where(OpinionRow.id == opinion_id).values(created_at=at))


async def test_a_campaign_without_opinions_is_all_noughts(store: Store) -> None:
    scene = await make_scene(store)
    figures = await store.campaign_figures(scene.campaign.id, days=3)
    assert (figures.opinions, figures.people, figures.by_language, figures.by_aspect) == (0, 0, (), ())
    assert (figures.pairs, figures.agreement) == (0, None)
    assert [one.opinions for one in figures.by_day] == [0, 0, 0]
    with pytest.raises(NotFound):
        await store.campaign_figures("nowhere")
    for days in (0, -1, 10**9):
        with pytest.raises(ValueError, match="days"):
            await store.campaign_figures(scene.campaign.id, days)


async def test_days_are_those_of_utc_up_to_today(store: Store) -> None:
    scene = await make_scene(store)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    moment = timedelta(microseconds=1)
    times = [midnight, midnight - moment, midnight - timedelta(days=1), midnight - timedelta(days=1) - moment]
    for number, at in enumerate(times):
        await moved(store, (await store.add_opinion(scene.says(message=str(number)))).id, at)
    figures = await store.campaign_figures(scene.campaign.id, days=2)
    yesterday, today = midnight.date() - timedelta(days=1), midnight.date()
    assert [(one.day, one.opinions) for one in figures.by_day] == [(yesterday, 2), (today, 1)]
    assert figures.opinions == 4
    month = (await store.campaign_figures(scene.campaign.id)).by_day
    assert [one.opinions for one in month] == [0] * 27 + [1, 2, 1]


async def test_figures_are_of_one_campaign(store: Store) -> None:
    one, other = await make_scene(store), await make_scene(store, name="other", user="yuki")
    for scene in (one, other):
        await store.add_opinion(scene.says())
        await store.choose(scene.showing.id, scene.annotator.id, "A")
    await read_all(store, reading(LIGHT))
    figures = await store.campaign_figures("other")
    assert figures == await store.campaign_figures(other.campaign.id)
    assert (figures.opinions, figures.people) == (1, 1)
    assert figures.by_language == (LanguageFigure(language="es", opinions=1),)
    assert figures.by_aspect == (AspectFigure(aspect="lighting", positive=1),)


async def test_people_are_those_who_said_or_chose_something(store: Store) -> None:
    scene = await make_scene(store)
    await joined(store, scene, "who only looked")
    chose = await joined(store, scene, "who chose")
    await store.add_opinion(scene.says())
    await store.add_opinion(scene.says(message="m2"))
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    await store.choose(chose.showing.id, chose.annotator.id, "A")
    assert (await store.campaign_figures(scene.campaign.id)).people == 2


async def test_people_agree_on_an_image_whatever_its_letter(store: Store) -> None:
    """Four people, six pairs: first, first (shown as B), second, tie: one pair agrees; of two more ties, one pair."""
    scene = await make_scene(store)
    ids = [image.id for image in scene.images]
    await store.choose(scene.showing.id, scene.annotator.id, "A")
    for user, order, choice in [("b", ids[::-1], "B"), ("c", ids, "B"), ("d", ids[::-1], "tie")]:
        person = await store.enter("web", user)
        showing = await store.show(person.id, scene.comparison.id, order)
        await store.choose(showing.id, person.id, choice)  # type: ignore[arg-type]
    figures = await store.campaign_figures(scene.campaign.id)
    assert (figures.pairs, figures.agreement) == (6, 1 / 6)
    again = await store.add_comparison(scene.campaign.id, ids)
    for user in ("web 1", "web 2"):
        person = await store.enter("web", user)
        await store.choose((await store.show(person.id, again.id, ids)).id, person.id, "tie")
    figures = await store.campaign_figures(scene.campaign.id)
    assert (figures.pairs, figures.agreement) == (7, 2 / 7)


ASPECTS = ("lighting", "color", "anatomy")


def some_label(dice: random.Random) -> Label:
    start = dice.randrange(20)
    return Label(
        aspect=dice.choice(ASPECTS),
        polarity=dice.choice(["positive", "negative", "neutral"]),
        span=(start, start + dice.randint(1, 12)) if dice.random() < 0.9 else None,
    )


def said_in(showing: Showing, number: int) -> NewOpinion:
    return NewOpinion(
        showing_id=showing.id,
        annotator_id=showing.annotator_id,
        source_text=TEXT,
        channel="web",
        client_message_id=f"{showing.id} {number}",
    )


async def read_some(store: Store, dice: random.Random, signature: str) -> None:
    """Let a model read most of what it has not read, each opinion in its own way."""
    await store.enqueue_all_unread(signature)
    while claims := await store.claim(99, 60):
        results = [(claim, some_reading(dice, signature)) for claim in claims if dice.random() < 0.8]
        await store.finish_many(results)


def some_reading(dice: random.Random, signature: str) -> Reading:
    labels = [some_label(dice) for _ in range(dice.randint(0, 4))]
    choice = dice.choice([None, "A", "A", "B", "tie"])
    return reading(*labels, choice=choice, signature=signature, language=dice.choice(["es", "ja", "und"]))


async def answer_some(store: Store, dice: random.Random, campaign_id: str) -> None:
    """Let people answer labels, and click with the reading in sight or without."""
    for critique in await store.critiques(campaign_id):
        said = critique.opinion
        for label in dice.sample(critique.labels, min(1, len(critique.labels))):
            await answer(store, dice, said.id, label)
        if dice.random() < 0.4 and said.kind != "single":
            seen = dice.choice([said.id, None])
            await store.choose(said.showing_id, said.annotator_id, dice.choice([None, "A", "B"]), opinion_id=seen)


async def answer(store: Store, dice: random.Random, opinion_id: str, label: Label) -> None:
    match dice.randrange(5):
        case 0:
            await store.answer_label(opinion_id, label.id, "confirmed")
        case 1:
            await store.answer_label(opinion_id, label.id, "rejected")
        case 2:
            await store.correct_label(opinion_id, label.id, some_label(dice))
        case 3:
            await store.add_label(opinion_id, some_label(dice))


async def counted_by_hand(store: Store, scene: Scene) -> dict[str, object]:
    """The same figures from the records, one by one."""
    critiques = await store.critiques(scene.campaign.id, limit=10_000)
    aspects = Counter((label.aspect, label.polarity) for critique in critiques for label in critique.labels)
    answers: dict[str, list[str]] = {}
    for stated in await store.preferences(scene.campaign.id, limit=10_000):
        choice = stated.preference.choice
        image = stated.images[LETTERS.index(choice)].id if choice in LETTERS else "tie"
        answers.setdefault(stated.comparison_id, []).append(image)
    pairs = [pair for chosen in answers.values() for pair in combinations(chosen, 2)]
    return {
        "opinions": len(critiques),
        "languages": Counter(critique.reading.language for critique in critiques if critique.reading),
        "aspects": aspects,
        "pairs": len(pairs),
        "agreement": sum(one == other for one, other in pairs) / len(pairs) if pairs else None,
    }


def spread(figures: CampaignFigures) -> dict[str, object]:
    polarities = ("positive", "negative", "neutral")
    aspects = {(one.aspect, p): getattr(one, p) for one in figures.by_aspect for p in polarities}
    return {
        "opinions": figures.opinions,
        "languages": {one.language: one.opinions for one in figures.by_language},
        "aspects": {key: count for key, count in aspects.items() if count},
        "pairs": figures.pairs,
        "agreement": figures.agreement,
    }


@pytest.mark.parametrize("seed", range(5))
async def test_the_database_counts_what_one_would_count_by_hand(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    scene = await make_scene(store, images=4)
    ids = [image.id for image in scene.images]
    comparisons = [scene.comparison] + [await store.add_comparison(scene.campaign.id, ids[:n]) for n in (1, 2)]
    for user in range(6):
        person = await store.enter("web", str(user))
        for comparison in comparisons:
            order = dice.sample([image.id for image in comparison.images], len(comparison.images))
            showing = await store.show(person.id, comparison.id, order)
            for number in range(dice.randint(0, 3)):
                await store.add_opinion(said_in(showing, number))
    await read_some(store, dice, "normalizer:test.1")
    await answer_some(store, dice, scene.campaign.id)
    await read_some(store, dice, "normalizer:test.2")
    await answer_some(store, dice, scene.campaign.id)
    figures = await store.campaign_figures(scene.campaign.id)
    assert figures.opinions > 10
    assert figures.pairs > 5
    assert spread(figures) == await counted_by_hand(store, scene)
    totals = [one.total for one in figures.by_aspect]
    assert totals == sorted(totals, reverse=True)


async def test_labels_count_as_they_hold_now(store: Store) -> None:
    scene = await make_scene(store)
    said = await store.add_opinion(scene.says())
    await read_all(store, reading(LIGHT, HANDS))
    light, hands = (await store.get_critique(said.id)).labels
    await store.answer_label(said.id, light.id, "rejected")
    await store.correct_label(said.id, hands.id, HANDS.model_copy(update={"polarity": "neutral"}))
    await store.add_label(said.id, LIGHT.model_copy(update={"span": None}))
    figures = await store.campaign_figures(scene.campaign.id)
    assert figures.by_aspect == (
        AspectFigure(aspect="anatomy", neutral=1),
        AspectFigure(aspect="lighting", positive=1),
    )
