"""Scores the shipped reader against labelled opinions, by language, on the path that `opine read --jsonl` takes.

    python benchmarks/reading.py --opinions DIR [--split dev]
    python benchmarks/reading.py --opinions DIR --aside [--more DIR...]

DIR holds `opinions.py`, `score.py` and the splits; both scripts are used as they are. `--aside` reads what the training
set aside of DIR and of each further collection, in place of a split. With `--page docs/reading.md` the table takes the
place of the one that stands there.

`tag` wants the whole tag (hi-Latn, zh-Hans, es-en), where `language` is content with its first part. chrF: English
sources are left out, and a translation that the gate rejects counts as empty; `chrF shown` is of the shown alone.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from aside import set_aside
from constructions import way_of_writing

from feedback.reading import Message, Reader
from feedback.records import Reading
from translation.training.corpora import by_path

BATCH = 32
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
    "tag": "tag",
    "chrf": "chrF",
    "shown": "shown",
    "chrf_shown": "chrF shown",
}
ALL = "**all**"


def gold(folder: Path, split: str) -> list[dict[str, Any]]:
    """The labelled opinions of a split."""
    parser = by_path(folder / "opinions.py")
    rows = [row for path in sorted((folder / split).glob("*.tsv")) for _, row in parser.read(path)]
    return [row for row in rows if isinstance(row, dict)]


def fill(page: Path, name: str, text: str) -> None:
    """Put `text` between the comments that `name` it on the page, in place of what stands there."""
    start, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, _, rest = page.read_text("utf-8").partition(start)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no place marked {start.strip()}")
    page.write_text(f"{before}{start}{text.strip()}{end}{after}", "utf-8")


def read_all(reader: Reader, rows: Sequence[dict[str, Any]]) -> Iterator[Reading]:
    """Readings in the order of the rows, in batches of like length, as the worker claims them."""
    order = sorted(range(len(rows)), key=lambda n: len(rows[n]["source_text"]))
    found: dict[int, Reading] = {}
    for at in range(0, len(order), BATCH):
        batch = order[at : at + BATCH]
        found |= zip(batch, reader.read([Message(rows[n]["source_text"], rows[n]["kind"]) for n in batch]), strict=True)
    return (found[n] for n in range(len(rows)))


def prediction(reading: Reading) -> dict[str, Any]:
    """What the scorer wants to see of a reading."""
    return {
        "language": reading.language,
        "translation": reading.translation,
        "preference": reading.preference.choice,
        "labels": [label.model_dump(include={"aspect", "polarity", "targets", "span"}) for label in reading.labels],
    }


def figures(pairs: Sequence[tuple[dict[str, Any], dict[str, Any]]], score: ModuleType) -> dict[str, float | None]:
    """The scorer's figures of (gold, prediction) pairs, and those that it does not have."""
    everything, shown = score.Tally(), score.Tally()
    foreign = [(row, answer) for row, answer in pairs if score.language(row["language"]) != "en"]
    for row, answer in pairs:
        everything.add(row, answer)
    for row, answer in foreign:
        if answer["translation"] is not None:
            shown.add(row, answer)
    count = shown.n["messages"]
    found: dict[str, float | None] = everything.figures()
    return found | {
        "tag": sum(row["language"] == answer["language"] for row, answer in pairs) / len(pairs),
        "shown": count / len(foreign) if foreign else None,
        "chrf_shown": shown.figures()["chrf"] if count else None,
    }


def table(rows: Sequence[dict[str, Any]], predictions: Sequence[dict[str, Any]], score: ModuleType) -> str:
    """Figures for each language, for each way of writing, and for all, as Markdown."""
    parts: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = defaultdict(list)
    for row, answer in zip(rows, predictions, strict=True):
        for name in (row["language"], f"**{way_of_writing(row['language'])}**", ALL):
            parts[name].append((row, answer))
    if len(parts[ALL]) == len(parts["**native**"]):
        del parts["**native**"]
    lines = ["| language | " + " | ".join(COLUMNS.values()) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name in sorted(parts, key=lambda name: (name == ALL, name.startswith("*"), name)):
        found = figures(parts[name], score)
        cells = ["-" if found[column] is None else f"{found[column]:.3g}" for column in COLUMNS]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Read, score, print; fill in the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, required=True)
    parser.add_argument("--split", default="dev")
    parser.add_argument("--aside", action="store_true", help="what the training set aside, in place of a split")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="further collections, with --aside")
    parser.add_argument("--page", type=Path, help="a page with a place for the table")
    args = parser.parse_args()
    name = "aside" if args.aside else args.split
    rows = set_aside(args.opinions, args.more) if args.aside else gold(args.opinions, args.split)
    reader = Reader()
    list(read_all(reader, rows[:1]))  # loads the models
    start = time.perf_counter()
    predictions = [prediction(reading) for reading in read_all(reader, rows)]
    seconds = time.perf_counter() - start
    text = table(rows, predictions, by_path(args.opinions / "score.py"))
    signatures = f"`{reader.signature}`, `{reader.translation_signature}`"
    text += f"\n{signatures}: {len(rows)} messages, {len(rows) / seconds:.1f} a second.\n"
    print(text)
    if args.page:
        fill(args.page, f"reading {name}", text)


if __name__ == "__main__":
    main()
