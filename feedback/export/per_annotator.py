"""Every person's answers apart, for models of personal taste (PAL, LoRe)."""

from feedback.export.columns import TEXT, WHOLE
from feedback.export.target import Place, TableTarget, image_file
from feedback.records import StatedPreference


class PerAnnotator(TableTarget):
    """The responses are image files of the export, in the order on the screen."""

    name = "per_annotator"
    about = "One row per person and pair: `y` is 1 where they preferred the first response, -1 where the second."
    columns = {  # noqa: RUF012
        "user_id": TEXT,
        "prompt": TEXT,
        "response_1": TEXT,
        "response_2": TEXT,
        "y": WHOLE,
        "showing_id": TEXT,
        "split": TEXT,
        "annotator_split": TEXT,
    }

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row per pair; a tie has none."""
        for pair in place.decided:
            self.write(
                place,
                {
                    "user_id": stated.annotator_id,
                    "prompt": place.prompt_of(stated.images),
                    "response_1": image_file(pair.first),
                    "response_2": image_file(pair.second),
                    "y": -1 if pair.winner else 1,
                    "showing_id": stated.showing_id,
                },
            )
