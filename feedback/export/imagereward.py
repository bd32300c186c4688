"""ImageReward's training data: each comparison with the ranking of its images."""

from collections.abc import Sequence
from typing import Final

from feedback.export.pairs import Answer, are_distinct, ranks, wins
from feedback.export.target import FileTarget, Place
from feedback.records import Comparison

FILES: Final = {"train": "train.json", "validation": "valid.json", "test": "test.json"}


class ImageReward(FileTarget):
    """The images are below `imagereward/images/`, and `generations` are paths from `imagereward/` (`image_base`)."""

    name = "imagereward"
    about = "Rankings as ImageReward's training reads them: 1 is best, equal ranks are ties."

    def take_comparison(self, comparison: Comparison, answers: Sequence[Answer], place: Place) -> None:
        """One row per comparison: its images by how many people preferred each."""
        images = comparison.images
        ranking = ranks(wins(images, answers))
        if len(set(ranking)) < 2 or not are_distinct(
            images
        ):  # nothing but ties holds no pair: its reader divides by it
            return
        row = {
            "id": comparison.id,
            "prompt": place.prompt_of(images),
            "generations": [f"images/{self.place_image(image, 'images')}" for image in images],
            "ranking": ranking,
        }
        self.write(FILES[place.split], row, split=place.split)
