"""Trains the language head on pooled early states of opinions and Tatoeba sentences (see language_texts.py).

    python -m translation.training.language --converted DIR --opinions DIR --more DIR... --parallel DIR --out DIR

Writes `language.pt` (weights, the languages in order, the temperature that calibrates it), `language.json` (accuracy by
language on what was held out) and `folds.jsonl`: each opinion with the chances by a head that did not learn from its
fold, for `fit_vote`. Pooled states are kept in `features.npz`, so that a second run only computes what is new.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from translation.languages import UNKNOWN
from translation.tokens import PAD, Tokenizer
from translation.training.language_texts import FOLDS, Text, gather, hashed
from translation.training.network import LANGUAGE_LAYERS, LanguageHead, Trunk, pooled
from translation.training.trunk import load_trunk
from translation.windows import batches

BATCH = 512
SAVED = 8192  # texts whose states are computed before they are saved
LONGEST = 160  # tokens; what the encoder reads at a time


@torch.inference_mode()
def features(texts: Sequence[str], trunk: Trunk, tokenizer: Tokenizer) -> Tensor:
    """(texts, width * layers): the person's own tokens, pooled after each of LANGUAGE_LAYERS."""
    tokens, before = [row.ids[:LONGEST] for row in tokenizer.encode(texts)], tokenizer.before
    rows: list[Tensor] = [torch.empty(0)] * len(tokens)
    for chunk in batches([len(ids) for ids in tokens], 4000):
        longest = max(len(tokens[i]) for i in chunk)
        ids = torch.tensor([[*tokens[i], *[PAD] * (longest - len(tokens[i]))] for i in chunk])
        place, ends = torch.arange(longest), torch.tensor([[len(tokens[i])] for i in chunk])
        mask, own = place < ends, (place >= before) & (place < ends - 1)
        layers = zip(range(max(LANGUAGE_LAYERS) + 1), trunk.states(ids, mask), strict=False)
        joined = torch.cat([pooled(x, own) for layer, x in layers if layer in LANGUAGE_LAYERS], -1)
        for row, i in enumerate(chunk):
            rows[i] = joined[row].half()
    return torch.stack(rows)


def known_features(path: Path, texts: Sequence[str], trunk: Trunk, tokenizer: Tokenizer) -> Tensor:
    """The same, with those of an earlier run from `path`, which is brought up to date as it goes."""
    keys = [hashed(text)[:16] for text in texts]
    known: dict[str, np.ndarray[tuple[int], np.dtype[np.float16]]] = {}
    if path.exists():
        with np.load(path) as stored:
            known = dict(zip(stored["keys"].tolist(), stored["rows"], strict=True))
    new = list({key: text for key, text in zip(keys, texts, strict=True) if key not in known}.items())
    for at in range(0, len(new), SAVED):
        part = new[at : at + SAVED]
        rows = features([text for _, text in part], trunk, tokenizer).numpy()
        known |= dict(zip([key for key, _ in part], rows, strict=True))
        np.savez(path.with_suffix(".new.npz"), keys=np.array(list(known)), rows=np.stack(list(known.values())))
        path.with_suffix(".new.npz").replace(path)
    return torch.from_numpy(np.stack([known[key] for key in keys])).float()


def weights(texts: Sequence[Text]) -> Tensor:
    """How often each text is drawn: small languages and opinions more often than their number."""
    counts = Counter(text.language for text in texts)
    return torch.tensor([counts[text.language] ** -0.8 * (3.0 if text.opinion else 1.0) for text in texts])


