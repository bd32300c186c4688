"""Cuts a message into what is translated and what must come through untouched, and glues it together again.

Sentinels in the text would be squeezed or translated by the model, so protected pieces never reach it: the text
between them is translated piece by piece, and the originals stand where they stood.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

LONGEST = 160  # columns of one segment: what the decoder saw in training

_EMOJI_BASE = "[\U0001f000-\U0001faff☀-➿⌚⌛⏏⏩-⏺⬅-⬇⬛⬜⭐⭕⤴⤵〰〽㊗㊙]"
_EMOJI = f"{_EMOJI_BASE}[\ufe0e\ufe0f]?[\U0001f3fb-\U0001f3ff]?[\U000e0020-\U000e007f]*"
_BREAKS = r"\s<>`|\u3000-\u9fff\uac00-\ud7af\uff00-\uffef"  # what an address cannot hold in running text
_TOPS = "com|org|net|io|gg|ai|app|dev|eu|ru|jp|kr|cn|uk"  # not es, it, me: words after a full stop without a space
_FILES = "png|jpe?g|webp|gif|svg|mp4|webm|mov|pdf|zip|json|txt|safetensors"
_PROTECTED = re.compile(
    "|".join(
        (
            r"```.*?```|`[^`\n]+`",  # code
            r"<@[!&]?\d+>|<#\d+>|<a?:\w+:\d+>|<t:-?\d+(?::[tTdDfFR])?>|</[^:<>\n]+:\d+>|<id:\w+>",  # Discord
            r"\|\|",  # a spoiler's bars
            rf"(?:https?://|www\.|discord\.gg/)[^{_BREAKS}]*[^{_BREAKS}.,;:!?)\]}}'\"]",
            rf"(?<![A-Za-z0-9_@.-])(?:[A-Za-z0-9-]+\.)+(?:{_TOPS})(?![A-Za-z0-9_.-])(?:/[^{_BREAKS}]*[^{_BREAKS}.,;:!?)\]}}'\"])?",
            rf"(?<![A-Za-z0-9_.-])[A-Za-z0-9_-]+\.(?:{_FILES})(?![A-Za-z0-9_])",
            r"[A-Za-z0-9_.+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z0-9]",  # mail address
            r"(?<![A-Za-z0-9_])@(?:[A-Za-z0-9_][A-Za-z0-9_.]*[A-Za-z0-9_])",  # not @A: that names an image
            r"(?<![A-Za-z0-9_#&])#(?=[^\W\d_])\w{2,}",  # hashtags; #2 names an image
            r"[\U0001f1e6-\U0001f1ff]{2}",  # flags
            rf"{_EMOJI}(?:\u200d{_EMOJI})*",
            r"[0-9#*]\ufe0f?\u20e3|[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u25a0-\u25ff]\ufe0f",
            r"¯\\_\(ツ\)_/¯|[(（][^()（）\s\w]{0,6}\w?[^()（）\s\w.,!?%]{1,6}\w?[^()（）\s\w]{0,6}[)）][ﾉノ]?",
            r"(?<![A-Za-z0-9_])"  # emoticons
            r"(?:[:;=8]['’]?-?[)(DPpOo3/\\|*]+|[xX]D+|[<]3|T[_.]?T|\^[_.]?\^)(?![A-Za-z0-9_])",
        )
    ),
    re.DOTALL,
)
# What may stand in front, where a protected piece or a line began, and is not said.
_LOOSE = re.compile(r"(?:[\s,;:.!?、。，；：！？،؛\-–—•·>#]|\*(?=\s))*")
_ABBREVIATED = (
    "bzw|ca|dr|etc|evtl|ing|inkl|max|min|mr|mrs|ms|nr|p|prof|s|sr|sra|srta|st|str|u|usw|vgl|vs|z|л|рис|см|стр|т"
)
# A sentence ends at a mark with white space behind it; at a dot only where no small letter follows, and no number or
# abbreviation precedes it ("das 3. Bild", "z. B. hier").
_SENTENCE = re.compile(
    r"(?<=[!?؟۔])[\"'”»’)\]]*(?=\s)|(?<=[.…])[\"'”»’)\]]*(?=\s+[^\s\d])|(?<=[。！？｡।॥።։៕])[」』”]*(?=\s*[^\s」』”。！？])"
)
_NO_SENTENCE = re.compile(rf"(?:(?:^|[^\w])(?:\d+|{_ABBREVIATED}))\.$", re.IGNORECASE)
# Where a sentence that is too long may be cut, best first; a part keeps what ends it.
_CUTS = (
    re.compile(r"(?<=[.!?…؟۔])(?=[\s])|(?<=[。！？｡।॥።։៕])"),
    re.compile(r"(?<=[,;:،؛])(?=\s)|(?<=[、，；])"),
    re.compile(r"(?<=\s)(?=\S)"),
    re.compile(r"(?<=.)(?=.)", re.DOTALL),
)
# Possessive where no word boundary ends it: repeated below, it would backtrack for ever.
LAUGHTER = (
    r"\b(?:(?P<laugh>ja|je|ji|ha|he|hi|ah|ха|хи|хе|ах)(?P=laugh)+\w?|[jk]{3,}|w{3,}|x+d+|lo+l|lmf?ao|rs(?:rs)+|5{3,})\b"
    r"|[ㅋㅎㅠㅜ]++|ｗ++|(?<=[\u3040-\u9fff])w++|[哈呵嘻]{2,}+|ه{3,}+|ฮ{2,}+"
)
_LAUGHS_FIRST = re.compile(rf"(?:(?:{LAUGHTER})\W*)+", re.IGNORECASE)
_LAUGHS_LAST = re.compile(rf"(?:(?:{LAUGHTER})\W*)+$", re.IGNORECASE)
_EMPHASIS = re.compile(r"(\*\*|__|~~|\*|_)(?!\s)(?P<inner>[^*_~]+)(?<!\s)\1")
_LETTER = re.compile(r"@?[A-D](?:\s*[,/&+]\s*@?[A-D])*\W*")  # names images, which no language does otherwise


class Segment(NamedTuple):
    """A piece of the message; `translate` says whether it goes through the model."""

    text: str
    translate: bool


def split(text: str, longest: int = LONGEST) -> list[Segment]:
    """Segments whose texts, put together, are `text` again.

    >>> [s.text for s in split("Mira <@42>: qué luz! 😍") if s.translate]
    ['Mira', 'qué luz!']
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


