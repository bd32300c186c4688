"""Says where the reader goes wrong: by aspect, language and construction, and what it takes for what; with pictures.

    python benchmarks/errors.py --opinions DIR [--more DIR...] --weights translation/weights --out docs/images
        --page docs/reading.md [--cache FILE]

It reads the messages that the training set aside of each collection, never those of dev. Tables are printed as Markdown
and, with `--page`, take the places marked for them; the confusion pictures are `reading-*.svg` in `--out`.

A gold label is first paired with a label of the reader that has its aspect and polarity, as the scorer pairs them; what
is left over, with one on overlapping words or of the same aspect. So a label counts once, and a miss has one reason.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from aside import answer, arguments, encoded, set_aside
from constructions import CONSTRUCTIONS, LABEL_KINDS, family
from heatmap import heatmap
from reading import fill

from feedback.taxonomy import taxonomy
from translation.training.corpora import by_path

Label = dict[str, Any]
Fits = Callable[[Label, Label], bool]
MISSED, NOTHING, SEVERAL = "not found", "nothing", "several"
LEAST = 10  # messages of a language: fewer say nothing about it
POLARITIES = ("positive", "negative", "neutral")
COLUMNS = {
    "messages": "messages",
    "gold": "labels",
    "label_precision": "precision",
    "label_recall": "recall",
    "label_f1": "F1",
    "target_f1": "target F1",
    "span_f1": "span F1",
    "false_alarms": "false alarms",
    "preference_accuracy": "preference",
}


def same_aspect(gold: Label, read: Label) -> bool:
    return bool(gold["aspect"] == read["aspect"])


def same_polarity(gold: Label, read: Label) -> bool:
    return bool(gold["polarity"] == read["polarity"])


def same_targets(gold: Label, read: Label) -> bool:
    return sorted(gold["targets"]) == sorted(read["targets"])


def same_words(gold: Label, read: Label) -> bool:
    """Do they overlap?"""
    a, b = gold["span"], read["span"]
    return bool(a and b and a[0] < b[1] and b[0] < a[1])


# What two labels must share to be paired, in the order in which pairs are sought: right ones, then mistaken ones.
RIGHT: tuple[tuple[Fits, ...], ...] = (
    (same_aspect, same_polarity, same_words, same_targets),
    (same_aspect, same_polarity, same_words),
    (same_aspect, same_polarity),
)
MISTAKEN: tuple[tuple[Fits, ...], ...] = (
    (same_aspect, same_words),
    (same_polarity, same_words),
    (same_words,),
    (same_aspect,),
)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A message's labels side by side: (gold, read) that are right, that are mistaken, and what is left over."""

    right: list[tuple[Label, Label]]
    mistaken: list[tuple[Label, Label]]
    missed: list[Label]
    spurious: list[Label]

    @classmethod
    def of(cls, gold: Sequence[Label], read: Sequence[Label]) -> "Pairing":
        """Each label in one pair at most."""
        missed, spurious = list(gold), list(read)
        right = [pair for fits in RIGHT for pair in _take(missed, spurious, fits)]
        mistaken = [pair for fits in MISTAKEN for pair in _take(missed, spurious, fits)]
        return cls(right, mistaken, missed, spurious)


def _take(missed: list[Label], spurious: list[Label], fits: Sequence[Fits]) -> list[tuple[Label, Label]]:
    """Pairs for which everything in `fits` holds, taken out of both lists."""
    found = []
    for gold in list(missed):
        read = next((read for read in spurious if all(fit(gold, read) for fit in fits)), None)
        if read is not None:
            missed.remove(gold)
            spurious.remove(read)
            found.append((gold, read))
    return found


def fate_of(gold: Label, read: Label) -> str:
    """What became of a gold label that is in a pair."""
    if not same_aspect(gold, read):
        return "right polarity, wrong aspect" if same_polarity(gold, read) else "wrong aspect and polarity"
    if not same_polarity(gold, read):
        return "right aspect, wrong polarity"
    if not same_words(gold, read):
        return "right, but found in other words"
    return "right" if same_targets(gold, read) else "right, but of the wrong image"


