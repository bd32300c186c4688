"""The pool of training messages and the trunk's middle states for each of them, computed once and kept as fp16."""

import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from translation.tokens import PAD, Tokenizer
from translation.training import corpora
from translation.training.augment import JUDGING, in_latin_letters, nonsense, vary
from translation.training.examples import Example, Opinion, Schema, encode, read, reference
from translation.training.network import FORK, KINDS, Trunk
from translation.training.romanise import ROMANISED
from translation.training.split import held_out
from translation.windows import batches


@dataclass(slots=True)
class Pool:
    """Examples with their middle states, one beside the other in `states` (tokens, width)."""

    examples: list[Example]
    states: npt.NDArray[np.float16]
    starts: npt.NDArray[np.int64]

    def middle(self, index: int) -> npt.NDArray[np.float16]:
        """The middle states of one example."""
        return self.states[self.starts[index] : self.starts[index + 1]]


def silent_sentences(parallel: Path, each: int, rng: random.Random) -> list[tuple[str, str]]:
    """Tatoeba sentences (with their language) that judge nothing, by their English; `each` a language at most."""
    chosen = []
    for path in corpora.pair_files(parallel):
        plain = [pair for pair in corpora.pairs(path) if not JUDGING.search(pair[1])]
        language = path.name.split(".")[0]
        for source, english in rng.sample(plain, min(each, len(plain))):
            chosen.append((source, language))
            if rng.random() < 0.2:
                chosen.append((english, "en"))
    return chosen


def messages(
    opinions: Path, collection: Path, parallel: Path | None, variants: int, seed: int
) -> tuple[list[Opinion], list[Opinion]]:
    """(training messages, messages set aside for choosing settings); with `parallel` also some that judge nothing."""
    rng = random.Random(seed)
    rows = list(corpora.opinions(opinions, collection))
    aside = held_out([row["reference"] for row in rows])
    kept = [row for row, out in zip(rows, aside, strict=True) if not out]
    train, mates = [read(row) for row in kept], defaultdict(list)
    for opinion in train:
        if opinion.kind == "single" and opinion.labels:
            mates[opinion.language].append(opinion)
    sentences = silent_sentences(parallel, 110, rng) if parallel else []
    chatter = defaultdict(list)
    for sentence, language in sentences:
        chatter[language].append(sentence)
    more = [
        vary(opinion, mates[opinion.language], chatter[opinion.language.split("-")[0]], rng)
        for _ in range(variants)
        for opinion in train
    ]
    more += [in_latin_letters(opinion, rng) for opinion in train if opinion.language in ROMANISED]
    references = [reference(row) for row in kept if row["language"] != "en"]
    silent = [Opinion(text, rng.choice(KINDS), source="silent") for text, _ in sentences]
    silent += [Opinion(nonsense(rng), rng.choice(KINDS), source="silent") for _ in sentences[::30]]
    return [*train, *more, *references, *silent], [read(row) for row, out in zip(rows, aside, strict=True) if out]


def padded(examples: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor]:
    """(ids, mask) of a batch."""
    longest = max(len(e.ids) for e in examples)
    ids = torch.full((len(examples), longest), PAD, dtype=torch.long)
    mask = torch.zeros(len(examples), longest)
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.from_numpy(example.ids.astype(np.int64))
        mask[row, : len(example.ids)] = 1
    return ids, mask


@torch.inference_mode()
def with_states(examples: list[Example], trunk: Trunk) -> Pool:
    """Run the trunk up to the fork over all examples."""
    starts = np.cumsum([0, *(len(e.ids) for e in examples)])
    states = np.empty((int(starts[-1]), trunk.positions.shape[1]), np.float16)
    for chunk in batches([len(e.ids) for e in examples], 4000):
        ids, mask = padded([examples[i] for i in chunk])
        middle = next(x for layer, x in enumerate(trunk.states(ids, mask)) if layer == FORK).numpy()
        for row, i in enumerate(chunk):
            states[starts[i] : starts[i + 1]] = middle[row, : len(examples[i].ids)]
    return Pool(examples, states, starts)


def build(
    trunk: Trunk,
    tokenizer: Tokenizer,
    schema: Schema,
    opinions: Path,
    collection: Path,
    parallel: Path | None,
    variants: int,
    seed: int,
) -> tuple[Pool, Pool]:
    """The pools of one collection, for training and for choosing settings."""
    train, aside = messages(opinions, collection, parallel, variants, seed)
    return (
        with_states(encode(train, tokenizer, schema), trunk),
        with_states(encode(aside, tokenizer, schema), trunk),
    )


def together(pools: Sequence[Pool]) -> Pool:
    """Several pools as one."""
    ends = np.cumsum([0, *(len(pool.states) for pool in pools)])
    return Pool(
        [example for pool in pools for example in pool.examples],
        np.concatenate([pool.states for pool in pools]),
        np.concatenate([[0], *(pool.starts[1:] + at for pool, at in zip(pools, ends, strict=False))]),
    )
