"""Tables that TRL's trainers take as they are: DPO for models that see, reward and KTO for texts, KTO with the image.

No column is named `messages`, `tools`, `image`, or like another of the trainers' own, unless the trainer is to read it.
"""

from collections.abc import Sequence
from typing import Any, Final

import pyarrow as pa

from feedback.export.columns import IMAGES, REAL, TEXT, TRUTH
from feedback.export.selection import NOT_FOR_TRAINING, Selection
from feedback.export.target import Place, TableTarget, stored
from feedback.export.words import Said, in_english
from feedback.records import LETTERS, Critique, Image, Label, Polarity, StatedPreference

_PART: Final = pa.struct([("type", pa.string()), ("text", pa.string())])
MESSAGES: Final = pa.list_(pa.struct([("role", pa.string()), ("content", pa.list_(_PART))]))

_SPLITS: Final = {"split": TEXT, "annotator_split": TEXT}
_NOTHING_SAID: Final = "Nothing was said about it."


class TrlDpo(TableTarget):
    """A judge's conversations: the images, which of them is better, and why.

    The rejected answer differs from the chosen one in the letter only: neither its length nor its style gives it away.
    """

    name = "trl_dpo"
    hears = True
    about = "For TRL's DPOTrainer and models that see: which of the images is better, and why."
    columns = {  # noqa: RUF012
        "prompt": MESSAGES,
        "chosen": MESSAGES,
        "rejected": MESSAGES,
        "images": IMAGES,
        "showing_id": TEXT,
        "annotator": TEXT,
        **_SPLITS,
    }

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row for each image that the preferred one was chosen over."""
        letters = {image.id: letter for letter, image in zip(LETTERS, stated.images, strict=False)}
        for pair in place.decided:
            chosen, rejected = letters[pair.chosen.id], letters[pair.rejected.id]
            words = _reason(place.said, stated)
            self.write(
                place,
                {
                    "prompt": _asked(stated.images, _which(stated.images, place)),
                    "chosen": _answered(_verdict(chosen, stated.images, words)),
                    "rejected": _answered(_verdict(rejected, stated.images, words)),
                    "images": [stored(image) for image in stated.images],
                    "showing_id": stated.showing_id,
                    "annotator": stated.annotator_id,
                },
            )


class TrlReward(TableTarget):
    """What one person remarked about the image that they preferred, over what they remarked about the other one."""

    name = "trl_reward"
    hears = True
    about = "For TRL's RewardTrainer: remarks about the preferred image over remarks about the other one."
    columns = {  # noqa: RUF012
        "prompt": TEXT,
        "chosen": TEXT,
        "rejected": TEXT,
        "margin": REAL,
        "showing_id": TEXT,
        "annotator": TEXT,
        **_SPLITS,
    }

    def take_preference(self, stated: StatedPreference, place: Place) -> None:
        """One row for each pair of images about which different things were said; `margin` is the confidence."""
        about = {image.id: _about(letter, place.said) for letter, image in zip(LETTERS, stated.images, strict=False)}
        for pair in place.decided:
            chosen, rejected = about[pair.chosen.id], about[pair.rejected.id]
            if chosen != rejected:
                row = {"chosen": chosen, "rejected": rejected, "margin": stated.preference.confidence}
                ids = {"showing_id": stated.showing_id, "annotator": stated.annotator_id}
                self.write(place, {"prompt": _purpose(stated.images, place) + "Remarks:\n", **row, **ids})


class TrlKto(TableTarget):
    """What was said about one image, and whether its writer liked it."""

    name = "trl_kto"
    about = "For TRL's KTOTrainer: what was said about one image; the label says whether its writer liked it."
    columns = {  # noqa: RUF012
        "prompt": TEXT,
        "completion": TEXT,
        "label": TRUTH,
        "opinion_id": TEXT,
        "annotator": TEXT,
        **_SPLITS,
    }

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One row for a thumb up or down."""
        if (liked := thumb(critique, place, self.selection)) is not None:
            prompt = _purpose(critique.images, place) + "What do people say about it?\n"
            self.write(place, {"prompt": prompt, "completion": in_english(critique), "label": liked, **_ids(critique)})


class TrlKtoVision(TableTarget):
    """One image and the claim that it is good; the label says whether a person agrees."""

    name = "trl_kto_vision"
    about = "For TRL's KTOTrainer and models that see: an image and the claim that it is good; the label agrees or not."
    columns = {  # noqa: RUF012
        "prompt": MESSAGES,
        "completion": MESSAGES,
        "label": TRUTH,
        "images": IMAGES,
        "opinion_id": TEXT,
        "annotator": TEXT,
        **_SPLITS,
    }

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One row for a thumb up or down."""
        if (liked := thumb(critique, place, self.selection)) is not None:
            self.write(
                place,
                {
                    "prompt": _asked(critique.images, _purpose(critique.images, place) + "Is it a good image?"),
                    "completion": _answered("Yes, it is a good image."),
                    "label": liked,
                    "images": [stored(image) for image in critique.images],
                    **_ids(critique),
                },
            )


def thumb(critique: Critique, place: Place, selection: Selection) -> bool | None:
    """Up or down, as the labels about the whole image say, else as all labels say; None where they do not agree.

    None as well for several images, and for what must not be trained on.
    """
    opinion = critique.opinion
    if opinion.kind != "single" or not opinion.training_use or place.flags & NOT_FOR_TRAINING:
        return None
    kept = [label for label in critique.labels if selection.takes_label(label.status, label.confidence)]
    overall = [label for label in kept if label.aspect == "overall"]
    return _agreed(overall) if _polarities(overall) else _agreed(kept)


def _agreed(labels: Sequence[Label]) -> bool | None:
    polarities = _polarities(labels)
    return polarities == {"positive"} if len(polarities) == 1 else None


def _polarities(labels: Sequence[Label]) -> set[Polarity]:
    return {label.polarity for label in labels if label.polarity != "neutral"}


def _reason(said: Sequence[Said], stated: StatedPreference) -> str:
    """The words that state this choice, else words that state none; nothing where there are only others."""
    for choice in (stated.preference.choice, None):
        for one in said:
            if one.choice == choice:
                return one.words
    return ""


def _about(letter: str, said: Sequence[Said]) -> str:
    remarks = dict.fromkeys(text for one in said for text in one.remarks.get(letter, ()))
    return "; ".join(remarks) or _NOTHING_SAID


def _purpose(images: Sequence[Image], place: Place) -> str:
    prompt, number = place.prompt_of(images), "An image was" if len(images) == 1 else "Images were"
    return f"{number} to show: {prompt}\n" if prompt else ""


def _which(images: Sequence[Image], place: Place) -> str:
    letters = ", ".join(LETTERS[: len(images)])
    comparative = "better" if len(images) == 2 else "the best"
    return f"{_purpose(images, place)}The images are, in order, {letters}. Which is {comparative}, and why?"


def _verdict(letter: str, images: Sequence[Image], words: str) -> str:
    return f"{letter} is {'better' if len(images) == 2 else 'the best'}. {words}".rstrip()


def _asked(images: Sequence[Image], question: str) -> list[dict[str, Any]]:
    """A question with a place for each image before it."""
    places = [{"type": "image", "text": None} for _ in images]
    return [{"role": "user", "content": [*places, {"type": "text", "text": question}]}]


def _answered(text: str) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": [{"type": "text", "text": text}]}]


def _ids(critique: Critique) -> dict[str, str]:
    return {"opinion_id": critique.opinion.id, "annotator": critique.opinion.annotator_id}
