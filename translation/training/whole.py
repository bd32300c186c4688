"""The whole reader as one module, in the form in which it is exported: word embeddings in, every head's output out."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from translation.training.network import (
    FORK,
    HEADS,
    LANGUAGE_LAYERS,
    MEMORY_LAYERS,
    WIDTH,
    Branch,
    LanguageHead,
    Layer,
    Trunk,
    padding_bias,
    pooled,
)

OUTPUTS = ("language", "tokens", "labels", "preference", "memory")


class FusedLayer(nn.Module):
    """A Layer whose query, key and value come out of one multiplication, scaled beforehand."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        scale = (WIDTH // HEADS) ** -0.5
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        weights = [layer.q.weight * scale, layer.k.weight, layer.v.weight]
        self.qkv.weight = nn.Parameter(torch.cat(weights).detach())
        self.qkv.bias = nn.Parameter(torch.cat([layer.q.bias * scale, layer.k.bias, layer.v.bias]).detach())
        self.out, self.up, self.down = layer.out, layer.up, layer.down
        self.attention_norm, self.norm = layer.attention_norm, layer.norm

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """As Layer.forward, without dropout."""
        batch, tokens, _ = x.shape
        split = self.qkv(x).view(batch, tokens, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        q, k, v = split[0], split[1], split[2]
        mixed = torch.softmax(q @ k.transpose(2, 3) + bias, -1) @ v
        x = self.attention_norm(x + self.out(mixed.transpose(1, 2).reshape(batch, tokens, WIDTH)))
        y: Tensor = self.norm(x + self.down(functional.gelu(self.up(x))))
        return y


class Whole(nn.Module):
    """Inputs: rows of word embeddings (batch, tokens, width), mask (batch, tokens) of 0 and 1, kind (batch,)."""

    def __init__(self, trunk: Trunk, branch: Branch, language: LanguageHead, before: int, temperature: float) -> None:
        super().__init__()
        self.positions, self.norm = trunk.positions, trunk.norm
        self.trunk = nn.ModuleList(FusedLayer(layer) for layer in trunk.layers)  # type: ignore[arg-type]
        branch.layers = nn.ModuleList(FusedLayer(layer) for layer in branch.layers)  # type: ignore[arg-type]
        self.branch, self.language = branch, language
        self.before, self.temperature = before, temperature

    def forward(self, embedded: Tensor, mask: Tensor, kind: Tensor) -> tuple[Tensor, ...]:
        """The tensors named in OUTPUTS. The person's own tokens stand after `before` others and before the last."""
        tokens = mask.shape[1]
        weight = mask.float()
        bias = padding_bias(weight)
        followed = torch.cat([weight[:, 1:], torch.zeros_like(weight[:, :1])], 1)
        words = followed * (torch.arange(tokens) >= self.before).float()
        x = self.norm(embedded + self.positions[:tokens])
        states = [x]
        for layer in self.trunk:
            states.append(layer(states[-1], bias))
        early = torch.cat([pooled(states[number], words) for number in LANGUAGE_LAYERS], -1)
        *parts, labels, preference = self.branch(states[FORK], weight, words, kind)
        memory = torch.cat([states[number] for number in MEMORY_LAYERS], -1)
        return self.language(early) / self.temperature, torch.cat(parts, -1), labels, preference, memory
