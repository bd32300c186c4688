"""Spells a message in a checkpoint's own tokens, and reads its answer back.

Built on the sentencepiece models alone: no state is shared between messages, as the source language of the
transformers tokenizers is, so threads may share one.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import sentencepiece

from translation.checkpoints import Family
from translation.tokens import SURROGATE

END = "</s>"
COMMAND = re.compile(r"<(?=2\w+>)")  # `<2de>` in a message would change MADLAD's target language


class Wording:
    """The tokens of one family, from the files in a folder."""

    def __init__(self, family: Family, folder: Path) -> None:
        self._family = family
        self._source, self._target = (_pieces(folder / name) for name in (family.source, family.target))

    def source(self, text: str, code: str) -> list[str]:
        """The encoder's tokens for a text in the language that the checkpoint calls `code`."""
        clean = COMMAND.sub("< ", SURROGATE.sub("\ufffd", text)) if self._family.text else SURROGATE.sub("\ufffd", text)
        before = [self._family.before.format(code=code)] if self._family.before else []
        return [*before, *self._source.encode(self._family.text + clean, out_type=str), END]

    @property
    def forced(self) -> list[str]:
        """What the decoder has to begin with."""
        return [self._family.forced] if self._family.forced else []

    def text(self, tokens: Sequence[str]) -> str:
        """The decoder's tokens as text, without what it was forced to begin with."""
        return str(self._target.decode([t for t in tokens[len(self.forced) :] if t != END])).strip()


def _pieces(path: Path) -> sentencepiece.SentencePieceProcessor:
    return sentencepiece.SentencePieceProcessor(model_proto=path.read_bytes())
