"""The pieces of a message that a decoder translates, each one by one."""

from collections.abc import Iterator, Sequence
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


def parts_of(reader: BundledReader, encoded: Encoded, pieces: Sequence[Segment], language: str) -> Iterator[Part]:
    """Those of a text's segments that are to be translated; each alone, where the text is too long for one window."""
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        if piece.translate:
            yield Part(encoded, start, end, language) if encoded.windows == 1 else whole(reader, piece.text, language)
        start = end
