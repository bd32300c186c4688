"""Turns the float matrices of the transformer layers into int8, with activations quantized row by row.

ONNX Runtime's own dynamic quantization takes one scale for a whole batch, so that a message would be read a little
differently in every company; a scale for each token costs some time and makes a reading depend on its text alone.
Weights use 7 of the 8 bits: with all 8, the AVX2 kernels saturate.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

WEIGHT_LIMIT = 63
GELU_FLOOR = 0.17  # GELU is never below -0.17: moved up by it, its outputs use all of an unsigned byte
CONSTANTS = {
    "int8.signed": np.float32(1 / 127),
    "int8.unsigned": np.float32(1 / 255),
    "int8.smallest": np.float32(1e-9),
    "int8.one": np.float32(1),
    "int8.middle": np.uint8(128),
    "int8.zero": np.uint8(0),
    "int8.floor": np.float32(GELU_FLOOR),
    "int8.last_axis": np.array([-1], np.int64),
}


def quantize_rows(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """A (in, out) matrix as int8 with one scale for each output."""
    scale = np.maximum(np.abs(weight).max(0), 1e-9) / WEIGHT_LIMIT
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def _row_quantized(source: str, gelu: bool) -> tuple[list[onnx.NodeProto], str, str]:
    """Nodes that quantize `source`, and the names of the integers and of the scales."""
    part = f"{source}.int8"
    moved, size = (f"{part}.moved", f"{part}.moved") if gelu else (source, f"{part}.size")
    chain = [
        helper.make_node("Add", [source, "int8.floor"], [moved]) if gelu else helper.make_node("Abs", [source], [size]),
        helper.make_node("ReduceMax", [size, "int8.last_axis"], [f"{part}.most"], keepdims=1),
        helper.make_node("Mul", [f"{part}.most", f"int8.{'unsigned' if gelu else 'signed'}"], [f"{part}.raw_scale"]),
        helper.make_node("Max", [f"{part}.raw_scale", "int8.smallest"], [f"{part}.scale"]),
        helper.make_node("Div", [moved, f"{part}.scale"], [f"{part}.scaled"]),
        helper.make_node("QuantizeLinear", [f"{part}.scaled", "int8.one", _zero(gelu)], [f"{part}.values"]),
    ]
    return chain, f"{part}.values", f"{part}.scale"


def _zero(gelu: bool) -> str:
    return "int8.zero" if gelu else "int8.middle"


def _product(node: onnx.NodeProto, gelu: bool) -> list[onnx.NodeProto]:
    """The nodes that take the place of a product with a constant matrix."""
    source, name = node.input
    chain, rows, row_scale = _row_quantized(source, gelu)
    part, out = f"{node.output[0]}.int8", node.output[0]
    scaled = f"{part}.scaled" if gelu else out
    return [
        *chain,
        helper.make_node("MatMulInteger", [rows, f"{name}.values", _zero(gelu), f"{name}.zero"], [f"{part}.sum"]),
        helper.make_node("Cast", [f"{part}.sum"], [f"{part}.float"], to=TensorProto.FLOAT),
        helper.make_node("Mul", [f"{part}.float", f"{name}.scale"], [f"{part}.columns"]),
        helper.make_node("Mul", [f"{part}.columns", row_scale], [scaled]),
        *([helper.make_node("Sub", [scaled, f"{name}.moved"], [out])] if gelu else []),
    ]


def quantize(model: onnx.ModelProto, chosen: Callable[[str], bool], after_gelu: Callable[[str], bool]) -> None:
    """Replace, in place, every product with a constant matrix whose node's name is chosen."""
    graph = model.graph
    weights = {entry.name: entry for entry in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    added = [numpy_helper.from_array(np.asarray(value), name) for name, value in CONSTANTS.items()]
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights or not chosen(node.name):
            nodes.append(node)
            continue
        name, gelu = node.input[1], after_gelu(node.name)
        values, scale = quantize_rows(numpy_helper.to_array(weights.pop(name)))
        added += [
            numpy_helper.from_array(values, f"{name}.values"),
            numpy_helper.from_array(scale, f"{name}.scale"),
            numpy_helper.from_array(np.zeros(scale.size, np.int8), f"{name}.zero"),
        ]
        if gelu:
            moved = GELU_FLOOR * (values.astype(np.float32) * scale).sum(0)
            added.append(numpy_helper.from_array(moved.astype(np.float32), f"{name}.moved"))
        nodes += _product(node, gelu)
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*weights.values(), *added])
