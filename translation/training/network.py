"""The reader's network in plain PyTorch: the frozen trunk, the critique branch on its middle states, the language head.

States of several of the trunk's layers are the English decoder's memory and stay as they are; the branch is a
fine-tuned copy of the upper layers, so no head pays for another.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, LAYERS, POSITIONS = 384, 12, 1536, 12, 512
FORK = 6  # the branch reads the trunk's states after this many layers
DEPTH = 4  # and has this many of its own: copies of the next ones; the last two know sentences, not words
MEMORY_LAYERS = (4, 8, 12)  # their states, side by side, are the English decoder's memory
LANGUAGE_LAYERS = (0, 3)  # 0: the embeddings; pooled states of these feed the language head
KINDS = ("single", "pair", "set")
RARITY = (-3.5, 0.0, -2.0, 0.0, 0.0, -2.0)  # logits to start from: most tokens are no evidence


class Layer(nn.Module):
    """One post-norm BERT layer."""

    def __init__(self, drop: float = 0.0) -> None:
        super().__init__()
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.up, self.down = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.attention_norm, self.norm = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.drop = nn.Dropout(drop)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (batch, tokens, width), bias (batch, 1, 1, tokens): 0, or very negative at padding."""
        batch, tokens, _ = x.shape

        def heads(y: Tensor) -> Tensor:
            return y.view(batch, tokens, HEADS, WIDTH // HEADS).transpose(1, 2)

        scores = heads(self.q(x)) @ heads(self.k(x)).transpose(2, 3) * (WIDTH // HEADS) ** -0.5 + bias
        mixed = torch.softmax(scores, -1) @ heads(self.v(x))
        x = self.attention_norm(x + self.drop(self.out(mixed.transpose(1, 2).reshape(batch, tokens, WIDTH))))
        y: Tensor = self.norm(x + self.drop(self.down(functional.gelu(self.up(x)))))
        return y


def padding_bias(mask: Tensor) -> Tensor:
    """mask (batch, tokens) of 0 and 1 -> what is added to attention scores."""
    return (1.0 - mask.float())[:, None, None, :] * -1e4


def pooled(x: Tensor, mask: Tensor) -> Tensor:
    """The mean over real tokens."""
    weight = mask.float().unsqueeze(-1)
    return (x * weight).sum(1) / weight.sum(1).clamp(min=1.0)


class Trunk(nn.Module):
    """multilingual-e5-small, frozen."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, WIDTH)
        self.positions = nn.Parameter(torch.zeros(POSITIONS, WIDTH))
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))

    def states(self, ids: Tensor, mask: Tensor) -> Iterator[Tensor]:
        """The embeddings' output, then each layer's, computed as they are asked for."""
        x, bias = self.norm(self.words(ids) + self.positions[: ids.shape[1]]), padding_bias(mask)
        yield x
        for layer in self.layers:
            x = layer(x, bias)
            yield x


class LabelAttention(nn.Module):
    """One query for every (aspect, polarity) gathers its own summary of the message and gives one logit."""

    def __init__(self, aspects: int, polarities: int) -> None:
        super().__init__()
        self.aspect = nn.Parameter(torch.randn(aspects, 1, WIDTH) * 0.05)
        self.polarity = nn.Parameter(torch.randn(1, polarities, WIDTH) * 0.05)
        self.key, self.value = nn.Linear(WIDTH, WIDTH), nn.Linear(WIDTH, WIDTH)
        self.weight = nn.Parameter(torch.randn(aspects * polarities, WIDTH) * 0.02)
        self.bias = nn.Parameter(torch.full((aspects * polarities,), -3.0))

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """x (batch, tokens, width), bias (batch, 1, tokens) -> (batch, aspects * polarities)."""
        queries = (self.aspect + self.polarity).flatten(0, 1)
        scores = queries @ self.key(x).transpose(1, 2) * WIDTH**-0.5 + bias
        summary = torch.softmax(scores, -1) @ functional.gelu(self.value(x))
        return (summary * self.weight).sum(-1) + self.bias


class Branch(nn.Module):
    """The critique branch: middle states and the kind of comparison in, logits for tokens and for the message out."""

    def __init__(self, aspects: int, attributes: int, drop: float = 0.1) -> None:
        super().__init__()
        self.sizes = [aspects, 3, 1, 3, 4, attributes]
        self.kind = nn.Embedding(len(KINDS), WIDTH)
        nn.init.normal_(self.kind.weight, std=0.02)
        self.layers = nn.ModuleList(Layer(drop) for _ in range(DEPTH))
        self.drop = nn.Dropout(drop)
        self.tokens = nn.Linear(WIDTH, sum(self.sizes))
        rare = torch.cat([torch.full((size,), bias) for size, bias in zip(self.sizes, RARITY, strict=True)])
        self.tokens.bias = nn.Parameter(rare)
        self.labels = LabelAttention(aspects, 3)
        self.mix = nn.Parameter(torch.tensor(0.5))
        self.attend, self.preference = nn.Linear(WIDTH, 2), nn.Linear(2 * WIDTH, 6)

    def forward(self, middle: Tensor, mask: Tensor, words: Tensor, kind: Tensor) -> tuple[Tensor, ...]:
        """mask: real tokens; words: those of them that the person wrote.

        Returns the token logits (aspect, polarity, begin, strength, targets, attributes), then label logits
        (batch, aspects * 3) and preference logits (batch, 6).
        """
        x, bias = middle + self.kind(kind)[:, None, :], padding_bias(mask)
        for layer in self.layers:
            x = layer(x, bias)
        x = self.drop(x)
        tokens = torch.split(self.tokens(x), self.sizes, -1)
        hidden = padding_bias(words)[:, 0]
        pairs = tokens[0].unsqueeze(-1) + torch.log_softmax(tokens[1], -1).unsqueeze(-2)
        strongest = (pairs.flatten(2) + hidden.transpose(1, 2)).amax(1)
        labels = self.labels(x, hidden) + self.mix * strongest.clamp(min=-12.0)
        focus = torch.softmax(self.attend(x).transpose(1, 2) + padding_bias(mask)[:, 0], -1)
        return *tokens, labels, self.preference((focus @ x).flatten(1))


class LanguageHead(nn.Module):
    """Pooled early states in, one logit for each language out."""

    def __init__(self, languages: int) -> None:
        super().__init__()
        self.inner = nn.Linear(WIDTH * len(LANGUAGE_LAYERS), WIDTH)
        self.out = nn.Linear(WIDTH, languages)
        self.drop = nn.Dropout(0.1)

    def forward(self, features: Tensor) -> Tensor:
        """features (batch, width * layers) -> (batch, languages)."""
        logits: Tensor = self.out(self.drop(functional.gelu(self.inner(features))))
        return logits
