"""Train the English decoder over the frozen encoder; resumable.

    python -m translation.training.train_decoder --start decoder.safetensors --keep keep.json --tokenizer tokenizer.json
        --tatoeba DIR --opinions DIR... --out DIR --sentences 100000

Reads the states of the reader as it is shipped. Writes to `--out`:
`checkpoint.pt` (all that resuming needs), `best.safetensors` (running average of the weights, fp16, the best so far
on what is held out), `curve.jsonl` (a line a report), `facts.json` (seed, settings, hash of the data) and `states/`.
"""

import argparse
import copy
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn

from translation.bundled import WEIGHTS, BundledReader
from translation.training.decoder_bpe import EnglishPieces
from translation.training.decoder_model import Decoder, batch, load_decoder, loss_of, sampled_loss
from translation.training.decoder_pairs import Pair, examples, load_corpus, sample
from translation.training.decoder_states import StateCache, States

LONGEST = 70  # target tokens
AVERAGE = 0.995  # of the running average of the weights, a step
REPORT_EVERY, SAVE_EVERY = 100, 20  # steps
WARM_UP = 60  # steps


class Training:
    """Model, running average, optimizer, and how far they are."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args, self.out = args, Path(args.out)
        self.corpus = load_corpus(Path(args.tatoeba), args.opinions)
        self.pieces = EnglishPieces(Path(args.tokenizer), Path(args.keep))
        self.cache = StateCache(self.out / "states", BundledReader(args.weights, args.threads))
        self.model = load_decoder(Path(args.start))
        self.average = copy.deepcopy(self.model).eval()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)
        self.step, self.round, self.sentences, self.best = 0, 0, 0, float("inf")
        if (self.out / "checkpoint.pt").exists():
            self.resume(torch.load(self.out / "checkpoint.pt", weights_only=True))

    def resume(self, saved: dict[str, Any]) -> None:
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.round, self.sentences, self.best = saved["progress"]

    def save(self) -> None:
        progress = (self.step, self.round, self.sentences, self.best)
        parts = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        torch.save({**parts, "progress": progress}, self.out / "checkpoint.new")
        (self.out / "checkpoint.new").replace(self.out / "checkpoint.pt")

    def rate(self) -> float:
        """Warm-up, then straight down to a tenth at the last sentence."""
        left = max(0.0, 1 - self.sentences / self.args.sentences)
        return float(self.args.rate * min(1.0, (self.step + 1) / WARM_UP) * (0.1 + 0.9 * left))

    def learn(self, states: Sequence[States], targets: Sequence[list[int]]) -> None:
        """One step."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        self.optimizer.zero_grad()
        sampled_loss(self.model, *batch(states, targets), smoothing=0.1).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - min(AVERAGE, (1 + self.step) / (10 + self.step)))
        self.step += 1
        self.sentences += len(targets)

    def batches(self, pairs: Sequence[Pair]) -> Iterator[tuple[list[States], list[list[int]]]]:
        """Pairs of about one length together, about `--tokens` target tokens a batch, in a drawn order."""
        chosen = [example for pair in pairs for example in examples(pair)]
        states = self.cache.get(chosen)
        targets = [self.pieces.encode(example.english)[:LONGEST] for example in chosen]
        groups: list[list[int]] = [[]]
        for i in sorted(range(len(chosen)), key=lambda i: len(targets[i])):
            groups[-1].append(i)
            if len(groups[-1]) * (len(targets[i]) + 1) >= self.args.tokens:
                groups.append([])
        random.Random(self.round).shuffle(groups)
        for group in filter(None, groups):
            yield [states[i] for i in group], [targets[i] for i in group]

    @torch.inference_mode()
    def report(self) -> None:
        """Loss of the running average on both hold-outs; its weights are kept where their mean is the lowest."""
        row: dict[str, Any] = {"time": time.strftime("%H:%M"), "step": self.step, "sentences": self.sentences}
        for name, pairs in (("tatoeba", self.corpus.held_tatoeba), ("opinions", self.corpus.held_opinions)):
            foreign = sample([pair for pair in pairs if pair.language != "en"], 400)
            losses = [
                loss_of(self.average, *batch(states, targets)).item() for states, targets in self.batches(foreign)
            ]
            row[name] = round(sum(losses) / len(losses), 4)
        mean = (row["tatoeba"] + row["opinions"]) / 2
        if mean < self.best:
            self.best = mean
            write_weights(self.average, self.out / "best.safetensors")
        print(json.dumps(row), flush=True)
        with (self.out / "curve.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")

    def run(self) -> None:
        facts = {name: getattr(self.args, name) for name in ("seed", "rate", "tokens", "sentences")}
        (self.out / "facts.json").write_text(json.dumps({**facts, "data_sha256": self.corpus.sha256}, indent=1))
        rounds = self.corpus.rounds(self.args.seed)
        for _ in range(self.round):
            next(rounds)
        self.report()
        while self.sentences < self.args.sentences:
            for states, targets in self.batches(next(rounds)):
                self.learn(states, targets)
                if self.step % SAVE_EVERY == 0:
                    self.save()
                if self.step % REPORT_EVERY == 0:
                    self.report()
            self.round += 1
        self.report()
        self.save()


def write_weights(model: Decoder, path: Path) -> None:
    tensors = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, str(path.with_suffix(".new")))
    path.with_suffix(".new").replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("start", "keep", "tokenizer", "tatoeba", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the reader whose states are read")
    parser.add_argument("--opinions", type=Path, nargs="+", required=True, help="folders of training splits")
    parser.add_argument("--sentences", type=int, default=100_000, help="over all runs")
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--tokens", type=int, default=1600, help="target tokens a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    Training(args).run()


if __name__ == "__main__":
    main()
