"""What everything on Discord shares: the parts of the application, who somebody is, and where they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import discord

from bot.discord_metrics import DiscordMetrics
from bot.parts import SharedParts
from bot.rates import Buckets
from feedback.discord_records import Place
from feedback.records import Annotator

if TYPE_CHECKING:
    from bot.discord_client import OpineClient

Interaction: TypeAlias = "discord.Interaction[OpineClient]"


@dataclass(frozen=True, slots=True)
class Parts(SharedParts):
    """Everything a handler may need; one for all clients that the supervisor makes."""

    metrics: DiscordMetrics
    limits: Buckets  # opinions that one person may send
    campaign_id: str  # of direct messages and of channels that were not set up

    async def recognize(self, user_id: int, locale: str) -> Annotator:
        """Who somebody is; of a stranger nothing is kept."""
        person = await self.store.recognize("discord", str(user_id), locale)
        return await self._untrained(person) if person.consents else person

    async def enter(self, user_id: int, locale: str) -> Annotator:
        """Who somebody is who is agreeing to the terms: from now on they are kept."""
        use = self.settings.discord_training_use
        return await self._untrained(await self.store.enter("discord", str(user_id), locale, training_use=use))

    async def keep_direct_channel(self, person: Annotator, channel_id: int, seen: int) -> None:
        """Remember where somebody who has agreed talks with the bot alone: what they write in an outage is there."""
        if person.consents and await self.store.find_place(channel_id) is None:
            alone = Place(channel_id=channel_id, campaign_id=self.campaign_id, annotator_id=person.id)
            await self.store.set_place(alone.model_copy(update={"last_message_id": seen}))

    async def place(self, channel: Any, channel_id: int | None) -> Place | None:
        """The place that was set up here; a thread belongs to its channel."""
        for one in (channel_id, getattr(channel, "parent_id", None)):
            if one is not None and (place := await self.store.find_place(one)) is not None:
                return place
        return None

    def campaign_of(self, place: Place | None) -> str:
        """The campaign of a place; in direct messages that of the settings, even if it was another one once."""
        return place.campaign_id if place and place.guild_id else self.campaign_id

    async def _untrained(self, person: Annotator) -> Annotator:
        """Where the operator does not ask for training use, nobody allows it, even if they once did."""
        if person.training_use and not self.settings.discord_training_use:
            return await self.store.update_annotator(person.id, training_use=False)
        return person


def may_answer(place: Place | None, user: discord.abc.User) -> bool:
    """Whether somebody has the role that the place asks for."""
    roles = getattr(user, "roles", ())
    return place is None or place.role_id is None or any(role.id == place.role_id for role in roles)
