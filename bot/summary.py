"""Says what was understood of an opinion, in the person's language: "You prefer B: light (soft) ＋, hands －"."""

from collections.abc import Sequence

from bot.names import ASPECTS, ATTRIBUTES
from bot.wording import Wording, mark
from feedback.colors import name_shade
from feedback.records import Critique, Label, Letter

SIGNS = {"positive": "＋", "negative": "－", "neutral": "○"}
COMMA = mark("between the items of a list", ", ")
NAMED_BY_ATTRIBUTE = {"anatomy", "artifacts"}  # whose attributes are things: "hands", "watermark"


def describe_label(said: Wording, label: Label) -> str:
    """One label in a few words: "light (soft) ＋"; the sign is doubled where it is meant strongly."""
    details = [said.name(ATTRIBUTES[label.aspect][code]) for code in label.attributes]
    if label.aspect == "color" and label.value:
        details.append(name_shade(label.value, said.locale))
    sign = SIGNS[label.polarity] * (2 if label.strength == 3 else 1)
    comma = said.name(COMMA)
    if details and label.aspect in NAMED_BY_ATTRIBUTE:
        return f"{comma.join(details)} {sign}"
    more = f" ({comma.join(details)})" if details else ""
    return f"{said.name(ASPECTS[label.aspect])}{more} {sign}"


def describe(said: Wording, critique: Critique) -> str:
    """All that was understood, a line for each image; empty where the message judged nothing."""
    choice = critique.preference.choice
    groups = _by_targets([label for label in critique.labels if _worth_saying(label, choice)])
    lines = []
    if choice == "tie":
        lines.append(said.say("You like them equally."))
    elif choice:
        labels = _list(said, groups.pop((choice,), []))
        if labels:
            lines.append(said.say("You prefer {image}: {labels}", image=choice, labels=labels))
        else:
            lines.append(said.say("You prefer {image}.", image=choice))
    for targets, group in groups.items():
        labels = _list(said, group)
        if targets:
            lines.append(said.say("{images}: {labels}", images=said.enumerate(targets), labels=labels))
        else:
            lines.append(said.say("I understood: {labels}", labels=labels))
    return "\n".join(lines)


def judges_nothing(critique: Critique) -> bool:
    """Whether neither a label nor a preference is left."""
    return not _standing(critique.labels) and critique.preference.choice is None


def _standing(labels: Sequence[Label]) -> list[Label]:
    return [label for label in labels if label.status != "rejected"]


def _worth_saying(label: Label, choice: str | None) -> bool:
    """Not what was taken away, and not the bare praise that the preference says already."""
    bare = label.aspect == "overall" and label.polarity == "positive" and not label.attributes
    return label.status != "rejected" and not (bare and label.targets == (choice,))


def _by_targets(labels: Sequence[Label]) -> dict[tuple[Letter, ...], list[Label]]:
    groups: dict[tuple[Letter, ...], list[Label]] = {}
    for label in labels:
        groups.setdefault(label.targets, []).append(label)
    return groups


def _list(said: Wording, labels: Sequence[Label]) -> str:
    return said.name(COMMA).join(dict.fromkeys(describe_label(said, label) for label in labels))
