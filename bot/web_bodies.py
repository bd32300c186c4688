"""What goes over the wire besides the records themselves: request bodies and the envelopes of answers."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from bot.turns import Turn
from feedback.records import (
    Annotator,
    Choice,
    Critique,
    Flag,
    Label,
    Letter,
    Name,
    Opinion,
    Polarity,
    Preference,
    SourceText,
)
from feedback.taxonomy import taxonomy


class Body(BaseModel):
    """A request's JSON; members that are not known are refused, so that a typing error is not lost in silence."""

    model_config = ConfigDict(extra="forbid")


def _one_aspect(aspect: str) -> str:
    if aspect not in taxonomy().aspects:
        raise ValueError(f"is no aspect of the taxonomy; choose one of {', '.join(taxonomy().aspects)}")
    return aspect


def _list_aspects(schema: dict[str, JsonValue]) -> None:
    schema["enum"] = list(taxonomy().aspects)


LanguageTag = Annotated[str, Field(pattern=r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$", examples=["pt-BR"])]
StoredId = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]
MessageId = Annotated[str, Field(pattern=r"^[!-~]{1,100}$", description="Made by the client; one id, one opinion.")]
ActionId = Annotated[str, Field(pattern=r"^[^\x00-\x1f]{1,100}$", description="An `id` of a turn's actions.")]
Words = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Paragraphs = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]


class NewVisitor(Body):
    """Somebody who opens the chat."""

    campaign: Name
    locale: LanguageTag = "en"


class Visitor(BaseModel):
    """Who they are from now on; send the token as `Authorization: Bearer ...`."""

    token: str
    expires_at: datetime
    annotator: Annotator


class Opening(Body):
    """The chat is opened, or its language changed."""

    campaign: Name
    locale: LanguageTag | None = None


class Turns(BaseModel):
    """What is said next."""

    turns: tuple[Turn, ...]


class SentOpinion(Body):
    """What a person wrote, exactly as typed; 1 to 4,000 code points."""

    campaign: Name
    source_text: SourceText
    client_message_id: MessageId
    showing_id: StoredId | None = None
    declared_language: LanguageTag | None = None


class Received(BaseModel):
    """The opinion as it is kept, and the answer; `opinion` is null where the words were a command, such as "help"."""

    opinion: Opinion | None
    turns: tuple[Turn, ...]


class Press(Body):
    """A button of a turn was pressed."""

    campaign: Name
    action: ActionId


class CritiquePage(BaseModel):
    """One page of critiques; ask again with the cursor `next` until it is null."""

    items: list[Critique]
    next: str | None


class LabelByHand(Body):
    """A label as a person states it."""

    aspect: Annotated[str, AfterValidator(_one_aspect), Field(json_schema_extra=_list_aspects)]
    polarity: Polarity
    strength: Annotated[int, Field(ge=1, le=3)] = 2
    targets: Annotated[tuple[Letter, ...], Field(max_length=4)] = ()
    attributes: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=12)] = ()
    value: Words | None = None
    value_raw: Words | None = None

    @model_validator(mode="after")
    def _attributes_of_the_aspect(self) -> Self:
        known = taxonomy().aspects[self.aspect].attributes
        if not set(self.attributes) <= set(known):
            raise ValueError(f"aspect {self.aspect} has the attributes {', '.join(known)}, and no others")
        if len(set(self.targets)) < len(self.targets):
            raise ValueError("each target may be named once")
        return self

    def label(self) -> Label:
        """The record; the store says that it was corrected."""
        return Label(**self.model_dump())


class ChosenPreference(Body):
    """Which image is preferred, by its letter as shown; null: none is.

    `opinion_id` is the opinion whose reading the person had in sight; left out, the newest one that was read.
    """

    choice: Choice | None
    opinion_id: StoredId | None = None


class PreferenceAnswer(BaseModel):
    """The preference as it now stands."""

    preference: Preference


class MyChanges(Body):
    """What a person may change about themselves; what is not sent stays."""

    locale: LanguageTag | None = None
    training_use: bool | None = None


class Erased(BaseModel):
    """How much was erased, by kind."""

    erased: dict[str, int]


class Flagged(BaseModel):
    """All flags that the opinion has now."""

    flags: tuple[Flag, ...]


class NewCampaign(Body):
    """A question to put to people."""

    name: Name
    title: Words
    question: Paragraphs | None = None
    consent_version: Annotated[int, Field(ge=1, le=1_000_000)] = 1
    consent_text: Paragraphs | None = None
    training_use: bool = True


class NewComparison(Body):
    """One to four images to be judged together."""

    image_ids: Annotated[tuple[StoredId, ...], Field(min_length=1, max_length=4)]
    prompt: Paragraphs | None = None


class NamedAttribute(BaseModel):
    """A finer code of an aspect."""

    name: str
    label: str


class NamedAspect(BaseModel):
    """An aspect and its name in a language."""

    name: str
    label: str
    about: str
    attributes: list[NamedAttribute]


class NamedColor(BaseModel):
    """A shade that a label may name."""

    hex: str
    label: str


class NamedTaxonomy(BaseModel):
    """The taxonomy for menus."""

    version: int
    locale: str
    dir: str
    aspects: list[NamedAspect]
    polarities: dict[str, str]
    strengths: dict[str, str]
    colors: dict[str, NamedColor]


class WidgetLocale(BaseModel):
    """A language that there is a catalogue for."""

    tag: str
    name: str
    dir: str


class WidgetWording(BaseModel):
    """The widget's own texts; {places} are filled by the widget."""

    locale: str
    dir: str
    locales: list[WidgetLocale]
    strings: dict[str, str]
