"""Trains the critique branch on the trunk's middle states; resumes where it stopped.

    python -m translation.training.heads --converted DIR --opinions DIR --more DIR... --parallel DIR --out DIR --hours 2

`--more` names further collections of opinions, which may change or grow from one start to the next. Every few minutes
it reports figures on the messages set aside and writes `branch.pt`: averaged weights, progress.
"""

import argparse
import json
import pickle
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from translation.tokens import Tokenizer
from translation.training import corpora
from translation.training.examples import PREFERENCES, Schema
from translation.training.losses import Batch, allowed_preferences, collate, losses
from translation.training.network import Branch
from translation.training.pool import Pool, build, together
from translation.training.trunk import load_trunk, start_layers
from translation.windows import batches

SHARES = {"opinion": 1.0, "reference": 0.35, "silent": 0.3}  # of each source, a pass
REPORT_SECONDS = 420


def schema_of(opinions: Path) -> Schema:
    """The heads' labels, from the taxonomy of the opinions."""
    return Schema.of(corpora.taxonomy(opinions))


def cached_pools(
    folder: Path, collection: Path, settings: str, make: Callable[[], tuple[Pool, Pool]]
) -> tuple[Pool, Pool]:
    """The pools of an earlier start, or new ones where the collection's files or the settings have changed."""
    path = folder / f"pools-{corpora.sha256(corpora.opinion_files(collection))[:12]}-{settings}.pickle"
    if path.exists():
        with path.open("rb") as file:
            found: tuple[Pool, Pool] = pickle.load(file)  # noqa: S301  our own file
            return found
    made = make()
    with path.open("wb") as file:
        pickle.dump(made, file, protocol=5)
    return made


def run(branch: Branch, batch: Batch) -> tuple[Tensor, ...]:
    """The branch's outputs for a batch."""
    outputs: tuple[Tensor, ...] = branch(batch.middle, batch.mask, batch.words, batch.kind)
    return outputs


@torch.inference_mode()
def figures(branch: Branch, pool: Pool, schema: Schema) -> dict[str, float]:
    """Message-level figures at the best single threshold, on messages set aside."""
    branch.eval()
    scores, gold, right, silent = [], [], [], []
    for chunk in batches([len(e.ids) for e in pool.examples], 4000):
        batch = collate(pool, chunk, schema)
        outputs = run(branch, batch)
        scores.append(outputs[6])
        gold.append(batch.present)
        choice = (outputs[7] + allowed_preferences(batch.kind)).argmax(-1)
        right.append((choice == batch.preference)[batch.kind > 0])
        silent.append((batch.present.sum(-1) == 0) & (batch.preference == PREFERENCES.index("none")))
    branch.train()
    score, wanted, quiet = torch.cat(scores), torch.cat(gold), torch.cat(silent)
    best = {"f1": 0.0}
    for threshold in torch.arange(-2.5, 1.6, 0.25).tolist():
        said = score > threshold
        hits = float((said * wanted).sum())
        f1 = 2 * hits / max(1.0, float(said.sum() + wanted.sum()))
        if f1 > best["f1"]:
            alarms = float(said[quiet].any(-1).float().mean())
            best = {"f1": f1, "threshold": threshold, "false_alarms": alarms}
    return {**best, "preference": float(torch.cat(right).float().mean())}


def parameter_groups(branch: Branch, rate: float) -> list[dict[str, Any]]:
    """Copied layers learn at `rate`, new heads four times as fast."""
    layers = list(branch.layers.parameters())
    known = {id(p) for p in layers}
    rest = [p for p in branch.parameters() if id(p) not in known]
    return [{"params": layers, "base": rate}, {"params": rest, "base": 4 * rate}]


class Average:
    """A running average of the weights: it is what is reported and shipped."""

    def __init__(self, branch: Branch) -> None:
        self.state = {name: tensor.clone() for name, tensor in branch.state_dict().items()}

    def follow(self, branch: Branch, step: int) -> None:
        """Move towards the branch, slower as training goes on."""
        keep = min(0.998, (1 + step) / (10 + step))
        for name, tensor in branch.state_dict().items():
            self.state[name].mul_(keep).add_(tensor, alpha=1 - keep)


def epoch(pool: Pool, tokens: int) -> list[list[int]]:
    """A random selection of the pool, in batches of similar length, shuffled."""
    chosen = [i for i, e in enumerate(pool.examples) if random.random() < SHARES[e.source]]
    random.shuffle(chosen)
    made = []
    for at in range(0, len(chosen), 2000):
        part = chosen[at : at + 2000]
        made += [[part[i] for i in chunk] for chunk in batches([len(pool.examples[i].ids) for i in part], tokens)]
    random.shuffle(made)
    return made


