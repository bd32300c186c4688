"""What of the store an export takes: everything, unless a filter says less."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, get_args

from feedback.records import Channel, Critique, Flag, StatedPreference, Status

GOLD: Final[tuple[Status, ...]] = ("confirmed", "corrected")
FLAGS: Final = (*get_args(Flag), "language_mismatch")  # those that an operator sets, and one that is computed
NOT_FOR_TRAINING: Final = frozenset(
    {"spam", "pii", "not_appropriate"}
)  # flags that keep a pair out of every training target


@dataclass(frozen=True, slots=True)
class Selection:
    """The filters of an export; an empty one takes everything."""

    campaigns: tuple[str, ...] = ()  # names or ids
    languages: tuple[str, ...] = ()  # BCP 47, as the reader found them; "pt" takes "pt-BR" as well
    channels: tuple[Channel, ...] = ()
    for_study: bool = False  # also what the person does not want used for training
    gold_only: bool = False  # labels and preferences only as a person stated or confirmed them
    confidence: float = 0.0  # the least, of labels and of preferences
    without_flags: tuple[str, ...] = ()

    def takes_scope(self, *, training_use: bool) -> bool:
        """Whether that consent is enough."""
        return training_use or self.for_study

    def takes_opinion(self, critique: Critique, flags: Iterable[str]) -> bool:
        """Whether the opinion passes the filters; its consent is asked for apart, as those left out are counted."""
        return (
            self._takes_channel(critique.opinion.channel)
            and self._takes_language(critique.reading.language if critique.reading else None)
            and not set(self.without_flags) & set(flags)
        )

    def takes_preference(self, stated: StatedPreference, flags: Iterable[str]) -> bool:
        """The same of a preference, which has no language of its own but that of the words beside it."""
        preference = stated.preference
        return (
            self._takes_channel(stated.channel)
            and not set(self.without_flags) & set(flags)
            and preference.confidence >= self.confidence
            and (not self.gold_only or preference.status in GOLD)
        )

    def takes_label(self, status: Status, confidence: float) -> bool:
        """Whether a label passes."""
        return confidence >= self.confidence and (not self.gold_only or status in GOLD)

    def _takes_channel(self, channel: Channel) -> bool:
        return not self.channels or channel in self.channels

    def _takes_language(self, tag: str | None) -> bool:
        return not self.languages or any(_is_within(tag, wanted) for wanted in self.languages)


def _is_within(tag: str | None, wanted: str) -> bool:
    """Whether a tag is the wanted one or narrows it (RFC 4647, basic filtering)."""
    return tag is not None and (tag.lower() == wanted.lower() or tag.lower().startswith(wanted.lower() + "-"))
