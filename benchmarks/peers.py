"""What the bundled reader is measured against: models of other sizes with random weights, and bare matrix products."""

import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from translation.tokens import PAD

ROWS = 2048  # of the matrix whose product is the machine's limit
SAME, M2M, OPUS = "same shape", "M2M100-418M", "OPUS base"


def padded(batch: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """(ids, mask)."""
    longest = max(map(len, batch))
    ids = np.array([[*row, *[PAD] * (longest - len(row))] for row in batch], np.int64)
    mask = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in batch], np.int64)
    return ids, mask


def random_model(name: str) -> Any:
    """With the sizes of the published configurations, and weights as they are before training."""
    from transformers import M2M100Config, M2M100ForConditionalGeneration, MarianConfig, MarianMTModel

    if name == M2M:
        return M2M100ForConditionalGeneration(M2M100Config()).eval()  # whose defaults are those of 418M
    sizes = {"encoder_layers": 6, "decoder_layers": 6, "d_model": 512, "heads": 8, "ffn": 2048, "vocab_size": 58101}
    special = {"pad_token_id": 58100, "eos_token_id": 0, "decoder_start_token_id": 58100, "forced_eos_token_id": 0}
    if name == SAME:
        sizes = {"encoder_layers": 1, "decoder_layers": 4, "d_model": 384, "heads": 6, "ffn": 1536, "vocab_size": 11426}
        special = {}
    both = {}
    for side in ("encoder", "decoder"):
        both |= {f"{side}_attention_heads": sizes["heads"], f"{side}_ffn_dim": sizes["ffn"]}
    rest = {key: value for key, value in sizes.items() if key not in ("heads", "ffn")}
    if name == OPUS:
        return MarianMTModel(MarianConfig(**rest, **both, **special)).eval()
    return M2M100ForConditionalGeneration(M2M100Config(**rest, **both)).eval()


def convert(name: str, folder: Path) -> None:
    """A random model as CTranslate2's own converter writes it."""
    from ctranslate2.converters.transformers import TransformersConverter

    from translation.converting import Vocabulary

    model = random_model(name)
    tokens = [f"t{number}" for number in range(model.config.vocab_size)]
    special = {"</s>": 0, "<unk>": 1, "<pad>": 58100} if name == OPUS else {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3}
    for token, number in special.items():
        tokens[number] = token

    class Converter(TransformersConverter):  # type: ignore[misc]
        def load_model(self, *_: Any, **__: Any) -> Any:
            return model

        def load_tokenizer(self, *_: Any, **__: Any) -> Any:
            return Vocabulary(tokens)

    with tempfile.TemporaryDirectory() as configuration:
        model.config.save_pretrained(configuration)
        Converter(configuration).convert(str(folder / name), quantization="int8", force=True)


def matrix_limit(threads: int) -> tuple[float, float]:
    """Billions of multiply-adds a second: float32 in torch, int8 in ONNX Runtime; the best of many products."""
    import onnx
    import onnxruntime
    import torch
    from onnx import TensorProto, helper, numpy_helper

    from translation.training.decoder_graph import WEIGHT_LIMIT

    torch.set_num_threads(threads)
    draw = np.random.default_rng(0)
    a, b = torch.randn(ROWS, 384), torch.randn(384, 1536)
    values = {
        "weight": draw.integers(-WEIGHT_LIMIT, WEIGHT_LIMIT, (384, 1536), np.int8),
        "step": np.float32(1),
        "scale": np.ones(1536, np.float32),
        "zero": np.uint8(128),
    }
    node = helper.make_node("MatMulIntegerToFloat", ["x", *list(values)], ["y"], domain="com.microsoft")
    graph = helper.make_graph(
        [node],
        "limit",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, ["rows", 384])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["rows", 1536])],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in values.items()],
    )
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    model: onnx.ModelProto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    x = draw.integers(0, 255, (ROWS, 384), np.uint8)
    work = ROWS * 384 * 1536 / 1e9
    return work / fastest(lambda: a @ b), work / fastest(lambda: session.run(None, {"x": x}))


def fastest(product: Callable[[], object], times: int = 40) -> float:
    """Seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        product()
        found.append(time.perf_counter() - start)
    return min(found)
