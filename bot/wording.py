"""Sentences in the person's language: gettext catalogues, compiled when they are first needed.

The `.po` files are what is edited, committed and shipped. Compiling one takes a few milliseconds and happens once in a
process, so that there is no compiled copy that could be missing or out of date.
"""

from collections.abc import Iterable, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Literal, NamedTuple

from babel import Locale, UnknownLocaleError
from babel.core import get_global, parse_locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.support import NullTranslations, Translations

SOURCE = "en"
DOMAIN = "opine"


class Name(NamedTuple):
    """A short text and the context that tells it from the same English word elsewhere."""

    context: str
    text: str


def mark(context: str, text: str) -> Name:
    """Mark a text for extraction into the catalogues; it is translated later, by `Wording.name`."""
    return Name(context, text)


class Wording:
    """All texts in one language; what a catalogue lacks is said in English."""

    def __init__(self, catalogue: str) -> None:
        self.locale = catalogue.replace("_", "-")
        self._babel = Locale.parse(catalogue)

    @cached_property
    def _translations(self) -> NullTranslations:  # late: direction and language names do not need it
        return _load(self.locale.replace("-", "_"))

    @property
    def dir(self) -> Literal["ltr", "rtl"]:
        """The direction in which the language is written."""
        return "rtl" if self._babel.text_direction == "rtl" else "ltr"

    def say(self, message: str, **values: object) -> str:
        """The message in this language, with its placeholders filled."""
        return self._translations.ugettext(message).format(**self._written(values))

    def say_many(self, one: str, many: str, count: int, **values: object) -> str:
        """The message in the plural form that `count` takes in this language; `{count}` stands for the number."""
        return self._translations.ungettext(one, many, count).format(**self._written({"count": count, **values}))

    def name(self, name: Name) -> str:
        """A marked text in this language, its placeholders left as they are."""
        return str(self._translations.upgettext(name.context, name.text))

    def fill(self, name: Name, **values: object) -> str:
        """A marked text in this language, with its placeholders filled."""
        return self.name(name).format(**self._written(values))

    def enumerate(self, items: Sequence[str]) -> str:
        """Words joined as the language joins them: "A, B and C"."""
        return format_list(items, locale=self._babel)

    def percent(self, share: float) -> str:
        """A share as the language writes it: "73 %", "%73"."""
        return format_percent(share, locale=self._babel)

    def language(self, tag: str) -> str | None:
        """The name of a language in this one; None where it is not known."""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self._babel)
        except (ValueError, UnknownLocaleError):
            return None

    def _written(self, values: dict[str, object]) -> dict[str, object]:
        return {k: format_decimal(v, locale=self._babel) if isinstance(v, int) else v for k, v in values.items()}


@cache
def catalogues() -> tuple[str, ...]:
    """Every language that there is a catalogue for, as BCP 47 tags; English first."""
    names = sorted(folder.name for folder in files("bot").joinpath("locale").iterdir() if folder.is_dir())
    return (SOURCE, *(name.replace("_", "-") for name in names))


@lru_cache(1024)
def wording(tag: str) -> Wording:
    """The texts in the language of this BCP 47 tag; English where there is no catalogue."""
    return Wording((find_catalogue(tag) or SOURCE).replace("-", "_"))


@lru_cache(1024)
def find_catalogue(tag: str) -> str | None:
    """The catalogue that a reader of this language can read: same language *and* same script ("hi-Latn" is not "hi").

    A mixed tag such as "es-en" counts as its first language.
    """
    wanted = _language_and_script(tag)
    return next((name for name in catalogues() if wanted and _language_and_script(name) == wanted), None)


def negotiate(tags: Iterable[str]) -> str:
    """The first of the wanted languages that there is a catalogue for; else English."""
    return next((found for tag in tags if (found := find_catalogue(tag))), SOURCE)


def _language_and_script(tag: str) -> tuple[str, str | None] | None:
    """What decides whether somebody can read it; a script that the tag leaves out is the likely one by CLDR."""
    try:
        language, territory, script, *_ = parse_locale(tag.replace("_", "-"), sep="-")
    except ValueError:
        return None
    language = get_global("language_aliases").get(language, language)
    scripts = get_global("likely_subtags")
    likely = scripts.get(f"{language}_{territory}") or scripts.get(language)
    return language, script or (parse_locale(likely)[2] if likely else None)


def _load(catalogue: str) -> NullTranslations:
    if catalogue == SOURCE:  # the messages in the code are English
        return NullTranslations()
    source = files("bot").joinpath("locale", catalogue, "LC_MESSAGES", f"{DOMAIN}.po")
    compiled = BytesIO()
    with source.open("rb") as po:
        write_mo(compiled, read_po(po, locale=catalogue))
    compiled.seek(0)
    return Translations(compiled, domain=DOMAIN)
