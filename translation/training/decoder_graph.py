"""The English decoder as two ONNX graphs, fp32 or int8.

`memory_graph` runs once a message (adapter, bridge, then keys and values of every cross-attention), `step_graph` once a
token.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from translation.training.decoder_model import HEADS, LAYERS, MEMORY, WIDTH

CANDIDATES = 12  # next tokens a hypothesis: enough for 4 beams, with some for what the loop guard drops
SIZE = WIDTH // HEADS
WEIGHT_LIMIT = 63  # of 127: 7 of the 8 bits
Array = NDArray[np.float32]


class Graph:
    """Collects nodes and initializers; every method returns the name of its result."""

    def __init__(self, scales: dict[str, float] | None) -> None:
        self.scales = scales
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def __call__(self, op: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> str:
        names = [f"{op}_{len(self.nodes)}_{n}" for n in range(outputs)]
        self.nodes.append(helper.make_node(op, list(inputs), names, domain=domain, **attributes))
        return names[0]

    def split(self, x: str, parts: int) -> list[str]:
        self("Split", x, outputs=parts, axis=-1, num_outputs=parts)
        return list(self.nodes[-1].output)

    def constant(self, name: str, value: npt.ArrayLike) -> str:
        self.constants.setdefault(name, numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def shape(self, *sizes: int) -> str:
        return self.constant("shape_" + "_".join(map(str, sizes)), np.array(sizes, np.int64))

    def norm(self, x: str, name: str, tensors: dict[str, Array]) -> str:
        parts = [self.constant(f"{name}.{part}", tensors[f"{name}.{part}"]) for part in ("weight", "bias")]
        return self("LayerNormalization", x, *parts, axis=-1, epsilon=1e-5)

    def linear(self, x: str, name: str, weight: Array, bias: Array | None) -> str:
        """x (..., in) by weight (in, out); `name` also names the activation's scale."""
        offset = [] if bias is None else [self.constant(name + ".bias", bias)]
        if self.scales is None or name not in self.scales:
            y = self("MatMul", x, self.constant(name, weight))
            return self("Add", y, *offset) if offset else y
        values, scale = quantized(weight)
        step = self.constant(name + ".step", np.float32(self.scales[name] / 127))
        middle = self.constant("middle", np.uint8(128))
        columns = [
            self.constant(name + ".scale", scale),
            middle,
            self.constant(name + ".zero", np.zeros(len(scale), np.int8)),
        ]
        x = self("QuantizeLinear", x, step, middle)
        return self(
            "MatMulIntegerToFloat", x, self.constant(name, values), step, *columns, *offset, domain="com.microsoft"
        )

    def model(self, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> onnx.ModelProto:
        graph = helper.make_graph(self.nodes, "decoder", inputs, outputs, list(self.constants.values()))
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=10)


def quantized(weight: Array) -> tuple[NDArray[np.int8], Array]:
    """Symmetric, one scale a column. uint8 by int8 is twice as fast as by uint8 in AVX2, but saturates with 8 bits."""
    scale = np.maximum(np.abs(weight).max(0), 1e-8).astype(np.float32) / WEIGHT_LIMIT
    return np.round(weight / scale).astype(np.int8), scale


def joined(tensors: dict[str, Array], names: list[str]) -> tuple[Array, Array]:
    """Several linear layers over one input as one: weight (in, out), bias (out)."""
    weight = np.concatenate([tensors[f"{name}.weight"] for name in names]).T
    return weight, np.concatenate([tensors[f"{name}.bias"] for name in names])


def value(name: str, kind: int, *shape: str | int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, kind, shape)


def cross_values(kind: str) -> list[onnx.ValueInfoProto]:
    """Keys lie transposed, ready to be multiplied."""
    last = ("messages", HEADS, SIZE, "source") if kind == "key" else ("messages", HEADS, "source", SIZE)
    return [value(f"{kind}_{layer}", TensorProto.FLOAT, *last) for layer in range(LAYERS)]


