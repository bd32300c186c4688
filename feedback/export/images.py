"""The images that were judged: what is known of each, and the original bytes."""

from feedback.export.columns import IMAGE, TEXT, WHOLE
from feedback.export.target import Place, TableTarget, image_file, stored
from feedback.records import Image


class Images(TableTarget):
    """One row per image; other tables name images by `image_id`."""

    name = "images"
    about = "One row per image that was judged, with its compression fingerprint and its original bytes."
    columns = {  # noqa: RUF012
        "image_id": TEXT,
        "campaign": TEXT,
        "sha256": TEXT,
        "file": TEXT,
        "format": TEXT,
        "width": WHOLE,
        "height": WHOLE,
        "size": WHOLE,
        "perceptual_hash": TEXT,
        "jpeg_quality": WHOLE,
        "chroma_subsampling": TEXT,
        "prompt": TEXT,
        "generator": TEXT,
        "seed": TEXT,
        "source": TEXT,
        "split": TEXT,
        "image": IMAGE,
    }

    def take_image(self, image: Image, place: Place) -> None:
        """One row; the seed is text, since seeds exceed 64-bit integers."""
        facts = image.model_dump(include=set(self.columns) - {"seed"})
        self.write(
            place,
            facts
            | {
                "image_id": image.id,
                "campaign": place.campaign,
                "file": image_file(image),
                "seed": None if image.seed is None else str(image.seed),
                "image": stored(image),
            },
        )
