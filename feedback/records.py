"""Frozen records: what crosses the borders between store, reader, conversation and front ends.

Letters A to D name images by the position at which they were *shown* to the person; image ids are independent of that.
Spans are half-open and count Unicode code points of the text exactly as it was typed.
"""

import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from feedback.taxonomy import taxonomy

MAX_TEXT = 4000  # code points; Discord's longest modal field

Kind = Literal["single", "pair", "set"]
Letter = Literal["A", "B", "C", "D"]
Choice = Literal["A", "B", "C", "D", "tie"]
Polarity = Literal["positive", "negative", "neutral"]
Status = Literal["suggested", "confirmed", "corrected", "rejected"]
Channel = Literal["discord", "web", "import"]
Scope = Literal["ingest", "read", "export", "admin", "erase"]
PreferenceSource = Literal["click", "words", "both"]
Flag = Literal["spam", "pii", "not_appropriate"]  # pii: it tells who somebody is, or where to find them

LETTERS: tuple[Letter, ...] = ("A", "B", "C", "D")
KIND_OF_COUNT: dict[int, Kind] = {1: "single", 2: "pair", 3: "set", 4: "set"}


def _well_formed(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError("the text holds a lone surrogate, half of a character; send well-formed Unicode") from error
    if "\0" in text:
        raise ValueError("the text holds a NUL character; remove it")
    return text


def _short_enough(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise ValueError(f"the text has {len(text)} characters; {MAX_TEXT} at most")
    return text


def _not_blank(text: str) -> str:
    # Invisible means: nothing but separators, controls and format characters.
    if all(unicodedata.category(c)[0] in "ZC" for c in text):
        raise ValueError("the text is empty; write what you think of the image")
    return text


Words = Annotated[str, AfterValidator(_well_formed)]  # any other text: what a database or a file cannot keep is refused
SourceText = Annotated[Words, AfterValidator(_short_enough), AfterValidator(_not_blank)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Tag = Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,64}$")]  # BCP 47


class Record(BaseModel):
    """A value that does not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Campaign(Record):
    """A question put to people: which images, in which words, on which terms."""

    id: str
    name: Name
    title: Words
    question: Words | None = None  # in the operator's words; None: the catalogue's default question
    consent_version: int = 1
    consent_text: Words | None = None  # None: the catalogue's text, in the person's language
    training_use: bool = True
    archived: bool = False
    created_at: datetime


class NewImage(Record):
    """What is known of an image before it is stored; its bytes are kept in the media folder under their sha256."""

    sha256: str
    format: Literal["JPEG", "PNG", "WEBP", "GIF"]
    width: int
    height: int
    size: int  # bytes
    perceptual_hash: str
    jpeg_quality: int | None = None  # estimated from the quantization tables
    chroma_subsampling: str | None = None  # "4:4:4", "4:2:2", "4:2:0"
    prompt: Words | None = None
    generator: Words | None = None
    seed: int | None = None
    source: Words | None = None  # where it came from, with its licence


class Image(NewImage):
    """An image of a campaign."""

    id: str
    campaign_id: str


class Comparison(Record):
    """One to four images that are judged together, in the order in which they were entered."""

    id: str
    campaign_id: str
    kind: Kind
    images: tuple[Image, ...]
    prompt: Words | None = None


class Candidate(Record):
    """A comparison that a person has not seen: how often others were shown it, and in which orders of its images."""

    comparison: Comparison
    times_shown: int
    orders: dict[tuple[str, ...], int]


class Showing(Record):
    """A comparison as it was shown to one annotator: `images` is in the order on the screen (A first)."""

    id: str
    comparison_id: str
    campaign_id: str
    annotator_id: str
    kind: Kind
    images: tuple[Image, ...]
    prompt: str | None = None
    shown_at: datetime
    state: Literal["open", "answered", "skipped"] = "open"


class Annotator(Record):
    """A person, known by a pseudonym: the keyed hash of the channel's own user id."""

    id: str
    channel: Channel
    locale: Tag = "en"
    locale_chosen: bool = False  # by the person; else it is their device's
    consents: dict[str, int] = Field(default_factory=dict)  # campaign id -> version of the terms agreed to
    training_use: bool = True
    created_at: datetime


class NewOpinion(Record):
    """What a front end hands in."""

    showing_id: str
    annotator_id: str
    source_text: SourceText
    channel: Channel
    client_message_id: Annotated[Words, Field(min_length=1, max_length=100)]  # the same id twice is one opinion
    declared_language: Tag | None = None


class Opinion(NewOpinion):
    """An opinion as it is kept; the text exactly as typed."""

    id: str
    kind: Kind
    comparison_id: str
    campaign_id: str
    consent_version: int | None
    training_use: bool
    created_at: datetime


class Label(Record):
    """One judgement: this aspect, this way, this strongly, about these images, because of these words."""

    id: str = ""  # given by the store
    aspect: str
    polarity: Polarity
    strength: Annotated[int, Field(ge=1, le=3)] = 2
    targets: tuple[Letter, ...] = ()
    attributes: tuple[str, ...] = ()
    value: Words | None = None  # the colour, the misread word, the missing thing; in English
    value_raw: Words | None = None  # the same in the person's words
    span: tuple[int, int] | None = None  # None: added by hand, with no evidence
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    status: Status = "suggested"
    replaces: str | None = None  # the suggestion that a person corrected into this

    @model_validator(mode="after")
    def _in_taxonomy(self) -> Self:
        taxonomy().check(self.aspect, self.attributes)
        if self.span is not None and not 0 <= self.span[0] < self.span[1]:
            raise ValueError(f"span {self.span} is empty or runs backwards")
        return self


class Preference(Record):
    """Which image is preferred, by letter as shown, and how we know."""

    choice: Choice | None  # None: no preference stated
    source: PreferenceSource = "words"
    confidence: Annotated[float, Field(ge=0, le=1)] = 1.0
    conflict: bool = False  # words and click disagree
    status: Status = "suggested"


class Reading(Record):
    """What a model understood of an opinion; a newer model adds a reading, it never overwrites one."""

    language: str  # BCP 47; "und" where it is not known
    language_confidence: float
    translation: Words | None  # None: the quality gate let nothing through
    translation_confidence: float | None = None
    labels: tuple[Label, ...] = ()  # as suggested; only their status follows the person's answers
    preference: Preference = Preference(choice=None)
    signature: str  # normalizer, taxonomy and decoding settings
    translation_signature: str


class Critique(Record):
    """An opinion with everything known about it: the newest reading, and what the person made of it (gold)."""

    opinion: Opinion
    images: tuple[Image, ...]  # in the order shown
    reading: Reading | None  # labels as suggested; None: not read yet
    labels: tuple[Label, ...] = ()  # current: suggestions not yet answered, and gold
    refused: tuple[Label, ...] = ()  # what the person rejected, or corrected into another label
    preference: Preference = Preference(choice=None)
    failed: bool = False  # the reader gave up on it; it is kept and can be read again
    flags: tuple[Flag, ...] = ()  # set by an operator


class StatedPreference(Record):
    """A preference as one person stated it about one showing, for exports."""

    showing_id: str
    comparison_id: str
    campaign_id: str
    annotator_id: str
    kind: Kind
    images: tuple[Image, ...]  # in the order shown
    prompt: str | None
    preference: Preference
    channel: Channel
    consent_version: int | None
    training_use: bool
    created_at: datetime  # when it was shown


class Event(Record):
    """Something that happened and that a front end may show; ids only ever grow."""

    id: int
    annotator_id: str
    kind: str
    payload: dict[str, Any]
    created_at: datetime


class Key(Record):
    """An access key of an operator's tool; its secret is not kept."""

    name: Name
    scopes: tuple[Scope, ...]
    created_at: datetime