def memory_graph(tensors: dict[str, Array], scales: dict[str, float] | None) -> onnx.ModelProto:
    """memory (messages, source, 1152), mask (messages, 1, 1, source) -> key_0.., value_0.. of each cross-attention."""
    graph = Graph(scales)
    x = bridged(graph, graph.linear("memory", "adapter", *joined(tensors, ["adapter"])), tensors)
    x = graph.norm(x, "adapter_norm", tensors)
    names = [f"layers.{layer}.cross.{part}" for layer in range(LAYERS) for part in "kv"]
    parts = graph.split(graph.linear(x, "memory_all", *joined(tensors, names)), 2 * LAYERS)
    for layer in range(LAYERS):
        for kind, part, order in (
            ("key", parts[2 * layer], (0, 2, 3, 1)),
            ("value", parts[2 * layer + 1], (0, 2, 1, 3)),
        ):
            rows = graph("Reshape", part, graph.shape(0, 0, HEADS, SIZE))
            graph.nodes.append(helper.make_node("Transpose", [rows], [f"{kind}_{layer}"], perm=order))
    memory = value("memory", TensorProto.FLOAT, "messages", "source", MEMORY)
    mask = value("mask", TensorProto.FLOAT, "messages", 1, 1, "source")
    return graph.model([memory, mask], cross_values("key") + cross_values("value"))


def bridged(graph: Graph, x: str, tensors: dict[str, Array]) -> str:
    """The bridge: attention of the memory over itself, then feed-forward."""
    y = graph.norm(x, "bridge.norm1", tensors)
    names = [f"bridge.own.{part}" for part in "qkv"]
    rows = [
        graph("Reshape", part, graph.shape(0, 0, HEADS, SIZE))
        for part in graph.split(graph.linear(y, "bridge.own.qkv", *joined(tensors, names)), 3)
    ]
    orders = ((0, 2, 1, 3), (0, 2, 3, 1), (0, 2, 1, 3))
    query, keys, values = (graph("Transpose", part, perm=order) for part, order in zip(rows, orders, strict=True))
    attended = graph("Transpose", attend(graph, query, keys, values, mask="mask"), perm=(0, 2, 1, 3))
    merged = graph("Reshape", attended, graph.shape(0, 0, WIDTH))
    x = graph("Add", x, graph.linear(merged, "bridge.own.out", *joined(tensors, ["bridge.own.out"])))
    return fed(graph, x, "bridge.", tensors)


def fed(graph: Graph, x: str, name: str, tensors: dict[str, Array]) -> str:
    """The feed-forward part of a layer."""
    y = graph.linear(graph.norm(x, name + "norm3", tensors), name + "up", *joined(tensors, [name + "up"]))
    return graph("Add", x, graph.linear(graph("Gelu", y), name + "down", *joined(tensors, [name + "down"])))


def step_graph(tensors: dict[str, Array], scales: dict[str, float] | None) -> onnx.ModelProto:
    """One token of every hypothesis; rows of one message lie together, its beams in order.

    token, parent (rows,), position (1,), mask (messages, 1, 1, source), key_i, value_i, and what the last step returned
    as own_key_i, own_value_i -> log_probability, next (rows, 12), new_key_i, new_value_i. `parent` picks the old row of
    each new one.
    """
    graph = Graph(scales)
    x = graph(
        "Add",
        embedded(graph, tensors["embedding.weight"]),
        graph("Gather", graph.constant("position_table", tensors["position"]), "position"),
    )
    for layer in range(LAYERS):
        x = own_attention(graph, x, layer, tensors)
        x = cross_attention(graph, x, layer, tensors)
        x = fed(graph, x, f"layers.{layer}.", tensors)
    logits = graph.linear(graph.norm(x, "norm", tensors), "embedding", tensors["embedding.weight"].T, None)
    best = helper.make_node("TopK", [graph("LogSoftmax", logits), graph.shape(CANDIDATES)], ["log_probability", "next"])
    graph.nodes.append(best)
    rows: dict[str, str | int] = {"token": "rows", "parent": "rows", "position": 1}
    old, new = own_values("own", "before"), own_values("new", "after")
    mask = value("mask", TensorProto.FLOAT, "messages", 1, 1, "source")
    inputs = [
        *(value(name, TensorProto.INT64, size) for name, size in rows.items()),
        mask,
        *cross_values("key"),
        *cross_values("value"),
        *old,
    ]
    outputs = [
        value("log_probability", TensorProto.FLOAT, "rows", CANDIDATES),
        value("next", TensorProto.INT64, "rows", CANDIDATES),
    ]
    return graph.model(inputs, outputs + new)


