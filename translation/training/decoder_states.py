"""Encoder states on disk: while the encoder is frozen they are the same in every pass, so each text is encoded once."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from translation.bundled import BundledReader

MOST = 160  # source tokens; longer training texts are cut
States = NDArray[np.float16]
Encode = Callable[[Sequence[str]], list[NDArray[np.float32]]]


class StateCache:
    """Shards `NNNN.npy` (all tokens of its texts, fp16, 2,304 bytes each) with `NNNN.json` (text hash, tokens)."""

    def __init__(self, folder: Path, encode: Encode) -> None:
        self.folder, self.encode = folder, encode
        self.known: dict[str, States] = {}
        folder.mkdir(parents=True, exist_ok=True)
        for index in sorted(folder.glob("*.json")):
            self._add(index.with_suffix(".npy"), json.loads(index.read_text()))

    def get(self, texts: Sequence[str]) -> list[States]:
        """Their states; the ones not seen before are encoded and written as one shard."""
        missing = [text for text in dict.fromkeys(texts) if _key(text) not in self.known]
        if missing:
            self._write(missing, [state.astype(np.float16) for state in self.encode(missing)])
        return [self.known[_key(text)] for text in texts]

    def __contains__(self, text: str) -> bool:
        return _key(text) in self.known

    def _write(self, texts: Sequence[str], states: Sequence[States]) -> None:
        path = self.folder / f"{len(list(self.folder.glob('*.npy'))):04}.npy"
        np.save(path, np.concatenate(states))
        rows = [(_key(text), len(state)) for text, state in zip(texts, states, strict=True)]
        path.with_suffix(".json").write_text(json.dumps(rows))  # last: a shard without its index is not read
        self._add(path, rows)

    def _add(self, path: Path, rows: Sequence[tuple[str, int]]) -> None:
        tokens, at = np.load(path, mmap_mode="r"), 0
        for key, length in rows:
            self.known[key] = tokens[at : at + length]
            at += length


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def shipped_encoder(weights: Path, threads: int) -> Encode:
    """The reader as it is shipped, so that training and use read the same states, rounding included."""
    reader = BundledReader(weights, threads)

    def encode(texts: Sequence[str]) -> list[NDArray[np.float32]]:
        return [encoded.memory[:MOST] for encoded in reader.encode(texts, ["single"] * len(texts))]

    return encode