def sentences(text: str) -> list[str]:
    """The sentences of a line; put together, they are the line.

    >>> sentences("Das 3. Bild. Toll! B ist z. B. heller")
    ['Das 3. Bild.', ' Toll!', ' B ist z. B. heller']
    """
    found, start = [], 0
    for match in _SENTENCE.finditer(text):
        before, after = text[start : match.end()], text[match.end() : match.end() + 40].lstrip()
        dot = text[: match.start()].endswith((".", "…"))
        if dot and (after[:1].islower() or _NO_SENTENCE.search(before[-12:])):
            continue
        found.append(before)
        start = match.end()
    return [*found, text[start:]]


def _plain(text: str, longest: int) -> list[Segment]:
    """Lines, and in them sentences; the white space around each is a segment of its own."""
    segments: list[Segment] = []
    for line in re.split(r"(\s*[\n\r\v\f\x85\u2028\u2029]\s*)", text):
        for sentence in sentences(line):
            for part in _shorten(sentence, longest, _CUTS):
                segments += _said(part)
    return [segment for segment in segments if segment.text]


def _said(part: str) -> list[Segment]:
    """What is said, between what only stands around it: white space, marks, laughter."""
    body = part[_end_of_loose(part) :]
    if first := _LAUGHS_FIRST.match(body):
        body = body[first.end() :]
        body = body[_end_of_loose(body) :]
    start = len(part) - len(body)
    if last := _LAUGHS_LAST.search(body):
        body = body[: last.start()]
    body = body.rstrip()
    if emphasis := _EMPHASIS.fullmatch(body):
        start, body = start + emphasis.start("inner"), emphasis["inner"]
    said = any(c.isalpha() for c in body) and not _LETTER.fullmatch(body)
    return [Segment(part[:start], False), Segment(body, said), Segment(part[start + len(body) :], False)]


def _end_of_loose(text: str) -> int:
    loose = _LOOSE.match(text)
    return loose.end() if loose else 0


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
