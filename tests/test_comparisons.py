"""What is shown next: least shown first, balanced positions, deterministic."""

from collections import Counter

import pytest

from bot.comparisons import choose_next
from feedback.records import KIND_OF_COUNT, Candidate, Comparison, Image


def image(name: str) -> Image:
    return Image(
        id=name, campaign_id="c", sha256="0" * 64, format="PNG", width=1, height=1, size=1, perceptual_hash="0" * 16
    )


def comparison(name: str, images: int = 2) -> Comparison:
    shown = tuple(image(f"{name}{number}") for number in range(images))
    return Comparison(id=name, campaign_id="c", kind=KIND_OF_COUNT[images], images=shown)


class Counts:
    """The counts of a campaign, as the store keeps them."""

    def __init__(self, *comparisons: Comparison) -> None:
        self.comparisons = comparisons
        self.shown: Counter[str] = Counter()
        self.orders: dict[str, Counter[tuple[str, ...]]] = {one.id: Counter() for one in comparisons}

    def candidates(self, seen: set[str]) -> list[Candidate]:
        return [
            Candidate(comparison=one, times_shown=self.shown[one.id], orders=dict(self.orders[one.id]))
            for one in self.comparisons
            if one.id not in seen
        ]

    def show(self, person: str, seen: set[str]) -> tuple[str, tuple[str, ...]]:
        chosen = choose_next(self.candidates(seen), person)
        assert chosen is not None
        one, order = chosen
        self.shown[one.id] += 1
        self.orders[one.id][order] += 1
        return one.id, order


def test_nothing_is_left() -> None:
    assert choose_next([], "somebody") is None


def test_least_shown_first() -> None:
    rare, common = comparison("rare"), comparison("common")
    candidates = [
        Candidate(comparison=common, times_shown=3, orders={}),
        Candidate(comparison=rare, times_shown=2, orders={}),
    ]
    assert all(choose_next(candidates, str(person))[0] == rare for person in range(20))  # type: ignore[index]


@pytest.mark.parametrize("images", [1, 2, 3, 4])
def test_every_image_stands_in_every_position_equally_often(images: int) -> None:
    counts = Counts(comparison("x", images))
    positions: Counter[tuple[str, int]] = Counter()
    for person in range(12 * images):
        _, order = counts.show(str(person), set())
        positions.update((name, place) for place, name in enumerate(order))
    assert len(positions) == images * images
    assert set(positions.values()) == {12}


def test_showings_stay_within_one_of_each_other() -> None:
    counts = Counts(*(comparison(str(number)) for number in range(7)))
    for person in range(25):
        seen: set[str] = set()
        for _ in range(3):
            seen.add(counts.show(str(person), seen)[0])
        assert max(counts.shown.values()) - min(counts.shown[one.id] for one in counts.comparisons) <= 1


def test_the_same_counts_give_the_same_choice_and_people_start_at_different_places() -> None:
    counts = Counts(*(comparison(str(number)) for number in range(10)))
    candidates = counts.candidates(set())
    assert choose_next(candidates, "a") == choose_next(list(reversed(candidates)), "a")
    assert len({choose_next(candidates, str(person))[0].id for person in range(50)}) > 5  # type: ignore[index]
