"""Translates with a fetched checkpoint on CTranslate2 (int8): no torch at run time, and never any network."""

import math
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from translation import quality
from translation.canonical import canonical
from translation.checkpoints import (
    Checkpoint,
    Lock,
    ModelError,
    find_lock,
    fitted_gate,
    folder_of,
    get_checkpoint,
    lock_path,
)
from translation.decoding import Hypothesis
from translation.languages import UNKNOWN
from translation.parts import Part
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
        self.folder = folder
        self._version, self._threads = version, threads

    @property
    def signature(self) -> str:
        """Names the weights and the search, for readings and exports."""
        return f"{self.checkpoint.name}@{self._version},int8,beam{BEAM},patience{PATIENCE}"

    @cached_property
    def _translator(self) -> "ctranslate2.Translator":
        import ctranslate2

        return ctranslate2.Translator(str(self.folder), device="cpu", inter_threads=1, intra_threads=self._threads)

    @cached_property
    def _wording(self) -> Wording:
        return Wording(self.checkpoint.family, self.folder)

    def hypotheses(self, parts: Sequence[Part]) -> list[Hypothesis]:
        """One hypothesis a part, in their order; what is in a language that the checkpoint lacks is refused.

        Where nobody knows the language and the checkpoint has to, the likeliest are tried and the surest answer wins.
        """
        codes = [self._codes(part) for part in parts]
        owners = [n for n, some in enumerate(codes) for _ in some]
        texts = [canonical(parts[n].text, parts[n].language) for n in owners]
        tried = self.write(texts, [code for some in codes for code in some])
        best = [REFUSED] * len(parts)
        for owner, hypothesis in zip(owners, tried, strict=True):
            best[owner] = max(best[owner], hypothesis, key=lambda one: one.log_probability)
        return best

    def _codes(self, part: Part) -> list[str]:
        if part.language != UNKNOWN:
            code = self.checkpoint.find_code(part.language)
            return [] if code is None else [code]
        if not self.checkpoint.family.needs_source:
            return [UNKNOWN]
        message = part.encoded
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
    decoder = get_fetched(models, name, threads)
    check(decoder)
    return decoder


def get_fetched(models: Path, name: str, threads: int = 2) -> CheckpointDecoder:
    """The same, not loaded yet: enough for its signature; raises ModelError only where it is not there."""
    checkpoint, folder = get_checkpoint(name), folder_of(models, name)
    lock = find_lock(lock_path(models, name), checkpoint)
    if lock is None or not folder.exists():
        raise ModelError(f"{name} is not in {models}: run opine models fetch {name}")
    return decoder_of(checkpoint, folder, lock, threads)


def decoder_of(checkpoint: Checkpoint, folder: Path, lock: Lock, threads: int) -> CheckpointDecoder:
    """The decoder over a converted model, with the gate that is fitted to it, where there is one."""
    fitted = fitted_gate(folder)
    gate = fitted if fitted.exists() else DEFAULT_GATE
    return CheckpointDecoder(checkpoint, folder, version=lock.version, threads=threads, gate=gate)


def check(decoder: CheckpointDecoder) -> None:
    """Load it and have it translate its self-test; raises ModelError where it cannot."""
    checkpoint = decoder.checkpoint
    try:
        quality.gate(decoder.gate_file)
        wrong = self_test(decoder)
    except ImportError:
        raise ModelError("translation models need ctranslate2: run pip install 'opine[checkpoints]'") from None
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise ModelError(
            f"{checkpoint.name} cannot be loaded ({error}): delete {decoder.folder.parent} and fetch it again"
        ) from error
    if len(wrong) * 2 > len(checkpoint.self_test):
        raise ModelError(f"{checkpoint.name} fails its self-test: {'; '.join(wrong)}")


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
