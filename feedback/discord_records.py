"""Frozen records of Discord: where the bot talks, which message shows what, and where answers go."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from feedback.records import Record

YEAR = 525_600  # minutes

Snowflake = Annotated[int, Field(ge=1, lt=2**63)]  # an id of Discord


class Place(Record):
    """A channel in which the bot talks: of a server (`guild_id`), or with one person alone (`annotator_id`).

    Back-fill starts behind `last_message_id`; only people with the role may answer what is posted there.
    """

    channel_id: Snowflake
    campaign_id: str
    guild_id: Snowflake | None = None
    annotator_id: str | None = None
    interval_minutes: Annotated[int, Field(ge=0, le=YEAR)] = 0  # between two posts; 0: only when asked
    role_id: Snowflake | None = None  # None: everybody may answer
    last_message_id: Snowflake | None = None
    posted_at: datetime | None = None

    @model_validator(mode="after")
    def _of_a_server_or_a_person(self) -> Self:
        if (self.guild_id is None) == (self.annotator_id is None):
            raise ValueError("a place is of a server or of a person: give either guild_id or annotator_id")
        return self


class Post(Record):
    """A message that a comparison belongs to: posted by the bot, or somebody's with images that was asked about."""

    message_id: Snowflake
    channel_id: Snowflake
    comparison_id: str
    image_ids: tuple[str, ...]  # all images of the comparison, in the order as posted


class Delivery(Record):
    """Where the answer to an opinion goes: by token into that to an interaction, else into our message with this id.

    Discord honours a token for 15 minutes; behind `expires_at` there is nothing left to edit.
    """

    opinion_id: str
    annotator_id: str
    channel_id: Snowflake
    message_id: Snowflake | None = None
    token: Annotated[str | None, Field(repr=False)] = None  # whoever has it may speak as the bot
    expires_at: datetime | None = None

    @model_validator(mode="after")
    def _has_a_way(self) -> Self:
        if self.token is None and self.message_id is None:
            raise ValueError("a delivery needs a token or a message to edit")
        if (self.token is None) != (self.expires_at is None):
            raise ValueError("a token and the time at which it expires go together")
        return self
