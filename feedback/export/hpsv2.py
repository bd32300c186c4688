"""HPSv2's training data: pairs to learn from, and whole rankings to be tested on.

Its reader takes the columns from the first row alone and skips what it cannot open in silence: so every row has every
column, and a path is written only once the image lies there.
"""

from collections.abc import Sequence
from typing import Any

from feedback.export.pairs import Answer, are_distinct, ranks, wins
from feedback.export.target import FileTarget, Place
from feedback.records import Comparison, StatedPreference


class HPSv2(FileTarget):
    """`train.json` (dataset type HPD) with `train/`; `validation.json` and `test.json` (ranking) with theirs."""

    name = "hpsv2"
    about = "Pairs (`train.json`) and rankings (`validation.json`, `test.json`) as HPSv2's training reads them."

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row per pair to train on."""
        if place.split != "train":
            return
        for pair in place.decided:
            paths = [self.place_image(image, place.split) for image in (pair.first, pair.second)]
            preference = [0, 1] if pair.winner else [1, 0]
            row = {"prompt": place.prompt_of(stated.images), "file_path": paths, "human_preference": preference}
            self.write(f"{place.split}.json", row, split=place.split)

    def take_comparison(self, comparison: Comparison, answers: Sequence[Answer], place: Place) -> None:
        """One row per comparison to test on, where the answers rank all its images."""
        images = comparison.images
        rank = ranks(wins(images, answers))
        if place.split == "train" or len(images) < 2 or len(set(rank)) < len(rank) or not are_distinct(images):
            return
        row = {
            "prompt": place.prompt_of(images),
            "image_path": [self.place_image(image, place.split) for image in images],
            "rank": rank,
            "raw_annotations": [_annotation(comparison, answer) for answer in answers if answer.image_id],
        }
        self.write(f"{place.split}.json", row, split=place.split)


def _annotation(comparison: Comparison, answer: Answer) -> dict[str, Any]:
    rank = [1 if image.id == answer.image_id else 2 for image in comparison.images]
    return {"rank": rank, "user_hash": answer.annotator_id}
