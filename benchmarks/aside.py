"""The labelled opinions that the training set aside, and what the reader's heads say of them."""

import argparse
import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from feedback.normalize import normalize
from translation.bundled import BundledReader, Encoded
from translation.training import corpora
from translation.training.split import held_out


def arguments(description: str | None) -> argparse.ArgumentParser:
    """What every benchmark of the messages set aside is told."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further collections")
    parser.add_argument("--weights", type=Path, required=True)
    parser.add_argument("--cache", type=Path, help="a file that keeps the encoder's outputs")
    return parser


def set_aside(folder: Path, more: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """What the training set aside, of `folder` and of each further collection; never anything of dev."""
    rows = []
    for collection in (folder, *more):
        everything = list(corpora.opinions(folder, collection))
        if not everything:
            raise FileNotFoundError(f"no labelled opinions in {collection}")
        aside = held_out([row["reference"] for row in everything])
        rows += [row for row, out in zip(everything, aside, strict=True) if out]
    return rows


def encoded(weights: Path, rows: Sequence[dict[str, Any]], cache: Path | None = None) -> list[Encoded]:
    """The heads' outputs without the decoder's states; the file `cache` keeps them as long as the graph is the same."""
    reader, graph = BundledReader(weights), (weights / "reader.onnx").stat()
    stamp, found = (graph.st_size, graph.st_mtime_ns), dict[tuple[str, str], Encoded]()
    if cache and cache.exists():
        of, kept = pickle.loads(cache.read_bytes())  # our own file
        found = kept if of == stamp else found
    keys = [(row["source_text"], row["kind"]) for row in rows]
    new = [key for key in dict.fromkeys(keys) if key not in found]
    for key, one in zip(new, reader.encode([text for text, _ in new], [kind for _, kind in new]), strict=True):
        found[key] = replace(one, memory=np.zeros(0, np.float32))
    if cache and new:
        cache.write_bytes(pickle.dumps((stamp, found)))
    return [replace(found[key], schema=reader.schema) for key in keys]


def answer(one: Encoded, kind: Any) -> dict[str, Any]:
    """What the scorer wants to see of a message."""
    labels, preference = normalize(one, kind)
    return {"preference": preference.choice, "labels": [label.model_dump() for label in labels]}
