"""Text as Discord shows it and no otherwise: no markup, no mentions, no links, within its limits. Pure functions."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal

MESSAGE = 4000  # characters of all texts of a message together
LABEL = 80  # of a button
CHOICES = 25  # offered while somebody types

# Bold, code, spoilers, masked links; what begins mentions, timestamps, emoji, commands and addresses; invitations.
_MARKUP = re.compile(r"[\\*_~`|<>\[\]@:]|(?<=discord)\.(?=gg/)|^[ \t]*(?:[#-]|\d+(?=\.))", re.MULTILINE | re.IGNORECASE)
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_FIRST_STRONG, _RIGHT_TO_LEFT, _END = "\u2068", "\u2067", "\u2069"
_JOINER = "\u200d"  # of emoji; variation selectors are marks


def clean(text: str) -> str:
    """Without what nobody sees and what changes how the rest is seen: controls, bidi controls, halves of characters.

    >>> clean("a\\x00b\\u202ec\\r\\nd")
    'abc\\nd'
    """
    return "".join(filter(None, map(_cleaned, re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]", "\n", text))))


def escape(text: str) -> str:
    """The text as Discord's Markdown shows it letter by letter.

    >>> escape("# <@1> **B** https://example.org")
    '\\\\# \\\\<\\\\@1\\\\> \\\\*\\\\*B\\\\*\\\\* https\\\\://example.org'
    """
    return _MARKUP.sub(lambda found: _escaped(found[0]), clean(text))


def units(text: str) -> int:
    """The length as Discord's clients count it: UTF-16 code units."""
    return len(text) + sum(c > "\uffff" for c in text)


def cut(text: str, limit: int) -> str:
    """At most so many units: never half a character, nor a backslash without what it escapes.

    >>> cut("12345", 4), cut(r"12\\*5", 4)
    ('123…', '12…')
    """
    if units(text) <= limit:
        return text
    end, used = 0, 0
    while (used := used + units(text[end])) < limit:
        end += 1
    while end and (_belongs_to_the_last(text[end]) or text[end - 1] == _JOINER):
        end -= 1
    kept = text[:end]
    if (len(kept) - len(kept.rstrip("\\"))) % 2:
        kept = kept[:-1]
    return kept + "…" if limit > 0 else ""


def label(text: str, limit: int = LABEL) -> str:
    """One line that is no markup anywhere: of a button, a menu, a modal; never blank, which Discord refuses."""
    return cut(_one_line(clean(text)), limit) or "…"


def paragraph(text: str, direction: Literal["ltr", "rtl"], limit: int) -> str:
    """Our own sentences, escaped; what runs from right to left does so line by line, whatever the client's language."""
    escaped = escape(clean(text).strip()) or "…"
    if direction == "ltr":
        return cut(escaped, limit)
    written = sum(bool(line.strip()) for line in escaped.split("\n"))
    # At worst each line is a single sign: with its isolates it is twice as long as without, its line break counted.
    lines = cut(escaped, max(limit - 2 * written, (limit - 1) // 2)).split("\n")
    return "\n".join(f"{_RIGHT_TO_LEFT}{line}{_END}" if line.strip() else line for line in lines)


def quote(text: str, spans: Iterable[tuple[int, int]], limit: int) -> str:
    """Somebody's own words as one line of quotation, the given spans (code points, half-open) in bold.

    >>> quote("B, la *luz* es suave", [(3, 11)], 100)
    '> \\u2068B, **la \\\\*luz\\\\*** es suave\\u2069'
    """
    room = limit - len(f"> {_FIRST_STRONG}{_END}")
    pieces = []
    for part, is_evidence in _parted(text, spans):
        mark = "**" if is_evidence and clean(part).strip() else ""
        piece = _flat(escape(part))
        whole = f"{mark}{piece}{mark}"
        if units(whole) > room:
            pieces.append(cut(piece, room))
            break
        pieces.append(whole)
        room -= units(whole)
    return f"> {_FIRST_STRONG}{''.join(pieces).strip() or '…'}{_END}"


def _cleaned(character: str) -> str:
    if character == "\n":
        return character
    if character == "\t":
        return " "
    if "\ud800" <= character <= "\udfff":
        return "\ufffd"
    return "" if character in _BIDI or unicodedata.category(character) == "Cc" else character


def _belongs_to_the_last(character: str) -> bool:
    return character == _JOINER or unicodedata.category(character)[0] == "M"


def _escaped(found: str) -> str:
    """A backslash before the sign; of a numbered list, before the full stop that follows the number."""
    return found + "\\" if found[-1].isdigit() else found[:-1] + "\\" + found[-1]


def _parted(text: str, spans: Iterable[tuple[int, int]]) -> Iterable[tuple[str, bool]]:
    """The text in pieces that are evidence or not, in turn."""
    marked = {place for start, end in spans for place in range(start, min(end, len(text)))}
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or (end in marked) != (start in marked):
            yield text[start:end], start in marked
            start = end


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _flat(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text)
