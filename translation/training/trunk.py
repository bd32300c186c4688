"""Loads the converted trunk (see convert.py) into the network, or into transformers' BertModel."""

from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor
from transformers import BertConfig, BertModel

from translation.training.network import FORK, HEADS, INNER, LAYERS, POSITIONS, WIDTH, Trunk

PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "norm": "output.LayerNorm",
}


def word_embeddings(state: dict[str, Tensor]) -> Tensor:
    """The 4-bit blocks of the word embeddings as float32 rows."""
    return state["words.values"].float() * state["words.scales"].float().repeat_interleave(32, 1)


def _layer_state(state: dict[str, Tensor], layer: int) -> dict[str, Tensor]:
    return {
        f"{ours}.{kind}": state[f"encoder.layer.{layer}.{theirs}.{kind}"]
        for ours, theirs in PARTS.items()
        for kind in ("weight", "bias")
    }


def load_trunk(path: Path) -> Trunk:
    """The frozen trunk, in evaluation mode. The one token type's embedding is folded into the positions."""
    state = load_file(path)
    words = word_embeddings(state)
    trunk = Trunk(len(words)).eval().requires_grad_(False)
    trunk.words.weight.copy_(words)
    trunk.positions.copy_(
        state["embeddings.position_embeddings.weight"] + state["embeddings.token_type_embeddings.weight"][0]
    )
    trunk.norm.weight.copy_(state["embeddings.LayerNorm.weight"])
    trunk.norm.bias.copy_(state["embeddings.LayerNorm.bias"])
    for index, layer in enumerate(trunk.layers):
        layer.load_state_dict(_layer_state(state, index))
    return trunk


def start_layers(layers: torch.nn.ModuleList, trunk: Trunk) -> None:
    """Start the branch's layers as copies of those that follow the fork in the trunk."""
    for mine, theirs in zip(layers, trunk.layers[FORK : FORK + len(layers)], strict=True):
        mine.load_state_dict(theirs.state_dict())


def load_bert(path: Path) -> BertModel:
    """The same weights as transformers' BertModel, for comparison."""
    state = load_file(path)
    words = word_embeddings(state)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=WIDTH,
        num_hidden_layers=LAYERS,
        num_attention_heads=HEADS,
        intermediate_size=INNER,
        max_position_embeddings=POSITIONS,
        type_vocab_size=len(state["embeddings.token_type_embeddings.weight"]),
        layer_norm_eps=1e-12,
    )
    model: BertModel = BertModel(config, add_pooling_layer=False)
    model.train(False)
    named = {name: tensor for name, tensor in state.items() if not name.startswith("words.")}
    model.load_state_dict({**named, "embeddings.word_embeddings.weight": words}, strict=False)
    return model
