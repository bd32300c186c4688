"""Pairs in the columns of Pick-a-Pic, for PickScore's trainer and the Diffusion-DPO scripts.

PickScore takes labels of 0.5 for a tie; the scripts of diffusers take 0.5 for "image 0 wins": hence two tables.
"""

from feedback.export.columns import BYTES, NANOSECONDS, REAL, TEXT, TRUTH, WHOLE, Row
from feedback.export.pairs import Pair, number_of
from feedback.export.target import Place, TableTarget, image_file, stored
from feedback.records import StatedPreference


class Pairs(TableTarget):
    """Pairs with a winner; `jpg_0` and `jpg_1` are the original bytes, of whatever format."""

    name = "pairs"
    about = "Pairs of images of which one was preferred, in the columns of Pick-a-Pic."
    columns = {  # noqa: RUF012
        "are_different": TRUTH,
        "best_image_uid": TEXT,
        "caption": TEXT,
        "created_at": NANOSECONDS,
        "has_label": TRUTH,
        "image_0_uid": TEXT,
        "image_0_url": TEXT,
        "image_1_uid": TEXT,
        "image_1_url": TEXT,
        "jpg_0": BYTES,
        "jpg_1": BYTES,
        "label_0": REAL,
        "label_1": REAL,
        "model_0": TEXT,
        "model_1": TEXT,
        "num_example_per_prompt": WHOLE,
        "ranking_id": WHOLE,
        "user_id": WHOLE,
    }
    splits = {"train": "train", "validation": "validation_unique", "test": "test_unique"}  # noqa: RUF012
    ties = False

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row per pair."""
        for pair in place.pairs:
            if self.ties or pair.winner is not None:
                self.write(place, _row(pair, stated, place))


class PairsWithTies(Pairs):
    """The same and the ties, whose labels are 0.5 and 0.5."""

    name = "pairs_with_ties"
    about = "The same with ties, labelled 0.5 and 0.5: for PickScore, not for the scripts of diffusers."
    ties = True


def _row(pair: Pair, stated: StatedPreference, place: Place) -> Row:
    first, second = pair.first, pair.second
    label = 0.5 if pair.winner is None else float(pair.winner == 0)
    return {
        "are_different": True,
        "best_image_uid": "tie" if pair.winner is None else pair.chosen.id,
        "caption": place.prompt_of(stated.images),
        "created_at": stated.created_at,
        "has_label": True,
        "image_0_uid": first.id,
        "image_0_url": image_file(first),
        "image_1_uid": second.id,
        "image_1_url": image_file(second),
        "jpg_0": stored(first),
        "jpg_1": stored(second),
        "label_0": label,
        "label_1": 1.0 - label,
        "model_0": first.generator or "",
        "model_1": second.generator or "",
        "num_example_per_prompt": place.examples,
        "ranking_id": number_of(stated.showing_id),
        "user_id": number_of(stated.annotator_id),
    }
