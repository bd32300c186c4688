"""Which language to speak to somebody: the one they chose; else of their device, their messages, or this message."""

from collections.abc import Mapping

from bot.wording import Wording, find_catalogue, negotiate, wording
from feedback.records import Annotator, Critique
from feedback.store import Store

SURE = 0.8  # confidence from which the reply is in the language of the message


async def to_person(store: Store, annotator: Annotator) -> Wording:
    """The texts for somebody, apart from what they are saying just now."""
    if annotator.locale_chosen:
        return wording(annotator.locale)
    return wording(spoken(annotator.locale, await store.languages_of(annotator.id)))


async def to_opinion(store: Store, annotator: Annotator, critique: Critique) -> Wording:
    """The texts for a reply: in the language they chose, else that of the message, if we are sure and can speak it."""
    if annotator.locale_chosen:
        return wording(annotator.locale)
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
