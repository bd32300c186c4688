"""Tiny checkpoints of every family, as their repositories hold them: real tokenizer files, real weights.

Each has learned its own self-test by heart, so that it can be fetched, converted, tested and used like a large one.
"""

import json
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import sentencepiece
import torch
import transformers
from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES
from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as FLORES_CODES

from translation.checkpoints import Checkpoint

ANSWERS = {
    "house white": "the house is white.",
    "water cold": "water is cold.",
    "brother book": "my brother has a book.",
}
TEXT = [
    *("La casa es blanca.", "Das Wasser ist kalt.", "Мой брат читает книгу.", "Къщата е бяла.", "Voda je hladna."),
    *("Мој брат чита књигу.", "La luz es suave y la sombra es dura", "12 manos, ¿no?", "手が怖い", "<2de> hallo"),
    *ANSWERS.values(),
]
SMALL = {"d_model": 64, "encoder_layers": 1, "decoder_layers": 1, "encoder_attention_heads": 4}
SMALL |= {"decoder_attention_heads": 4, "encoder_ffn_dim": 128, "decoder_ffn_dim": 128, "max_position_embeddings": 256}
QUIET = {"dropout": 0.0, "attention_dropout": 0.0, "activation_dropout": 0.0}
QUIET |= {"encoder_layerdrop": 0.0, "decoder_layerdrop": 0.0}


class Tiny(NamedTuple):
    """A checkpoint's repository in a folder, with its model and tokenizer as transformers have them."""

    checkpoint: Checkpoint
    repository: Path
    model: Any
    tokenizer: Any


def build(checkpoint: Checkpoint, folder: Path, **changes: Any) -> Tiny:
    """Write a repository of the checkpoint's family."""
    folder.mkdir(parents=True)
    torch.manual_seed(7)
    torch.set_num_threads(1)  # threads that wait for each other are slow where others compute
    family = checkpoint.family.before or checkpoint.family.text or "opus"
    make = {"__{code}__": m2m100, "__en__": m2m100, "{code}": nllb, "<2en> ": madlad, "opus": opus}[family]
    model, tokenizer = make(folder, **changes)
    learn(
        model,
        [
            (source(checkpoint, tokenizer, tag, text), target(checkpoint, tokenizer, ANSWERS[" ".join(words)]))
            for tag, text, words in checkpoint.self_test
        ],
    )
    model.save_pretrained(folder)
    if checkpoint.family.text:  # as published by earlier versions, which know no `scale_decoder_outputs`
        config = json.loads((folder / "config.json").read_text())
        config["tie_word_embeddings"] = config.pop("scale_decoder_outputs")
        (folder / "config.json").write_text(json.dumps(config))
    return Tiny(checkpoint, folder, model, tokenizer)


def source(checkpoint: Checkpoint, tokenizer: Any, tag: str, text: str) -> list[int]:
    """The encoder's ids, by the tokenizer that the family has in transformers, or by its description."""
    code = checkpoint.find_code(tag)
    if checkpoint.family.text:
        return [*tokenizer.encode("<2en> " + text), 1]
    if checkpoint.family.needs_source:
        tokenizer.src_lang = code
    if checkpoint.family.before == "__en__":
        tokenizer.src_lang = "en"
    return list(tokenizer(text).input_ids)


def target(checkpoint: Checkpoint, tokenizer: Any, text: str) -> list[int]:
    """The decoder's ids, with the token that it starts from and the end."""
    if checkpoint.family.text:
        return [0, *tokenizer.encode(text), 1]
    own = list(tokenizer(text, add_special_tokens=False).input_ids)
    if checkpoint.family.forced:
        return [2, tokenizer.convert_tokens_to_ids(checkpoint.family.forced), *own, 2]
    return [tokenizer.pad_token_id, *own, 0] if checkpoint.family.source == "source.spm" else [2, *own, 2]


def learn(model: Any, pairs: list[tuple[list[int], list[int]]], steps: int = 150) -> None:
    """Learn the pairs by heart."""
    read, written = (padded(side, model.config.pad_token_id) for side in zip(*pairs, strict=True))
    lengths = torch.tensor([len(ids) for ids, _ in pairs])
    mask = (torch.arange(read.shape[1]) < lengths[:, None]).long()
    labels = padded([ids for _, ids in pairs], -100)[:, 1:]
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3)
    model.train()
    for _ in range(steps):
        logits = model(input_ids=read, attention_mask=mask, decoder_input_ids=written[:, :-1]).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():  # Marian starts from a zero embedding, and its output layer would move it
            model.get_input_embeddings().weight[model.config.pad_token_id] = 0
        if loss < 0.01:
            break
    model.eval()


