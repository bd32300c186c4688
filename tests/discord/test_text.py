"""Whatever somebody writes, Discord shows it letter by letter, within its limits."""

import re

import pytest
from fake_discord.markup import CONTROLS, markup
from hypothesis import example, given
from hypothesis import strategies as st

from bot.discord_ids import MAX, Pressed, decode, encode
from bot.discord_text import clean, cut, escape, label, paragraph, quote, units
from feedback.ids import new_id

NASTY = (
    "# heading\n-# small\n> quote\n>>> quotes\n- list\n* list\n12. list\n 1. list",
    "**bold** *it* _it_ __under__ ~~strike~~ ||spoiler|| `code` ```py\nblock```",
    "<@1> <@!1> <@&1> <#1> @everyone @here </cmd:1> <t:0:R> <:e:1> <a:e:1> <id:customize>",
    "https://example.org http://x.y [text](https://example.org) discord.gg",
    "\\*escaped\\* \\\\ \\",
    "\u202eright to left\u202c \u2066\u2067\u2068\u2069 \u200e\u200f\u061c",
    "a\x00b\x07c\x1b[31m\x85\u2028\u2029\r\n\t",
    "👩‍👩‍👧‍👦🏳️‍🌈🇺🇳 e\u0301\u0302\u0303 ‏عربي‏ עברית हिन्दी",
    "\ud800 half, \udfff half",
)
texts = st.text(max_size=300) | st.sampled_from(NASTY) | st.lists(st.sampled_from(NASTY)).map("".join)
limits = st.integers(0, 400)


def shown(text: str) -> str:
    """What Discord makes of backslashes."""
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text, flags=re.ASCII)


@given(texts)
def test_escaped_text_has_no_markup_and_is_shown_as_it_was(text: str) -> None:
    escaped = escape(text)
    assert markup(escaped) == []
    assert shown(escaped) == clean(text)


@given(texts)
def test_clean_text_can_be_sent_and_has_nothing_hidden(text: str) -> None:
    cleaned = clean(text)
    cleaned.encode()
    assert not set(cleaned) & set(CONTROLS)
    assert not any(ord(c) < 32 and c != "\n" for c in cleaned)
    assert clean(cleaned) == cleaned


@given(texts, limits)
@example("\\" * 10, 4)
@example("👩" * 10, 4)
def test_cut_text_fits_and_never_ends_within_something(text: str, limit: int) -> None:
    whole = escape(text)
    piece = cut(whole, limit)
    assert units(piece) <= limit
    kept = piece.removesuffix("…")
    assert whole.startswith(kept)
    assert markup(piece) == []
    assert (len(kept) - len(kept.rstrip("\\"))) % 2 == 0


def test_an_accent_stays_with_its_letter() -> None:
    assert cut("abe\u0301d", 4) == "ab…"
    assert cut("👩\u200d👧 and more", 4) == "…"


@given(texts, st.integers(1, 100))
def test_labels_are_one_line_and_never_blank(text: str, limit: int) -> None:
    made = label(text, limit)
    assert 1 <= units(made) <= limit
    assert "\n" not in made
    assert made.strip()


@given(texts, st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300))), st.integers(50, 400))
def test_quotes_fit_are_one_line_and_bold_only_where_we_say_so(
    text: str, spans: list[tuple[int, int]], limit: int
) -> None:
    quoted = quote(text, spans, limit)
    assert units(quoted) <= limit
    assert "\n" not in quoted
    body = quoted.removeprefix("> \u2068").removesuffix("\u2069")
    assert not set(body) & set(CONTROLS)
    assert set(markup(body)) <= {"bold"}


def test_a_quote_shows_what_a_judgement_rests_on() -> None:
    text = "B, la luz es más suave"
    assert quote(text, [(3, 9)], 100) == "> \u2068B, **la luz** es más suave\u2069"
    assert quote(text, [(3, 6), (6, 9)], 100) == "> \u2068B, **la luz** es más suave\u2069"
    assert quote(text, [], 12) == "> \u2068B, la l…\u2069"
    assert quote("\u202e\x00", [(0, 2)], 100) == "> \u2068…\u2069"


@given(texts, st.integers(100, 400))
def test_our_own_sentences_run_in_their_direction(text: str, limit: int) -> None:
    for direction in ("ltr", "rtl"):
        drawn = paragraph(text, direction, limit)
        assert units(drawn) <= limit
        assert drawn.strip()
    lines = paragraph("שלום\n\n" + "א", "rtl", 100).split("\n")
    assert lines == ["\u2067שלום\u2069", "", "\u2067א\u2069"]


@pytest.mark.parametrize(
    "pressed",
    [
        Pressed("next"),
        Pressed(f"aspect:{new_id()}:{new_id()}:appropriateness", new_id()),
        Pressed(f"target:{new_id()}:{new_id()}:A,B,C,D", new_id()),
        Pressed("consent:accept:123:training", new_id(), f"zh-Hant|say:{new_id()}"),
        Pressed("consent:accept:123:training", new_id(), f"zh-Hant|asked:{2**63 - 1}"),
        Pressed(f"why:{new_id()}", new_id(), "zh-Hant"),
    ],
)
def test_ids_hold_whatever_a_press_needs(pressed: Pressed) -> None:
    assert len(encode(pressed)) <= MAX
    assert decode(encode(pressed)) == pressed


@given(st.text(max_size=100))
def test_foreign_ids_are_read_as_something_unknown(custom_id: str) -> None:
    decode(custom_id)


def test_an_id_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="Discord takes 100"):
        encode(Pressed("x" * 101))
