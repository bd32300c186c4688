"""Writes the whole reader as one int8 ONNX graph beside its tokenizer and description.

    python -m translation.training.export --converted DIR --trained DIR --opinions DIR --out translation/weights

Word embeddings stay in the 4 bits they came in; matrices become int8, calibrated on training messages (see
quantize.py); heads stay float. Writes
`reader.onnx`, `tokens.model` and `reader.json` (labels in order, facts of the training).
"""

import argparse
import json
import random
import re
import shutil
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from translation.tokens import Tokenizer
from translation.training import corpora
from translation.training.examples import POLARITIES, PREFERENCES, Schema
from translation.training.heads import schema_of
from translation.training.network import KINDS, WIDTH, Branch, LanguageHead
from translation.training.quantize import Array, Observer, quantize
from translation.training.trunk import load_trunk
from translation.training.whole import OUTPUTS, Whole
from translation.windows import WINDOW

VERSION = 3
OPSET = 21  # the first with 4-bit integers
IN_LAYERS = re.compile(r"(trunk|layers)\.\d+\.(qkv|out|up|down)")
CALIBRATION = 150  # messages
BLOCK = 32  # word-embedding weights that share a scale


def assemble(converted: Path, trained: Path, schema: Schema) -> tuple[Whole, list[str]]:
    """The trained parts as one module, and the languages in the head's order."""
    branch = Branch(len(schema.aspects), len(schema.attributes)).eval()
    branch.load_state_dict(torch.load(trained / "branch.pt", weights_only=True)["average"])
    saved = torch.load(trained / "language.pt", weights_only=True)
    language = LanguageHead(len(saved["languages"])).eval()
    language.load_state_dict(saved["weights"])
    before = Tokenizer(converted / "tokens.model").before
    whole = Whole(load_trunk(converted / "trunk.safetensors"), branch, language, before, saved["temperature"])
    return whole.eval(), saved["languages"]


@torch.inference_mode()
def observed(whole: Whole, converted: Path, opinions: Path) -> dict[str, Array]:
    """What goes into each matrix of the layers while the network reads training messages."""
    observer = Observer((name, part) for name, part in whole.named_modules() if IN_LAYERS.search(name))
    tokenizer, words = Tokenizer(converted / "tokens.model"), load_trunk(converted / "trunk.safetensors").words
    texts = [row["source_text"] for row in corpora.opinions(opinions)]
    for tokens in tokenizer.encode(random.Random(0).sample(texts, CALIBRATION)):
        for kind in range(len(KINDS)):
            ids = torch.tensor([tokens.ids[:WINDOW]])
            whole(words(ids), torch.ones_like(ids), torch.tensor([kind]))
    return observer.rows()


def to_onnx(whole: Whole, path: Path) -> None:
    """The module with free batch and length."""
    example = (torch.zeros(2, 9, WIDTH), torch.ones(2, 9, dtype=torch.int64), torch.zeros(2, dtype=torch.int64))
    free = {0: "batch", 1: "tokens"}
    torch.onnx.export(
        whole,
        example,
        path,
        dynamo=False,
        opset_version=20,
        input_names=["embedded", "mask", "kind"],
        output_names=list(OUTPUTS),
        dynamic_axes={
            "embedded": free,
            "mask": free,
            "kind": {0: "batch"},
            "tokens": free,
            "memory": free,
            **{name: {0: "batch"} for name in ("language", "labels", "preference")},
        },
    )


def pack(values: np.ndarray[tuple[int, ...], np.dtype[np.int8]]) -> bytes:
    """Signed 4-bit integers, two a byte, the first in the low half."""
    nibbles = (values & 15).astype(np.uint8)
    return bytes((nibbles[:, 0::2] | nibbles[:, 1::2] << 4).tobytes())


def add_words(model: onnx.ModelProto, converted: Path) -> None:
    """Put the word embeddings in front: ids become the input in place of embedded rows."""
    state = load_file(converted / "trunk.safetensors")
    values, scales = state["words.values"], state["words.scales"]
    graph = model.graph
    graph.initializer.append(helper.make_tensor("words", TensorProto.INT4, values.shape, pack(values), raw=True))
    graph.initializer.append(numpy_helper.from_array(scales, "word_scales"))
    look_up = helper.make_node(
        "GatherBlockQuantized",
        ["words", "ids", "word_scales"],
        ["rows"],
        domain="com.microsoft",
        block_size=BLOCK,
        gather_axis=0,
        quantize_axis=1,
    )
    graph.node.insert(0, look_up)
    graph.node.insert(1, helper.make_node("Cast", ["rows"], ["embedded"], to=TensorProto.FLOAT))
    rest = [entry for entry in graph.input if entry.name != "embedded"]
    del graph.input[:]
    graph.input.extend([helper.make_tensor_value_info("ids", TensorProto.INT64, ["batch", "tokens"]), *rest])
    for entry in model.opset_import:
        if entry.domain == "":
            entry.version = OPSET
    if not any(entry.domain == "com.microsoft" for entry in model.opset_import):
        model.opset_import.append(helper.make_opsetid("com.microsoft", 1))
    model.ir_version = 10


def describe(trained: Path, schema: Schema, languages: list[str]) -> dict[str, object]:
    """What the graph's outputs mean, and where they come from."""
    return {
        "version": VERSION,
        "kinds": list(KINDS),
        "languages": languages,
        "aspects": list(schema.aspects),
        "attributes": [list(pair) for pair in schema.attributes],
        "polarities": list(POLARITIES),
        "preferences": list(PREFERENCES),
        "training": json.loads((trained / "facts.json").read_text("utf-8")),
    }


def main() -> None:
    """Assemble, export, quantize, describe."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("converted", "trained", "opinions", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    parser.add_argument("--float", action="store_true", help="leave the matrices in float32, for comparison")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    schema = schema_of(args.opinions)
    whole, languages = assemble(args.converted, args.trained, schema)
    with tempfile.TemporaryDirectory() as folder:
        to_onnx(whole, Path(folder) / "plain.onnx")
        model = onnx.load(Path(folder) / "plain.onnx")
    if not args.float:
        quantize(model, observed(whole, args.converted, args.opinions))
    add_words(model, args.converted)
    onnx.checker.check_model(model)
    onnx.save(model, args.out / "reader.onnx")
    shutil.copyfile(args.converted / "tokens.model", args.out / "tokens.model")
    text = json.dumps(describe(args.trained, schema, languages), indent=1, ensure_ascii=False)
    (args.out / "reader.json").write_text(text + "\n", "utf-8")
    print({path.name: path.stat().st_size for path in sorted(args.out.iterdir())})


if __name__ == "__main__":
    main()
