"""The table of languages."""

import pytest

from translation.languages import RIGHT_TO_LEFT, find_language, languages, name_in

ROMANISED = {tag for tag in languages() if tag.endswith("-Latn")}


def test_every_entry_has_a_name_and_a_script_of_its_own() -> None:
    assert len(languages()) > 100
    for tag, language in languages().items():
        assert language.tag == tag
        assert len(language.script) == 4
        assert language.name != tag, f"{tag} has no name"


@pytest.mark.parametrize(
    ("tag", "name", "right_to_left"),
    [
        ("es", "Spanish", False),
        ("ar", "Arabic", True),
        ("he", "Hebrew", True),
        ("ar-Latn", "Arabic (romanised)", False),
    ],
)
def test_names_and_directions(tag: str, name: str, right_to_left: bool) -> None:
    assert (languages()[tag].name, languages()[tag].right_to_left) == (name, right_to_left)


def test_directions_agree_with_cldr() -> None:
    from babel import Locale, UnknownLocaleError

    for tag, language in languages().items():
        if tag in ROMANISED or tag == "und":
            continue
        try:
            direction = Locale.parse(tag.replace("-", "_")).text_direction
        except (ValueError, UnknownLocaleError):
            continue
        assert (direction == "rtl") == (language.script in RIGHT_TO_LEFT), tag


@pytest.mark.parametrize(
    ("given", "tag"),
    [
        ("pt-BR", "pt"), ("en_US", "en"), ("zh-TW", "zh-Hant"), ("zh", "zh-Hans"), ("ZH-hans-CN", "zh-Hans"),
        ("fil", "tl"), ("hi-latn", "hi-Latn"), ("es-en", "es"), ("uz-Cyrl", "uz-Cyrl"),
        ("sr_Cyrl_RS", "sr"), ("iw", "he"),
    ],
)  # fmt: skip
def test_any_spelling_of_a_tag_is_found(given: str, tag: str) -> None:
    language = find_language(given)
    assert language is not None
    assert language.tag == tag


def test_what_is_not_in_the_table_is_not_guessed() -> None:
    assert find_language("tlh") is None
    assert find_language("") is None


def test_names_in_other_languages() -> None:
    assert name_in("ja", "de") == "Japanisch"
    assert name_in("hi-Latn", "fr") not in ("", "hi-Latn")
    assert name_in("ja", "no such locale") == "Japanese"
    assert name_in("tl-en", "fr") == "tagalog + anglais"
