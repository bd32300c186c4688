"""Remembers what was translated, so that what many people write ("qué lindo!", "きれい") is decoded once.

Kept in the process and bounded: a reading costs milliseconds and its result is in the store, so nothing is gained by a
cache that outlives the process or is shared.
"""

import threading
import unicodedata
from collections import OrderedDict
from typing import NamedTuple

from translation.decoding import Hypothesis
from translation.parts import Part

ROOM = 4096  # translations, mostly under 1 KB


class Key(NamedTuple):
    """What a translation depends on; `signature` names weights and settings, so no model gets another's text."""

    message: str  # the encoder reads a part in the light of it
    text: str
    language: str
    signature: str


class Memory:
    """The translations used last, by `Key`; safe to share between threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room, self._lock = room, threading.Lock()
        self._kept: OrderedDict[Key, Hypothesis] = OrderedDict()

    def find(self, key: Key) -> Hypothesis | None:
        """What was kept, which counts as used now."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def keep(self, key: Key, hypothesis: Hypothesis) -> None:
        """Keep it, and forget what was used longest ago where there is no room."""
        with self._lock:
            self._kept[key] = hypothesis
            self._kept.move_to_end(key)
            while len(self._kept) > self._room:
                self._kept.popitem(last=False)


def key(part: Part, signature: str) -> Key:
    """The key of a part: two spellings that the tokenizer reads as one (NFKC, white space) have the same."""
    return Key(_spelt(part.encoded.text), _spelt(part.text), part.language, signature)


def _spelt(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())
