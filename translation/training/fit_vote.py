"""Fits what each voter weighs when a language is named, and writes `weights/vote.json`.

    python -m translation.training.fit_vote --heads folds.jsonl --ngrams ngrams.jsonl
    python -m translation.training.fit_vote --heads shipped --ngrams ngrams.jsonl

The files hold the chances of messages by a voter that did not learn from them (see language.py and ngrams.py);
`shipped` asks the bundled reader instead, which may have. The weights maximize the likelihood of the right tag, and so
calibrate the confidence. Figures, with their calibration error, are stored beside them, by language too: the base of
the tag counts, and `exact` is the whole tag. The person's history and locale are not fitted: the data has no persons.
"""

import argparse
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from translation.bundled import BundledReader
from translation.identify import (
    VOTE,
    Heard,
    Identified,
    Vote,
    cleaned,
    detected,
    dominant_script,
    hear,
    laughing_script,
    surest,
    vote,
)
from translation.languages import UNKNOWN
from translation.training.split import draws

GRID = {
    "head": (0.0, 0.3, 0.5, 0.7, 0.9, 1.2),
    "ngrams": (0.3, 0.5, 0.7, 0.9, 1.2),
    "detector": (0.0, 0.05, 0.1, 0.2),
    "doubt": (0.8,),
    "least": (0.15,),
}
BINS = 10


class Message(NamedTuple):
    """A message, its language, and what the voters say of it."""

    text: str
    language: str
    heard: Heard


def heard(text: str, language: str, head: Mapping[str, float], pieces: Mapping[str, float]) -> Message:
    """The message, made ready for any weights."""
    words = cleaned(text)
    script = dominant_script(words) or laughing_script(text) or ""
    return Message(text, language, hear(words, script, head, pieces))


def rows(path: Path, voter: str) -> Iterator[tuple[str, str, dict[str, float]]]:
    """(text, language, chances) of each line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            yield row["text"], row["language"], row[voter]


def messages(heads: str, pieces: Path, most: int) -> list[Message]:
    """Messages on which both voters have something to say."""
    found = {(text, language): chances for text, language, chances in rows(pieces, "ngrams")}
    if heads != "shipped":
        known = {(text, language): chances for text, language, chances in rows(Path(heads), "head")}
        return [heard(*key, known[key], chances) for key, chances in found.items() if key in known][:most]
    chosen = list(found.items())[:: max(1, len(found) // most)]
    reader = BundledReader()
    encoded = reader.encode([text for (text, _), _ in chosen], ["single"] * len(chosen))
    return [
        heard(*key, dict(zip(reader.languages, one.language.tolist(), strict=True)), chances)
        for (key, chances), one in zip(chosen, encoded, strict=True)
    ]


def base(tag: str) -> str:
    return tag.split("-")[0]


@cache
def asked(words: str) -> Mapping[str, float]:
    """What langdetect says."""
    return detected(words)


def voted(messages: Sequence[Message], weights: Vote) -> list[Identified]:
    """What the vote names, with these weights; mixed messages by their first language."""
    return [
        surest(vote(message.heard, {}, weights, asked), weights) if message.heard.possible else Identified(UNKNOWN, 1.0)
        for message in messages
    ]


def likelihood(messages: Sequence[Message], found: Sequence[Identified]) -> float:
    """Mean logarithm of the confidence in what is right, or of what is left where it is wrong."""
    total = 0.0
    for message, one in zip(messages, found, strict=True):
        right = base(one.language) == base(message.language)
        total += math.log(max(1e-3, one.confidence if right else 1 - one.confidence))
    return total / len(messages)


def calibration_error(messages: Sequence[Message], found: Sequence[Identified]) -> float:
    """How far confidence is from accuracy, over ten bins of confidence, weighed by their size."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for message, one in zip(messages, found, strict=True):
        right = base(one.language) == base(message.language)
        bins[min(BINS - 1, int(one.confidence * BINS))].append((one.confidence, right))
    gaps = (abs(sum(sure for sure, _ in rows) - sum(right for _, right in rows)) for rows in bins.values())
    return sum(gaps) / len(messages)


def figures(messages: Sequence[Message], found: Sequence[Identified]) -> dict[str, Any]:
    """Accuracy, overall and by language, and calibration."""
    by_language: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for message, one in zip(messages, found, strict=True):
        hit = base(one.language) == base(message.language)
        by_language[message.language].append((hit, one.language == message.language))
    romanised = [hit for tag, hits in by_language.items() if tag.endswith("-Latn") for hit, _ in hits]
    every = [hit for hits in by_language.values() for hit, _ in hits]
    return {
        "messages": len(messages),
        "accuracy": round(sum(every) / len(every), 4),
        "romanised": round(sum(romanised) / max(1, len(romanised)), 4),
        "calibration error": round(calibration_error(messages, found), 4),
        "by language": {
            tag: {
                "messages": len(hits),
                "accuracy": round(sum(hit for hit, _ in hits) / len(hits), 3),
                "exact": round(sum(exact for _, exact in hits) / len(hits), 3),
            }
            for tag, hits in sorted(by_language.items())
        },
    }


def searched(messages: Sequence[Message]) -> Vote:
    """The likeliest weights of the grid, the detector chosen last."""
    best, most = Vote(**{name: values[0] for name, values in GRID.items()}), -math.inf
    for values in itertools.product(GRID["head"], GRID["ngrams"]):
        candidate = best._replace(head=values[0], ngrams=values[1], detector=0.0)
        if (found := likelihood(messages, voted(messages, candidate))) > most:
            chosen, most = candidate, found
    for detector in GRID["detector"]:
        candidate = chosen._replace(detector=detector)
        if (found := likelihood(messages, voted(messages, candidate))) > most + 1e-4:
            best, most = candidate, found
    return best if best.detector else chosen


def main() -> None:
    """Search on one half of the messages, measure on the other, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--heads", required=True, help="the file that language.py wrote, or `shipped`")
    parser.add_argument("--ngrams", type=Path, required=True, help="the file that ngrams.py wrote")
    parser.add_argument("--most", type=int, default=6000, help="messages")
    args = parser.parse_args()
    everyone = messages(args.heads, args.ngrams, args.most)
    aside = [draw < 0.5 for draw in draws([message.text for message in everyone])]
    fitting = [message for message, out in zip(everyone, aside, strict=True) if not out]
    checked = [message for message, out in zip(everyone, aside, strict=True) if out]
    weights = searched(fitting)
    alone = {
        "head alone": weights._replace(ngrams=0.0, head=1.0, detector=0.0),
        "pieces alone": weights._replace(head=0.0, ngrams=1.0, detector=0.0),
    }
    report = figures(checked, voted(checked, weights))
    for name, other in alone.items():
        report[name] = figures(checked, voted(checked, other))["accuracy"]
    table = {"weights": weights._asdict(), "held out": report}
    VOTE.write_text(json.dumps(table, indent=1) + "\n", "utf-8")
    print(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
