"""The pieces that the decoder is given, and what the encoder made of each."""

import numpy as np

from translation.bundled import BundledReader, Encoded
from translation.parts import parts_of, whole
from translation.segments import split

SHORT = "La luz es suave. <@42> El color es frío."
LONG = " ".join(f"La luz del cuadro número {number} es suave." for number in range(120))


def test_pieces_of_a_short_text_are_read_in_its_light(reader: BundledReader) -> None:
    [encoded] = reader.encode([SHORT], ["single"])
    parts = parts_of(reader, encoded, split(SHORT), "es")
    assert [part.text for part in parts] == ["La luz es suave.", "El color es frío."]
    assert all(part.encoded is encoded for part in parts)
    alone = whole(reader, "El color es frío.", "es")
    assert parts[1].memory.shape == alone.memory.shape
    assert not np.allclose(parts[1].memory, alone.memory, atol=0.01)


def test_pieces_of_a_text_of_several_windows_are_read_alone(reader: BundledReader) -> None:
    text = f"{LONG} Es bonito. Es bonito."
    [encoded] = reader.encode([text], ["single"])
    assert encoded.windows > 1
    parts = parts_of(reader, encoded, split(text), "es")
    assert [part.text for part in parts] == [piece.text for piece in split(text) if piece.translate]
    assert all(part.start == 0 and part.encoded.text == part.text for part in parts)
    assert parts[-1].encoded is parts[-2].encoded  # the same words are read once


def test_the_memory_of_a_piece_is_what_touches_it_and_the_special_tokens() -> None:
    offsets = np.array([[0, 2], [2, 2], [2, 5], [5, 8]], np.int32)  # the second is empty, and stands at 2
    memory = np.arange(7, dtype=np.float32)[:, None]  # two special tokens before the four, one behind
    rest = dict.fromkeys(
        ("schema", "language", "aspects", "polarity", "begin", "strength", "targets", "attributes", "labels"), None
    )
    encoded = Encoded(text="abcdefgh", offsets=offsets, memory=memory, windows=1, preference=None, **rest)  # type: ignore[arg-type]
    assert encoded.memory_of(0, 8)[:, 0].tolist() == [0, 1, 2, 3, 4, 5, 6]
    assert encoded.memory_of(0, 2)[:, 0].tolist() == [0, 1, 2, 6]
    assert encoded.memory_of(2, 5)[:, 0].tolist() == [0, 1, 3, 4, 6]
    assert encoded.memory_of(4, 6)[:, 0].tolist() == [0, 1, 4, 5, 6]