def train(branch: Branch, pool: Pool, aside: Sequence[Pool], schema: Schema, args: argparse.Namespace) -> None:
    """Learn until the time is over; the rate falls with the time that is left."""
    optimizer = torch.optim.AdamW(parameter_groups(branch, args.rate), betas=(0.9, 0.98), weight_decay=0.01)
    average, step, spent, path = Average(branch), 0, 0.0, args.out / "branch.pt"
    if path.exists():
        saved = torch.load(path, weights_only=True)
        branch.load_state_dict(saved["weights"])
        optimizer.load_state_dict(saved["optimizer"])
        average.state, step, spent = saved["average"], saved["step"], saved["spent"]
    judge = Branch(len(schema.aspects), len(schema.attributes))
    begin, reported, seen = time.time() - spent, time.time(), dict[str, float]()

    def save() -> None:
        judge.load_state_dict(average.state)
        report: dict[str, Any] = {
            "step": step,
            "minutes": round((time.time() - begin) / 60, 1),
            **figures(judge, together(aside), schema),
        }
        alone = [round(figures(judge, part, schema)["f1"], 3) for part in aside]
        report |= {"f1 by collection": alone, "loss": {k: round(v, 4) for k, v in seen.items()}}
        print(json.dumps(report), flush=True)
        state = {"weights": branch.state_dict(), "average": average.state, "optimizer": optimizer.state_dict()}
        torch.save({**state, "step": step, "spent": time.time() - begin}, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    branch.train()
    while (time.time() - begin) / 3600 < args.hours:
        for indices in epoch(pool, args.tokens):
            passed = (time.time() - begin) / 3600 / args.hours
            if passed >= 1:
                break
            for group in optimizer.param_groups:
                group["lr"] = group["base"] * min(1.0, (step + 1) / 100) * max(0.03, 1 - passed)
            batch = collate(pool, indices, schema)
            parts = losses(run(branch, batch), batch)
            optimizer.zero_grad()
            torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(branch.parameters(), 1.0)
            optimizer.step()
            step += 1
            average.follow(branch, step)
            for name, part in parts.items():
                seen[name] = 0.98 * seen.get(name, part.item()) + 0.02 * part.item()
            if time.time() - reported > REPORT_SECONDS or step == 20:
                save()
                reported = time.time()
    save()


def main() -> None:
    """Build or load the pools, then train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("converted", "opinions", "parallel", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further collections: folders of LANG.tsv")
    parser.add_argument("--hours", type=float, default=1.2)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--tokens", type=int, default=1400, help="a batch, with padding")
    parser.add_argument("--variants", type=int, default=2, help="augmented copies of each opinion")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--start", type=Path, help="the branch.pt of an earlier run, for another round of the rate")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    random.seed(args.seed)
    torch.set_num_threads(args.threads)
    schema, trunk = schema_of(args.opinions), load_trunk(args.converted / "trunk.safetensors")
    tokenizer = Tokenizer(args.converted / "tokens.model")
    collections = [args.opinions, *args.more]
    parts = [
        cached_pools(
            args.out,
            collection,
            f"{args.variants}-{args.seed}-{corpora.sha256([args.converted / 'tokens.model'])[:8]}",
            partial(
                build,
                trunk,
                tokenizer,
                schema,
                args.opinions,
                collection,
                args.parallel if collection == args.opinions else None,
                args.variants,
                args.seed,
            ),
        )
        for collection in collections
    ]
    pool = together([train for train, _ in parts])
    aside = [part for _, part in parts if part.examples]  # a small collection may give none
    branch = Branch(len(schema.aspects), len(schema.attributes))
    start_layers(branch.layers, trunk)
    if args.start:
        branch.load_state_dict(torch.load(args.start, weights_only=True)["average"])
    facts = {
        "seed": args.seed,
        "hours": args.hours,
        "rate": args.rate,
        "tokens": args.tokens,
        "variants": args.variants,
        "start": json.loads((args.start.parent / "facts.json").read_text("utf-8")) if args.start else "trunk",
        "training messages": len(pool.examples),
        "set aside": [len(part.examples) for part in aside],
        "opinions sha256": corpora.sha256([path for folder in collections for path in corpora.opinion_files(folder)]),
        "tatoeba sha256": corpora.sha256(corpora.pair_files(args.parallel)),
    }
    (args.out / "facts.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    print(json.dumps(facts), flush=True)
    train(branch, pool, aside, schema, args)


if __name__ == "__main__":
    main()
