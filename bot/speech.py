"""Which language to speak to somebody: that of their device, of their messages, or of the message in hand."""

from collections.abc import Mapping

from bot.wording import Wording, find_catalogue, negotiate, wording
from feedback.records import Annotator, Critique
from feedback.store import Store

SURE = 0.8  # confidence from which the reply is in the language of the message


async def to_person(store: Store, annotator: Annotator) -> Wording:
    """The texts for somebody, apart from what they are saying just now."""
    return wording(spoken(annotator.locale, await store.languages_of(annotator.id)))


async def to_opinion(store: Store, annotator: Annotator, critique: Critique) -> Wording:
    """The texts for a reply: in the language of the message, where we are sure of it and can speak it."""
    reading, declared = critique.reading, critique.opinion.declared_language
    if reading is not None and reading.language_confidence >= SURE and find_catalogue(reading.language):
        return wording(reading.language)
    if declared is not None and find_catalogue(declared):
        return wording(declared)
    return await to_person(store, annotator)


def spoken(locale: str, history: Mapping[str, int]) -> str:
    """The catalogue to speak: the locale's, unless somebody never writes in that language and mostly in another one."""
    chosen = negotiate([locale])
    if not history or any(find_catalogue(language) == chosen for language in history):
        return chosen
    most = max(history, key=lambda language: history[language])
    surely = history[most] > 1 and history[most] * 2 > sum(history.values())  # one message may have been misread
    return find_catalogue(most) or chosen if surely else chosen
