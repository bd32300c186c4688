"""What the critique branch is asked for in training, batch by batch, and how far off it is."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from translation.training.examples import LETTERS, POLARITIES, PREFERENCES, Example, Schema
from translation.training.network import KINDS
from translation.training.pool import Pool

UNSAID = -1e4
LETTERS_OF = {"single": 0, "pair": 2, "set": 4}


@dataclass(slots=True)
class Batch:
    """Inputs of the branch, then the wanted outputs: token arrays are (batch, tokens, ...)."""

    middle: Tensor
    mask: Tensor
    words: Tensor
    kind: Tensor
    aspects: Tensor
    polarity: Tensor  # rows that add up to 1, or to 0 outside the evidence
    begin: Tensor
    strength: Tensor  # -1 outside the evidence
    targets: Tensor
    attributes: Tensor
    asked: Tensor  # attributes of the aspects that the token is evidence for
    spans: Tensor  # (batch,) 1 where the labels' words are known
    present: Tensor
    preference: Tensor


def _mark(batch: Batch, row: int, example: Example, schema: Schema) -> None:
    for first, last, label in example.marks:
        batch.aspects[row, first:last, schema.aspects.index(label["aspect"])] = 1
        batch.polarity[row, first:last, POLARITIES.index(label["polarity"])] += 1
        batch.begin[row, first] = 1
        batch.strength[row, first:last] = label["strength"] - 1
        for letter in label["targets"]:
            batch.targets[row, first:last, LETTERS.index(letter)] = 1
        for column, (aspect, code) in enumerate(schema.attributes):
            if aspect == label["aspect"]:
                batch.asked[row, first:last, column] = 1
                if code in label["attributes"]:
                    batch.attributes[row, first:last, column] = 1


def collate(pool: Pool, indices: Sequence[int], schema: Schema) -> Batch:
    """The examples at `indices` as one padded batch."""
    examples = [pool.examples[i] for i in indices]
    size, longest = len(examples), max(len(e.ids) for e in examples)

    def zeros(*shape: int) -> Tensor:
        return torch.zeros(size, longest, *shape)

    batch = Batch(
        middle=zeros(pool.states.shape[1]),
        mask=zeros(),
        words=zeros(),
        kind=torch.tensor([e.kind for e in examples]),
        aspects=zeros(len(schema.aspects)),
        polarity=zeros(3),
        begin=zeros(1),
        strength=torch.full((size, longest), -1, dtype=torch.long),
        targets=zeros(4),
        attributes=zeros(len(schema.attributes)),
        asked=zeros(len(schema.attributes)),
        spans=torch.tensor([float(e.spans) for e in examples]),
        present=torch.stack([torch.from_numpy(e.present) for e in examples]),
        preference=torch.tensor([e.preference for e in examples]),
    )
    for row, (index, example) in enumerate(zip(indices, examples, strict=True)):
        batch.middle[row, : len(example.ids)] = torch.from_numpy(pool.middle(index).astype("float32"))
        batch.mask[row, : len(example.ids)] = 1
        batch.words[row, example.own[0] : example.own[1]] = 1
        _mark(batch, row, example, schema)
    batch.polarity /= batch.polarity.sum(-1, keepdim=True).clamp(min=1)
    return batch


def allowed_preferences(kind: Tensor) -> Tensor:
    """(batch, 6): 0 where the kind allows the choice, very negative where it does not."""
    rows = torch.full((len(KINDS), len(PREFERENCES)), UNSAID)
    for row, name in enumerate(KINDS):
        rows[row, : LETTERS_OF[name]] = 0
        rows[row, 4 if name != "single" else 5] = rows[row, 5] = 0
    return rows[kind]


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    return (values * weight).sum() / weight.sum().clamp(min=1)


def losses(outputs: tuple[Tensor, ...], batch: Batch) -> dict[str, Tensor]:
    """Each head's loss, already weighted."""
    aspect, polarity, begin, strength, targets, attributes, labels, preference = outputs
    bce = functional.binary_cross_entropy_with_logits
    read = batch.words * batch.spans[:, None]
    inside = (batch.polarity.sum(-1) > 0).float()
    letters = torch.tensor([LETTERS_OF[name] for name in KINDS])[batch.kind]
    shown = (torch.arange(4)[None] < letters[:, None]).float()[:, None, :] * inside[..., None]
    compared = (letters > 0).float()
    return {
        "aspect": _mean(bce(aspect, batch.aspects, reduction="none").sum(-1), read),
        "polarity": _mean(-(batch.polarity * torch.log_softmax(polarity, -1)).sum(-1), inside),
        "begin": _mean(bce(begin, batch.begin, reduction="none").squeeze(-1), read),
        "strength": 0.3 * functional.cross_entropy(strength.flatten(0, 1), batch.strength.flatten(), ignore_index=-1),
        "targets": _mean(bce(targets, batch.targets, reduction="none"), shown),
        "attributes": _mean(bce(attributes, batch.attributes, reduction="none"), batch.asked),
        "labels": 0.5 * bce(labels, batch.present, reduction="none").sum(-1).mean(),
        "preference": 0.7
        * _mean(
            functional.cross_entropy(preference + allowed_preferences(batch.kind), batch.preference, reduction="none"),
            compared,
        ),
    }
