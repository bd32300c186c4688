"""Encoder states on disk: while the encoder is frozen they are the same in every pass, so each text is encoded once."""

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from translation.tokens import PAD, Tokenizer
from translation.training.network import MEMORY_LAYERS

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


def trunk_encoder(converted: Path, size: int = 64) -> Encode:
    """The trunk before quantization, with the tokens that are shipped."""
    from translation.training.trunk import load_bert

    model, tokenizer = load_bert(converted / "trunk.safetensors"), Tokenizer(converted / "tokens.model")

    @torch.inference_mode()
    def encode(texts: Sequence[str]) -> list[NDArray[np.float32]]:
        ids = [torch.tensor(tokens.ids[:MOST]) for tokens in tokenizer.encode(texts)]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        found: dict[int, NDArray[np.float32]] = {}
        for at in range(0, len(order), size):
            chosen = order[at : at + size]
            rows = torch.nn.utils.rnn.pad_sequence([ids[i] for i in chosen], batch_first=True, padding_value=PAD)
            layers = model(rows, attention_mask=(rows != PAD).long(), output_hidden_states=True).hidden_states
            hidden = torch.cat([layers[number] for number in MEMORY_LAYERS], -1).numpy()
            found |= {i: hidden[row, : len(ids[i])] for row, i in enumerate(chosen)}
        return [found[i] for i in range(len(ids))]

    return encode
