"""How fast messages are read, from text to labels and English: bundled, its peers, and the machine's own limit.

    python benchmarks/reading_speed.py --opinions DIR [--converted DIR] [--weights DIR] [--threads 2] [--quick]
        [--only PART] [--out speed.md]

DIR of --opinions is a collection with its parser. The messages are a sample of what training sets aside; English ones,
which are their own translation, are left out. DIR of --converted is what `python -m translation.training.convert`
wrote. Needs the extra `train`. Each engine has a process and a memory of its own; rounds alternate, so that a busy
machine is unfair to none: there, trust the ratios. Peers write exactly as many tokens as the bundled decoder does (in
a batch: as its mean) with as many beams. Weights of the translation models are random, as time does not depend on
them; "same shape" is the reader's own encoder and a decoder of its size in transformers' `generate`.
"""

import argparse
import multiprocessing
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from peers import M2M, OPUS, SAME, convert, matrix_limit, padded, random_model
from rounds import ROUND, alternating

from translation.bundled import WEIGHTS
from translation.decoding import BEAM, Beam, EnglishDecoder, Floats, Hypothesis

BATCH = 32
WARMING = 2  # messages read before the clock runs
BUNDLED, ENCODE, DECODE = "bundled", "bundled: encode", "bundled: decode"
STARTING = """
import sys, pathlib, feedback.reading as reading
reading.WEIGHTS = pathlib.Path(sys.argv[1])
reading.Reader(threads=int(sys.argv[2])).read([reading.Message("B, la luz es más suave", "pair")])
"""


class Text(NamedTuple):
    """A message, its tokens, and how many the bundled decoder writes for it: of all sentences, second tries included.

    None, where the reader takes it for English.
    """

    source: str
    kind: Any
    ids: list[int]
    written: int


class Setting(NamedTuple):
    """What an engine is made of, and what it will read."""

    texts: list[Text]
    weights: Path
    converted: Path | None
    models: Path  # CTranslate2's, by name
    threads: int
    beam: int


class Figures(NamedTuple):
    """Medians: ms of one message, messages a second in batches; processor time of a message in a batch, ms; MB."""

    one: float
    many: float
    processor: float
    resident: float


Run = Callable[[Sequence[Text]], object]


def bundled(setting: Setting) -> Run:
    """The product: `feedback.reading.Reader`, which must not remember the round before."""
    from feedback import reading
    from translation.memory import Memory

    reading.WEIGHTS = setting.weights  # type: ignore[misc]
    reader = reading.Reader(threads=setting.threads, memory=Memory(room=0))
    return lambda texts: reader.read([reading.Message(text.source, text.kind) for text in texts])


def encode_only(setting: Setting) -> Run:
    """Its encoder: labels, language and memory, once a message."""
    from translation.bundled import BundledReader

    reader = BundledReader(setting.weights, setting.threads)
    return lambda texts: reader.encode([text.source for text in texts], [text.kind for text in texts])


def decode_only(setting: Setting) -> Run:
    """Its decoder, over the states that the reader gave it before the clock runs."""
    decoder = EnglishDecoder(setting.weights, setting.threads)
    noted = notes(setting.weights, setting.threads, [(text.source, text.kind) for text in setting.texts])
    known = {text.source: memories for text, (memories, _) in zip(setting.texts, noted, strict=True)}
    return lambda texts: decoder.translate([memory for text in texts for memory in known[text.source]])


class Noting(EnglishDecoder):
    """Notes the states that it is given, and how many tokens it writes for them."""

    memories: list[Floats]
    written: int

    def translate(self, memories: Sequence[Floats], beam: int = BEAM) -> list[Hypothesis]:
        self.memories += memories
        return super().translate(memories, beam)

    def _worded(self, beam: Beam) -> Hypothesis:
        self.written += len(beam.tokens)
        return super()._worded(beam)


def notes(weights: Path, threads: int, messages: Sequence[tuple[str, Any]]) -> Iterator[tuple[list[Floats], int]]:
    """What the decoder is given, and how many tokens it writes, when the product reads each (text, kind)."""
    from feedback import reading
    from translation.memory import Memory

    reading.WEIGHTS = weights  # type: ignore[misc]
    decoder = Noting(weights, threads)
    reader = reading.Reader(threads=threads, decoder=decoder, memory=Memory(room=0))
    for message in messages:
        decoder.memories, decoder.written = [], 0
        reader.read([reading.Message(*message)])
        yield decoder.memories, decoder.written


