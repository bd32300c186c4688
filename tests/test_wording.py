"""Every catalogue is complete, its placeholders are those of the source, and what the code says is in it."""

import string
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot import names
from bot.commands import COMMANDS, phrase
from bot.wording import SOURCE, catalogues, find_catalogue, negotiate, wording
from feedback.taxonomy import taxonomy

LOCALE = files("bot").joinpath("locale")
TRANSLATED = [tag for tag in catalogues() if tag != SOURCE]
# The same as `-k say -k say_many:1,2 -k mark:1c,2` in docs/translating.md.
KEYWORDS = {"say": None, "say_many": (1, 2), "mark": ((1, "c"), 2)}
REQUIRED = [
    "en",
    "es",
    "fr",
    "de",
    "pt",
    "it",
    "nl",
    "pl",
    "ru",
    "uk",
    "tr",
    "ar",
    "he",
    "fa",
    "hi",
    "ur",
    "bn",
    "ja",
    "ko",
    "zh-Hans",
    "zh-Hant",
    "vi",
    "id",
    "th",
    "sv",
    "el",
    "ta",
    "sw",
]


@cache
def template() -> frozenset[tuple[str | None, str | tuple[str, ...]]]:
    found = extract_from_dir(Path(str(files("bot"))), [("**.py", "python")], keywords=KEYWORDS)
    return frozenset((context, message) for _, _, message, _, context in found)


@cache
def catalogue(tag: str) -> Catalog:
    name = tag.replace("-", "_")
    with LOCALE.joinpath(name, "LC_MESSAGES", "opine.po").open("rb") as po:
        return read_po(po, locale=name)


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


def as_forms(text: str | tuple[str, ...] | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text)


def test_all_promised_languages_are_there() -> None:
    assert set(catalogues()) >= set(REQUIRED)
    assert catalogues()[0] == SOURCE


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_holds_exactly_what_the_code_says(tag: str) -> None:
    held = {(message.context, message.id) for message in catalogue(tag) if message.id}
    assert held == template()
    assert not catalogue(tag).obsolete


@pytest.mark.parametrize("tag", TRANSLATED)
def test_a_catalogue_is_complete_with_equal_placeholders_and_all_plural_forms(tag: str) -> None:
    for message in catalogue(tag):
        if not message.id:
            continue
        forms = as_forms(message.string)
        assert not message.fuzzy, message.id
        assert all(form.strip() for form in forms), message.id
        assert len(forms) == (catalogue(tag).num_plurals if message.pluralizable else 1)
        wanted = placeholders(as_forms(message.id)[-1])
        assert all(placeholders(form) == wanted for form in forms), message.id


def test_every_name_of_the_taxonomy_can_be_said() -> None:
    aspects = taxonomy().aspects
    assert set(names.ASPECTS) == set(aspects)
    for code, aspect in aspects.items():
        assert tuple(names.ATTRIBUTES[code]) == aspect.attributes


@pytest.mark.parametrize("tag", TRANSLATED)
def test_names_within_one_menu_differ(tag: str) -> None:
    said = wording(tag)
    menus = [names.ASPECTS, names.POLARITIES, names.STRENGTHS, *names.ATTRIBUTES.values()]
    for menu in menus:
        words = [said.name(name) for name in menu.values()]
        assert len(set(words)) == len(words), words


def test_taxonomy_and_widget_for_front_ends() -> None:
    arabic = names.taxonomy_names("ar-EG")
    assert (arabic["locale"], arabic["dir"], arabic["version"]) == ("ar", "rtl", taxonomy().version)
    assert arabic["aspects"]["lighting"]["name"] == "الضوء"  # type: ignore[index]
    widget = names.widget_strings("zh-TW")
    assert widget["locale"] == "zh-Hant"
    assert widget["languages"]["ja"] == "日本語"  # type: ignore[index]
    assert widget["strings"]["image"] == "圖 {letter}"  # type: ignore[index]


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("pt-BR", "pt"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-CN", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh_Hant_HK", "zh-Hant"),
        ("iw", "he"),
        ("in", "id"),
        ("en-GB", "en"),
        ("es-en", "es"),
        ("ur-Latn", None),  # who writes Urdu in Latin letters may not read it in Arabic ones
        ("hi-Latn", None),
        ("und", None),
        ("tlh", None),
        ("", None),
        ("not a tag", None),
    ],
)
def test_finds_the_catalogue_that_a_reader_can_read(tag: str, expected: str | None) -> None:
    assert find_catalogue(tag) == expected
    assert negotiate([tag]) == (expected or "en")


def test_negotiates_the_first_wanted_language_there_is() -> None:
    assert negotiate(["tlh", "hi-Latn", "sw-KE", "de"]) == "sw"
    assert negotiate([]) == "en"


def test_plural_forms() -> None:
    polish, arabic = wording("pl"), wording("ar")
    assert [names.rate_limited("pl", n).split()[-1] for n in (1, 3, 5, 22)] == [
        "sekundę.",
        "sekundy.",
        "sekund.",
        "sekundy.",
    ]
    assert len({names.rate_limited("ar", n).replace(str(n), "") for n in (1, 2, 3, 11)}) == 4
    assert polish.dir == "ltr"
    assert arabic.dir == "rtl"


def test_numbers_are_written_as_the_language_writes_them() -> None:
    assert "4,000" in names.error("en", "too_long", limit=4000)
    assert "4.000" in names.error("de", "too_long", limit=4000)
    assert (wording("en").percent(0.734), wording("tr").percent(0.734)) == ("73%", "%73")


def test_directions() -> None:
    assert {tag for tag in catalogues() if wording(tag).dir == "rtl"} == {"ar", "fa", "he", "ur"}


def test_lists_and_language_names() -> None:
    assert wording("en").enumerate(["A", "B", "C"]) == "A, B, and C"
    assert wording("es").enumerate(["A", "B"]) == "A y B"
    assert wording("fr").language("de") == "allemand"
    assert wording("fr").language("not a tag") is None


@pytest.mark.parametrize("tag", catalogues())
def test_every_catalogue_has_its_commands(tag: str) -> None:
    for command in COMMANDS:
        assert phrase(command, tag)
