"""Writes a real sentencepiece model from pieces and scores, and trims a vocabulary to what is needed."""

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

proto: Any = sentencepiece_model_pb2  # its classes are made at run time
CONTROL = ("<s>", "<pad>", "</s>")  # ids 0, 1, 2
UNKNOWN = "<unk>"  # id 3


def normalizer() -> Any:
    """XLM-R's normalizer (`nmt_nfkc`), taken out of a model trained for the purpose."""
    trained = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["a b c d e f g h"] * 20),
        model_writer=trained,
        vocab_size=20,
        hard_vocab_limit=False,
        normalization_rule_name="nmt_nfkc",
        minloglevel=2,
    )
    model = proto.ModelProto()
    model.ParseFromString(trained.getvalue())
    return model.normalizer_spec


def unigram_model(pieces: Sequence[str], scores: Sequence[float]) -> bytes:
    """A serialized unigram ModelProto whose ids are the positions in `pieces`."""
    model = proto.ModelProto()
    kinds = proto.ModelProto.SentencePiece
    for piece, score in zip(pieces, scores, strict=True):
        kind = kinds.NORMAL
        if piece in CONTROL:
            kind = kinds.CONTROL
        elif piece == UNKNOWN:
            kind = kinds.UNKNOWN
        model.pieces.append(kinds(piece=piece, score=float(score), type=kind))
    spec = model.trainer_spec
    spec.model_type = proto.TrainerSpec.UNIGRAM
    spec.vocab_size = len(model.pieces)
    spec.bos_id, spec.pad_id, spec.eos_id, spec.unk_id = 0, 1, 2, 3
    model.normalizer_spec.CopyFrom(normalizer())
    return bytes(model.SerializeToString())


def used_pieces(model: sentencepiece.SentencePieceProcessor, texts: Iterable[str]) -> Counter[int]:
    """How often each id occurs in the texts."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(model.encode(text))
    return counts


def trim(pieces: Sequence[str], scores: Sequence[float], first: set[int], used: Counter[int], size: int) -> list[int]:
    """The ids to keep, in order: specials, single characters, `first`, then the most used, then the most probable."""
    keep = set(range(len(CONTROL) + 1)) | first
    keep |= {i for i, piece in enumerate(pieces) if len(piece.removeprefix("▁")) <= 1}
    rest = (i for i in range(len(pieces)) if i not in keep and pieces[i] != "<mask>")
    ranked = sorted(rest, key=lambda i: (-used[i], -scores[i]))
    if len(keep) > size:
        raise ValueError(f"{len(keep)} pieces must be kept; a vocabulary of {size} cannot hold them")
    return sorted(keep | set(ranked[: size - len(keep)]))
