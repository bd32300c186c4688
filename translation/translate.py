"""Any language in, English out: cuts a message up, decodes its parts in one batch, judges them, glues them together."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from translation import quality, segments
from translation.bundled import BundledReader, Encode, Encoded
from translation.canonical import canonical, finished_like, relaxed
from translation.decoding import Hypothesis
from translation.languages import find_language
from translation.memory import Memory, key


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

    def hypotheses(self, texts: Sequence[str], languages: Sequence[str], encode: Encode) -> list[Hypothesis]:
        """One hypothesis a text, in their order; `encode` runs the bundled encoder, where that is needed."""


class Part(NamedTuple):
    """A segment that is to be translated: the message that it belongs to, its text, its language."""

    message: int
    text: str
    language: str


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
    parts = [Part(n, piece.text, languages[n]) for n, pieces in enumerate(cut) for piece in pieces if piece.translate]
    source = Hypotheses(reader, decoder, {message.text: message for message in encoded}, memory)
    answers: list[list[Answer]] = [[] for _ in encoded]
    for answer in answered(source, parts, quality.gate(decoder.gate_file)):
        answers[answer.part.message].append(answer)
    return [
        Attempt(segments.join(pieces, [one.text for one in own]) if pieces else message.text, own, language)
        for message, pieces, own, language in zip(encoded, cut, answers, languages, strict=True)
    ]


def answered(source: "Hypotheses", parts: Sequence[Part], fitted: quality.Gate) -> list[Answer]:
    """One answer a part; what the gate rejects is tried once more in another form, and the surer answer counts."""
    plain = [canonical(part.text, part.language) for part in parts]
    best = _judged(source, parts, plain, fitted)
    other = {
        n: second
        for n, part in enumerate(parts)
        if best[n].confidence < fitted.threshold and (second := another_form(part, plain[n])) is not None
    }
    again = _judged(source, [parts[n] for n in other], list(other.values()), fitted)
    for n, answer in zip(other, again, strict=True):
        best[n] = max(best[n], answer, key=lambda one: one.confidence)
    return best


def another_form(part: Part, plain: str) -> str | None:
    """Without stretching and repetition; None where there is none, so that only what is typed oddly costs twice."""
    form = relaxed(part.text, part.language)
    return form if form != plain else None


def _judged(source: "Hypotheses", parts: Sequence[Part], forms: Sequence[str], fitted: quality.Gate) -> list[Answer]:
    written = source.of([(form, part.language) for form, part in zip(forms, parts, strict=True)])
    return [
        Answer(part, hypothesis, quality.judge(part.text, hypothesis, fitted, part.language))
        for part, hypothesis in zip(parts, written, strict=True)
    ]


class Hypotheses:
    """Where they come from: what is remembered, else the decoder; `known` are messages encoded already."""

    def __init__(
        self, reader: BundledReader, decoder: Decoder, known: Mapping[str, Encoded], memory: Memory | None
    ) -> None:
        self._reader, self._decoder, self._known = reader, decoder, known
        self._memory = memory if memory is not None else Memory(room=0)
        self._signature = f"{reader.signature}|{decoder.signature}"

    def of(self, texts: Sequence[tuple[str, str]]) -> list[Hypothesis]:
        """One hypothesis for each (text, language), in their order; what occurs twice is decoded once."""
        keys = [key(text, language, self._signature) for text, language in texts]
        found = {one: self._memory.find(one) for one in dict.fromkeys(keys)}
        missing = {one: text for one, (text, _) in zip(keys, texts, strict=True) if found[one] is None}
        languages = [one.language for one in missing]
        written = self._decoder.hypotheses(list(missing.values()), languages, self._encode)
        for one, hypothesis in zip(missing, written, strict=True):
            self._memory.keep(one, hypothesis)
        decoded = dict(zip(missing, written, strict=True))
        return [found[one] or decoded[one] for one in keys]

    def _encode(self, texts: Sequence[str]) -> list[Encoded]:
        anew = [text for text in texts if text not in self._known]
        fresh = dict(zip(anew, self._reader.encode(anew, ["single"] * len(anew)), strict=True))
        return [self._known.get(text) or fresh[text] for text in texts]


def is_english(language: str) -> bool:
    found = find_language(language)
    return found is not None and found.base == "en"
