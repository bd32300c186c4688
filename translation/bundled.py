"""The reader that comes with the package: one pass of one encoder gives language, critique, preference and memory.

Runs on ONNX Runtime with the weights in `translation/weights`; no network, no torch.
"""

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from translation.tokens import END, PAD, Tokenizer, Tokens
from translation.windows import batches, windows

if TYPE_CHECKING:
    import onnxruntime

WEIGHTS = Path(__file__).parent / "weights"
BATCH_TOKENS = 2048  # of one run, with padding; bounds the memory that a run needs

Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Schema:
    """What the columns of the outputs stand for, in order."""

    languages: tuple[str, ...]
    aspects: tuple[str, ...]
    attributes: tuple[tuple[str, str], ...]  # (aspect, code)
    polarities: tuple[str, ...]
    preferences: tuple[str, ...]
    thresholds: Mapping[str, float]  # chosen on training messages set aside; what they mean is normalize's affair


@dataclass(frozen=True, slots=True)
class Encoded:
    """One text's outputs; all probabilities but `memory`. n: the person's own tokens."""

    text: str
    schema: Schema
    offsets: npt.NDArray[np.int32]  # (n, 2) half-open, code points of `text`; some tokens are empty
    language: Array  # (languages,)
    aspects: Array  # (n, aspects): the token is evidence for the aspect
    polarity: Array  # (n, 3)
    begin: Array  # (n,): a piece of evidence begins here
    strength: Array  # (n, 3)
    targets: Array  # (n, 4)
    attributes: Array  # (n, attributes)
    labels: Array  # (aspects, 3): the message holds such a label
    preference: Array  # (6,): 0 where the kind does not allow it
    memory: Array  # (m, 1152): states of several of the encoder's layers, with the special tokens of each window
    windows: int  # how many the text was cut into

    def memory_of(self, start: int, end: int) -> Array:
        """States of what touches [start, end), and the special tokens; of several windows, only for the whole text."""
        before = len(self.memory) - len(self.offsets) - 1
        first, last = self.offsets[:, 0], self.offsets[:, 1]
        touched = (first < end) & (np.maximum(last, first + 1) > start)
        return np.asarray(self.memory[np.concatenate([np.ones(before, bool), touched, [True]])], np.float32)


def _sigmoid(x: npt.NDArray[Any]) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), np.float32)


