"""Scores the shipped reader against labelled opinions, by language.

    python benchmarks/reading.py --opinions DIR [--split dev] [--out reading.md]

DIR holds `opinions.py`, `score.py` and the split's files; both scripts are used as they are.
"""

import argparse
import importlib.util
import time
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from typing import Any

from feedback.normalize import normalize
from translation.bundled import BundledReader, Encoded
from translation.identify import identify

COLUMNS = {
    "messages": "messages",
    "label_f1": "label F1",
    "label_precision": "precision",
    "label_recall": "recall",
    "target_f1": "target F1",
    "span_f1": "span F1",
    "false_alarms": "false alarms",
    "preference_accuracy": "preference",
    "language_accuracy": "language",
}


def by_path(path: Path) -> ModuleType:
    """A script of the opinions' folder, imported from where it lies."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def gold(folder: Path, split: str) -> list[dict[str, Any]]:
    """The labelled opinions of a split."""
    parser = by_path(folder / "opinions.py")
    rows = [row for path in sorted((folder / split).glob("*.tsv")) for _, row in parser.read(path)]
    return [row for row in rows if isinstance(row, dict)]


def prediction(reader: BundledReader, encoded: Encoded, kind: Any) -> dict[str, Any]:
    """What the scorer wants to see of a reading."""
    labels, preference = normalize(encoded, kind)
    head = dict(zip(reader.languages, encoded.language.tolist(), strict=True))
    return {
        "language": identify(encoded.text, head, declared=None).language,
        "preference": preference.choice,
        "labels": [label.model_dump(include={"aspect", "polarity", "targets", "span"}) for label in labels],
    }


def table(rows: list[dict[str, Any]], predictions: list[dict[str, Any]], score: ModuleType) -> str:
    """Figures for each language and for all, as Markdown."""
    tallies: dict[str, Any] = defaultdict(score.Tally)
    for row, answer in zip(rows, predictions, strict=True):
        tallies[row["language"]].add(row, answer)
        tallies["**all**"].add(row, answer)
    lines = ["| language | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name in sorted(tallies, key=lambda name: (name == "**all**", name)):
        figures = tallies[name].figures()
        cells = ["-" if figures[column] is None else f"{figures[column]:.3g}" for column in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read, score, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--out", type=Path)
    args = parser.parse_args()
    rows, reader = gold(args.opinions, args.split), BundledReader()
    start = time.perf_counter()
    encoded = reader.encode([row["source_text"] for row in rows], [row["kind"] for row in rows])
    predictions = [prediction(reader, part, row["kind"]) for part, row in zip(encoded, rows, strict=True)]
    seconds = time.perf_counter() - start
    text = table(rows, predictions, by_path(args.opinions / "score.py"))
    text += f"\n{reader.signature}: {len(rows)} messages of `{args.split}`, {len(rows) / seconds:.0f} a second.\n"
    print(text)
    if args.out:
        args.out.write_text("# Reading\n\n" + text, "utf-8")


if __name__ == "__main__":
    main()
