"""Trains the language head on pooled early states of Tatoeba sentences, opinions, pieces of both, and nonsense.

    python -m translation.training.language --converted DIR --opinions DIR --parallel DIR --out DIR

Writes `language.pt`: weights, the languages in order, the temperature that calibrates it, and accuracy by language.
"""

import argparse
import json
import random
import string
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from translation.tokens import Tokenizer
from translation.training import corpora
from translation.training.augment import nonsense
from translation.training.examples import Opinion, encode
from translation.training.heads import schema_of
from translation.training.network import LANGUAGE_LAYERS, LanguageHead, Trunk, pooled
from translation.training.pool import batches, padded
from translation.training.split import held_out
from translation.training.trunk import load_trunk

MIXED = {"zh", "hbs"}  # files that mix what we tell apart
RENAMED = {"no": "nb", "es-en": "es", "tl-en": "tl"}  # mixed messages count as their first language
UNKNOWN = "und"
UNSPACED = {"ja", "zh-Hans", "zh-Hant", "th", "km", "my"}
CHECKED = 60  # Tatoeba sentences a language kept for checking

Texts = list[tuple[str, str]]  # (text, language)


def gather(opinions: Path, parallel: Path, most: int, rng: random.Random) -> tuple[Texts, Texts]:
    """(training texts, texts for checking), each with its language."""
    train, check, english = Texts(), Texts(), list[str]()
    for path in corpora.pair_files(parallel):
        name = path.name.split(".")[0]
        if name in MIXED:
            continue
        found = list(corpora.pairs(path))
        rng.shuffle(found)
        language = RENAMED.get(name, name)
        aside = min(CHECKED, len(found) // 5)
        check += [(source, language) for source, _ in found[:aside]]
        train += [(source, language) for source, _ in found[aside : most + aside]]
        english += [target for _, target in found[:80]]
    check += [(text, "en") for text in english[:CHECKED]]
    train += [(text, "en") for text in english[CHECKED:]]
    rows = list(corpora.opinions(opinions))
    for row, out in zip(rows, held_out([row["reference"] for row in rows]), strict=True):
        (check if out else train).append((row["source_text"], RENAMED.get(row["language"], row["language"])))
    train += [(nonsense(rng), UNKNOWN) for _ in range(most)]
    check += [(nonsense(rng), UNKNOWN) for _ in range(CHECKED)]
    return train, check


def shortened(text: str, language: str, rng: random.Random) -> str:
    """A short piece of the text, as people write in chats, sometimes in small letters or without punctuation."""
    if rng.random() < 0.3:
        text = text.lower()
    if rng.random() < 0.3:
        text = "".join(c for c in text if c not in string.punctuation + "。、！？।؟") or text
    if rng.random() < 0.5:
        parts: Sequence[str] = list(text) if language in UNSPACED else text.split()
        size = rng.randint(3, 10) if language in UNSPACED else rng.randint(2, 5)
        at = rng.randint(0, max(0, len(parts) - size))
        text = ("" if language in UNSPACED else " ").join(parts[at : at + size])
    return text


@torch.inference_mode()
def features(texts: Sequence[str], trunk: Trunk, tokenizer: Tokenizer, opinions: Path) -> Tensor:
    """(texts, width * layers): the person's own tokens, pooled after each of LANGUAGE_LAYERS."""
    examples = encode([Opinion(text or ".", "single") for text in texts], tokenizer, schema_of(opinions), limit=512)
    if len(examples) != len(texts):
        raise ValueError("a text has no tokens, or more than 512")
    rows: list[Tensor] = [torch.empty(0)] * len(examples)
    for chunk in batches([len(e.ids) for e in examples], 4000):
        part = [examples[i] for i in chunk]
        ids, mask = padded(part)
        words = torch.zeros_like(mask)
        for row, example in enumerate(part):
            words[row, example.own[0] : example.own[1]] = 1
        layers = zip(range(max(LANGUAGE_LAYERS) + 1), trunk.states(ids, mask), strict=False)
        joined = torch.cat([pooled(x, words) for layer, x in layers if layer in LANGUAGE_LAYERS], -1)
        for row, i in enumerate(chunk):
            rows[i] = joined[row]
    return torch.stack(rows)


def learn(head: LanguageHead, x: Tensor, y: Tensor, weight: Tensor, passes: int) -> None:
    """Cross-entropy over samples drawn by weight, the rate falling to nothing."""
    optimizer = torch.optim.AdamW(head.parameters(), lr=2e-3, weight_decay=0.02)
    steps = passes * len(x) // 512
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * (1 - step / steps)
        chosen = torch.multinomial(weight, 512, replacement=True)
        loss = functional.cross_entropy(head(x[chosen]), y[chosen], label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def temperature(logits: Tensor, y: Tensor) -> float:
    """The divisor of the logits that makes confidence honest on the texts for checking."""
    candidates = torch.arange(0.4, 3.0, 0.05)
    return float(min(candidates, key=lambda t: float(functional.cross_entropy(logits / t, y))))


def main() -> None:
    """Gather, encode, learn, calibrate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("converted", "opinions", "parallel", "out"):
        parser.add_argument("--" + name, type=Path, required=True)
    parser.add_argument("--most", type=int, default=1000, help="sentences a language")
    parser.add_argument("--passes", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(args.threads)
    rng = random.Random(args.seed)
    train, check = gather(args.opinions, args.parallel, args.most, rng)
    train += [(shortened(text, language, rng), language) for text, language in train if language != UNKNOWN]
    check += [(shortened(text, language, rng), language) for text, language in check if language != UNKNOWN]
    counts = Counter(language for _, language in train)
    languages = sorted(counts)
    trunk, tokenizer = load_trunk(args.converted / "trunk.safetensors"), Tokenizer(args.converted / "tokens.model")
    x = features([text for text, _ in train], trunk, tokenizer, args.opinions)
    seen = features([text for text, _ in check], trunk, tokenizer, args.opinions)
    y = torch.tensor([languages.index(language) for _, language in train])
    wanted = torch.tensor([languages.index(language) for _, language in check])
    weight = torch.tensor([counts[language] ** -0.5 for _, language in train])
    head = LanguageHead(len(languages))
    learn(head, x, y, weight, args.passes)
    head.eval()
    with torch.inference_mode():
        logits = head(seen)
    right: dict[str, list[float]] = defaultdict(list)
    for (_, language), guess in zip(check, logits.argmax(-1).tolist(), strict=True):
        right[language].append(float(languages[guess].split("-")[0] == language.split("-")[0]))
    accuracy = {language: round(sum(values) / len(values), 3) for language, values in sorted(right.items())}
    heat = temperature(logits, wanted)
    torch.save(
        {"weights": head.state_dict(), "languages": languages, "temperature": heat, "accuracy": accuracy},
        args.out / "language.pt",
    )
    overall = round(sum(map(sum, right.values())) / len(check), 4)
    print(json.dumps({"texts": len(train), "accuracy": overall, "temperature": heat, "by language": accuracy}))


if __name__ == "__main__":
    main()