def own_values(prefix: str, length: str) -> list[onnx.ValueInfoProto]:
    rows = "rows" if prefix == "new" else "old_rows"
    keys = [value(f"{prefix}_key_{layer}", TensorProto.FLOAT, rows, HEADS, SIZE, length) for layer in range(LAYERS)]
    return keys + [
        value(f"{prefix}_value_{layer}", TensorProto.FLOAT, rows, HEADS, length, SIZE) for layer in range(LAYERS)
    ]


def embedded(graph: Graph, table: Array) -> str:
    """The rows of the embedding, out of the same (384, vocabulary) matrix that the output layer multiplies by."""
    if graph.scales is None:
        return graph("Transpose", graph("Gather", graph.constant("embedding", table.T), "token", axis=1), perm=(1, 0))
    values, scale = quantized(table.T)
    raw = graph("Cast", graph("Gather", graph.constant("embedding", values), "token", axis=1), to=TensorProto.FLOAT)
    scales = graph("Gather", graph.constant("embedding.scale", scale), "token")
    return graph("Transpose", graph("Mul", raw, scales), perm=(1, 0))


def own_attention(graph: Graph, x: str, layer: int, tensors: dict[str, Array]) -> str:
    name = f"layers.{layer}.own."
    weight, bias = joined(tensors, [name + part for part in "qkv"])
    y = graph.norm(x, f"layers.{layer}.norm1", tensors)
    query, key, values = graph.split(graph.linear(y, name + "qkv", weight, bias), 3)
    new: list[str] = []
    for kind, now, axis, shape in (("key", key, 3, (0, HEADS, SIZE, 1)), ("value", values, 2, (0, HEADS, 1, SIZE))):
        before = graph("Gather", f"own_{kind}_{layer}", "parent", axis=0)
        now = graph("Reshape", now, graph.shape(*shape))
        graph.nodes.append(helper.make_node("Concat", [before, now], [f"new_{kind}_{layer}"], axis=axis))
        new.append(f"new_{kind}_{layer}")
    attended = attend(graph, graph("Reshape", query, graph.shape(0, HEADS, 1, SIZE)), new[0], new[1])
    return graph(
        "Add",
        x,
        graph.linear(
            graph("Reshape", attended, graph.shape(-1, WIDTH)), name + "out", *joined(tensors, [name + "out"])
        ),
    )


def cross_attention(graph: Graph, x: str, layer: int, tensors: dict[str, Array]) -> str:
    name = f"layers.{layer}.cross."
    y = graph.norm(x, f"layers.{layer}.norm2", tensors)
    query = graph.linear(y, name + "q", *joined(tensors, [name + "q"]))
    messages = graph("Shape", "mask", start=0, end=1)
    grouped = graph("Concat", messages, graph.shape(-1), graph.shape(HEADS, SIZE), axis=0)
    query = graph("Transpose", graph("Reshape", query, grouped), perm=(0, 2, 1, 3))  # (messages, heads, beams, 64)
    attended = attend(graph, query, f"key_{layer}", f"value_{layer}", mask="mask")
    rows = graph("Reshape", graph("Transpose", attended, perm=(0, 2, 1, 3)), graph.shape(-1, WIDTH))
    return graph("Add", x, graph.linear(rows, name + "out", *joined(tensors, [name + "out"])))


def attend(graph: Graph, query: str, keys: str, values: str, mask: str | None = None) -> str:
    weights = graph("Mul", graph("MatMul", query, keys), graph.constant("root", np.float32(SIZE**-0.5)))
    return graph("MatMul", graph("Softmax", graph("Add", weights, mask) if mask else weights), values)
