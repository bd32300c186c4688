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

WEIGHT_LIMIT, ROW_LIMIT, MIDDLE = 63, 127, 128
CONSTANTS = {
    "int8.row_limit": np.float32(1 / ROW_LIMIT),
    "int8.smallest": np.float32(1e-9),
    "int8.one": np.float32(1),
    "int8.middle": np.uint8(MIDDLE),
    "int8.last_axis": np.array([-1], np.int64),
}


def quantize_rows(weight: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float32]]:
    """A (in, out) matrix as int8 with one scale for each output."""
    scale = np.maximum(np.abs(weight).max(0), 1e-9) / WEIGHT_LIMIT
    return np.round(weight / scale).astype(np.int8), scale.astype(np.float32)


def _row_quantized(source: str) -> tuple[list[onnx.NodeProto], str, str]:
    """Nodes that quantize `source`, and the names of the integers and of the scales."""
    part = f"{source}.int8"
    chain = [
        helper.make_node("Abs", [source], [f"{part}.size"]),
        helper.make_node("ReduceMax", [f"{part}.size", "int8.last_axis"], [f"{part}.most"], keepdims=1),
        helper.make_node("Mul", [f"{part}.most", "int8.row_limit"], [f"{part}.raw_scale"]),
        helper.make_node("Max", [f"{part}.raw_scale", "int8.smallest"], [f"{part}.scale"]),
        helper.make_node("Div", [source, f"{part}.scale"], [f"{part}.scaled"]),
        helper.make_node("QuantizeLinear", [f"{part}.scaled", "int8.one", "int8.middle"], [f"{part}.values"]),
    ]
    return chain, f"{part}.values", f"{part}.scale"


def quantize(model: onnx.ModelProto, chosen: Callable[[str], bool]) -> None:
    """Replace, in place, every product with a constant matrix whose node's name is chosen."""
    graph = model.graph
    weights = {entry.name: entry for entry in graph.initializer}
    nodes: list[onnx.NodeProto] = []
    added = [numpy_helper.from_array(np.asarray(value), name) for name, value in CONSTANTS.items()]
    for node in graph.node:
        if node.op_type != "MatMul" or node.input[1] not in weights or not chosen(node.name):
            nodes.append(node)
            continue
        source, name = node.input
        values, scale = quantize_rows(numpy_helper.to_array(weights.pop(name)))
        added += [
            numpy_helper.from_array(values, f"{name}.values"),
            numpy_helper.from_array(scale, f"{name}.scale"),
            numpy_helper.from_array(np.zeros(scale.size, np.int8), f"{name}.zero"),
        ]
        chain, rows, row_scale = _row_quantized(source)
        product = f"{node.output[0]}.int8"
        nodes += [
            *chain,
            helper.make_node(
                "MatMulInteger", [rows, f"{name}.values", "int8.middle", f"{name}.zero"], [f"{product}.sum"]
            ),
            helper.make_node("Cast", [f"{product}.sum"], [f"{product}.float"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{product}.float", f"{name}.scale"], [f"{product}.columns"]),
            helper.make_node("Mul", [f"{product}.columns", row_scale], [node.output[0]], name=f"{node.name}/int8"),
        ]
    del graph.node[:], graph.initializer[:]
    graph.node.extend(nodes)
    graph.initializer.extend([*weights.values(), *added])
