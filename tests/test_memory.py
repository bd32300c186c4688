"""What was translated is remembered, and never for another model."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from translation.bundled import BundledReader, Encoded
from translation.decoding import Hypothesis
from translation.memory import Key, Memory, key
from translation.quality import GATE
from translation.translate import Translation, translate

SURE = Hypothesis("I like the light.", -0.01)


class Echo:
    """A decoder that answers with its own name and keeps count."""

    gate_file: Path = GATE

    def __init__(self, signature: str, log_probability: float = 0.0) -> None:
        self.signature, self._log_probability = signature, log_probability
        self.asked: list[str] = []

    def hypotheses(self, encoded: Sequence[Encoded], languages: Sequence[str]) -> list[Hypothesis]:
        self.asked += [one.text for one in encoded]
        return [Hypothesis(f"{self.signature} says light", self._log_probability) for _ in encoded]


@pytest.fixture(scope="module")
def reader() -> BundledReader:
    return BundledReader()


def said(reader: BundledReader, decoder: Echo, text: str, memory: Memory, language: str = "es") -> Translation:
    (translation,) = translate(reader, decoder, reader.encode([text], ["single"]), [language], memory)
    return translation


def test_the_second_time_nothing_is_decoded(reader: BundledReader) -> None:
    memory, decoder = Memory(), Echo("alpha")
    first, second = (said(reader, decoder, text, memory) for text in ("me gusta la luz", "Me  gusta la luz."))
    assert len(decoder.asked) == 1
    assert (memory.hits, memory.misses) == (1, 1)
    assert first.text == (second.text or "").rstrip(".")


def test_a_new_revision_never_gets_the_old_text(reader: BundledReader) -> None:
    memory = Memory()
    for name in ("alpha", "beta", "alpha,beam"):
        assert (said(reader, Echo(name), "me gusta la luz", memory).text or "").startswith(name + " says")
    assert memory.hits == 0


def test_another_encoder_is_another_revision(reader: BundledReader, monkeypatch: pytest.MonkeyPatch) -> None:
    memory, decoder = Memory(), Echo("alpha")
    said(reader, decoder, "me gusta la luz", memory)
    monkeypatch.setattr(BundledReader, "signature", "encoder-e5s.next")
    said(reader, decoder, "me gusta la luz", memory)
    assert len(decoder.asked) == 2


def test_one_spelling_in_two_languages_is_two_texts(reader: BundledReader) -> None:
    memory, decoder = Memory(), Echo("alpha")
    for language in ("es", "pt"):
        said(reader, decoder, "a luz é bonita", memory, language)
    assert len(decoder.asked) == 2


def test_what_a_batch_says_twice_is_decoded_once(reader: BundledReader) -> None:
    decoder, texts = Echo("alpha"), ["qué luz", "Qué luz.", "qué luz 😍"]
    translate(reader, decoder, reader.encode(texts, ["single"] * 3), ["es"] * 3, Memory())
    assert len(decoder.asked) == 1


def test_the_gate_is_asked_each_time(reader: BundledReader) -> None:
    memory, decoder = Memory(), Echo("alpha", log_probability=-9.0)
    assert [said(reader, decoder, "qué luz", memory).text for _ in range(2)] == [None, None]


def test_it_forgets_what_was_used_longest_ago() -> None:
    memory = Memory(room=2)
    a, b, c = (key(text, "es", "alpha") for text in "abc")
    memory.keep(a, SURE)
    memory.keep(b, SURE)
    assert memory.find(a) == SURE
    memory.keep(c, SURE)
    assert (memory.find(a), memory.find(b), memory.find(c), len(memory)) == (SURE, None, SURE, 2)


def test_no_room_keeps_nothing() -> None:
    memory = Memory(room=0)
    memory.keep(Key("a", "es", "alpha"), SURE)
    assert len(memory) == 0


def test_threads_may_share_it() -> None:
    memory = Memory(room=10)

    def use(number: int) -> None:
        one = key(str(number % 20), "es", "alpha")
        if memory.find(one) is None:
            memory.keep(one, SURE)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(use, range(2000)))
    assert len(memory) == 10
    assert memory.hits + memory.misses == 2000
