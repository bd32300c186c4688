"""People before images: the beginnings that tests of the store share."""

from dataclasses import dataclass

from feedback.records import (
    Annotator,
    Campaign,
    Choice,
    Comparison,
    Image,
    Label,
    NewImage,
    NewOpinion,
    Preference,
    Reading,
    Showing,
)
from feedback.store import Store

TEXT = "B, la luz es más suave, pero las manos dan miedo 😬"


def facts(number: int) -> NewImage:
    """An image that differs from those of other numbers."""
    digest = f"{number:064x}"
    return NewImage(sha256=digest, format="PNG", width=640, height=480, size=1000, perceptual_hash=digest[:16])


@dataclass(frozen=True)
class Scene:
    """One person who was shown one comparison."""

    campaign: Campaign
    images: tuple[Image, ...]
    comparison: Comparison
    annotator: Annotator
    showing: Showing

    def says(self, text: str = TEXT, message: str = "m1", showing: Showing | None = None) -> NewOpinion:
        """What the person's front end sends."""
        return NewOpinion(
            showing_id=(showing or self.showing).id,
            annotator_id=self.annotator.id,
            source_text=text,
            channel="web",
            client_message_id=message,
        )


async def make_scene(store: Store, *, images: int = 2, user: str = "ana", name: str = "demo") -> Scene:
    """Create a campaign with one comparison and show it to a person."""
    campaign = await store.create_campaign(name, "A campaign")
    kept = tuple([await store.add_image(campaign.id, facts(number)) for number in range(images)])
    comparison = await store.add_comparison(campaign.id, [image.id for image in kept], prompt="a cat")
    annotator = await store.enter("web", user, "es")
    showing = await store.show(annotator.id, comparison.id, [image.id for image in kept])
    return Scene(campaign, kept, comparison, annotator, showing)


async def joined(store: Store, scene: Scene, user: str) -> Scene:
    """Another person before the same comparison."""
    annotator = await store.enter("web", user, "ja")
    showing = await store.show(annotator.id, scene.comparison.id, [image.id for image in scene.images])
    return Scene(scene.campaign, scene.images, scene.comparison, annotator, showing)


LIGHT = Label(aspect="lighting", polarity="positive", targets=("B",), span=(3, 22), confidence=0.9)
HANDS = Label(aspect="anatomy", polarity="negative", strength=3, span=(29, 50), confidence=0.6)


def reading(
    *labels: Label, choice: Choice | None = "B", signature: str = "normalizer:test.1", language: str = "es"
) -> Reading:
    """What a model might have understood."""
    return Reading(
        language=language,
        language_confidence=0.9,
        translation="B, the light is softer",
        translation_confidence=0.8,
        labels=labels,
        preference=Preference(choice=choice, confidence=0.7),
        signature=signature,
        translation_signature="translation:test.1",
    )


async def read_all(store: Store, result: Reading) -> None:
    """Finish all work with one reading."""
    while claims := await store.claim(32, 60):
        await store.finish_many([(claim, result) for claim in claims])
