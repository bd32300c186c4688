"""What a person does to the labels of their opinion: the buttons for it, and what they change. Corrections are gold."""

from bot.names import ASPECTS
from bot.questions import possible_targets
from bot.summary import describe_label
from bot.turns import Action
from bot.wording import Wording
from feedback.colors import find_shade
from feedback.errors import NotFound
from feedback.records import LETTERS, Critique, Label
from feedback.store import Store


def get_label(critique: Critique, label_id: str) -> Label:
    """A label as it now stands; NotFound where it was removed or replaced meanwhile."""
    for label in critique.labels:
        if label.id == label_id and label.status != "rejected":
            return label
    raise NotFound(f"no label {label_id}")


async def remove(store: Store, critique: Critique, label: Label) -> Critique:
    """The person did not mean that."""
    return await store.answer_label(critique.opinion.id, label.id, "rejected")


async def change(store: Store, critique: Critique, label: Label, verb: str, value: str) -> Critique:
    """Apply one button of a menu or question; raises ValueError where the value is none that they offer."""
    return await store.correct_label(critique.opinion.id, label.id, _changed(critique, label, verb, value))


async def confirm(store: Store, critique: Critique) -> Critique:
    """Make everything that was understood gold."""
    opinion = critique.opinion
    for label in critique.labels:
        if label.status == "suggested":
            await store.answer_label(opinion.id, label.id, "confirmed")
    if critique.preference.choice and critique.preference.status == "suggested":
        choice = critique.preference.choice
        await store.choose(opinion.showing_id, opinion.annotator_id, choice, opinion_id=opinion.id)
    return await store.get_critique(opinion.id)


def label_menu(said: Wording, critique: Critique) -> tuple[Action, ...]:
    """What can be corrected: each label, and the preference where there are several images."""
    opinion = critique.opinion
    labels = [label for label in critique.labels if label.status != "rejected"]
    letters = LETTERS[: len(critique.images)] if len(critique.images) > 1 else ()
    choices = [
        Action(id=f"settle:{opinion.id}:{letter}", label=said.say("I prefer {image}", image=letter))
        for letter in letters
        if letter != critique.preference.choice
    ]
    return (
        *(Action(id=f"edit:{opinion.id}:{label.id}", label=describe_label(said, label)) for label in labels),
        *choices,
    )


def edit_menu(said: Wording, critique: Critique, label: Label) -> tuple[Action, ...]:
    """What can be said of one label: it is wrong, another direction, another aspect, another image."""
    ids = f"{critique.opinion.id}:{label.id}"
    directions = {
        "positive": said.say("It is praise"),
        "negative": said.say("It is a complaint"),
        "neutral": said.say("It is only a remark"),
    }
    images = [
        Action(
            id=f"target:{ids}:{','.join(letters)}",
            label=said.say("It is about {images}", images=said.enumerate(letters)),
        )
        for letters in possible_targets(critique)
        if letters != label.targets
    ]
    return (
        *(
            Action(id=f"polarity:{ids}:{polarity}", label=text)
            for polarity, text in directions.items()
            if polarity != label.polarity
        ),
        Action(id=f"aspects:{ids}", label=said.say("It is about something else")),
        *images,
        Action(id=f"remove:{ids}", label=said.say("I did not say that"), style="danger"),
    )


def aspect_menu(said: Wording, critique: Critique, label: Label) -> tuple[Action, ...]:
    """The other aspects of the taxonomy."""
    return tuple(
        Action(id=f"aspect:{critique.opinion.id}:{label.id}:{code}", label=said.name(name))
        for code, name in ASPECTS.items()
        if code != label.aspect
    )


def _changed(critique: Critique, label: Label, verb: str, value: str) -> Label:
    change: dict[str, object]
    if verb == "polarity":
        change = {"polarity": value}
    elif verb == "aspect":  # attributes and values belong to the aspect that was wrong
        change = {"aspect": value, "attributes": (), "value": None, "value_raw": None}
    elif verb == "target":
        change = {"targets": _letters(value, len(critique.images))}
    elif label.aspect != "color" or find_shade(value) is None:
        raise ValueError(f"no shade {value!r}")
    else:
        change = {"value": value}
    return Label.model_validate({**label.model_dump(), **change, "confidence": 1.0})


def _letters(value: str, count: int) -> tuple[str, ...]:
    letters = tuple(value.split(","))
    if not set(letters) <= set(LETTERS[:count]):
        raise ValueError(f"{value!r} names no image that was shown")
    return letters
