"""What the conversation says, as frozen records: front ends draw them, each in its own way."""

from typing import Annotated, Literal

from pydantic import Field

from feedback.records import Critique, Opinion, Record, Showing

TurnKind = Literal[
    "consent",
    "comparison",
    "received",
    "understood",
    "question",
    "edit",
    "notice",
    "error",
    "help",
    "confirm_delete",
    "deleted",
    "export",
]


class Action(Record):
    """Something that the person can press; the id goes back into `Conversation.act` unchanged."""

    id: Annotated[str, Field(max_length=100)]  # the longest custom_id that Discord takes
    label: str
    style: Literal["primary", "plain", "danger"] = "plain"
    swatch: str | None = None  # a colour such as "#008080", to be drawn beside the label


class Question(Record):
    """What a question turn asks about; `span` are the words of the opinion to quote beside it."""

    kind: Literal["target", "shade", "preference"]
    opinion_id: str
    label_id: str | None = None
    span: tuple[int, int] | None = None


class Turn(Record):
    """One message to the person: plain text in their language, paragraphs parted by an empty line.

    The text never holds the person's own words; a front end that quotes them takes care of its own markup.
    """

    kind: TurnKind
    text: str
    locale: str  # BCP 47
    dir: Literal["ltr", "rtl"]
    actions: tuple[Action, ...] = ()
    showing: Showing | None = None
    critique: Critique | None = None
    question: Question | None = None


class Heard(Record):
    """The answer to a message; `opinion` is None where nothing was stored."""

    opinion: Opinion | None
    turns: tuple[Turn, ...]