@dataclass(frozen=True, slots=True)
class Read:
    """A labelled message, what the reader makes of it, and both sides' labels paired."""

    row: dict[str, Any]
    answer: dict[str, Any]
    pairing: Pairing

    @property
    def silent(self) -> bool:
        """Does it judge nothing?"""
        return not self.row["labels"] and not self.row["preference"]


def markdown(columns: Iterable[str], rows: Iterable[Sequence[object]]) -> str:
    """A table; floats with three digits."""
    names = list(columns)
    lines = ["| " + " | ".join(names) + " |", "|---" * len(names) + "|"]
    for row in rows:
        cells = (f"{cell:.3f}" if isinstance(cell, float) else "-" if cell is None else str(cell) for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def by_aspect(messages: Sequence[Read], aspects: Sequence[str]) -> str:
    """Each aspect, with what is most often read in its place, and in whose place it is read."""
    hits, gold, read, taken = Counter[str](), Counter[str](), Counter[str](), Counter[tuple[str, str]]()
    for pairing in (message.pairing for message in messages):
        both = [*pairing.right, *pairing.mistaken]
        hits.update(label["aspect"] for label, _ in pairing.right)
        gold.update(label["aspect"] for label in [*(label for label, _ in both), *pairing.missed])
        read.update(label["aspect"] for label in [*(label for _, label in both), *pairing.spurious])
        taken.update((a["aspect"], b["aspect"]) for a, b in pairing.mistaken if not same_aspect(a, b))

    def most(of: Mapping[str, int]) -> str:
        often = [f"{name} {n}" for name, n in Counter(of).most_common(3) if n > 1]
        return ", ".join(often) or "-"

    rows: list[tuple[str, int, float, float, float, str, str]] = []
    for name in aspects:
        away = {other: n for (of, other), n in taken.items() if of == name}
        towards = {other: n for (other, to), n in taken.items() if to == name}
        precision, recall = hits[name] / max(1, read[name]), hits[name] / max(1, gold[name])
        f1 = 2 * hits[name] / max(1, read[name] + gold[name])
        rows.append((f"`{name}`", gold[name], precision, recall, f1, most(away), most(towards)))
    rows.sort(key=lambda row: -row[4])
    return markdown(("aspect", "labels", "precision", "recall", "F1", "read as", "read in place of"), rows)


def by_message(first: str, parts: Mapping[str, Sequence[Read]], score: ModuleType) -> str:
    """The scorer's figures of groups of messages."""
    rows = []
    for name, messages in parts.items():
        tally = score.Tally()
        for message in messages:
            tally.add(message.row, message.answer)
        tally.pairs.clear()  # chrF is another benchmark's affair, and slow
        found = {**tally.figures(), "gold": tally.n["gold"]}
        empty = () if tally.n["gold"] else ("label_precision", "label_f1", "target_f1", "span_f1")
        rows.append((name, *(None if column in empty else found[column] for column in COLUMNS)))
    return markdown((first, *COLUMNS.values()), rows)


def parts_of(messages: Sequence[Read], name: Callable[[str], str]) -> dict[str, list[Read]]:
    """The messages by what `name` makes of their language, the most frequent first; small parts together."""
    parts = defaultdict(list)
    for message in messages:
        parts[name(message.row["language"])].append(message)
    large = sorted((key for key in parts if len(parts[key]) >= LEAST), key=lambda key: (-len(parts[key]), key))
    small = [key for key in parts if key not in large]
    rest = {f"{len(small)} others": [one for key in small for one in parts[key]]} if small else {}
    return {key: parts[key] for key in large} | rest


def by_label(messages: Sequence[Read]) -> str:
    """Recall of the gold labels of a kind; what is read in excess has no kind."""
    rows = []
    for name, rule in LABEL_KINDS.items():
        hits = sum(rule(gold) for message in messages for gold, _ in message.pairing.right)
        lost = [gold for m in messages for gold in [*m.pairing.missed, *(gold for gold, _ in m.pairing.mistaken)]]
        number = hits + sum(map(rule, lost))
        rows.append((name, number, hits / max(1, number)))
    return markdown(("labels", "number", "recall"), rows)


def fates(messages: Sequence[Read]) -> str:
    """What becomes of the gold labels."""
    found = Counter[str]()
    for message in messages:
        pairing = message.pairing
        found.update(fate_of(gold, read) for gold, read in [*pairing.right, *pairing.mistaken])
        found[MISSED if message.answer["labels"] else "not found, nor anything else"] += len(pairing.missed)
    return shares("gold labels", found)


def origins(messages: Sequence[Read]) -> str:
    """Where the labels come from that are not gold."""
    found = Counter[str]()
    for message in messages:
        pairing = message.pairing
        found.update(fate_of(gold, read) for gold, read in pairing.mistaken)
        for read in pairing.spurious:
            again = any(same_aspect(gold, read) and same_polarity(gold, read) for gold, _ in pairing.right)
            free = "a right label once more" if again else "nothing is said there"
            found["the message judges nothing" if message.silent else free] += 1
    return shares("labels read that are not gold", found)


def shares(title: str, counts: Counter[str]) -> str:
    total = sum(counts.values())
    return markdown((title, "number", "share"), [(name, n, n / total) for name, n in counts.most_common()])


def named(targets: Sequence[str]) -> str:
    return SEVERAL if len(targets) > 1 else targets[0] if targets else "none"


def pictures(messages: Sequence[Read], aspects: Sequence[str]) -> dict[str, str]:
    """SVG of what is taken for what."""
    aspect, polarity, target = (Counter[tuple[str, str]]() for _ in range(3))
    for message in messages:
        pairing = message.pairing
        both: list[tuple[Label | None, Label | None]] = [*pairing.right, *pairing.mistaken]
        both += [(gold, None) for gold in pairing.missed] + [(None, read) for read in pairing.spurious]
        for gold, read in both:
            for field, counts in (("aspect", aspect), ("polarity", polarity)):
                counts[gold[field] if gold else NOTHING, read[field] if read else MISSED] += 1
        if message.row["kind"] != "single":
            target.update((named(gold["targets"]), named(read["targets"])) for gold, read in pairing.right)
    letters = (*"ABCD", SEVERAL, "none")
    found = {
        "aspects": ("What is judged", (*aspects, NOTHING), (*aspects, MISSED), aspect),
        "polarities": ("Praise or complaint", (*POLARITIES, NOTHING), (*POLARITIES, MISSED), polarity),
        "targets": ("Which image is meant", letters, letters, target),
    }
    return {name: heatmap(*table, axes=("what is meant", "what is read")) for name, table in found.items()}


def main() -> None:
    """Read, analyse, print; draw, and fill in the page."""
    parser = arguments(__doc__)
    parser.add_argument("--out", type=Path, help="the pictures' folder")
    parser.add_argument("--page", type=Path, help="a page with places for the tables")
    args = parser.parse_args()
    rows, score, aspects = set_aside(args.opinions, args.more), by_path(args.opinions / "score.py"), taxonomy().aspects
    messages = []
    for one, row in zip(encoded(args.weights, rows, args.cache), rows, strict=True):
        found = answer(one, row["kind"])
        messages.append(Read(row, found, Pairing.of(score.judgements(row), score.judgements(found))))
    constructed = {name: [one for one in messages if rule(one.row)] for name, rule in CONSTRUCTIONS.items()}
    tables = {
        "aspects": by_aspect(messages, tuple(aspects)),
        "fates": fates(messages),
        "origins": origins(messages),
        "constructions": by_message("messages", {"all": messages, **constructed}, score),
        "labels": by_label(messages),
        "scripts": by_message("written in", parts_of(messages, family), score),
        "languages": by_message("language", parts_of(messages, str), score),
    }
    for name, text in tables.items():
        print(f"\n## {name}\n\n{text}")
        if args.page:
            fill(args.page, f"errors {name}", text)
    for name, picture in pictures(messages, tuple(aspects)).items() if args.out else ():
        (args.out / f"reading-{name}.svg").write_text(picture, "utf-8")


if __name__ == "__main__":
    main()