def learnt(x: Tensor, y: Tensor, weight: Tensor, languages: int, passes: int) -> LanguageHead:
    """A head by cross-entropy over texts drawn by weight, the rate falling to nothing."""
    head = LanguageHead(languages)
    optimizer = torch.optim.AdamW(head.parameters(), lr=2e-3, weight_decay=0.02)
    steps = passes * len(x) // BATCH
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - step / steps)
        chosen = torch.multinomial(weight, BATCH, replacement=True)
        loss = functional.cross_entropy(head(x[chosen]), y[chosen], label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    return head.eval()


@torch.inference_mode()
def logits_of(head: LanguageHead, x: Tensor) -> Tensor:
    return torch.cat([head(part) for part in torch.split(x, 4096)])


def temperature(logits: Tensor, y: Tensor) -> float:
    """The divisor of the logits that makes confidence honest on texts that were not learnt."""
    candidates = torch.arange(0.4, 3.0, 0.05)
    return float(min(candidates, key=lambda t: float(functional.cross_entropy(logits / t, y))))


def accuracy(texts: Sequence[Text], guesses: Sequence[str]) -> dict[str, dict[str, float]]:
    """By language: how many, how many named rightly, how many at least by their base."""
    rows = defaultdict[str, list[tuple[bool, bool]]](list)
    for text, guess in zip(texts, guesses, strict=True):
        same_base = guess.split("-")[0] == text.language.split("-")[0]
        rows[text.language].append((guess == text.language, same_base))
    return {
        language: {
            "count": len(found),
            "exact": round(sum(exact for exact, _ in found) / len(found), 3),
            "base": round(sum(base for _, base in found) / len(found), 3),
        }
        for language, found in sorted(rows.items())
    }


def measured(texts: Sequence[Text], guesses: Sequence[str]) -> dict[str, dict[str, dict[str, float]]]:
    """Accuracy on opinions, on other sentences and on pieces of both."""
    rows = list(zip(texts, guesses, strict=True))
    kinds = {
        "opinions": [row for row in rows if row[0].opinion and row[0].whole],
        "others": [row for row in rows if not row[0].opinion and row[0].whole],
        "pieces": [row for row in rows if not row[0].whole and row[0].language != UNKNOWN],
    }
    return {
        name: accuracy([text for text, _ in chosen], [guess for _, guess in chosen]) for name, chosen in kinds.items()
    }


def predicted(texts: Sequence[Text], languages: Sequence[str], logits: Tensor, y: Tensor, model: str) -> Iterator[str]:
    """A line of JSON a text, with the calibrated chance of each language by that model."""
    chances = torch.softmax(logits / temperature(logits, y), -1)
    for text, row in zip(texts, chances.tolist(), strict=True):
        likely = {tag: round(chance, 5) for tag, chance in zip(languages, row, strict=True) if chance > 1e-4}
        line = {"text": text.text, "language": text.language, model: likely}
        yield json.dumps(line, ensure_ascii=False) + "\n"


def overall(by_language: dict[str, dict[str, float]]) -> float:
    total = sum(row["count"] for row in by_language.values())
    return round(sum(row["count"] * row["base"] for row in by_language.values()) / max(1, total), 4)


def main() -> None:
    """Gather, encode, learn once a fold and once for good, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("converted", "opinions", "parallel", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further collections: folders of LANG.tsv")
    parser.add_argument("--most", type=int, default=600, help="Tatoeba sentences a language")
    parser.add_argument("--passes", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    texts = gather(args.opinions, args.more, args.parallel, args.most)
    languages = sorted({text.language for text in texts})
    print(json.dumps({"texts": len(texts), "languages": len(languages)}), flush=True)
    trunk, tokenizer = load_trunk(args.converted / "trunk.safetensors"), Tokenizer(args.converted / "tokens.model")
    args.out.mkdir(parents=True, exist_ok=True)
    x = known_features(args.out / "features.npz", [text.text for text in texts], trunk, tokenizer)
    y = torch.tensor([languages.index(text.language) for text in texts])
    fold, weight = torch.tensor([text.fold for text in texts]), weights(texts)
    whole = torch.tensor([text.whole for text in texts])

    def learn(kept: Tensor) -> LanguageHead:
        return learnt(x[kept], y[kept], weight[kept], len(languages), args.passes)

    with (args.out / "folds.jsonl").open("w", encoding="utf-8") as file:
        for number in range(FOLDS):
            head, asked = learn((fold != number) & (fold != -2)), (fold == number) & whole
            chosen = [text for text, out in zip(texts, asked.tolist(), strict=True) if out]
            file.writelines(predicted(chosen, languages, logits_of(head, x[asked]), y[asked], "head"))
    head, checked = learn(fold != -2), fold == -2
    logits = logits_of(head, x[checked])
    heat = temperature(logits, y[checked])
    held = [text for text, out in zip(texts, checked.tolist(), strict=True) if out]
    report = measured(held, [languages[i] for i in logits.argmax(-1).tolist()])
    totals = {name: overall(rows) for name, rows in report.items()}
    torch.save({"weights": head.state_dict(), "languages": languages, "temperature": heat}, args.out / "language.pt")
    facts = {"temperature": heat, "accuracy by base": totals, "by language": report}
    (args.out / "language.json").write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    print(json.dumps({"temperature": heat, "accuracy by base": totals}))


if __name__ == "__main__":
    main()
