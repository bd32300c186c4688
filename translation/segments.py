"""Cuts a message into what is translated and what must come through untouched, and glues it together again.

Sentinels in the text would be squeezed or translated by the model, so protected pieces never reach it: the text
between them is translated piece by piece, and the originals stand where they stood.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LONGEST = 160  # columns of one segment: what the decoder saw in training

_EMOJI_BASE = "[\U0001f000-\U0001faff☀-➿⌚⌛⏏⏩-⏺⬛⬜⭐⭕〰〽㊗㊙]"
_EMOJI = f"{_EMOJI_BASE}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_PROTECTED = re.compile(
    "|".join(
        (
            r"```.*?```|`[^`\n]+`",  # code
            r"<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:-?\d+(?::[tTdDfFR])?>|</[^:<>\n]+:\d+>|<id:\w+>",  # Discord
            r"\|\|",  # a spoiler's bars
            r"(?:https?://|www\.|discord\.gg/)[^\s<>`|\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]*[^\s<>`|\u3000-\u9fff\uac00-\ud7af\uff00-\uffef.,;:!?)\]}'\"]",
            r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z0-9]",  # mail address
            r"(?<![A-Za-z0-9_])@(?:[A-Za-z0-9_][A-Za-z0-9_.]*[A-Za-z0-9_])",  # not @A: that names an image
            r"[\U0001f1e6-\U0001f1ff]{2}",  # flags
            rf"{_EMOJI}(?:\u200d{_EMOJI})*",
            r"[0-9#*]\ufe0f?\u20e3|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u25a0-\u25ff]\ufe0f",
            r"(?<![A-Za-z0-9_])"  # emoticons
            r"(?:[:;=8]['’]?-?[)(DPpOo3/\\|*]+|[xX]D+|[<]3|T[_.]?T|\^[_.]?\^)(?![A-Za-z0-9_])",
        )
    ),
    re.DOTALL,
)
_LOOSE = " \t\u3000\xa0,;:.!?、。，；：！？،؛-–—•*·>#"  # what is left in front where a protected piece or a line began
# Where a text that is too long may be cut, best first; a part keeps what ends it.
_CUTS = (
    re.compile(r"(?<=[.!?…؟۔])(?=[\s])|(?<=[。！？｡।॥።။៕])"),
    re.compile(r"(?<=[,;:،؛])(?=\s)|(?<=[、，；])"),
    re.compile(r"(?<=\s)(?=\S)"),
    re.compile(r"(?<=.)(?=.)", re.DOTALL),
)


class Segment(NamedTuple):
    """A piece of the message; `translate` says whether it goes through the model."""

    text: str
    translate: bool


def split(text: str, longest: int = LONGEST) -> list[Segment]:
    """Segments whose texts, put together, are `text` again.

    >>> [s.text for s in split("Mira <@42>: qué luz! 😍") if s.translate]
    ['Mira', ': qué luz!']
    """
    segments: list[Segment] = []
    at = 0
    for match in _PROTECTED.finditer(text):
        segments += _plain(text[at : match.start()], longest)
        segments.append(Segment(match.group(), translate=False))
        at = match.end()
    return segments + _plain(text[at:], longest)


def join(segments: Sequence[Segment], translations: Iterable[str]) -> str:
    """The message with each translated segment replaced; a space where two English pieces would otherwise touch."""
    out, spoken, new = "", False, iter(translations)
    for segment in segments:
        piece = next(new) if segment.translate else segment.text
        if segment.translate and spoken and out and piece[:1].isalnum() and not out[-1].isspace():
            out += " "
        out, spoken = out + piece, segment.translate
    return out


def spoken(text: str) -> str:
    """What a person says in words: the text without its protected pieces, for training and for identification."""
    return " ".join(_PROTECTED.sub(" ", text).split())


def _plain(text: str, longest: int) -> list[Segment]:
    """Lines and, in long lines, sentences; the white space around each is a segment of its own."""
    segments: list[Segment] = []
    for line in re.split(r"(\s*[\n\r\v\f\x85\u2028\u2029]\s*)", text):
        for part in _shorten(line, longest, _CUTS):
            body = part.lstrip(_LOOSE).rstrip()
            start = part.find(body) if body else len(part)
            segments += [
                Segment(part[:start], translate=False),
                Segment(body, translate=any(c.isalpha() for c in body)),
                Segment(part[start + len(body) :], translate=False),
            ]
    return [segment for segment in segments if segment.text]


def _shorten(text: str, longest: int, cuts: Sequence[re.Pattern[str]]) -> list[str]:
    """Parts of at most `longest` columns, cut at the best places that do it and otherwise as few as possible."""
    if columns(text) <= longest or not cuts:
        return [text]
    parts: list[str] = []
    room = 0
    for piece in cuts[0].split(text):
        width = columns(piece)
        if parts and width <= room:
            parts[-1] += piece
            room -= width
        else:
            parts.append(piece)
            room = longest - width
    return [short for part in parts for short in _shorten(part, longest, cuts[1:])]


def columns(text: str) -> int:
    """Its width on a terminal: an ideograph says as much as two letters."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
