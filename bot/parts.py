"""What every front end is made of."""

from dataclasses import dataclass

from bot.conversation import Conversation
from bot.displayed import Displayed
from bot.settings import Settings
from feedback.media import Media
from feedback.store import Store


@dataclass(frozen=True, slots=True)
class SharedParts:
    """One front end's; two in one process share store and media."""

    settings: Settings
    store: Store
    media: Media
    conversation: Conversation
    displayed: Displayed
