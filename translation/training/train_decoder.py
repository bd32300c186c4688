"""Train the English decoder over the frozen encoder; resumable.

    python -m translation.training.train_decoder --start decoder.safetensors --keep keep.json --tokenizer tokenizer.json
        --tatoeba DIR --opinions DIR --out DIR --hours 2

Writes to `--out`: `checkpoint.pt` (everything that resuming needs), `best.safetensors` (running average of the weights, fp16, the
best so far on what is held out), `curve.jsonl` (one line a report) and `states/`. `--hours` counts training over all runs.
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
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

from translation.training.decoder_bpe import EnglishPieces
from translation.training.decoder_model import END, START, Decoder, greedy, load_decoder, stack
from translation.training.decoder_pairs import Corpus, Pair, load_corpus, sample
from translation.training.decoder_states import Encode, StateCache, States

LONGEST = 70  # target tokens
AVERAGE = 0.998  # of the running average of the weights, a step
REPORT_EVERY, SAVE_EVERY = 1200, 300  # seconds


class Training:
    """Model, running average, optimizer, and how far they are."""

    def __init__(self, args: argparse.Namespace, encode: Encode) -> None:
        self.args, self.out = args, Path(args.out)
        self.corpus: Corpus = load_corpus(Path(args.tatoeba), Path(args.opinions))
        self.pieces = EnglishPieces(Path(args.tokenizer), Path(args.keep))
        self.cache = StateCache(self.out / "states", encode)
        self.model = load_decoder(Path(args.start))
        self.average = copy.deepcopy(self.model).eval()
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01)
        self.step, self.round, self.seconds, self.sentences, self.best = 0, 0, 0.0, 0, 0.0
        if (self.out / "checkpoint.pt").exists():
            self.resume(torch.load(self.out / "checkpoint.pt", weights_only=True))

    def resume(self, saved: dict[str, Any]) -> None:
        self.model.load_state_dict(saved["model"])
        self.average.load_state_dict(saved["average"])
        self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.round, self.seconds, self.sentences, self.best = saved["progress"]

    def save(self) -> None:
        progress = (self.step, self.round, self.seconds, self.sentences, self.best)
        parts = {name: getattr(self, name).state_dict() for name in ("model", "average", "optimizer")}
        torch.save({**parts, "progress": progress}, self.out / "checkpoint.new")
        (self.out / "checkpoint.new").replace(self.out / "checkpoint.pt")

    def rate(self) -> float:
        """Warm-up over 60 steps, then straight down to a tenth at the end of the hours."""
        passed = min(1.0, self.seconds / (self.args.hours * 3600))
        return float(self.args.rate * min(1.0, (self.step + 1) / 60) * (1 - 0.9 * passed))

    def learn(self, states: Sequence[States], targets: Sequence[list[int]]) -> float:
        """One step; the loss."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate()
        memory, mask = stack(states)
        rows = [torch.tensor([START, *target, END]) for target in targets]
        padded = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=-100)
        logits = self.model(padded[:, :-1].clamp(min=0), memory, mask)
        wanted = padded[:, 1:].flatten()
        loss = F.cross_entropy(logits.flatten(0, 1), wanted, ignore_index=-100, label_smoothing=0.1)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        with torch.no_grad():
            for mean, now in zip(self.average.parameters(), self.model.parameters(), strict=True):
                mean.lerp_(now, 1 - min(AVERAGE, (1 + self.step) / (10 + self.step)))
        self.step += 1
        self.sentences += len(targets)
        return loss.item()

    def batches(self, pairs: Sequence[Pair]) -> Iterator[tuple[list[States], list[list[int]]]]:
        """Pairs of about one length together, about `--tokens` target tokens a batch, in a drawn order."""
        states = self.cache.get([pair.source for pair in pairs])
        targets = [self.pieces.encode(pair.english)[:LONGEST] for pair in pairs]
        groups: list[list[int]] = [[]]
        for i in sorted(range(len(pairs)), key=lambda i: len(targets[i])):
            groups[-1].append(i)
            if len(groups[-1]) * (len(targets[i]) + 1) >= self.args.tokens:
                groups.append([])
        random.Random(self.round).shuffle(groups)
        for group in filter(None, groups):
            yield [states[i] for i in group], [targets[i] for i in group]

    def report(self, loss: float) -> None:
        """chrF of both hold-outs with the running average; kept where their mean is the best so far."""
        import sacrebleu

        row: dict[str, Any] = {
            "step": self.step,
            "minutes": round(self.seconds / 60),
            "sentences": self.sentences,
            "loss": round(loss, 3),
        }
        for name, pairs in (("tatoeba", self.corpus.held_tatoeba), ("opinions", self.corpus.held_opinions)):
            pairs = sorted(sample([p for p in pairs if p.language != "en"], 400), key=lambda p: len(p.source))
            states = self.cache.get([pair.source for pair in pairs])
            ids = [row for at in range(0, len(pairs), 64) for row in greedy(self.average, states[at : at + 64])]
            score = sacrebleu.corpus_chrf([self.pieces.decode(i) for i in ids], [[pair.english for pair in pairs]])
            row[name] = round(score.score, 2)
        mean = (row["tatoeba"] + row["opinions"]) / 2
        if mean > self.best:
            self.best = mean
            write_weights(self.average, self.out / "best.safetensors")
        print(json.dumps(row), flush=True)
        with (self.out / "curve.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")

    def run(self) -> None:
        facts = {
            "data_sha256": self.corpus.sha256,
            **{k: v for k, v in vars(self.args).items() if k in ("seed", "rate", "tokens", "hours")},
        }
        (self.out / "facts.json").write_text(json.dumps(facts, indent=1))
        rounds = self.corpus.rounds(self.args.seed)
        for _ in range(self.round):
            next(rounds)
        reported = saved = self.seconds
        loss = 0.0
        while self.seconds < self.args.hours * 3600:
            last = time.monotonic()
            for states, targets in self.batches(next(rounds)):
                loss = self.learn(states, targets)
                self.seconds += time.monotonic() - last
                if self.seconds - reported > REPORT_EVERY:
                    reported = self.seconds
                    self.report(loss)
                if self.seconds - saved > SAVE_EVERY:
                    saved = self.seconds
                    self.save()
                last = time.monotonic()
                if self.seconds > self.args.hours * 3600:
                    break
            self.round += 1
        self.report(loss)
        self.save()


def write_weights(model: Decoder, path: Path) -> None:
    tensors = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(tensors, str(path.with_suffix(".new")))
    path.with_suffix(".new").replace(path)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("start", "keep", "tokenizer", "tatoeba", "opinions", "out"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--hours", type=float, default=2)
    parser.add_argument("--rate", type=float, default=4e-4)
    parser.add_argument("--tokens", type=int, default=1600, help="target tokens a step")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def train(args: argparse.Namespace, encode: Encode) -> None:
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    Training(args, encode).run()
