"""Translates with a fetched checkpoint on CTranslate2 (int8): no torch at run time, and never any network."""

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from translation import quality
from translation.bundled import Encode
from translation.checkpoints import Checkpoint, Lock, ModelError, find_lock, folder_of, get_checkpoint
from translation.decoding import Hypothesis
from translation.languages import UNKNOWN
from translation.wording import Wording

if TYPE_CHECKING:
    import ctranslate2

BEAM = 4
PATIENCE = 2  # with 1 the search ends once BEAM hypotheses have, though a better one is still being written
GUESSES = 3  # source languages that are tried where nobody knows it
STEP = 8  # tokens; messages within a step share a cap and a batch
MOST = 200  # tokens of a translation
BATCH_TOKENS = 1024  # of one run, with padding; bounds the memory that a run needs
DEFAULT_GATE = Path(__file__).parent / "checkpoint_gate.json"
REFUSED = Hypothesis("", -math.inf)  # the gate gives it 0


class CheckpointDecoder:
    """Owns the translator and its tokens; made cheaply, loads at the first use. Safe to share between threads."""

    def __init__(
        self, checkpoint: Checkpoint, folder: Path, *, version: str, threads: int = 2, gate: Path = DEFAULT_GATE
    ) -> None:
        self.checkpoint = checkpoint
        self.gate_file = gate
        self._folder, self._version, self._threads = folder, version, threads

    @property
    def signature(self) -> str:
        """Names the weights and the search, for readings and exports."""
        return f"{self.checkpoint.name}@{self._version},int8,beam{BEAM},patience{PATIENCE}"

    @cached_property
    def _translator(self) -> "ctranslate2.Translator":
        import ctranslate2

        return ctranslate2.Translator(str(self._folder), device="cpu", inter_threads=1, intra_threads=self._threads)

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self.checkpoint.family, self._folder)

    def hypotheses(self, texts: Sequence[str], languages: Sequence[str], encode: Encode) -> list[Hypothesis]:
        """One hypothesis a text, in their order; what is in a language that the checkpoint lacks is refused.

        Where nobody knows the language and the checkpoint has to, the likeliest are tried and the surest answer wins.
        """
        codes = [self._codes(text, language, encode) for text, language in zip(texts, languages, strict=True)]
        owners = [n for n, some in enumerate(codes) for _ in some]
        tried = self.write([texts[n] for n in owners], [code for some in codes for code in some])
        best = [REFUSED] * len(texts)
        for owner, hypothesis in zip(owners, tried, strict=True):
            best[owner] = max(best[owner], hypothesis, key=lambda one: one.log_probability)
        return best

    def _codes(self, text: str, language: str, encode: Encode) -> list[str]:
        if language != UNKNOWN:
            code = self.checkpoint.find_code(language)
            return [] if code is None else [code]
        if not self.checkpoint.family.needs_source:
            return [UNKNOWN]
        (message,) = encode([text])
        likely = (message.schema.languages[i] for i in (-message.language).argsort(kind="stable"))
        known = (self.checkpoint.find_code(tag) for tag in likely if tag != UNKNOWN)
        return list(dict.fromkeys(code for code in known if code))[:GUESSES]

    def write(self, texts: Sequence[str], codes: Sequence[str], beam: int = BEAM) -> list[Hypothesis]:
        """English of texts whose languages the checkpoint calls `codes`; the cap depends on the text alone."""
        sources = [self._wording.source(text, code) for text, code in zip(texts, codes, strict=True)]
        steps: dict[int, list[int]] = defaultdict(list)
        for n, source in enumerate(sources):
            steps[math.ceil(len(source) / STEP)].append(n)
        found: dict[int, Hypothesis] = {}
        for step, members in steps.items():
            results = self._translator.translate_batch(
                [sources[n] for n in members],
                [self._wording.forced] * len(members) if self._wording.forced else None,
                beam_size=beam,
                patience=PATIENCE,
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
                max_input_length=0,
                max_decoding_length=min(MOST, 2 * STEP * step + 12),
                disable_unk=True,
                return_scores=True,
            )
            for n, result in zip(members, results, strict=True):
                # CTranslate2 divides by a length that counts the end, and the forced token, which costs nothing
                length = len(result.hypotheses[0]) + 1
                mean = result.scores[0] * length / (length - len(self._wording.forced))
                found[n] = Hypothesis(self._wording.text(result.hypotheses[0]), mean)
        return [found[n] for n in range(len(texts))]


def open_checkpoint(models: Path, name: str, threads: int = 2) -> CheckpointDecoder:
    """The fetched checkpoint, loaded and tested; raises ModelError, which says what to do, where it cannot be used."""
    checkpoint, folder, lock = get_checkpoint(name), folder_of(models, name), find_lock(models, name)
    if lock is None or not folder.exists():
        raise ModelError(f"{name} is not in {models}: run opine models fetch {name}")
    return loaded(checkpoint, folder, lock, threads)


def loaded(checkpoint: Checkpoint, folder: Path, lock: Lock, threads: int) -> CheckpointDecoder:
    """A decoder that has translated its self-test."""
    fitted = folder.parent / "gate.json"
    decoder = CheckpointDecoder(
        checkpoint,
        folder,
        version=lock.version,
        threads=threads,
        gate=fitted if fitted.exists() else DEFAULT_GATE,
    )
    try:
        quality.gate(decoder.gate_file)
        wrong = self_test(decoder)
    except ImportError:
        raise ModelError("translation models need ctranslate2: run pip install 'opine[checkpoints]'") from None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise ModelError(
            f"{checkpoint.name} cannot be loaded ({error}): delete {folder.parent} and fetch it again"
        ) from error
    if len(wrong) * 2 > len(checkpoint.self_test):
        raise ModelError(f"{checkpoint.name} fails its self-test: {'; '.join(wrong)}")
    return decoder


def self_test(decoder: CheckpointDecoder) -> list[str]:
    """What it got wrong of the sentences that any working copy can translate."""
    tests = decoder.checkpoint.self_test
    codes = [decoder.checkpoint.find_code(tag) or UNKNOWN for tag, _, _ in tests]
    written = decoder.write([text for _, text, _ in tests], codes)
    return [
        f"{text!r} became {hypothesis.text[:80]!r} without {', '.join(missing)}"
        for (_, text, words), hypothesis in zip(tests, written, strict=True)
        if (missing := [word for word in words if word not in hypothesis.text.lower()])
    ]
