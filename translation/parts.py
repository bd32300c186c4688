"""The pieces of a message that a decoder translates, each one by one."""

from collections.abc import Sequence
from typing import NamedTuple

from translation.bundled import Array, BundledReader, Encoded
from translation.segments import Segment


class Part(NamedTuple):
    """[start, end) of an encoded text, and its language."""

    encoded: Encoded
    start: int
    end: int
    language: str

    @property
    def text(self) -> str:
        return self.encoded.text[self.start : self.end]

    @property
    def memory(self) -> Array:
        """What the encoder made of it, in the light of the whole text."""
        return self.encoded.memory_of(self.start, self.end)


def whole(reader: BundledReader, text: str, language: str) -> Part:
    """A text of its own, encoded now."""
    (encoded,) = reader.encode([text], ["single"])
    return Part(encoded, 0, len(text), language)


def parts_of(reader: BundledReader, encoded: Encoded, pieces: Sequence[Segment], language: str) -> list[Part]:
    """Those of a text's segments that are to be translated; each alone, where the text is too long for one window."""
    parts, start = list[Part](), 0
    for piece in pieces:
        if piece.translate:
            parts.append(Part(encoded, start, start + len(piece.text), language))
        start += len(piece.text)
    if encoded.windows == 1:
        return parts
    alone = list(dict.fromkeys(part.text for part in parts))
    read = dict(zip(alone, reader.encode(alone, ["single"] * len(alone)), strict=True))
    return [Part(read[part.text], 0, len(part.text), language) for part in parts]
