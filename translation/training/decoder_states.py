"""Encoder states on disk: while the encoder is frozen they are the same in every pass, so each text is encoded once."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from translation.bundled import BundledReader
from translation.parts import Part, whole
from translation.training.decoder_pairs import Example

MOST = 160  # source tokens; longer training texts are cut
States = NDArray[np.float16]


class StateCache:
    """Shards `NNNN.npy` (all tokens of its examples, fp16, 2,304 bytes each) with `NNNN.json` (hash, tokens).

    The states are those of the reader as it is shipped, so that training and use read the same, rounding included.
    """

    def __init__(self, folder: Path, reader: BundledReader) -> None:
        self.folder, self.reader = folder, reader
        self.known: dict[str, States] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for index in sorted(folder.glob("*.json")):
            self._add(index.with_suffix(".npy"), json.loads(index.read_text()))

    def get(self, examples: Sequence[Example]) -> list[States]:
        """Their states; the ones not seen before are encoded and written as one shard."""
        missing = {_key(one): one for one in examples if one not in self}
        if missing:
            self._write(list(missing.values()))
        return [self.known[_key(one)] for one in examples]

    def __contains__(self, example: Example) -> bool:
        return _key(example) in self.known

    def _write(self, examples: Sequence[Example]) -> None:
        texts = list(dict.fromkeys(one.source for one in examples))
        encoded = dict(zip(texts, self.reader.encode(texts, ["single"] * len(texts)), strict=True))
        parts = [
            Part(text, one.start, one.end, "")
            if (text := encoded[one.source]).windows == 1
            else whole(self.reader, one.source[one.start : one.end], "")
            for one in examples
        ]
        states = [part.memory[:MOST].astype(np.float16) for part in parts]
        path = self.folder / f"{len(list(self.folder.glob('*.npy'))):04}.npy"
        np.save(path, np.concatenate(states))
        rows = [(_key(one), len(state)) for one, state in zip(examples, states, strict=True)]
        path.with_suffix(".json").write_text(json.dumps(rows))  # last: a shard without its index is not read
        self._add(path, rows)

    def _add(self, path: Path, rows: Sequence[tuple[str, int]]) -> None:
        tokens, at = np.load(path, mmap_mode="r"), 0
        for key, length in rows:
            self.known[key] = tokens[at : at + length]
            at += length


def _key(example: Example) -> str:
    return hashlib.sha256(f"{example.source}\0{example.start}\0{example.end}".encode()).hexdigest()[:24]
