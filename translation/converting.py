"""Turns a fetched snapshot into a CTranslate2 model; the only place that needs torch and transformers."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import sentencepiece

from translation.checkpoints import Checkpoint, ModelError

HALF_FROM = 4_000_000_000  # bytes; larger weights are read as float16, which halves the memory that is needed


class Vocabulary:
    """What the converter asks of a tokenizer. Read from the files: tokenizer classes change between versions."""

    bos_token, eos_token, unk_token, pad_token = "<s>", "</s>", "<unk>", "<pad>"
    special_tokens_map: dict[str, Any] = {}  # noqa: RUF012

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self.unk_token_id = tokens.index(self.unk_token)

    def get_vocab(self) -> dict[str, int]:
        return {token: number for number, token in enumerate(self._tokens)}

    def convert_ids_to_tokens(self, number: int) -> str:
        return self._tokens[number]


def vocabulary(checkpoint: Checkpoint, folder: Path) -> Vocabulary:
    """All tokens of a snapshot in the order of their ids."""
    if "tokenizer.json" in checkpoint.family.files:  # NLLB: pieces, then languages
        table = json.loads((folder / "tokenizer.json").read_text("utf-8"))
        found = dict(table["model"]["vocab"]) | {row["content"]: row["id"] for row in table["added_tokens"]}
        return Vocabulary(sorted(found, key=found.__getitem__))
    if "vocab.json" not in checkpoint.family.files:  # T5: sentencepiece's own ids
        pieces = sentencepiece.SentencePieceProcessor(model_proto=(folder / checkpoint.family.source).read_bytes())
        return Vocabulary([pieces.id_to_piece(number) for number in range(pieces.get_piece_size())])
    found = json.loads((folder / "vocab.json").read_text("utf-8"))
    tokens = sorted(found, key=found.__getitem__)
    if checkpoint.family.before:  # M2M100: its languages follow, in an order that only its tokenizer knows
        from transformers.models.m2m_100.tokenization_m2m_100 import FAIRSEQ_LANGUAGE_CODES

        tokens += [f"__{code}__" for code in FAIRSEQ_LANGUAGE_CODES["m2m100"]]
    return Vocabulary(tokens)


def _check_languages(checkpoint: Checkpoint, words: Vocabulary) -> None:
    """A language without a token would be read as unknown, in silence."""
    family, known = checkpoint.family, words.get_vocab()
    codes = (checkpoint.codes or {}).values() if family.needs_source else [""]
    wanted = {family.before.format(code=code) for code in codes} | {family.forced}
    if missing := sorted(wanted - {""} - known.keys()):
        raise ModelError(f"the vocabulary of {checkpoint.id} lacks {', '.join(missing[:5])}: is it the right model?")


def convert(checkpoint: Checkpoint, snapshot: Path, target: Path, quantization: str = "int8") -> None:
    """Write the snapshot as a CTranslate2 model, with what is needed to spell its tokens, into a new folder."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # a snapshot with nothing but .bin weights must not make anybody ask the hub
    from ctranslate2.converters.transformers import TransformersConverter
    from transformers import utils

    logging: Any = utils.logging
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    words = vocabulary(checkpoint, snapshot)
    _check_languages(checkpoint, words)

    class Converter(TransformersConverter):  # type: ignore[misc]
        def load_model(self, *args: Any, **kwargs: Any) -> Any:
            model = super().load_model(*args, **kwargs)
            # CTranslate2 scales T5's outputs where `tie_word_embeddings` is true; since transformers 5 it always is,
            # and MADLAD's outputs would come out too flat.
            if hasattr(model.config, "scale_decoder_outputs"):
                model.config.tie_word_embeddings = model.config.scale_decoder_outputs
            return model

        def load_tokenizer(self, *args: Any, **kwargs: Any) -> Vocabulary:
            return words

    half = sum(path.stat().st_size for path in snapshot.iterdir()) >= HALF_FROM
    try:
        Converter(str(snapshot), load_as_float16=half, low_cpu_mem_usage=half).convert(
            str(target), quantization=quantization, force=True
        )
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise ModelError(f"{checkpoint.name} could not be converted: {error}") from error
    for name in checkpoint.family.kept:
        shutil.copyfile(snapshot / name, target / name)
