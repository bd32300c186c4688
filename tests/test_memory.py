"""What was translated is remembered, and never for another model."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from translation.bundled import WEIGHTS, BundledReader
from translation.decoding import EnglishDecoder, Hypothesis
from translation.memory import Key, Memory, key
from translation.parts import Part, whole
from translation.translate import Translation, translate

SURE = Hypothesis("I like the light.", -0.01)


class Noting(EnglishDecoder):
    """The bundled decoder, which notes what it is asked to translate."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def hypotheses(self, parts: Sequence[Part]) -> list[Hypothesis]:
        self.asked += [part.text for part in parts]
        return super().hypotheses(parts)


class Renamed(Noting):
    """The same by another name, as another version of the weights would be."""

    signature = "decoder-e5s.next"


@pytest.fixture(scope="module")
def loaded() -> Noting:
    return Noting()


@pytest.fixture
def decoder(loaded: Noting) -> Noting:
    loaded.asked.clear()
    return loaded


def said(reader: BundledReader, decoder: Noting, text: str, memory: Memory, language: str = "es") -> Translation:
    (translation,) = translate(reader, decoder, reader.encode([text], ["single"]), [language], memory)
    return translation


def test_the_second_time_nothing_is_decoded(reader: BundledReader, decoder: Noting) -> None:
    memory = Memory()
    first, second = (said(reader, decoder, text, memory) for text in ("No tengo tiempo.", "No  tengo tiempo."))
    assert decoder.asked == ["No tengo tiempo."]
    assert (first.text, second.text) == ("I don't have time.", "I don't have time.")


def test_a_new_revision_never_gets_the_old_text(reader: BundledReader, decoder: Noting) -> None:
    memory, renamed = Memory(), Renamed()
    for one in (decoder, renamed):
        said(reader, one, "me gusta la luz", memory)
    assert renamed.asked == ["me gusta la luz"]


def test_another_encoder_is_another_revision(reader: BundledReader, decoder: Noting, tmp_path: Path) -> None:
    for path in WEIGHTS.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "reader.json").unlink()
    table = json.loads((WEIGHTS / "reader.json").read_text("utf-8"))
    (tmp_path / "reader.json").write_text(json.dumps(table | {"version": 99}), "utf-8")
    memory = Memory()
    for one in (reader, BundledReader(tmp_path)):
        said(one, decoder, "me gusta la luz", memory)
    assert decoder.asked == ["me gusta la luz"] * 2


def test_one_spelling_in_two_languages_is_two_texts(reader: BundledReader, decoder: Noting) -> None:
    memory = Memory()
    for language in ("es", "pt"):
        said(reader, decoder, "a luz é bonita", memory, language)
    assert decoder.asked == ["a luz é bonita"] * 2


def test_what_a_batch_says_twice_is_decoded_once(reader: BundledReader, decoder: Noting) -> None:
    texts = ["qué luz", "qué  luz", "qué luz 😍"]
    translate(reader, decoder, reader.encode(texts, ["single"] * 3), ["es"] * 3, Memory())
    assert len(decoder.asked) == 2  # the encoder reads the words in the light of the heart


def test_what_is_remembered_is_judged_again(reader: BundledReader, decoder: Noting) -> None:
    memory = Memory()
    doubtful = key(whole(reader, "qué luz", "es"), f"{reader.signature}|{decoder.signature}")
    memory.keep(doubtful, Hypothesis("What a light.", -9.0))
    assert said(reader, decoder, "qué luz", memory).text is None
    assert decoder.asked == []


def test_it_forgets_what_was_used_longest_ago() -> None:
    memory = Memory(room=2)
    a, b, c = (Key(text, text, "es", "alpha") for text in "abc")
    memory.keep(a, SURE)
    memory.keep(b, SURE)
    assert memory.find(a) == SURE
    memory.keep(c, SURE)
    assert (memory.find(a), memory.find(b), memory.find(c)) == (SURE, None, SURE)


def test_no_room_keeps_nothing() -> None:
    memory = Memory(room=0)
    memory.keep(Key("a", "a", "es", "alpha"), SURE)
    assert memory.find(Key("a", "a", "es", "alpha")) is None
