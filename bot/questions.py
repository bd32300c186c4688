"""The one question worth asking back about an opinion: a pure function of its critique, nothing is stored."""

from bot.turns import Action, Question
from bot.wording import Wording
from feedback.colors import ColorMention, Shade, find_colors, name_shade, shades_of
from feedback.records import LETTERS, Critique, Label, Letter

MOST_SWATCHES = 5


def find_question(critique: Critique) -> Question | None:
    """At most one: click against words, then which image, then which shade; None where nothing important is open."""
    if critique.preference.conflict:
        return Question(kind="preference", opinion_id=critique.opinion.id)
    open_labels = sorted((label for label in critique.labels if label.status == "suggested"), key=_weight, reverse=True)
    for label in open_labels:
        if _needs_target(label, critique):
            return Question(kind="target", opinion_id=critique.opinion.id, label_id=label.id, span=label.span)
    for label in open_labels:
        if (mention := find_vague_color(label, critique)) is not None:
            return Question(kind="shade", opinion_id=critique.opinion.id, label_id=label.id, span=mention.span)
    return None


def find_vague_color(label: Label, critique: Critique) -> ColorMention | None:
    """The colour word of a label that may mean several shades; its span is in the opinion's text."""
    if label.aspect != "color" or not label.value or critique.reading is None:
        return None
    mentions = find_colors(critique.opinion.source_text, critique.reading.language)
    return next((m for m in mentions if m.ambiguous and m.shade.name == label.value), None)


def possible_targets(critique: Critique) -> list[tuple[Letter, ...]]:
    """Each of several images, and all of them; nothing where there is only one."""
    letters = LETTERS[: len(critique.images)]
    return [*((letter,) for letter in letters), letters] if len(letters) > 1 else []


def target_actions(said: Wording, critique: Critique, label: Label) -> tuple[Action, ...]:
    """One button for each image, and one for all."""
    every = said.say("Both") if len(critique.images) == 2 else said.say("All of them")
    return tuple(
        Action(
            id=f"target:{critique.opinion.id}:{label.id}:{','.join(letters)}",
            label=letters[0] if len(letters) == 1 else every,
        )
        for letters in possible_targets(critique)
    )


def shade_actions(
    said: Wording, critique: Critique, label: Label, mention: ColorMention, palette: tuple[Shade, ...]
) -> tuple[Action, ...]:
    """Swatches of what the word may mean: those in the image first, then the standard shades of the family."""
    in_image = [shade for shade in palette if shade.family in mention.families]
    standard = [shade for family in mention.families for shade in shades_of(family)]
    shades = list(dict.fromkeys([*in_image, *standard]))[:MOST_SWATCHES]
    return tuple(
        Action(
            id=f"shade:{critique.opinion.id}:{label.id}:{shade.name}",
            label=name_shade(shade.name, said.locale),
            swatch=shade.hex,
        )
        for shade in shades
    )


def _weight(label: Label) -> tuple[int, float]:
    return label.strength, label.confidence


def _needs_target(label: Label, critique: Critique) -> bool:
    """Praise or complaint of one of several images, without saying which; "lovely!" beside a preference says it."""
    if len(critique.images) == 1 or label.targets or label.polarity == "neutral":
        return False
    return label.aspect != "overall" or critique.preference.choice is None
