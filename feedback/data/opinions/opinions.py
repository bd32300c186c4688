#!/usr/bin/env python3
"""Read the labelled opinions of this folder.

    opinions.py check FILE...       name every malformed line; exit 1 if there is one
    opinions.py jsonl FILE...       one JSON object per opinion on standard output
    opinions.py statistics FILE...  what is in them, as Markdown

Standard library only. README.md describes the format.
"""

import json
import re
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

TAXONOMY = tomllib.loads((Path(__file__).parents[2] / "taxonomy.toml").read_text("utf-8"))["aspect"]
KINDS = {"single": "A", "pair": "AB", "set": "ABCD"}
POLARITIES = {"+": "positive", "-": "negative", "0": "neutral"}
LABEL = re.compile(
    r"(?P<aspect>[a-z]+)(?P<polarity>[+0-])(?P<strength>[123])?"
    r"(?:\s+@(?P<targets>[A-D](?:,[A-D])*))?(?P<attributes>(?:\s+#[a-z_]+)*)(?:\s+=(?P<value>[^;{}]+?))?\s*"
)

Opinion = dict[str, Any]


class Malformed(ValueError):
    """A line that is not of the format; the message says why."""


def parse_label(text: str, kind: str) -> dict[str, Any]:
    """`lighting+2 @B #soft` as aspect, polarity, strength, targets, attributes, value."""
    match = LABEL.fullmatch(text.strip())
    if not match:
        raise Malformed(f"label {text.strip()!r} is not of the form aspect+2 @A #attribute =value")
    part = match.groupdict()
    if part["aspect"] not in TAXONOMY:
        raise Malformed(f"no aspect {part['aspect']!r}")
    attributes = part["attributes"].replace("#", "").split()
    for name in attributes:
        if name not in TAXONOMY[part["aspect"]]["attributes"]:
            raise Malformed(f"aspect {part['aspect']} has no attribute {name!r}")
    targets = part["targets"].split(",") if part["targets"] else []
    if kind == "single" and targets:
        raise Malformed("a single image takes no @target")
    if not set(targets) <= set(KINDS[kind]):
        raise Malformed(f"target outside {KINDS[kind]}")
    return {
        "aspect": part["aspect"],
        "polarity": POLARITIES[part["polarity"]],
        "strength": int(part["strength"] or 2),
        "targets": targets,
        "attributes": attributes,
        "value": part["value"].strip() if part["value"] else None,
    }


def parse_marked(marked: str, kind: str) -> tuple[str, list[dict[str, Any]]]:
    """The original message and its labels with half-open spans of code points into it."""
    text: list[str] = []
    labels: list[dict[str, Any]] = []
    start, i = None, 0
    while i < len(marked):
        char = marked[i]
        if char == "\\" and i + 1 < len(marked):
            text.append(marked[i + 1])
            i += 2
        elif char == "[":
            if start is not None:
                raise Malformed("brackets inside brackets")
            start = len(text)
            i += 1
        elif char == "]":
            if start is None:
                raise Malformed("] without [")
            if marked[i + 1 : i + 2] != "{":
                raise Malformed("no {labels} right after ]")
            close = marked.find("}", i)
            if close < 0:
                raise Malformed("{ without }")
            if start == len(text):
                raise Malformed("empty evidence")
            span = [start, len(text)]
            labels += [{**parse_label(label, kind), "span": span} for label in marked[i + 2 : close].split(";")]
            start, i = None, close + 1
        elif char in "{}":
            raise Malformed(f"{char} without evidence")
        else:
            text.append(char)
            i += 1
    if start is not None:
        raise Malformed("[ without ]")
    return "".join(text), labels


def parse_line(line: str) -> Opinion:
    """kind, preference, source_text, reference, labels."""
    fields = line.split("\t")
    if len(fields) != 4:
        raise Malformed(f"{len(fields)} TAB-separated fields, not 4")
    kind, preference, marked, english = (field.strip() for field in fields)
    if kind not in KINDS:
        raise Malformed(f"no kind {kind!r}")
    if preference not in {*KINDS[kind], "tie", "-"} or (kind == "single" and preference != "-"):
        raise Malformed(f"preference {preference!r} does not fit {kind}")
    text, labels = parse_marked(marked, kind)
    if not text or not english:
        raise Malformed("empty message or reference")
    chosen = None if preference == "-" else preference
    return {"kind": kind, "preference": chosen, "source_text": text, "reference": english, "labels": labels}


def read(path: Path | str) -> Iterator[tuple[int, Opinion | Malformed]]:
    """(line number, opinion or what is wrong with it) of each opinion in the file."""
    path = Path(path)
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.strip() and not line.startswith("#"):
            name = f"{path.parent.name}/{path.stem}/{number}"
            try:
                yield number, {"id": name, "language": path.stem, **parse_line(line)}
            except Malformed as error:
                yield number, error


def statistics(opinions: Iterable[Opinion]) -> str:
    """Counts as Markdown tables."""
    rows = list(opinions)
    labels = [label for row in rows for label in row["labels"]]
    silent = sum(not row["labels"] and not row["preference"] for row in rows)

    def table(title: str, counts: Counter[str]) -> list[str]:
        return ["", f"| {title} | |", "|---|---|", *(f"| {name} | {count:,} |" for name, count in counts.most_common())]

    languages = Counter(row["language"] for row in rows)
    return "\n".join(
        [
            f"{len(rows):,} opinions, {len(labels):,} labels, {len(languages)} language varieties, "
            f"{silent:,} messages that judge nothing",
            *table("kind", Counter(row["kind"] for row in rows)),
            *table("preference", Counter(row["preference"] or "none" for row in rows)),
            *table("aspect", Counter(label["aspect"] for label in labels)),
            *table("polarity", Counter(label["polarity"] for label in labels)),
            *table("strength", Counter(str(label["strength"]) for label in labels)),
            *table("language", languages),
        ]
    )


def main(command: str = "", *paths: str) -> int:
    """Run one command over files."""
    if command not in ("check", "jsonl", "statistics") or not paths:
        sys.exit(__doc__)
    found = [(path, number, opinion) for path in paths for number, opinion in read(path)]
    opinions = [opinion for _, _, opinion in found if not isinstance(opinion, Malformed)]
    bad = [(path, number, opinion) for path, number, opinion in found if isinstance(opinion, Malformed)]
    for path, number, fault in bad:
        print(f"{path}:{number}: {fault}", file=sys.stderr)
    if command == "jsonl":
        print(*(json.dumps(opinion, ensure_ascii=False) for opinion in opinions), sep="\n")
    else:
        print(statistics(opinions) if command == "statistics" else f"{len(opinions)} opinions, {len(bad)} malformed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
