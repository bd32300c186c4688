"""A folder for people: images beside a `metadata.jsonl`, as `load_dataset("imagefolder", ...)` opens it."""

from feedback.export.target import FileTarget, Place
from feedback.records import StatedPreference


class ImageFolder(FileTarget):
    """The columns whose names end in `file_name` become images: `chosen`, `rejected` and `set`."""

    name = "imagefolder"
    about = "One row per pair, with the images beside it: `chosen`, `rejected`, and `set`, all in the order shown."

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row per pair; a tie has none."""
        for pair in place.decided:
            row = {
                "chosen_file_name": self.place_image(pair.chosen, place.split),
                "rejected_file_name": self.place_image(pair.rejected, place.split),
                "set_file_names": [self.place_image(image, place.split) for image in stated.images],
                "prompt": place.prompt_of(stated.images),
                "comparison_id": stated.comparison_id,
                "annotator": stated.annotator_id,
            }
            self.write(f"{place.split}/metadata.jsonl", row, split=place.split, lines=True)
