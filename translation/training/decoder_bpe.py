"""English into the decoder's ids: whisper's byte-level BPE, cut down to the kept pieces (`keep.json`)."""

import json
from pathlib import Path

from tokenizers import Tokenizer


class EnglishPieces:
    """A text that needs a piece which was not kept is spelt in bytes: nothing is unknown."""

    def __init__(self, tokenizer: Path, keep: Path) -> None:
        self.bpe = Tokenizer.from_file(str(tokenizer))
        self.keep: list[int] = json.loads(keep.read_text())
        self.new = {old: new for new, old in enumerate(self.keep)}
        self.names = {index: piece for piece, index in self.bpe.get_vocab().items()}
        self.byte = {self.names[i]: i for i in range(256)}

    def encode(self, text: str) -> list[int]:
        ids: list[int] = []
        for i in self.bpe.encode(" " + text.strip(), add_special_tokens=False).ids:
            ids += [self.new[i]] if i in self.new else [self.new[self.byte[c]] for c in self.names[i]]
        return ids

    def decode(self, ids: list[int]) -> str:
        text: str = self.bpe.decode([self.keep[i] for i in ids])
        return text.strip()

    def pieces(self) -> list[bytes]:
        """The bytes of every kept piece, in the order of the decoder's ids; the two specials are empty."""
        to_byte = byte_alphabet()
        return [b"", b""] + [bytes(to_byte[c] for c in self.names[i]) for i in self.keep[2:]]


def byte_alphabet() -> dict[str, int]:
    """GPT-2's stand-ins for the 256 bytes: printable Latin-1 stands for itself, the rest follows from U+0100."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [byte for byte in range(256) if byte not in set(plain)]
    return {chr(byte): byte for byte in plain} | {chr(256 + n): byte for n, byte in enumerate(rest)}