def _softmax(x: npt.NDArray[Any]) -> Array:
    shifted = np.exp(x - x.max(-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(-1, keepdims=True), np.float32)


def _allowed(preferences: Sequence[str], kind: str) -> npt.NDArray[np.bool_]:
    letters = {"single": "", "pair": "AB", "set": "ABCD"}[kind]
    return np.array([p == "none" or (p == "tie" and bool(letters)) or p in tuple(letters) for p in preferences])


@dataclass(frozen=True, slots=True)
class _Window:
    """A part of a text as the model takes it."""

    text: int
    start: int
    end: int
    ids: list[int]


class BundledReader:
    """Owns the session; made cheaply, loads at the first use. Safe to share between threads."""

    def __init__(self, folder: Path = WEIGHTS, threads: int = 2) -> None:
        self._folder, self._threads, self._lock = folder, threads, threading.Lock()
        self._tokenizer = Tokenizer(folder / "tokens.model")

    @cached_property
    def _description(self) -> dict[str, Any]:
        description: dict[str, Any] = json.loads((self._folder / "reader.json").read_text("utf-8"))
        return description

    @cached_property
    def schema(self) -> Schema:
        """What the columns of the outputs stand for."""
        table = self._description
        return Schema(
            languages=tuple(table["languages"]),
            aspects=tuple(table["aspects"]),
            attributes=tuple((aspect, code) for aspect, code in table["attributes"]),
            polarities=tuple(table["polarities"]),
            preferences=tuple(table["preferences"]),
            thresholds=json.loads((self._folder / "thresholds.json").read_text("utf-8")),
        )

    @property
    def languages(self) -> tuple[str, ...]:
        """Labels of the language head, BCP 47; `und` is one of them."""
        return self.schema.languages

    @property
    def signature(self) -> str:
        """Names the weights, for readings and exports."""
        return f"encoder-e5s.{self._description['version']}"

    @cached_property
    def session(self) -> "onnxruntime.InferenceSession":
        """The model itself: ids, mask, kind in; the outputs of the graph out."""
        return open_session(self._folder / "reader.onnx", self._threads)

    def encode(self, texts: Sequence[str], kinds: Sequence[str]) -> list[Encoded]:
        """Read texts of any length, each about a comparison of the given kind; the order is kept."""
        with self._lock:  # loading and the tokenizer's first use; runs are short
            tokens = self._tokenizer.encode(texts)
            parts = [window for i, text in enumerate(texts) for window in self._cut(i, text, tokens[i])]
            read: dict[int, list[tuple[_Window, dict[str, Array]]]] = {i: [] for i in range(len(texts))}
            for chosen in batches([len(window.ids) for window in parts], BATCH_TOKENS):
                batch = [parts[i] for i in chosen]
                for window, outputs in zip(batch, self._run(batch, kinds), strict=True):
                    read[window.text].append((window, outputs))
        return [
            self._encoded(text, kind, row, sorted(read[i], key=lambda part: part[0].start))
            for i, (text, kind, row) in enumerate(zip(texts, kinds, tokens, strict=True))
        ]

    def _cut(self, index: int, text: str, tokens: Tokens) -> Iterator[_Window]:
        before = self._tokenizer.before
        for start, end in windows(text, tokens.offsets):
            yield _Window(index, start, end, [*tokens.ids[:before], *tokens.ids[before + start : before + end], END])

    def _run(self, batch: Sequence[_Window], kinds: Sequence[str]) -> Iterator[dict[str, Array]]:
        longest = max(len(window.ids) for window in batch)
        ids = np.full((len(batch), longest), PAD, np.int64)
        mask = np.zeros((len(batch), longest), np.int64)
        for row, window in enumerate(batch):
            ids[row, : len(window.ids)], mask[row, : len(window.ids)] = window.ids, 1
        order: list[str] = self._description["kinds"]
        kind = np.array([order.index(kinds[window.text]) for window in batch], np.int64)
        names = [output.name for output in self.session.get_outputs()]
        outputs = dict(zip(names, self.session.run(names, {"ids": ids, "mask": mask, "kind": kind}), strict=True))
        for row, window in enumerate(batch):
            length, own = len(window.ids), slice(self._tokenizer.before, len(window.ids) - 1)
            cut = {"tokens": own, "memory": slice(0, length)}  # the others have no token axis
            yield {name: np.array(value[row][cut.get(name, slice(None))]) for name, value in outputs.items()}

    def _encoded(self, text: str, kind: str, tokens: Tokens, parts: list[tuple[_Window, dict[str, Array]]]) -> Encoded:
        schema = self.schema
        count, outputs = len(tokens.offsets), [part for _, part in parts]
        sums, seen = np.zeros((count, outputs[0]["tokens"].shape[-1]), np.float32), np.zeros((count, 1), np.float32)
        for window, part in parts:
            sums[window.start : window.end] += part["tokens"]
            seen[window.start : window.end] += 1
        sizes = np.cumsum([len(schema.aspects), 3, 1, 3, 4])
        aspects, polarity, begin, strength, targets, attributes = np.split(sums / np.maximum(seen, 1), sizes, -1)
        allowed = _allowed(schema.preferences, kind)
        choices = [_softmax(np.where(allowed, part["preference"], np.float32(-1e4))) for part in outputs]
        return Encoded(
            text=text,
            schema=schema,
            offsets=np.array(tokens.offsets, np.int32).reshape(-1, 2),
            language=np.mean([_softmax(part["language"]) for part in outputs], 0, dtype=np.float32),
            aspects=_sigmoid(aspects),
            polarity=_softmax(polarity),
            begin=_sigmoid(begin)[:, 0],
            strength=_softmax(strength),
            targets=_sigmoid(targets),
            attributes=_sigmoid(attributes),
            labels=np.max([_sigmoid(part["labels"]) for part in outputs], 0).reshape(len(schema.aspects), 3),
            preference=min(choices, key=lambda choice: choice[schema.preferences.index("none")]),
            memory=np.concatenate([part["memory"] for part in outputs]),
            windows=len(parts),
        )


def open_session(path: Path, threads: int) -> "onnxruntime.InferenceSession":
    """A graph, loaded; its threads sleep while they wait, since others have work on the same processors."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
