"""`/mine`: what somebody said last, and how it was understood."""

from collections.abc import Sequence

from discord import ButtonStyle, ui

from bot.discord_ids import Pressed, encode
from bot.discord_text import MESSAGE, label, paragraph, quote
from bot.discord_views import empty_view
from bot.names import WIDGET
from bot.summary import describe
from bot.wording import Wording
from feedback.records import Critique

SHOWN = 5
_QUOTE = 250
_TEXT = MESSAGE // SHOWN - _QUOTE - 50


def my_opinions(said: Wording, critiques: Sequence[Critique]) -> ui.LayoutView:
    """A line of their words for each, what was understood, and a button to correct it."""
    view = empty_view()
    if not critiques:
        view.add_item(ui.TextDisplay(paragraph(said.say("You have not said anything yet."), said.dir, _TEXT)))
    for critique in critiques:
        spans = [one.span for one in critique.labels if one.span is not None and one.status != "rejected"]
        words = quote(critique.opinion.source_text, spans, _QUOTE)
        understood = ui.TextDisplay[ui.LayoutView](f"{words}\n{paragraph(_state(said, critique), said.dir, _TEXT)}")
        if critique.reading is None:
            view.add_item(understood)
            continue
        fix = Pressed(f"fix:{critique.opinion.id}", critique.opinion.campaign_id)
        button = ui.Button[ui.LayoutView](
            label=label(said.say("Correct it")), style=ButtonStyle.secondary, custom_id=encode(fix)
        )
        view.add_item(ui.Section(understood, accessory=button))
    return view


def _state(said: Wording, critique: Critique) -> str:
    if critique.reading is None:
        return said.name(WIDGET["unread" if critique.failed else "reading"])
    return describe(said, critique) or said.name(WIDGET["no_labels"])
