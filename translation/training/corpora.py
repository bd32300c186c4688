"""Reads the training texts: labelled opinions (by the folder's own `opinions.py`) and Tatoeba pairs."""

import gzip
import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any


@cache
def by_path(path: Path) -> ModuleType:
    """A script of the opinions' folder, imported from where it lies."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def taxonomy(folder: Path) -> dict[str, Any]:
    """The aspects that the folder's opinions are labelled with, and the attributes of each."""
    aspects: dict[str, Any] = by_path(folder / "opinions.py").TAXONOMY
    return aspects


def opinion_files(folder: Path) -> list[Path]:
    """The training files of a collection, `train/*/LANG.tsv` or `LANG.tsv`, in a fixed order; never those of dev."""
    return sorted((folder / "train").glob("*/*.tsv")) or sorted(folder.glob("*.tsv"))


def opinions(folder: Path, collection: Path | None = None) -> Iterator[dict[str, Any]]:
    """Every well-formed opinion of a collection (of `folder` itself, where none is named), read by `folder`'s parser.

    Rows have id, language, kind, preference, source_text, reference, labels with spans.
    """
    parser = by_path(folder / "opinions.py")
    for path in opinion_files(collection or folder):
        for number, opinion in parser.read(path):
            if not isinstance(opinion, parser.Malformed):
                yield {**opinion, "id": f"{path.parent.name}/{path.stem}/{number}"}


def pair_files(folder: Path) -> list[Path]:
    """The Tatoeba files, one a language."""
    return sorted((folder / "tatoeba").glob("*.tsv.gz"))


def pairs(path: Path) -> Iterator[tuple[str, str]]:
    """(source, English) of one Tatoeba file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            source, english = line.rstrip("\n").split("\t")[:2]
            yield source, english


def sha256(files: list[Path]) -> str:
    """One hash over the names and bytes of the files, for the model card."""
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.parent.name}/{path.name}\0".encode() + path.read_bytes())
    return digest.hexdigest()
