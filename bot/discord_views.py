"""Turns as Discord's components (version 2): pictures, texts, buttons. Nothing here waits or reads.

No view is ever listened to: a press is answered by the id of what was pressed (`discord_ids`).
"""

from collections.abc import Sequence

from discord import ButtonStyle, MediaGalleryItem, SelectOption, TextStyle, ui

from bot.discord_ids import Pressed, encode
from bot.discord_text import MESSAGE, clean, cut, escape, label, paragraph, quote, units
from bot.names import WIDGET
from bot.turns import Action, Turn
from bot.wording import Wording, wording
from feedback.records import LETTERS, MAX_TEXT, Image

POSTED = "post"  # stands for the showing of whoever presses a button under a posted comparison
SHADES, TERMS = "shades.png", "text.txt"
TEXT = "text"  # the custom_id of a modal's field
PICK = "pick"
MOST_PICKED = 4
_ROW, _MOST_BUTTONS, _MOST_OPTIONS = 5, 10, 25
_QUOTE, _OPTION, _TITLE = 800, 100, 45
_RESERVED = _QUOTE + 50  # of a turn's share of the text, for what stands beside it
_ROOM = MESSAGE - _RESERVED - 100
_STYLES = {"primary": ButtonStyle.primary, "plain": ButtonStyle.secondary, "danger": ButtonStyle.danger}


