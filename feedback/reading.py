"""Text to reading: the language, the English, and the critique labels with their evidence.

The encoder reads each text once; everything comes from that one pass, but for the beam search of the translation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from feedback.colors import with_color
from feedback.errors import OpineError
from feedback.normalize import normalize
from feedback.records import Kind, Reading
from feedback.signature import signature
from feedback.taxonomy import taxonomy
from translation.bundled import WEIGHTS, BundledReader, Encoded
from translation.decoding import EnglishDecoder
from translation.identify import Identified, identify
from translation.memory import Memory
from translation.quality import gate_signature
from translation.translate import Decoder, Translation, translate


@dataclass(frozen=True, slots=True)
class Message:
    """A text to read, and what is known of its writer."""

    source_text: str
    kind: Kind
    declared_language: str | None = None
    locale: str | None = None
    history: Mapping[str, int] = field(default_factory=dict)  # language tag -> how many earlier messages


class UnfitReader(OpineError, RuntimeError):
    """The models do not read what they must be able to read."""


class Reader:
    """The bundled models, loaded once; CPU-bound, so it is called in a thread. `decoder`: writes English instead."""

    def __init__(self, *, threads: int = 2, decoder: Decoder | None = None, memory: Memory | None = None) -> None:
        self._encoder = BundledReader(WEIGHTS, threads=threads)
        self._decoder = decoder or EnglishDecoder(WEIGHTS, threads=threads)
        self._memory = Memory() if memory is None else memory
        self.signature = signature(normalizer=self._encoder.signature, taxonomy=taxonomy().version)
        gate = gate_signature(self._decoder.gate_file)
        self.translation_signature = signature(translator=self._decoder.signature, gate=gate)

    def warm_up(self) -> Self:
        """Read two known messages: models load at first use, and weights that are damaged must not serve anybody.

        Raises UnfitReader where they are misread.
        """
        spanish, hinglish = self.read(
            [Message("B, la luz es más suave", "pair"), Message("bhai ye wala accha hai", "pair")]
        )
        told = (spanish.language, spanish.preference.choice, ("lighting", "positive"))
        found = [(spanish.language, spanish.preference.choice, (one.aspect, one.polarity)) for one in spanish.labels]
        if told not in found or hinglish.language == "en":
            raise UnfitReader(f"the test sentence is misread ({found}): the weights are damaged, reinstall opine")
        return self

    def read(self, messages: Sequence[Message]) -> list[Reading]:
        """Read a batch; readings in the order of the messages."""
        encoded = self._encoder.encode([m.source_text for m in messages], [m.kind for m in messages])
        identified = [self._identify(m, e) for m, e in zip(messages, encoded, strict=True)]
        translations = translate(self._encoder, self._decoder, encoded, [i.language for i in identified], self._memory)
        return [self._reading(*parts) for parts in zip(messages, encoded, identified, translations, strict=True)]

    def _identify(self, message: Message, encoded: Encoded) -> Identified:
        head = dict(zip(self._encoder.languages, map(float, encoded.language), strict=True))
        declared = message.declared_language or message.locale
        return identify(message.source_text, head, declared=declared, history=message.history)

    def _reading(self, message: Message, encoded: Encoded, identified: Identified, translation: Translation) -> Reading:
        labels, preference = normalize(encoded, message.kind)
        return Reading(
            language=identified.language,
            language_confidence=identified.confidence,
            translation=translation.text,
            translation_confidence=translation.confidence,
            labels=tuple(with_color(label, message.source_text, identified.language) for label in labels),
            preference=preference,
            signature=self.signature,
            translation_signature=self.translation_signature,
        )