def padded(rows: Sequence[Sequence[int]], filler: int) -> torch.Tensor:
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[filler] * (longest - len(row))] for row in rows])


def pieces(prefix: Path, **options: Any) -> sentencepiece.SentencePieceProcessor:
    """A sentencepiece model, trained on the spot."""
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(TEXT * 4),
        model_prefix=str(prefix),
        vocab_size=150,
        hard_vocab_limit=False,
        minloglevel=2,
        **options,
    )
    Path(f"{prefix}.vocab").unlink()
    return sentencepiece.SentencePieceProcessor(model_file=f"{prefix}.model")


def m2m100(folder: Path) -> tuple[Any, Any]:
    found = pieces(folder / "sentencepiece.bpe")
    words = ["<s>", "<pad>", "</s>", "<unk>", *(found.id_to_piece(n) for n in range(3, found.get_piece_size()))]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    tokenizer = transformers.M2M100Tokenizer(str(folder / "vocab.json"), str(folder / "sentencepiece.bpe.model"))
    size = len(words) + len(FAIRSEQ_LANGUAGE_CODES["m2m100"]) + 8
    config = transformers.M2M100Config(vocab_size=size, **SMALL, **QUIET, scale_embedding=True)
    return transformers.M2M100ForConditionalGeneration(config), tokenizer


def nllb(folder: Path) -> tuple[Any, Any]:
    pieces(folder / "sentencepiece.bpe", model_type="bpe")
    made = transformers.NllbTokenizer.from_pretrained(str(folder), extra_special_tokens=list(FLORES_CODES))
    made.save_pretrained(folder)
    tokenizer = transformers.NllbTokenizer.from_pretrained(str(folder))
    config = transformers.M2M100Config(vocab_size=len(tokenizer) + 2, **SMALL, **QUIET, scale_embedding=True)
    return transformers.M2M100ForConditionalGeneration(config), tokenizer


def opus(folder: Path) -> tuple[Any, Any]:
    found = pieces(folder / "source")
    (folder / "target.spm").write_bytes((folder / "source.model").read_bytes())
    (folder / "source.model").rename(folder / "source.spm")
    words = ["</s>", "<unk>", *(found.id_to_piece(n) for n in range(3, found.get_piece_size())), "<pad>"]
    (folder / "vocab.json").write_text(json.dumps({word: n for n, word in enumerate(words)}))
    files = [str(folder / name) for name in ("source.spm", "target.spm", "vocab.json")]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it recommends a library that normalizes punctuation
        tokenizer = transformers.MarianTokenizer(*files)
    pad = len(words) - 1
    config = transformers.MarianConfig(
        vocab_size=len(words),
        **SMALL,
        **QUIET,
        activation_function="swish",
        scale_embedding=True,
        pad_token_id=pad,
        eos_token_id=0,
        bos_token_id=0,
        decoder_start_token_id=pad,
        forced_eos_token_id=None,
    )
    model = transformers.MarianMTModel(config)
    model.generation_config.bad_words_ids = [[pad]]
    return model, tokenizer


def madlad(folder: Path, *, scaled: bool = False) -> tuple[Any, Any]:
    commands = ["<2en>", "<2de>"]
    ids = {"pad_id": 0, "eos_id": 1, "unk_id": 2, "bos_id": -1}
    found = pieces(folder / "spiece", user_defined_symbols=commands, **ids)
    config = transformers.T5Config(
        vocab_size=found.get_piece_size() + 6,
        d_model=64,
        d_kv=16,
        d_ff=128,
        num_layers=1,
        num_heads=4,
        dropout_rate=0.0,
        feed_forward_proj="gated-gelu",
        decoder_start_token_id=0,
        tie_word_embeddings=scaled,
    )
    model = transformers.T5ForConditionalGeneration(config)
    if not scaled:  # as the published one: an output layer of its own
        model.lm_head.weight = torch.nn.Parameter(torch.randn_like(model.shared.weight) * 0.1)
    return model, found
