"""Trains the model of word pieces (translation/ngrams.py) on the texts of language_texts.py.

    python -m translation.training.ngrams --opinions DIR --more DIR... --parallel DIR --out DIR

Writes `ngrams.npz`, `ngrams.json` (accuracy by language on what was held out) and `ngrams.jsonl`: each opinion with the
chances by a model that did not learn from its fold, for `fit_vote`.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from translation.identify import cleaned
from translation.languages import UNKNOWN
from translation.ngrams import BUCKETS, buckets, save
from translation.training.language import measured, overall, predicted, temperature, weights
from translation.training.language_texts import FOLDS, gather

WIDTH = 32
BATCH = 256
RATE = 0.02
DROPPED = 0.3  # pieces of a text, at random, so that no single word decides


class Bag(nn.Module):
    """The mean of the pieces' rows, then a linear layer."""

    def __init__(self, languages: int) -> None:
        super().__init__()
        self.table = nn.EmbeddingBag(BUCKETS, WIDTH, mode="mean", sparse=True)
        nn.init.normal_(self.table.weight, std=0.1)
        self.out = nn.Linear(WIDTH, languages)

    def forward(self, rows: Tensor, starts: Tensor) -> Tensor:
        logits: Tensor = self.out(self.table(rows, starts))
        return logits


class Bags:
    """The pieces of all texts, one text's beside the other's."""

    def __init__(self, lists: Sequence[Sequence[int]]) -> None:
        self.sizes = np.array([len(one) for one in lists])
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.rows = np.fromiter((row for one in lists for row in one), np.int32, int(self.sizes.sum()))

    def take(self, chosen: NDArray[np.int64], dropped: float = 0.0) -> tuple[Tensor, Tensor]:
        """(pieces, where each text's begin) of some texts, without a share of the pieces; no text loses its first."""
        sizes = self.sizes[chosen]
        ends = np.cumsum(sizes)
        within = np.arange(ends[-1]) - np.repeat(ends - sizes, sizes)
        rows = self.rows[within + np.repeat(self.starts[chosen], sizes)]
        kept = (np.random.default_rng(int(rows[0])).random(len(rows)) >= dropped) | (within == 0)
        counts = np.add.reduceat(kept, ends - sizes, dtype=np.int64)
        return torch.from_numpy(rows[kept].astype(np.int64)), torch.from_numpy(np.cumsum(counts) - counts)


def learnt(bags: Bags, kept: NDArray[np.int64], y: Tensor, weight: Tensor, languages: int, passes: int) -> Bag:
    """A model by cross-entropy over texts drawn by weight, the rate falling to nothing."""
    bag = Bag(languages)
    table = torch.optim.SparseAdam([bag.table.weight], lr=RATE)
    out = torch.optim.Adam(bag.out.parameters(), lr=RATE)
    steps = passes * len(kept) // BATCH
    drawn = weight[torch.from_numpy(kept)]
    for step in range(steps):
        for optimizer in (table, out):
            optimizer.param_groups[0]["lr"] = RATE * (1 - step / steps)
            optimizer.zero_grad()
        chosen = kept[torch.multinomial(drawn, BATCH, replacement=True).numpy()]
        logits = bag(*bags.take(chosen, DROPPED))
        functional.cross_entropy(logits, y[torch.from_numpy(chosen)], label_smoothing=0.02).backward()  # type: ignore[no-untyped-call]
        for optimizer in (table, out):
            optimizer.step()  # type: ignore[no-untyped-call]
    return bag.eval()


@torch.inference_mode()
def logits_of(bag: Bag, bags: Bags, asked: NDArray[np.int64]) -> Tensor:
    return torch.cat([bag(*bags.take(asked[at : at + 2048])) for at in range(0, len(asked), 2048)])


def main() -> None:
    """Gather, learn once a fold and once for good, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("opinions", "parallel", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further collections: folders of LANG.tsv")
    parser.add_argument("--most", type=int, default=1000, help="Tatoeba sentences a language")
    parser.add_argument("--passes", type=int, default=6)
    parser.add_argument("--folds", type=int, default=FOLDS, help="how many of the folds to predict, for fit_vote")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    args.out.mkdir(parents=True, exist_ok=True)
    gathered = [text for text in gather(args.opinions, args.more, args.parallel, args.most) if text.language != UNKNOWN]
    found = [(text, buckets(cleaned(text.text))) for text in gathered]
    texts, bags = [text for text, bag in found if bag], Bags([bag for _, bag in found if bag])
    folds, whole = np.array([text.fold for text in texts]), np.array([text.whole for text in texts])
    languages = sorted({text.language for text in texts})
    print(json.dumps({"texts": len(texts), "languages": len(languages)}), flush=True)
    y, weight = torch.tensor([languages.index(text.language) for text in texts]), weights(texts)

    def learn(without: tuple[int, ...]) -> Bag:
        return learnt(bags, np.flatnonzero(~np.isin(folds, without)), y, weight, len(languages), args.passes)

    with (args.out / "ngrams.jsonl").open("w", encoding="utf-8") as file:
        for number in range(args.folds):
            asked = np.flatnonzero((folds == number) & whole)
            logits = logits_of(learn((number, -2)), bags, asked)
            chosen = [texts[i] for i in asked]
            file.writelines(predicted(chosen, languages, logits, y[torch.from_numpy(asked)], "ngrams"))
    bag, held = learn((-2,)), np.flatnonzero(folds == -2)
    logits = logits_of(bag, bags, held)
    heat = temperature(logits, y[torch.from_numpy(held)])
    report = measured([texts[i] for i in held], [languages[i] for i in logits.argmax(-1).tolist()])
    weight_, bias = bag.out.weight.detach().numpy(), bag.out.bias.detach().numpy()
    save(args.out / "ngrams.npz", languages, bag.table.weight.detach().numpy(), weight_.T.copy(), bias, heat)
    facts = {"temperature": heat, "accuracy by base": {name: overall(rows) for name, rows in report.items()}}
    (args.out / "ngrams.json").write_text(json.dumps({**facts, "by language": report}, indent=1) + "\n", "utf-8")
    print(json.dumps(facts))


if __name__ == "__main__":
    main()