def same_shape(setting: Setting) -> Run:
    """BertModel with the trunk's weights, the branch in torch, adapter and bridge, and `generate`; float32."""
    import json

    import torch
    from transformers.modeling_outputs import BaseModelOutput

    from translation.training.decoder_model import Decoder
    from translation.training.network import FORK, KINDS, MEMORY_LAYERS, Branch
    from translation.training.trunk import load_bert

    torch.set_num_threads(setting.threads)
    if setting.converted is None:
        raise FileNotFoundError("--converted")
    schema = json.loads((setting.weights / "reader.json").read_text("utf-8"))
    trunk = load_bert(setting.converted / "trunk.safetensors")
    branch = Branch(len(schema["aspects"]), len(schema["attributes"])).eval()
    bridge, writer = Decoder(8).eval(), random_model(SAME)

    def run(texts: Sequence[Text]) -> object:
        ids, mask = (torch.from_numpy(part) for part in padded([text.ids for text in texts]))
        kinds = torch.tensor([KINDS.index(text.kind) for text in texts])
        with torch.inference_mode():
            states = trunk(ids, attention_mask=mask, output_hidden_states=True).hidden_states
            labels = branch(states[FORK], mask, mask, kinds)
            memory = bridge.adapter(torch.cat([states[number] for number in MEMORY_LAYERS], -1))
            memory = bridge.adapter_norm(bridge.bridge(memory, mask[:, None, None, :].bool()))
            given = BaseModelOutput(last_hidden_state=memory)
            return labels, generated(writer, setting.beam, texts, encoder_outputs=given, attention_mask=mask)

    return run


def transformers_model(name: str) -> Callable[[Setting], Run]:
    """A translation model of that size in plain transformers; float32."""

    def engine(setting: Setting) -> Run:
        import torch

        torch.set_num_threads(setting.threads)
        model = random_model(name)

        def run(texts: Sequence[Text]) -> object:
            ids, mask = (torch.from_numpy(part) for part in padded(spelled(texts, name)))
            with torch.inference_mode():
                return generated(model, setting.beam, texts, input_ids=ids, attention_mask=mask)

        return run

    return engine


def ctranslate2_model(name: str) -> Callable[[Setting], Run]:
    """The same in CTranslate2; int8."""

    def engine(setting: Setting) -> Run:
        import ctranslate2

        folder = str(setting.models / name)
        model = ctranslate2.Translator(folder, compute_type="int8", inter_threads=1, intra_threads=setting.threads)

        def run(texts: Sequence[Text]) -> object:
            source = [[f"t{number}" for number in row] for row in spelled(texts, name)]
            length = mean_written(texts)
            lengths = {"min_decoding_length": length, "max_decoding_length": length}
            return model.translate_batch(source, beam_size=setting.beam, max_batch_size=0, **lengths)

        return run

    return engine


ENGINES: dict[str, Callable[[Setting], Run]] = {
    BUNDLED: bundled,
    ENCODE: encode_only,
    DECODE: decode_only,
    f"{SAME}, transformers, float32": same_shape,
    f"{OPUS}, transformers, float32": transformers_model(OPUS),
    f"{OPUS}, CTranslate2, int8": ctranslate2_model(OPUS),
    f"{M2M}, transformers, float32": transformers_model(M2M),
    f"{M2M}, CTranslate2, int8": ctranslate2_model(M2M),
}


def generated(model: Any, beam: int, texts: Sequence[Text], **given: Any) -> object:
    """As many tokens as the bundled decoder writes."""
    length = mean_written(texts)
    return model.generate(**given, num_beams=beam, do_sample=False, min_new_tokens=length, max_new_tokens=length)


def mean_written(texts: Sequence[Text]) -> int:
    return max(1, round(statistics.mean(text.written for text in texts)))


def spelled(texts: Sequence[Text], name: str) -> list[list[int]]:
    """As many tokens as the reader's, any of the vocabulary of the other model."""
    size = 58000 if name == OPUS else 128000
    return [[4 + number % (size - 4) for number in text.ids] for text in texts]


def multiply_adds(texts: Sequence[Text], beam: int, vocabulary: int) -> tuple[float, float]:
    """Millions a message that the encoder's and the decoder's matrices ask for, without padding; it is encoded once."""
    from translation.training import decoder_model as decoder
    from translation.training import network

    square = network.WIDTH**2
    token = (network.LAYERS + network.DEPTH) * (4 * square + 2 * network.WIDTH * network.INNER)
    remembered = decoder.MEMORY * decoder.WIDTH + 12 * square + 2 * decoder.LAYERS * square
    step = decoder.LAYERS * 14 * square + vocabulary * decoder.WIDTH  # own 4, cross 2, feed-forward 8
    read, written = (statistics.mean(values) for values in zip(*((len(t.ids), t.written) for t in texts), strict=True))
    return token * read / 1e6, (remembered * read + beam * step * written) / 1e6


def sample(args: argparse.Namespace) -> list[Text]:
    """A fixed sample of what training sets aside, as the bundled decoder counts it."""
    from aside import set_aside

    from translation.tokens import Tokenizer

    foreign = [row for row in set_aside(args.opinions) if row["language"].split("-")[0] != "en"]
    chosen = random.Random(0).sample(foreign, min(args.messages, len(foreign)))
    sources, kinds = [row["source_text"] for row in chosen], [row["kind"] for row in chosen]
    tokens = Tokenizer(args.weights / "tokens.model").encode(sources)
    noted = notes(args.weights, args.threads, list(zip(sources, kinds, strict=True)))
    return [
        Text(source, kind, row.ids, written)
        for source, kind, row, (_, written) in zip(sources, kinds, tokens, noted, strict=True)
    ]


