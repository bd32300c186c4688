"""The English decoder as a torch module: whisper-tiny.en's decoder (MIT) over a text encoder instead of audio."""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from translation.training.network import MEMORY_LAYERS

WIDTH, HEADS, LAYERS, POSITIONS = 384, 6, 4, 448
MEMORY = WIDTH * len(MEMORY_LAYERS)
END, START = 0, 1  # the first two of the kept ids


class Attention(nn.Module):
    """Multi-head attention of `x` over `memory`; both (batch, length, 384)."""

    def __init__(self) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        query, keys, values = (heads(part) for part in (self.q(x), self.k(memory), self.v(memory)))
        y = functional.scaled_dot_product_attention(query, keys, values, attn_mask=mask, is_causal=causal)
        return self.out(y.transpose(1, 2).reshape(x.shape))  # type: ignore[no-any-return]


def heads(x: Tensor) -> Tensor:
    """(batch, length, 384) -> (batch, heads, length, 64)."""
    return x.view(*x.shape[:2], HEADS, WIDTH // HEADS).transpose(1, 2)


class Layer(nn.Module):
    """Pre-norm: own attention, cross-attention, feed-forward."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(WIDTH) for _ in range(3))
        self.own, self.cross = Attention(), Attention()
        self.up, self.down, self.drop = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH), nn.Dropout(0.1)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.drop(self.own(y, y, causal=True))
        x = x + self.drop(self.cross(self.norm2(x), memory, mask=mask))
        return self.feed(x)

    def feed(self, x: Tensor) -> Tensor:
        return x + self.drop(self.down(functional.gelu(self.up(self.norm3(x)))))  # type: ignore[no-any-return]


class Bridge(nn.Module):
    """One more encoder layer, pre-norm, between the frozen encoder and the decoder; it begins as the identity."""

    def __init__(self) -> None:
        super().__init__()
        self.norm1, self.norm3, self.own = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH), Attention()
        self.up, self.down, self.drop = nn.Linear(WIDTH, 4 * WIDTH), nn.Linear(4 * WIDTH, WIDTH), nn.Dropout(0.1)
        for last in (self.own.out, self.down):
            nn.init.zeros_(last.weight)
            nn.init.zeros_(last.bias)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.drop(self.own(y, y, mask=mask))
        return x + self.drop(self.down(functional.gelu(self.up(self.norm3(x)))))  # type: ignore[no-any-return]


class Decoder(nn.Module):
    """tokens (batch, length), memory (batch, source, 1152), mask (batch, source) -> logits (.., vocabulary)."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.embedding, self.position = nn.Embedding(vocabulary, WIDTH), nn.Parameter(torch.zeros(POSITIONS, WIDTH))
        self.adapter, self.bridge, self.adapter_norm = nn.Linear(MEMORY, WIDTH), Bridge(), nn.LayerNorm(WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def forward(self, tokens: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        return self.states(tokens, memory, mask) @ self.embedding.weight.T

    def states(self, tokens: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        """What the output layer multiplies by the embedding: (batch, length, 384)."""
        x = self.embedding(tokens) + self.position[: tokens.shape[1]]
        mask = mask[:, None, None, :]
        memory = self.adapter_norm(self.bridge(self.adapter(memory), mask))
        for layer in self.layers:
            x = layer(x, memory, mask)
        return self.norm(x)  # type: ignore[no-any-return]


def load_decoder(path: Path) -> Decoder:
    """Read a checkpoint, fp16 or fp32, as fp32; one that knew only the encoder's last layer goes on from it."""
    tensors = {name: tensor.float() for name, tensor in load_file(path).items()}
    model = Decoder(tensors["embedding.weight"].shape[0])
    if tensors["adapter.weight"].shape[1] == WIDTH:
        tensors["adapter.weight"] = functional.pad(tensors["adapter.weight"], (MEMORY - WIDTH, 0))
        tensors = {**model.state_dict(), **tensors}
    model.load_state_dict(tensors)
    return model


def stack(states: Sequence[NDArray[np.float16]]) -> tuple[Tensor, Tensor]:
    """Pad encoder states to one batch; the mask is true where there is a token."""
    parts = [torch.from_numpy(np.asarray(state, dtype=np.float32)) for state in states]
    memory = nn.utils.rnn.pad_sequence(parts, batch_first=True)
    lengths = torch.tensor([len(part) for part in parts])
    return memory, torch.arange(memory.shape[1])[None, :] < lengths[:, None]


def batch(states: Sequence[NDArray[np.float16]], targets: Sequence[list[int]]) -> tuple[Tensor, Tensor, Tensor]:
    """Padded tokens from START to END (-100 behind it), memory and mask."""
    rows = [torch.tensor([START, *target, END]) for target in targets]
    return nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-100), *stack(states)


def loss_of(model: Decoder, tokens: Tensor, memory: Tensor, mask: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy of each next token."""
    logits = model(tokens[:, :-1].clamp(min=0), memory, mask)
    return functional.cross_entropy(
        logits.flatten(0, 1), tokens[:, 1:].flatten(), ignore_index=-100, label_smoothing=smoothing
    )


def sampled_loss(
    model: Decoder, tokens: Tensor, memory: Tensor, mask: Tensor, smoothing: float, negatives: int = 1500
) -> Tensor:
    """`loss_of` over the pieces that the batch holds and a sample of the others, which stand for all of those."""
    following = tokens[:, 1:]
    states = model.states(tokens[:, :-1].clamp(min=0), memory, mask)[following >= 0]
    wanted = following[following >= 0]
    held, size = torch.unique(wanted), model.embedding.num_embeddings
    others = torch.ones(size, dtype=torch.bool).index_fill_(0, held, value=False).nonzero()[:, 0]
    drawn = others[torch.randperm(len(others))[:negatives]]
    logits = states @ model.embedding.weight[torch.cat([held, drawn])].T
    weight = torch.cat([torch.zeros(len(held)), torch.full((len(drawn),), math.log(len(others) / len(drawn)))])
    return functional.cross_entropy(logits + weight, torch.searchsorted(held, wanted), label_smoothing=smoothing)
