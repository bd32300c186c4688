"""Writes English from an encoded message: beam search in numpy over the int8 decoder on ONNX Runtime.

Deterministic: no sampling, static quantization scales, ties broken by order; a message comes out the same alone and
in a batch.
"""

import math
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from translation.bundled import WEIGHTS, open_session

if TYPE_CHECKING:
    import onnxruntime

    from translation.parts import Part

VERSION = 3  # of the weights
END, START = 0, 1
LAYERS, HEADS, SIZE = 4, 6, 64
BEAM = 2
ROWS = 64  # hypotheses decoded side by side
MOST = 200  # tokens of one hypothesis

Floats = NDArray[np.float32]
Values = dict[str, Any]


class Hypothesis(NamedTuple):
    """A translation; `log_probability` is the mean over its tokens, its end included."""

    text: str
    log_probability: float


class Beam(NamedTuple):
    """A hypothesis: its tokens, their summed log-probability, its row in the step just run."""

    tokens: tuple[int, ...]
    score: float
    row: int

    def extended(self, token: int, score: float, row: int) -> "Beam":
        return Beam((*self.tokens, token), score, row)

    @property
    def mean(self) -> float:
        return self.score / max(1, len(self.tokens))


class Search:
    """The beams of one message."""

    def __init__(self, width: int, source: int) -> None:
        self.width = width
        self.limit = min(MOST, 2 * source + 12)  # one in a thousand references is longer
        self.beams = [Beam((), 0.0, 0)]
        self.finished: list[Beam] = []

    def advance(self, first_row: int, log_probability: Floats, tokens: NDArray[np.int64]) -> None:
        """Take the next tokens of each beam (its rows from `first_row` on); keep the best beams."""
        offers = [
            (beam.score + float(log_probability[first_row + n, k]), n, int(tokens[first_row + n, k]))
            for n, beam in enumerate(self.beams)
            for k in range(tokens.shape[1])
        ]
        live: list[Beam] = []
        for score, n, token in sorted(offers, key=lambda offer: -offer[0]):
            if token == END:
                self.finished.append(self.beams[n].extended(END, score, -1))
            elif not loops(self.beams[n].tokens, token):
                live.append(self.beams[n].extended(token, score, first_row + n))
            if len(live) == self.width:
                break
        self.beams = live

    @property
    def done(self) -> bool:
        """True where no unfinished hypothesis can still win, or the message has had its tokens."""
        if not self.beams or len(self.beams[0].tokens) >= self.limit:
            return True
        return bool(self.finished) and self.beams[0].mean < max(beam.mean for beam in self.finished)

    def best(self) -> Beam:
        """The likeliest, by its mean; an unfinished one only where none came to an end."""
        return max(self.finished or self.beams or [Beam((END,), -math.inf, -1)], key=lambda beam: beam.mean)


def loops(tokens: Sequence[int], token: int) -> bool:
    """Would the text now end in one phrase again and again: four times, or three where it is over two tokens?

    >>> loops([7, 8, 9, 7, 8, 9, 7, 8], 9), loops([5, 5], 5)
    (True, False)
    """
    longer = (*tokens[-23:], token)
    for period in range(1, 9):
        copies = 4 if period < 3 else 3
        tail = longer[-period * copies :]
        if len(tail) == period * copies and tail == tail[:period] * copies:
            return True
    return False