def draw(
    turns: Sequence[Turn],
    campaign_id: str,
    then: str = "",
    words: str | None = None,
    pictures: Sequence[str] = (),
    export: str = "",
) -> ui.LayoutView:
    """One message for all turns; `then` is what is done once the terms are agreed to, `words` a file to be kept.

    Files it refers to: images as `image_name`, SHADES, TERMS where `too_long`, `export`. `pictures` are addresses.
    """
    view = empty_view()
    if pictures:
        view.add_item(ui.MediaGallery(*map(MediaGalleryItem, pictures)))
    for number, turn in enumerate(turns):
        if number:
            view.add_item(ui.Separator())
        for item in _items(turn, campaign_id, then, MESSAGE // len(turns)):
            view.add_item(item)
    if too_long(turns):
        view.add_item(ui.File(f"attachment://{TERMS}"))
    for name in filter(None, (words, export)):
        view.add_item(ui.File(f"attachment://{name}"))
    return view


def image_name(position: int) -> str:
    """The file of the image at this position; as neutral as can be."""
    return f"{LETTERS[position].lower() if position < len(LETTERS) else position + 1}.jpg"


def too_long(turns: Sequence[Turn]) -> bool:
    """Whether the terms, which an operator wrote, do not fit into a message; they then come as the file TERMS, too."""
    return [turn.kind for turn in turns] == ["consent"] and units(escape(turns[0].text)) > _ROOM


def empty_view() -> ui.LayoutView:
    """A view that discord.py does not wait for: a press comes back by its id, also after a restart."""
    view = ui.LayoutView(timeout=None)
    view.stop()
    return view


def ask_for_words(said: Wording, pressed: Pressed) -> ui.Modal:
    """The window in which somebody writes; submitted, it comes back under this id, also after a restart."""
    field = ui.TextInput[ui.Modal](
        custom_id=TEXT,
        style=TextStyle.paragraph,
        placeholder=label(said.name(WIDGET["placeholder"]), 100),
        max_length=MAX_TEXT,
    )
    modal = ui.Modal(title=label(said.name(WIDGET["title"]), _TITLE), custom_id=encode(pressed))
    modal.add_item(ui.Label(text=label(said.name(WIDGET["your_words"]), _TITLE), component=field))
    modal.stop()
    return modal


def ask_which(said: Wording, images: Sequence[Image], campaign_id: str) -> ui.LayoutView:
    """More pictures than can be compared at once: which of them?"""
    view = empty_view()
    options = [SelectOption(label=str(number), value=image.id) for number, image in enumerate(images, 1)]
    menu = ui.Select[ui.LayoutView](
        custom_id=encode(Pressed(PICK, campaign_id)), options=options, min_values=1, max_values=MOST_PICKED
    )
    view.add_item(_gallery(said, [str(number) for number in range(1, len(images) + 1)]))
    view.add_item(ui.TextDisplay(escape(said.say("Which of these images? Choose up to four."))))
    view.add_item(ui.ActionRow(menu))
    return view


def _items(turn: Turn, campaign_id: str, then: str, room: int) -> list[ui.Item[ui.LayoutView]]:
    said = wording(turn.locale)
    items: list[ui.Item[ui.LayoutView]] = []
    if turn.showing is not None:
        letters = LETTERS[: len(turn.showing.images)]
        items.append(_gallery(said, letters))
        if len(letters) > 1:
            items.append(ui.TextDisplay("-# " + " · ".join(letters)))
        if turn.showing.prompt:
            asked_for = said.fill(WIDGET["prompt"], prompt=turn.showing.prompt)
            items.append(ui.TextDisplay(paragraph(asked_for, said.dir, _QUOTE)))
    if (quoted := _quoted(turn)) is not None:
        items.append(ui.TextDisplay(quoted))
    items.append(ui.TextDisplay(paragraph(turn.text, turn.dir, room - _RESERVED)))
    if any(action.swatch for action in turn.actions):
        items.append(ui.MediaGallery(MediaGalleryItem(f"attachment://{SHADES}", description=_in_words(turn.actions))))
    return items + _rows(turn, said, campaign_id, then)


def _gallery(said: Wording, names: Sequence[str]) -> ui.MediaGallery[ui.LayoutView]:
    return ui.MediaGallery(
        *(
            MediaGalleryItem(
                f"attachment://{image_name(position)}", description=said.fill(WIDGET["image"], letter=name)
            )
            for position, name in enumerate(names)
        )
    )


def _quoted(turn: Turn) -> str | None:
    """The person's own words, with what a judgement rests on in bold; of a question alone, what it is about."""
    if turn.critique is None or turn.kind not in ("understood", "question"):
        return None
    spans = [one.span for one in turn.critique.labels if one.span is not None and one.status != "rejected"]
    if turn.question is not None:
        spans = [turn.question.span] if turn.question.span else []
    return quote(turn.critique.opinion.source_text, spans, _QUOTE)


def _in_words(actions: Sequence[Action]) -> str:
    return cut(clean(", ".join(action.label for action in actions if action.swatch)), 1000)


def _rows(turn: Turn, said: Wording, campaign_id: str, then: str) -> list[ui.Item[ui.LayoutView]]:
    actions = _numbered(turn.actions)
    if turn.showing is not None:
        actions.append(say_why(said, turn.showing.id, alone=turn.showing.kind == "single"))
    ids = [_id(action, turn.locale, campaign_id, then) for action in actions]
    if len(actions) > _MOST_BUTTONS:
        return [ui.ActionRow(menu) for menu in _menus(actions, ids)]
    buttons = [
        ui.Button[ui.LayoutView](label=label(action.label), style=_STYLES[action.style], custom_id=custom_id)
        for action, custom_id in zip(actions, ids, strict=True)
    ]
    return [ui.ActionRow(*buttons[start : start + _ROW]) for start in range(0, len(buttons), _ROW)]


def say_why(said: Wording, showing_id: str, *, alone: bool = False) -> Action:
    """The button that opens the window for words; of one image `alone` there is nothing to choose, and no why."""
    return Action(id=f"why:{showing_id}", label=said.name(WIDGET["title"]) if alone else said.say("Say why"))


def _menus(actions: Sequence[Action], ids: Sequence[str]) -> list[ui.Select[ui.LayoutView]]:
    options = [
        SelectOption(label=label(action.label, _OPTION), value=custom_id)
        for action, custom_id in zip(actions, ids, strict=True)
    ]
    starts = range(0, len(options), _MOST_OPTIONS)
    return [ui.Select(custom_id=f"menu:{start}", options=options[start : start + _MOST_OPTIONS]) for start in starts]


def _numbered(actions: Sequence[Action]) -> list[Action]:
    """Those with a swatch bear the number that the picture of the swatches shows."""
    numbers = iter(range(1, len(actions) + 1))
    return [
        action.model_copy(update={"label": f"{next(numbers)} {action.label}"}) if action.swatch else action
        for action in actions
    ]


def _id(action: Action, locale: str, campaign_id: str, then: str) -> str:
    """The answer to the terms takes along in which language they were read, and what they were in the way of."""
    rest = ""
    if action.id.startswith("consent:accept"):
        rest = f"{locale}|{then}" if then else locale
    elif action.id.startswith(("consent:", "why:")):
        rest = locale
    return encode(Pressed(action.id, campaign_id, rest))
