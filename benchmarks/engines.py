"""The same encoder in three engines: int8 on ONNX Runtime, int8 on CTranslate2, float32 in plain transformers.

    python benchmarks/engines.py --converted DIR --opinions DIR [--out engines.md]

DIR of --converted is what `python -m translation.training.convert` wrote. Each engine runs in its own process, with
as many threads, on the same messages, in alternating rounds: a busy machine is unfair to none.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from peers import padded
from reading import gold
from rounds import ROUND, alternating

from translation.bundled import WEIGHTS, BundledReader
from translation.tokens import Tokenizer

BATCH, ROUNDS, SINGLES = 32, 5, 20
WIDTH = 384
Ids = Sequence[Sequence[int]]


def onnx_engine(_: Path, threads: int) -> Callable[[Ids], Any]:
    """The shipped graph, run only as far as the encoder's last states."""
    import onnxruntime

    session, options = BundledReader(threads=threads).session, onnxruntime.RunOptions()
    options.only_execute_path_to_fetches = True

    def run(batch: Ids) -> Any:
        ids, mask = padded(batch)
        feeds = {"ids": ids, "mask": mask, "kind": np.zeros(len(ids), np.int64)}
        return session.run(["memory"], feeds, options)[0][..., -WIDTH:]  # the last of the layers side by side

    return run


def ctranslate2_engine(converted: Path, threads: int) -> Callable[[Ids], Any]:
    """The converted folder made by CTranslate2's own converter."""
    import ctranslate2

    encoder = ctranslate2.Encoder(str(converted), compute_type="int8", inter_threads=1, intra_threads=threads)

    def run(batch: Ids) -> Any:
        return np.array(encoder.forward_batch([list(row) for row in batch]).last_hidden_state)

    return run


def transformers_engine(converted: Path, threads: int) -> Callable[[Ids], Any]:
    """BertModel with the same weights."""
    import torch

    from translation.training.trunk import load_bert

    torch.set_num_threads(threads)
    model = load_bert(converted / "trunk.safetensors")

    def run(batch: Ids) -> Any:
        ids, mask = padded(batch)
        with torch.inference_mode():
            return model(torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)).last_hidden_state.numpy()

    return run


ENGINES = {
    "transformers, float32": transformers_engine,
    "CTranslate2, int8": ctranslate2_engine,
    "ONNX Runtime, int8 (shipped)": onnx_engine,
}


def convert_for_ctranslate2(converted: Path, out: Path) -> None:
    """Save as a transformers folder for CTranslate2's converter, which wants a pooling layer (not used)."""
    import ctranslate2
    from transformers import BertModel, PreTrainedTokenizerFast

    from translation.training.trunk import load_bert

    bert = load_bert(converted / "trunk.safetensors")
    bert.config.position_embedding_type = "absolute"  # asked for by the converter, no longer set by transformers 5
    model = BertModel(bert.config)
    model.load_state_dict(bert.state_dict(), strict=False)
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        PreTrainedTokenizerFast(tokenizer_object=word_list(converted), **SPECIAL).save_pretrained(folder)
        ctranslate2.converters.TransformersConverter(folder).convert(str(out), quantization="int8", force=True)


SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}


def word_list(converted: Path) -> Any:
    """The pieces in a `tokenizers` object: the converter only wants the list; ids go in directly."""
    import sentencepiece
    from tokenizers import Tokenizer as Words
    from tokenizers import models

    model = sentencepiece.SentencePieceProcessor(model_file=str(converted / "tokens.model"))
    pieces = [(model.id_to_piece(i), float(model.get_score(i))) for i in range(len(model))]
    return Words(models.Unigram(pieces, unk_id=3))


def serve(name: str, folder: Path, threads: int, messages: list[list[int]], pipe: Connection) -> None:
    """Run one engine in this process; answers each request with times, at last with the resident memory."""
    run = ENGINES[name](folder, threads)
    run(messages[:2])
    by_length = sorted(messages, key=len)  # as the reader does
    while pipe.recv() == ROUND:
        singles, start = [], time.perf_counter()
        for ids in messages[:SINGLES]:
            run([ids])
            singles.append(time.perf_counter() - start)
            start = time.perf_counter()
        for at in range(0, len(by_length), BATCH):
            run(by_length[at : at + BATCH])
        pipe.send((statistics.median(singles) * 1000, len(by_length) / (time.perf_counter() - start)))
    pipe.send((psutil.Process().memory_info().rss / 1e6, run(messages[:1])[0]))


def measure(folders: dict[str, Path], threads: int, messages: list[list[int]]) -> dict[str, tuple[float, ...]]:
    """{engine: (median ms for one message, messages a second in batches, resident MB, cosine to float32)}."""
    answers = alternating(serve, {name: (folders[name], threads, messages) for name in ENGINES}, ROUNDS)
    exact = next(iter(answers.values()))[1][1].ravel()
    found = {}
    for name, (rounds, (resident, states)) in answers.items():
        cosine = float(exact @ states.ravel() / np.linalg.norm(exact) / np.linalg.norm(states))
        one, many = (statistics.median(values) for values in zip(*rounds, strict=True))
        found[name] = (one, many, resident, cosine)
    return found


def main() -> None:
    """Convert, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--converted", type=Path, required=True)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    texts = [row["source_text"] for row in gold(args.opinions, "dev")]
    messages = [tokens.ids for tokens in Tokenizer(WEIGHTS / "tokens.model").encode(texts)]
    with tempfile.TemporaryDirectory() as folder:
        convert_for_ctranslate2(args.converted, Path(folder))
        folders = dict(zip(ENGINES, (args.converted, Path(folder), args.converted), strict=True))
        found = measure(folders, args.threads, messages)
    base = found["transformers, float32"]
    columns = ("engine", "ms, one message", "messages/s, in 32s", "times transformers", "resident MB", "cosine")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for name, (one, many, resident, cosine) in found.items():
        ratio = f"{base[0] / one:.1f} / {many / base[1]:.1f}"
        lines.append(f"| {name} | {one:.1f} | {many:.0f} | {ratio} | {resident:.0f} | {cosine:.4f} |")
    setting = f"{len(messages)} messages, {args.threads} threads, median of {ROUNDS} rounds; cosine to float32."
    text = "\n".join(lines) + f"\n\n{setting}\n"
    print(text)
    if args.out:
        args.out.write_text("# Engines\n\n" + text, "utf-8")


if __name__ == "__main__":
    main()
