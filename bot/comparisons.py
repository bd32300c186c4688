"""What to show next: least shown first, every image in every position equally often, nothing twice to one person."""

from collections.abc import Sequence
from hashlib import sha256

from feedback.records import Candidate, Comparison


def choose_next(candidates: Sequence[Candidate], annotator_id: str) -> tuple[Comparison, tuple[str, ...]] | None:
    """The comparison to show, and its image ids from A on; None where the person has seen everything.

    The candidates are those that this person has not seen. Ties are broken by the annotator's id: the choice depends on
    nothing but the counts, and people who come at the same moment begin at different places.
    """
    if not candidates:
        return None
    chosen = min(candidates, key=lambda c: (c.times_shown, _draw(annotator_id, c.comparison.id)))
    return chosen.comparison, _least_used_order(chosen, annotator_id)


def _least_used_order(candidate: Candidate, annotator_id: str) -> tuple[str, ...]:
    """Of the rotations (a Latin square: each image stands once in each place), the one shown least."""
    rotations = _rotations(tuple(image.id for image in candidate.comparison.images))
    return min(rotations, key=lambda order: (candidate.orders.get(order, 0), _draw(annotator_id, *order)))


def _rotations(items: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [items[i:] + items[:i] for i in range(len(items))]


def _draw(*parts: str) -> bytes:
    return sha256("\0".join(parts).encode()).digest()
