"""Writes the English decoder as two int8 ONNX graphs and its vocabulary.

    python -m translation.training.export_decoder best.safetensors --keep keep.json --tokenizer tokenizer.json
        --tatoeba DIR --opinions DIR... --states DIR --out translation/weights

Weights are int8 with a scale a column, activations uint8 with one *static* scale a matrix, calibrated on cached
states: a scale taken from the batch would make a translation depend on its neighbours. Weights use 7 of the 8 bits,
because uint8 x int8 saturates on processors without VNNI. `--fp32` writes the same graphs unquantized, to compare with.
"""

import argparse
import random
from pathlib import Path

import numpy as np
import onnx
import torch

from translation.bundled import BundledReader
from translation.training.decoder_bpe import EnglishPieces
from translation.training.decoder_graph import memory_graph, step_graph
from translation.training.decoder_model import LAYERS, Decoder, batch, load_decoder
from translation.training.decoder_pairs import examples, load_corpus
from translation.training.decoder_states import StateCache, States


def calibrated(model: Decoder, states: list[States], targets: list[list[int]]) -> dict[str, float]:
    """The largest activation that goes into each matrix while the model reads these pairs (its 99.99th percentile)."""
    found: dict[str, float] = {}

    def note(name: str, values: torch.Tensor) -> None:
        flat = values.abs().flatten()
        found[name] = max(found.get(name, 0.0), float(flat.kthvalue(max(1, int(len(flat) * 0.9999))).values))

    parts = ("own.q", "own.out", "cross.q", "cross.k", "cross.out", "up", "down")
    names = [f"layers.{layer}.{part}" for layer in range(LAYERS) for part in parts]
    for name in (*names, *(f"bridge.{part}" for part in parts if "cross" not in part)):
        model.get_submodule(name).register_forward_hook(lambda _m, given, _out, name=name: note(name, given[0]))
    model.norm.register_forward_hook(lambda _m, _given, out: note("embedding", out))
    with torch.inference_mode():
        for at in range(0, len(states), 32):
            tokens, memory, mask = batch(states[at : at + 32], targets[at : at + 32])
            model(tokens.clamp(min=0), memory, mask)
    scales = {name.replace("own.q", "own.qkv"): most for name, most in found.items()}
    scales["memory_all"] = max(scales[f"layers.{layer}.cross.k"] for layer in range(LAYERS))
    return scales


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    for name in ("keep", "tokenizer", "tatoeba", "states", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    parser.add_argument("--opinions", type=Path, nargs="+", required=True, help="folders of training splits")
    parser.add_argument("--fp32", action="store_true")
    args = parser.parse_args()
    model, pieces = load_decoder(args.checkpoint).eval(), EnglishPieces(args.tokenizer, args.keep)
    scales = None if args.fp32 else calibrated(model, *calibration_pairs(args, pieces))
    tensors = {name: tensor.numpy() for name, tensor in model.state_dict().items()}
    args.out.mkdir(parents=True, exist_ok=True)
    onnx.save(memory_graph(tensors, scales), args.out / "decoder_memory.onnx")
    onnx.save(step_graph(tensors, scales), args.out / "decoder.onnx")
    write_pieces(pieces.pieces(), args.out / "english.pieces")


def calibration_pairs(args: argparse.Namespace, pieces: EnglishPieces) -> tuple[list[States], list[list[int]]]:
    """Sentences of opinions that training has encoded already."""
    cache = StateCache(args.states, BundledReader(args.out))
    known = [
        one for pair in load_corpus(args.tatoeba, args.opinions).opinions for one in examples(pair) if one in cache
    ]
    chosen = sorted(random.Random(0).sample(known, min(256, len(known))), key=lambda one: len(one.english))
    return cache.get(chosen), [pieces.encode(one.english) for one in chosen]


def write_pieces(pieces: list[bytes], path: Path) -> None:
    """How many, the length of each in a byte, then the bytes of all: what `decoding.read_pieces` reads."""
    lengths = np.array([len(piece) for piece in pieces], np.uint8)
    path.write_bytes(np.uint32(len(pieces)).tobytes() + lengths.tobytes() + b"".join(pieces))


if __name__ == "__main__":
    main()