class EnglishDecoder:
    """Owns the decoder's sessions and its vocabulary; made cheaply, loads at the first use."""

    def __init__(self, folder: Path = WEIGHTS, threads: int = 2) -> None:
        self._folder, self._threads = folder, threads

    @property
    def signature(self) -> str:
        """Names the weights and the search, for readings and exports."""
        return f"decoder-e5s.{VERSION},beam{BEAM}"

    @property
    def gate_file(self) -> Path:
        """The gate that is fitted to these weights."""
        return self._folder / "gate.json"

    @cached_property
    def _memory(self) -> "onnxruntime.InferenceSession":
        return open_session(self._folder / "decoder_memory.onnx", self._threads)

    @cached_property
    def _step(self) -> "onnxruntime.InferenceSession":
        return open_session(self._folder / "decoder.onnx", self._threads)

    @cached_property
    def pieces(self) -> list[bytes]:
        """The bytes of every output token."""
        return read_pieces(self._folder / "english.pieces")

    def hypotheses(self, parts: "Sequence[Part]") -> list[Hypothesis]:
        """One hypothesis a part, in their order; the encoder has seen to the language."""
        return self.translate([part.memory for part in parts])

    def translate(self, memories: Sequence[Floats], beam: int = BEAM) -> list[Hypothesis]:
        """One hypothesis a memory (tokens, width), in their order; decoded side by side, alike lengths together."""
        order = sorted(range(len(memories)), key=lambda i: len(memories[i]))
        size = max(1, ROWS // beam)
        found: dict[int, Hypothesis] = {}
        for at in range(0, len(order), size):
            chosen = order[at : at + size]
            beams = self._search([memories[i] for i in chosen], beam)
            found |= {i: self._worded(best) for i, best in zip(chosen, beams, strict=True)}
        return [found[i] for i in range(len(memories))]

    def _search(self, memories: Sequence[Floats], width: int) -> list[Beam]:
        searches = [Search(width, len(memory)) for memory in memories]
        active = list(searches)
        memory, mask = stack(memories)
        attended = self._memory.run(None, {"memory": memory, "mask": mask})
        fixed: Values = {**dict(zip(_names("key", "value"), attended, strict=True)), "mask": mask}
        own: Values = {name: np.zeros((1, HEADS, 0, SIZE), np.float32) for name in _names("own_value")}
        own |= {name: np.zeros((1, HEADS, SIZE, 0), np.float32) for name in _names("own_key")}
        position = 0
        while active:
            rows = [beam for search in active for beam in padded(search.beams, width)]
            feed = {
                "token": np.array([beam.tokens[-1] if beam.tokens else START for beam in rows]),
                "parent": np.array([beam.row for beam in rows]),
                "position": np.array([position]),
            }
            log_probability, tokens, *new = self._step.run(None, {**feed, **fixed, **own})
            own = dict(zip(_names("own_key", "own_value"), new, strict=True))
            for n, search in enumerate(active):
                search.advance(n * width, log_probability, tokens)
            going = [n for n, search in enumerate(active) if not search.done]
            if len(going) < len(active):
                active = [active[n] for n in going]
                fixed = {name: value[going] for name, value in fixed.items()}
            position += 1
        return [search.best() for search in searches]

    def _worded(self, beam: Beam) -> Hypothesis:
        text = b"".join(self.pieces[token] for token in beam.tokens).decode("utf-8", errors="ignore").strip()
        return Hypothesis(text, beam.mean)


def padded(beams: Sequence[Beam], width: int) -> list[Beam]:
    """Always `width` rows a message; what is too few is filled with the first, whose rows are not looked at."""
    return [*beams, *[beams[0]] * (width - len(beams))]


def stack(memories: Sequence[Floats]) -> tuple[Floats, Floats]:
    """One padded batch, and what to add to attention weights: 0 at tokens, a large negative number at padding."""
    longest = max(len(memory) for memory in memories)
    memory = np.zeros((len(memories), longest, memories[0].shape[1]), np.float32)
    mask = np.full((len(memories), 1, 1, longest), -1e9, np.float32)
    for row, one in enumerate(memories):
        memory[row, : len(one)], mask[row, ..., : len(one)] = one, 0
    return memory, mask


def read_pieces(path: Path) -> list[bytes]:
    """The vocabulary: how many, the length of each in a byte, then the bytes of all."""
    content = path.read_bytes()
    count = int.from_bytes(content[:4], "little")
    ends = np.cumsum(np.frombuffer(content, np.uint8, count, 4), dtype=np.int64) + 4 + count
    return [content[start:end] for start, end in zip([4 + count, *ends[:-1].tolist()], ends.tolist(), strict=True)]


def _names(*kinds: str) -> list[str]:
    return [f"{kind}_{layer}" for kind in kinds for layer in range(LAYERS)]
