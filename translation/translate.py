"""Any language in, English out: cuts a message up, decodes its parts in one batch, judges them, glues them together."""

from collections.abc import Sequence
from typing import NamedTuple

from translation import quality, segments
from translation.bundled import BundledReader, Encoded
from translation.decoding import EnglishDecoder
from translation.languages import find_language
from translation.segments import Segment


class Translation(NamedTuple):
    """English of a message; None: the gate rejected it. English, or no words at all, is its own translation."""

    text: str | None
    confidence: float


class Part(NamedTuple):
    """A segment that is to be translated, and the message that it belongs to."""

    message: int
    encoded: Encoded


def translate(
    reader: BundledReader, decoder: EnglishDecoder, encoded: Sequence[Encoded], languages: Sequence[str]
) -> list[Translation]:
    """One translation for each encoded message, whose language is known or `und`."""
    cut = [
        [] if is_english(language) else segments.split(message.text)
        for message, language in zip(encoded, languages, strict=True)
    ]
    parts = encoded_parts(reader, encoded, cut)
    hypotheses = decoder.translate([part.encoded.memory for part in parts])
    spoken: list[list[str]] = [[] for _ in encoded]
    confidences: list[list[float]] = [[] for _ in encoded]
    for part, hypothesis in zip(parts, hypotheses, strict=True):
        spoken[part.message].append(hypothesis.text)
        confidences[part.message].append(quality.judge(part.encoded.text, hypothesis))
    return [
        glued(message.text, pieces, texts, confidence)
        for message, pieces, texts, confidence in zip(encoded, cut, spoken, confidences, strict=True)
    ]


def encoded_parts(reader: BundledReader, encoded: Sequence[Encoded], cut: Sequence[Sequence[Segment]]) -> list[Part]:
    """What is to be decoded, in order; only what was cut out of a longer message is encoded anew."""
    wanted = [(n, piece.text) for n, pieces in enumerate(cut) for piece in pieces if piece.translate]
    anew = [text for n, text in wanted if text != encoded[n].text]
    fresh = iter(reader.encode(anew, ["single"] * len(anew)))
    return [Part(n, encoded[n] if text == encoded[n].text else next(fresh)) for n, text in wanted]


def glued(text: str, pieces: Sequence[Segment], spoken: Sequence[str], confidences: Sequence[float]) -> Translation:
    """The parts as one text; the least sure of them speaks for the whole."""
    if not spoken:
        return Translation(text, 1.0)
    confidence = min(confidences)
    return Translation(segments.join(pieces, spoken) if quality.is_shown(confidence) else None, confidence)


def is_english(language: str) -> bool:
    found = find_language(language)
    return found is not None and found.base == "en"
