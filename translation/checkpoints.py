"""The registry of full translation checkpoints, and where a fetched one lies; facts are in `checkpoints.toml`."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

BUNDLED = "bundled"  # the name of the translator that comes with the package
WEIGHTS = ("model.safetensors", "pytorch_model.bin")  # the first that the repository has is fetched
EXTRA = ("ctranslate2", "filelock", "httpx", "torch", "transformers")


class ModelError(Exception):
    """A checkpoint cannot be fetched or used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Family:
    """How checkpoints of one kind spell their input: files, and tokens around the message's own."""

    source: str  # sentencepiece model, as is `target`
    target: str
    files: tuple[str, ...]
    text: str = ""  # in front of the message
    before: str = ""  # the encoder's first token; {code} is the source language
    forced: str = ""  # the decoder's first token

    @property
    def needs_source(self) -> bool:
        """Must it be told which language it reads?"""
        return "{code}" in self.before

    @property
    def kept(self) -> set[str]:
        """Files that translating needs beside the converted weights."""
        return {self.source, self.target}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One translation model that can be fetched."""

    name: str
    id: str
    revision: str
    licence: str
    languages: int  # that its card claims
    download_bytes: int  # about
    self_test: tuple[tuple[str, str, tuple[str, ...]], ...]  # language, sentence, words of the translation
    family: Family
    codes: Mapping[str, str] | None = None  # our tags -> its codes; None: it takes everything
    notice: str = ""  # of a licence that has to be accepted

    def find_code(self, tag: str) -> str | None:
        """What the checkpoint calls the language; None where it does not know it.

        >>> get_checkpoint("m2m100-418m").find_code("zh-Hant"), get_checkpoint("nllb200-600m").find_code("br")
        ('zh', None)
        """
        if self.codes is None:
            return tag
        return self.codes.get(tag) or self.codes.get(tag.split("-")[0])


@cache
def checkpoints() -> Mapping[str, Checkpoint]:
    """All that is known, by name."""
    table = tomllib.loads((Path(__file__).parent / "checkpoints.toml").read_text("utf-8"))
    families = {name: Family(**row | {"files": tuple(row["files"])}) for name, row in table["families"].items()}
    codes = {name: dict(_pair(entry) for entry in text.split()) for name, text in table["codes"].items()}
    return {
        name: Checkpoint(
            name=name,
            family=families[row.pop("family")],
            codes=codes[row.pop("codes")] if "codes" in row else None,
            self_test=tuple((tag, text, tuple(words.split())) for tag, text, words in row.pop("self_test")),
            **row,
        )
        for name, row in table["checkpoints"].items()
    }


def _pair(entry: str) -> tuple[str, str]:
    tag, _, code = entry.partition("=")
    return tag, code or tag


def get_checkpoint(name: str) -> Checkpoint:
    """The checkpoint of that name; raises ModelError with the names there are."""
    try:
        return checkpoints()[name]
    except KeyError:
        known = ", ".join(checkpoints())
        raise ModelError(f"there is no model {name!r}; there are {known}") from None


def require_extra() -> None:
    """Raise ModelError where a library that checkpoints need is not installed."""
    if missing := [name for name in EXTRA if find_spec(name) is None]:
        raise ModelError(f"translation models need {', '.join(missing)}: run pip install 'opine[checkpoints]'")


def folder_of(models: Path, name: str) -> Path:
    """Where the converted model lies; it is there only once it has been checked."""
    return models / name / "int8"


def fitted_gate(folder: Path) -> Path:
    """Where `translation.training.fit_gate` puts the gate of the converted model in that folder."""
    return folder.with_name("gate.json")


@dataclass(slots=True)
class Lock:
    """What was fetched first, and what every later fetch has to match."""

    id: str
    revision: str  # as asked for
    commit: str | None = None  # what that led to; None where a mirror does not say
    files: dict[str, str] = field(default_factory=dict)  # name -> sha256

    @property
    def version(self) -> str:
        """Twelve digits that tell one version of the weights from another."""
        weights = next((self.files[name] for name in WEIGHTS if name in self.files), "")
        return (self.commit or weights)[:12]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(asdict(self), indent=1) + "\n", "utf-8")
        part.replace(path)


def lock_path(models: Path, name: str) -> Path:
    """Beside the model's folder and not inside: it outlives the weights."""
    return models / f"{name}.lock.json"


def find_lock(path: Path, checkpoint: Checkpoint) -> Lock | None:
    """What is known of an earlier fetch, or None; raises ModelError where it was of another model."""
    try:
        lock = Lock(**json.loads(path.read_text("utf-8"))) if path.exists() else None
    except (OSError, ValueError, TypeError) as error:
        raise ModelError(f"{path} is damaged ({error}): delete it and fetch the model again") from error
    if lock is not None and lock.id != checkpoint.id:
        raise ModelError(f"{path} is of {lock.id}, not of {checkpoint.id}: delete it and fetch the model again")
    return lock
