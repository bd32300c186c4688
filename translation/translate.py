"""Any language in, English out: cuts a message up, decodes its parts in one batch, judges them, glues them together."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from translation import quality, segments
from translation.bundled import BundledReader, Encoded
from translation.canonical import finished_like, relaxed, same_but_finished
from translation.decoding import Hypothesis
from translation.languages import find_language
from translation.memory import Memory, key
from translation.parts import Part, parts_of, whole


class Translation(NamedTuple):
    """English of a message; None: the gate rejected it. English, or no words at all, is its own translation."""

    text: str | None
    confidence: float


class Decoder(Protocol):
    """What writes English: the bundled decoder, or a checkpoint."""

    @property
    def signature(self) -> str:
        """Names the weights and the search, for readings and exports."""

    @property
    def gate_file(self) -> Path:
        """The gate that is fitted to its log-probabilities."""

    def hypotheses(self, parts: Sequence[Part]) -> list[Hypothesis]:
        """One hypothesis a part, in their order."""


class Answer(NamedTuple):
    """What a part became, and how sure that is."""

    part: Part
    hypothesis: Hypothesis
    confidence: float

    @property
    def text(self) -> str:
        """As it stands in the message."""
        return finished_like(self.part.text, self.hypothesis.text)


class Attempt(NamedTuple):
    """A message in English before the gate has had its say."""

    text: str
    answers: list[Answer]
    language: str

    def confidence(self, fitted: quality.Gate) -> float:
        """That of the whole; 1 where nothing had to be translated."""
        parts = [(answer.part.text, answer.hypothesis) for answer in self.answers]
        return quality.judge_all(parts, fitted, self.language) if parts else 1.0


def translate(
    reader: BundledReader,
    decoder: Decoder,
    encoded: Sequence[Encoded],
    languages: Sequence[str],
    memory: Memory | None = None,
) -> list[Translation]:
    """One translation for each encoded message, whose language is known or `und`; `memory` is asked first."""
    fitted = quality.gate(decoder.gate_file)
    found: list[Translation] = []
    for attempt in attempts(reader, decoder, encoded, languages, memory):
        confidence = attempt.confidence(fitted)
        found.append(Translation(attempt.text if confidence >= fitted.threshold else None, confidence))
    return found


def attempts(
    reader: BundledReader,
    decoder: Decoder,
    encoded: Sequence[Encoded],
    languages: Sequence[str],
    memory: Memory | None = None,
) -> list[Attempt]:
    """The messages cut up, translated, each rejected part a second time, and glued together, good or bad."""
    languages = [found.tag if (found := find_language(language)) else language for language in languages]
    cut = [
        [] if is_english(language) else segments.split(message.text)
        for message, language in zip(encoded, languages, strict=True)
    ]
    parts = [
        parts_of(reader, message, pieces, language)
        for message, pieces, language in zip(encoded, cut, languages, strict=True)
    ]
    memory = Memory(room=0) if memory is None else memory
    every = iter(answered(reader, decoder, [part for own in parts for part in own], memory))
    answers = [[next(every) for _ in own] for own in parts]
    return [
        Attempt(segments.join(pieces, [one.text for one in own]) if pieces else message.text, own, language)
        for message, pieces, own, language in zip(encoded, cut, answers, languages, strict=True)
    ]


def answered(reader: BundledReader, decoder: Decoder, parts: Sequence[Part], memory: Memory) -> list[Answer]:
    """One answer a part; what the gate rejects and was typed oddly is tried once more in the plain form."""
    fitted = quality.gate(decoder.gate_file)
    signature = f"{reader.signature}|{decoder.signature}"
    best = _judged(parts, written(decoder, parts, memory, signature), fitted)
    again = {
        n: whole(reader, form, part.language)
        for n, part in enumerate(parts)
        if best[n].confidence < fitted.threshold
        and not same_but_finished(part.text, form := relaxed(part.text, part.language))
    }
    second = _judged([parts[n] for n in again], written(decoder, list(again.values()), memory, signature), fitted)
    for n, answer in zip(again, second, strict=True):
        best[n] = max(best[n], answer, key=lambda one: one.confidence)
    return best


def written(decoder: Decoder, parts: Sequence[Part], memory: Memory, signature: str) -> list[Hypothesis]:
    """One hypothesis a part, in their order: what is remembered, else the decoder's; nothing is decoded twice."""
    keys = [key(part, signature) for part in parts]
    found = {one: memory.find(one) for one in dict.fromkeys(keys)}
    missing = {one: part for one, part in zip(keys, parts, strict=True) if found[one] is None}
    decoded = dict(zip(missing, decoder.hypotheses(list(missing.values())), strict=True))
    for one, hypothesis in decoded.items():
        memory.keep(one, hypothesis)
    return [found[one] or decoded[one] for one in keys]


def _judged(parts: Sequence[Part], hypotheses: Sequence[Hypothesis], fitted: quality.Gate) -> list[Answer]:
    return [
        Answer(part, hypothesis, quality.judge(part.text, hypothesis, fitted, part.language))
        for part, hypothesis in zip(parts, hypotheses, strict=True)
    ]


def is_english(language: str) -> bool:
    found = find_language(language)
    return found is not None and found.base == "en"