def serve(name: str, setting: Setting, singles: int, pipe: Connection) -> None:
    """Run one engine in this process; answers each request with times, at last with the resident memory."""
    run = ENGINES[name](setting)
    texts = setting.texts
    run(texts[:WARMING])
    by_length = sorted(texts, key=lambda text: len(text.ids))  # as the worker claims them
    while pipe.recv() == ROUND:
        alone = []
        for text in texts[:singles]:
            start = time.perf_counter()
            run([text])
            alone.append(1000 * (time.perf_counter() - start))
        start, used = time.perf_counter(), time.process_time()
        for at in range(0, len(by_length), BATCH):
            run(by_length[at : at + BATCH])
        spent, used = time.perf_counter() - start, time.process_time() - used
        pipe.send((alone, len(texts) / spent, 1000 * used / len(texts)))
    pipe.send(psutil.Process().memory_info().rss / 1e6)


def measure(names: Sequence[str], setting: Setting, rounds: int, singles: int) -> dict[str, Figures]:
    """All engines, in alternating rounds."""
    answers = alternating(serve, dict.fromkeys(names, (setting, singles)), rounds)
    return {name: figures(*answer) for name, answer in answers.items()}


def figures(rounds: Sequence[tuple[list[float], float, float]], resident: float) -> Figures:
    one = statistics.median(ms for alone, _, _ in rounds for ms in alone)
    many, processor = (statistics.median(values) for values in zip(*(row[1:] for row in rounds), strict=True))
    return Figures(one, many, processor, resident)


def apart(task: Callable[..., Any], *given: Any) -> Any:
    """The task's answer from a process of its own, whose memory goes with it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, given)


def starting(setting: Setting, times: int = 3) -> float:
    """Seconds from the command to the first reading; the median."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", STARTING, setting.weights, str(setting.threads)], check=True)
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def table(found: dict[str, Figures]) -> Iterator[str]:
    """Markdown; ratios are how many times longer the engine takes than the bundled reader, alone and in batches."""
    columns = (
        "engine",
        "ms, one message",
        "messages/s, in 32s",
        "times bundled",
        "processor ms, in 32s",
        "resident MB",
    )
    yield f"| {' | '.join(columns)} |"
    yield "|---" * len(columns) + "|"
    base = found.get(BUNDLED)
    for name, one in found.items():
        ratio = f"{one.one / base.one:.2f} / {base.many / one.many:.2f}" if base else "-"
        cells = (f"{one.one:.1f}", f"{one.many:.1f}", ratio, f"{one.processor:.1f}", f"{one.resident:.0f}")
        yield f"| {name} | {' | '.join(cells)} |"


def limit_lines(limits: tuple[float, float], work: tuple[float, float], found: dict[str, Figures]) -> Iterator[str]:
    """How far the bundled reader is from what the machine's matrix products allow."""
    exact, whole = limits
    yield f"Matrix products: float32 {exact:.0f}, int8 {whole:.0f} billion multiply-adds a second."
    for name, millions in zip((ENCODE, DECODE, BUNDLED), (*work, sum(work)), strict=True):
        bound = millions / whole
        reached = f"; reached {bound * found[name].many / 10:.0f} % of it in batches" if name in found else ""
        yield f"{name}: {millions:.0f} million a message, so at most {1000 / bound:.0f} messages a second{reached}."


def main() -> None:
    """Convert, measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--converted", type=Path)
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--messages", type=int, default=96)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default="", help="engines whose name holds this")
    parser.add_argument("--quick", action="store_true", help="32 messages, one round")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    if args.quick:
        args.messages, args.rounds = BATCH, 1
    texts: list[Text] = apart(sample, args)
    names = [name for name in ENGINES if args.only in name and (args.converted or SAME not in name)]
    with tempfile.TemporaryDirectory() as models:
        setting = Setting(texts, args.weights, args.converted, Path(models), args.threads, BEAM)
        for name in (OPUS, M2M):
            if any(name in engine and "CTranslate2" in engine for engine in names):
                apart(convert, name, setting.models)
        found = measure(names, setting, args.rounds, singles=6 if args.quick else 20)
    limits = apart(matrix_limit, args.threads)
    work = multiply_adds(texts, BEAM, len(EnglishDecoder(args.weights).pieces))
    read, written = (statistics.mean(values) for values in zip(*((len(t.ids), t.written) for t in texts), strict=True))
    lines = [*table(found), "", *limit_lines(limits, work, found)]
    lines.append(f"Command to first reading: {starting(setting):.2f} s (median of 3).")
    lines += [
        f"{len(texts)} messages of {read:.0f} tokens, {written:.0f} written; {BEAM} beams, {args.threads} threads, "
        f"medians of {args.rounds} rounds.",
        "Times are of text to labels and English, but for the translation models, which only translate.",
    ]
    if not args.converted:
        lines.append(f"{SAME}: left out, for it needs --converted.")
    print("\n".join(lines))
    if args.out:
        args.out.write_text("# Speed of reading\n\n" + "\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main()
