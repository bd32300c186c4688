"""Turns the float matrices of the transformer layers into int8, with static scales for the activations.

Scales are calibrated once, so that a message reads the same alone and in any company, and quantizing costs two passes
over the activations. A few channels of a BERT are far larger than the rest: each channel of the input is divided by its
own factor, and the matrix' row multiplied by it (SmoothQuant, Xiao et al. 2023), so that one scale fits all; how much
of a channel's size goes to the matrix is chosen for each matrix by what it loses.
Weights use 7 of the 8 bits: with all 8, the AVX2 kernels saturate.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import helper, numpy_helper
from torch import nn

from translation.training.decoder_graph import WEIGHT_LIMIT

SMOOTHINGS = np.arange(0.3, 1.01, 0.1)
ROWS = 3000  # calibration tokens kept for each matrix
Array = npt.NDArray[np.float32]


class Observer:
    """Keeps what linear layers are given while the network reads calibration messages: (tokens, channels) by name."""

    def __init__(self, modules: Iterable[tuple[str, nn.Module]]) -> None:
        self._seen: dict[str, list[Array]] = {}
        for name, module in modules:
            module.register_forward_hook(lambda _module, given, _out, name=name: self._note(name, given[0]))

    def _note(self, name: str, given: torch.Tensor) -> None:
        self._seen.setdefault(name, []).append(given.detach().flatten(0, -2).numpy())

    def rows(self) -> dict[str, Array]:
        """At most ROWS for each layer, drawn evenly."""
        joined = {name: np.concatenate(parts) for name, parts in self._seen.items()}
        return {name: rows[:: max(1, len(rows) // ROWS)] for name, rows in joined.items()}


class Matrix(NamedTuple):
    """An int8 matrix (in, out) and its scales: x @ weight is (x * factor, rounded, around `zero`) @ values * scale."""

    factor: Array
    zero: np.uint8
    values: npt.NDArray[np.int8]
    scale: Array

    def __call__(self, rows: Array) -> Array:
        zero = float(self.zero)
        whole = np.clip(np.round(rows * self.factor) + zero, 0, 255) - zero
        return np.asarray(whole @ self.values.astype(np.float32) * self.scale, np.float32)


def quantized(weight: Array, rows: Array) -> Matrix:
    """The matrix that loses the least on these rows."""
    exact = rows @ weight
    tried = [_smoothed(weight, rows, smoothing) for smoothing in SMOOTHINGS]
    return min(tried, key=lambda matrix: float(np.square(matrix(rows) - exact).sum()))


def _smoothed(weight: Array, rows: Array, smoothing: float) -> Matrix:
    size = np.maximum(np.abs(rows).max(0), 1e-5)
    factor = size**smoothing / np.maximum(np.abs(weight).max(1), 1e-5) ** (1 - smoothing)
    low, high = min(0.0, float((rows / factor).min())), float((rows / factor).max())
    step = (high - low) / 255
    scaled = weight * factor[:, None]
    column = np.maximum(np.abs(scaled).max(0), 1e-9) / WEIGHT_LIMIT
    return Matrix(
        factor=(1 / (factor * step)).astype(np.float32),
        zero=np.uint8(round(-low / step)),
        values=np.round(scaled / column).astype(np.int8),
        scale=(column * step).astype(np.float32),
    )


def quantized_product(node: onnx.NodeProto, matrix: Matrix, bias: Array, out: str) -> list[onnx.NodeProto]:
    """The nodes that take the place of `node`, x @ weight, and of the bias added to it."""
    part = f"{node.output[0]}.int8"
    constants = {
        **matrix._asdict(),
        "one": np.float32(1),
        "weight_zero": np.zeros(len(bias), np.int8),
        "bias": bias,
    }
    made = [
        helper.make_node("Constant", [], [f"{part}.{name}"], value=numpy_helper.from_array(np.asarray(value)))
        for name, value in constants.items()
    ]
    inputs = [f"{part}.{name}" for name in ("rows", "values", "one", "scale", "zero", "weight_zero", "bias")]
    return [
        *made,
        helper.make_node("Mul", [node.input[0], f"{part}.factor"], [f"{part}.scaled"]),
        helper.make_node("QuantizeLinear", [f"{part}.scaled", f"{part}.one", f"{part}.zero"], [f"{part}.rows"]),
        helper.make_node("MatMulIntegerToFloat", inputs, [out], domain="com.microsoft"),
    ]


def quantize(model: onnx.ModelProto, observed: Mapping[str, Array]) -> None:
    """Replace, in place, the product and the bias of every linear layer whose inputs were observed."""
    graph = model.graph
    constants = {entry.name: entry for entry in graph.initializer}
    biases = {name: node for node in graph.node if node.op_type == "Add" for name in node.input}
    nodes, folded = list[onnx.NodeProto](), set[str]()
    for node in graph.node:
        layer = node.name.strip("/").rpartition("/")[0].replace("/", ".")
        if node.op_type == "MatMul" and layer in observed:
            add = biases[node.output[0]]
            bias = next(name for name in add.input if name != node.output[0])
            weight, offset = (numpy_helper.to_array(constants[name]) for name in (node.input[1], bias))
            nodes += quantized_product(node, quantized(weight, observed[layer]), offset, add.output[0])
            del constants[node.input[1]], constants[bias]
            folded.add(add.output[0])
        elif node.output[0] not in folded:
            nodes.append(node)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend(constants.values())
