"""Cuts text into the reader's tokens, each with its place in the text as it was typed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import sentencepiece

PREFIX = "query: "  # what multilingual-e5 expects in front of every text
START, PAD, END, UNKNOWN = 0, 1, 2, 3
MOST = 5120  # of a text; one character may be written out as many ("ﷺ" is 18 letters), and what is behind is not read
SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which sentencepiece refuses


@dataclass(frozen=True, slots=True)
class Tokens:
    """`ids` of the whole model input; `offsets` (half-open, code points) of the person's own tokens only."""

    ids: list[int]
    offsets: list[tuple[int, int]]


class Tokenizer:
    """The trimmed sentencepiece model; `encode` adds the prefix and the special tokens around the text."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _model(self) -> sentencepiece.SentencePieceProcessor:
        return sentencepiece.SentencePieceProcessor(model_proto=self._path.read_bytes())

    @cached_property
    def before(self) -> int:
        """How many tokens stand before the person's own: the start and the prefix."""
        return 1 + len(self._model.encode(PREFIX))

    def encode(self, texts: Sequence[str]) -> list[Tokens]:
        """Tokens of each text. A token may be empty, where one character is spelled with several pieces."""
        whole = [PREFIX + SURROGATE.sub("\ufffd", text) for text in texts]
        mapped = self._model.encode(whole, return_type="offset_mapping")
        return [self._placed(text, row["ids"], row["offsets"]) for text, row in zip(texts, mapped, strict=True)]

    def _placed(self, text: str, ids: list[int], offsets: list[tuple[int, int]]) -> Tokens:
        ids, own = ids[: self.before - 1 + MOST], offsets[self.before - 1 :][:MOST]
        moved = [(max(0, start - len(PREFIX)), max(0, end - len(PREFIX))) for start, end in own]
        return Tokens([START, *ids, END], [(min(a, len(text)), min(b, len(text))) for a, b in moved])
