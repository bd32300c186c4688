"""The preferences: one row per person and comparison, with the images themselves."""

from feedback.export.columns import IMAGE, REAL, TEXT, TEXTS, TIME, TRUTH
from feedback.export.opinions import consent_scope
from feedback.export.pairs import chosen_image
from feedback.export.target import Place, TableTarget, image_file, stored
from feedback.records import LETTERS, StatedPreference


class Preferences(TableTarget):
    """Letters are positions on the screen as they were for this person; `image_ids` has the same order."""

    name = "preferences"
    about = "One row per person and comparison: which image they prefer, or that they prefer none, with the images."
    columns = {  # noqa: RUF012
        "showing_id": TEXT,
        "campaign": TEXT,
        "comparison_id": TEXT,
        "kind": TEXT,
        "prompt": TEXT,
        "image_ids": TEXTS,
        "image_files": TEXTS,
        "generators": TEXTS,
        "choice": TEXT,
        "tie": TRUTH,
        "chosen_image_id": TEXT,
        "rejected_image_ids": TEXTS,
        "source": TEXT,
        "confidence": REAL,
        "conflict": TRUTH,
        "status": TEXT,
        "annotator": TEXT,
        "channel": TEXT,
        "created_at": TIME,
        "flags": TEXTS,
        "consent_scope": TEXT,
        "split": TEXT,
        "annotator_split": TEXT,
        "image_a": IMAGE,
        "image_b": IMAGE,
        "image_c": IMAGE,
        "image_d": IMAGE,
    }

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row."""
        preference = stated.preference
        chosen = chosen_image(stated)
        letters = dict(zip(LETTERS, stated.images, strict=False))
        self.write(
            place,
            {
                "showing_id": stated.showing_id,
                "campaign": place.campaign,
                "comparison_id": stated.comparison_id,
                "kind": stated.kind,
                "prompt": place.prompt,
                "image_ids": [image.id for image in stated.images],
                "image_files": [image_file(image) for image in stated.images],
                "generators": [image.generator for image in stated.images],
                "choice": preference.choice,
                "tie": chosen is None,
                "chosen_image_id": chosen and chosen.id,
                "rejected_image_ids": [image.id for image in stated.images if chosen and image.id != chosen.id],
                "source": preference.source,
                "confidence": preference.confidence,
                "conflict": preference.conflict,
                "status": preference.status,
                "annotator": stated.annotator_id,
                "channel": stated.channel,
                "created_at": stated.created_at,
                "flags": sorted(place.flags),
                "consent_scope": consent_scope(training_use=stated.training_use),
                **{f"image_{letter.lower()}": stored(letters.get(letter)) for letter in LETTERS},
            },
        )
