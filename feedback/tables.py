"""The tables, the same on SQLite and PostgreSQL. Rows stay inside the store; what leaves it are records."""

from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, Index, Integer, MetaData, String, Text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator


class UTCDateTime(TypeDecorator[datetime]):
    """A point in time; SQLite keeps no zone, so it is stored and returned as UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Digits(TypeDecorator[int]):
    """A whole number of any size, kept as text: seeds of image generators reach 2**64 - 1."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class Base(DeclarativeBase):
    """What all tables share; constraints have names, so that migrations can change them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012
        datetime: UTCDateTime(),
        str: Text(),
        tuple[str, ...]: JSON(),
        dict[str, int]: JSON(),
    }


# A sequence of its own that never hands out a number twice, not even after a deletion.
Number = Annotated[int, mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)]
GROWS = {"sqlite_autoincrement": True}
Id = Annotated[str, mapped_column(String(36), primary_key=True)]
Snowflake = Annotated[int, mapped_column(BigInteger)]  # an id of Discord
Given = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=False)]  # one that names the row
Word = Annotated[str, mapped_column(String(120))]


def _of(
    table: str, *, index: bool = True, primary: bool = False, null: bool = False, kept: bool = False
) -> Mapped[str]:
    """A column that names a row of another table and goes with it; `kept`: the row stays and forgets the name."""
    key = ForeignKey(f"{table}.id", ondelete="SET NULL" if kept else "CASCADE")
    return mapped_column(String(36), key, index=index and not primary, primary_key=primary, nullable=null)


class CampaignRow(Base):
    __tablename__ = "campaigns"
    id: Mapped[Id]
    name: Mapped[Word] = mapped_column(unique=True)
    title: Mapped[str]
    question: Mapped[str | None]
    consent_version: Mapped[int]
    consent_text: Mapped[str | None]
    training_use: Mapped[bool]
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ImageRow(Base):
    __tablename__ = "images"
    __table_args__ = (Unique("campaign_id", "sha256"),)
    id: Mapped[Id]
    campaign_id: Mapped[str] = _of("campaigns", index=False)
    sha256: Mapped[Word]
    format: Mapped[Word]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    perceptual_hash: Mapped[Word]
    jpeg_quality: Mapped[int | None]
    chroma_subsampling: Mapped[Word | None]
    prompt: Mapped[str | None]
    generator: Mapped[str | None]
    seed: Mapped[int | None] = mapped_column(Digits)
    source: Mapped[str | None]
    created_at: Mapped[datetime]


class ComparisonRow(Base):
    __tablename__ = "comparisons"
    __table_args__ = (Index(None, "campaign_id", "offered", "times_shown", "id"),)
    id: Mapped[Id]
    campaign_id: Mapped[str] = _of("campaigns", index=False)
    kind: Mapped[Word]
    prompt: Mapped[str | None]
    offered: Mapped[bool] = mapped_column(default=True)  # to everybody; else shown only where somebody asked about it
    times_shown: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]


class ComparisonImageRow(Base):
    __tablename__ = "comparison_images"
    comparison_id: Mapped[str] = _of("comparisons", primary=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    image_id: Mapped[str] = _of("images")


class AnnotatorRow(Base):
    __tablename__ = "annotators"
    id: Mapped[Id]
    channel: Mapped[Word]
    locale: Mapped[Word]
    locale_chosen: Mapped[bool] = mapped_column(default=False)
    consents: Mapped[dict[str, int]] = mapped_column(default=dict)
    training_use: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]


class TombstoneRow(Base):
    """Somebody asked to be forgotten: later exports leave them out, earlier ones can be cleaned."""

    __tablename__ = "tombstones"
    __table_args__ = GROWS
    id: Mapped[Number]
    annotator_id: Mapped[Word] = mapped_column(index=True)
    erased_at: Mapped[datetime]


class ShowingRow(Base):
    __tablename__ = "showings"
    __table_args__ = (Unique("comparison_id", "annotator_id"), Index(None, "campaign_id", "id"))
    id: Mapped[Id]
    comparison_id: Mapped[str] = _of("comparisons", index=False)
    campaign_id: Mapped[str] = _of("campaigns", index=False)
    annotator_id: Mapped[str] = _of("annotators")
    positions: Mapped[Word]  # the order on the screen, as digits: "10" shows the second image first
    shown_at: Mapped[datetime]
    state: Mapped[Word] = mapped_column(default="open")


class OpinionRow(Base):
    __tablename__ = "opinions"
    __table_args__ = (
        Unique("annotator_id", "client_message_id"),
        Index(None, "annotator_id", "id"),
        Index(None, "campaign_id", "id"),
        Index(None, "channel", "client_message_id"),
    )
    id: Mapped[Id]
    showing_id: Mapped[str] = _of("showings")
    annotator_id: Mapped[str] = _of("annotators", index=False)
    campaign_id: Mapped[str] = _of("campaigns", index=False)
    source_text: Mapped[str]
    channel: Mapped[Word]
    client_message_id: Mapped[Word]
    declared_language: Mapped[Word | None]
    consent_version: Mapped[int | None]
    training_use: Mapped[bool]
    created_at: Mapped[datetime]


class FlagRow(Base):
    """What an operator says of an opinion."""

    __tablename__ = "opinion_flags"
    opinion_id: Mapped[str] = _of("opinions", primary=True)
    flag: Mapped[Word] = mapped_column(primary_key=True)
    created_at: Mapped[datetime]


class WorkRow(Base):
    """An opinion that waits to be read. Due in the future: leased, or backing off. Never due: dead."""

    __tablename__ = "work"
    __table_args__ = (Index(None, "due_at"), Index(None, "bucket", "due_at"))
    opinion_id: Mapped[str] = _of("opinions", primary=True)
    bucket: Mapped[int]
    due_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    token: Mapped[Word | None]
    error: Mapped[str | None]
    created_at: Mapped[datetime]


class ReadingRow(Base):
    __tablename__ = "readings"
    __table_args__ = (
        Unique("opinion_id", "signature", "translation_signature"),
        Index(None, "opinion_id", "id"),
        GROWS,
    )
    id: Mapped[Number]
    opinion_id: Mapped[str] = _of("opinions", index=False)
    language: Mapped[Word]
    language_confidence: Mapped[float]
    translation: Mapped[str | None]
    translation_confidence: Mapped[float | None]
    choice: Mapped[Word | None]
    choice_confidence: Mapped[float]
    signature: Mapped[str]
    translation_signature: Mapped[str]
    created_at: Mapped[datetime]


class LabelRow(Base):
    """A suggestion of a reading, or (without one) what a person stated: gold."""

    __tablename__ = "labels"
    id: Mapped[Id]
    opinion_id: Mapped[str] = _of("opinions")
    reading_id: Mapped[int | None] = mapped_column(ForeignKey("readings.id", ondelete="CASCADE"), index=True)
    replaces: Mapped[str | None] = mapped_column(ForeignKey("labels.id", ondelete="CASCADE"), unique=True)
    aspect: Mapped[Word]
    polarity: Mapped[Word]
    strength: Mapped[int]
    targets: Mapped[tuple[str, ...]]
    attributes: Mapped[tuple[str, ...]]
    value: Mapped[str | None]
    value_raw: Mapped[str | None]
    span_start: Mapped[int | None]
    span_end: Mapped[int | None]
    confidence: Mapped[float]
    status: Mapped[Word]
    created_at: Mapped[datetime]


class ClickRow(Base):
    """A choice made by hand; the newest of a showing counts. `opinion_id`: made with the reading of it in sight."""

    __tablename__ = "clicks"
    __table_args__ = GROWS
    id: Mapped[Number]
    showing_id: Mapped[str] = _of("showings")
    opinion_id: Mapped[str | None] = mapped_column(ForeignKey("opinions.id", ondelete="SET NULL"), index=True)
    choice: Mapped[Word | None]  # None: "I prefer none"
    training_use: Mapped[bool]
    created_at: Mapped[datetime]


class EventRow(Base):
    __tablename__ = "events"
    __table_args__ = (Index(None, "annotator_id", "id"), GROWS)
    id: Mapped[Number]
    annotator_id: Mapped[str] = _of("annotators", index=False)
    opinion_id: Mapped[str] = _of("opinions")
    kind: Mapped[Word]
    created_at: Mapped[datetime]


class KeyRow(Base):
    __tablename__ = "keys"
    name: Mapped[Word] = mapped_column(primary_key=True)
    sha256: Mapped[Word] = mapped_column(unique=True)
    scopes: Mapped[tuple[str, ...]]
    created_at: Mapped[datetime]


class PlaceRow(Base):
    """A channel of Discord; `due_at` follows from the interval and the last post, so that it can be searched."""

    __tablename__ = "discord_places"
    channel_id: Mapped[Given]
    campaign_id: Mapped[str] = _of("campaigns")
    guild_id: Mapped[Snowflake | None] = mapped_column(index=True)
    annotator_id: Mapped[str | None] = _of("annotators", null=True)
    interval_minutes: Mapped[int]
    role_id: Mapped[Snowflake | None]
    last_message_id: Mapped[Snowflake | None]
    posted_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)


class PostRow(Base):
    __tablename__ = "discord_posts"
    message_id: Mapped[Given]
    channel_id: Mapped[Snowflake]
    comparison_id: Mapped[str] = _of("comparisons")
    image_ids: Mapped[tuple[str, ...]]


class DeliveryRow(Base):
    """Where an answer goes; due in the future: somebody is delivering it, never: it arrived.

    One without a token stays as long as its opinion: it tells in which channel that was said.
    """

    __tablename__ = "discord_deliveries"
    opinion_id: Mapped[str] = _of("opinions", primary=True)
    channel_id: Mapped[Snowflake] = mapped_column(index=True)
    message_id: Mapped[Snowflake | None]
    token: Mapped[str | None]
    expires_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
