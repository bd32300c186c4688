#!/usr/bin/env python3
"""Score predictions against labelled opinions.

    score.py GOLD.jsonl PREDICTIONS.jsonl [--by-language] [--json FILE]

GOLD comes from `opinions.py jsonl`. A prediction is a JSON object per line, joined to gold on `id`: `language`
(ISO 639-1 or -3, BCP 47 allowed), `translation`, `preference` (A, B, C, D, tie or null) and `labels`, each with
`aspect`, `polarity` (positive, negative, neutral) and, where known, `targets` and `span` ([start, end) into the text).

Figures: micro precision, recall and F1 of (aspect, polarity), where a label that only repeats the preference is left
out; F1 that also wants the targets; F1 that also wants the span to overlap; false alarms (messages that judge nothing,
yet got a label); preference accuracy over pairs and sets; language accuracy; chrF of the translations (sacrebleu, where
installed), English sources left out. A gold opinion without a prediction counts as an empty prediction.
Standard library only, but for chrF.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CODES = """
afr=af als=sq amh=am ara=ar arb=ar aze=az azj=az ben=bn bul=bg cat=ca ces=cs cmn=zh cym=cy dan=da deu=de ell=el
eng=en est=et eus=eu fas=fa fil=tl fin=fi fra=fr gle=ga glg=gl guj=gu heb=he hin=hi hrv=hr hun=hu hye=hy ind=id
isl=is ita=it jpn=ja kan=kn kat=ka kaz=kk khm=km kor=ko lao=lo lav=lv lit=lt lvs=lv mal=ml mar=mr mkd=mk msa=ms
mya=my nep=ne nld=nl nob=nb nor=nb pan=pa pes=fa pol=pl por=pt ron=ro rus=ru sin=si slk=sk slv=sl spa=es sqi=sq
srp=sr swa=sw swe=sv swh=sw tam=ta tel=te tgl=tl tha=th tur=tr ukr=uk urd=ur vie=vi yor=yo zho=zh zsm=ms zul=zu
"""  # ISO 639-3 to 639-1
TO_ALPHA2 = dict(pair.split("=") for pair in CODES.split())

Answer = dict[str, Any]
Figures = dict[str, float | int | None]


def language(tag: str | None) -> str:
    """The base language of a tag, in its shortest code."""
    base = (tag or "").replace("_", "-").split("-")[0].lower()
    return TO_ALPHA2.get(base, base)


def key(label: Answer, with_targets: bool = False) -> tuple[Any, ...]:
    """What makes two labels the same."""
    targets = (tuple(sorted(label.get("targets") or [])),) if with_targets else ()
    return (label["aspect"], label["polarity"], *targets)


def judgements(answer: Answer) -> list[Answer]:
    """The labels, less those that only repeat the preference (overall, positive, about the preferred image alone)."""
    repeats = ("overall", "positive", (answer.get("preference"),))
    labels: list[Answer] = answer.get("labels") or []
    return [label for label in labels if not (answer.get("preference") and key(label, True) == repeats)]


def overlap(gold: Sequence[Answer], predicted: Sequence[Answer]) -> int:
    """Greedy count of predicted labels that share aspect, polarity and at least one character with a gold label."""
    free, hits = list(gold), 0
    for label in predicted:
        span = label.get("span")
        for other in free:
            if key(label) == key(other) and span and span[0] < other["span"][1] and other["span"][0] < span[1]:
                free.remove(other)
                hits += 1
                break
    return hits


class Tally:
    """Counts over messages."""

    def __init__(self) -> None:
        self.n: Counter[str] = Counter()
        self.pairs: list[tuple[str, str]] = []

    def add(self, gold: Answer, predicted: Answer) -> None:
        """Count one message."""
        n, wanted, said = self.n, judgements(gold), judgements(predicted)
        n["messages"] += 1
        for name, targets in (("label", False), ("target", True)):
            both = Counter(key(x, targets) for x in wanted) & Counter(key(x, targets) for x in said)
            n[name] += sum(both.values())
        n["span"] += overlap(wanted, said)
        n["gold"] += len(wanted)
        n["predicted"] += len(said)
        if not gold["labels"] and not gold["preference"]:
            n["silent"] += 1
            n["false_alarm"] += bool(said or predicted.get("preference"))
        if gold["kind"] != "single":
            n["choices"] += 1
            n["choice_right"] += (gold["preference"] or None) == (predicted.get("preference") or None)
        n["language_right"] += language(gold["language"]) == language(predicted.get("language"))
        if language(gold["language"]) != "en":
            self.pairs.append((predicted.get("translation") or "", gold["reference"]))

    def _share(self, part: str, whole: str) -> float | None:
        return round(self.n[part] / self.n[whole], 4) if self.n[whole] else None

    def _f1(self, hits: str) -> float | None:
        both = self.n["gold"] + self.n["predicted"]
        return round(2 * self.n[hits] / both, 4) if both else None

    def chrf(self) -> float | None:
        """chrF of the translations, a missing one counted as empty; None where sacrebleu or any pair is missing."""
        try:
            import sacrebleu
        except ImportError:
            return None
        if not self.pairs:
            return None
        hypotheses, references = zip(*self.pairs, strict=True)
        return round(sacrebleu.corpus_chrf(list(hypotheses), [list(references)]).score, 2)

    def figures(self) -> Figures:
        """All figures; None where nothing was counted."""
        return {
            "messages": self.n["messages"],
            "label_precision": self._share("label", "predicted"),
            "label_recall": self._share("label", "gold"),
            "label_f1": self._f1("label"),
            "target_f1": self._f1("target"),
            "span_f1": self._f1("span"),
            "false_alarms": self._share("false_alarm", "silent"),
            "preference_accuracy": self._share("choice_right", "choices"),
            "language_accuracy": self._share("language_right", "messages"),
            "chrf": self.chrf(),
        }


def main() -> None:
    """Print the figures as a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("predictions", type=Path)
    parser.add_argument("--by-language", action="store_true")
    parser.add_argument("--json", metavar="FILE", type=Path)
    args = parser.parse_args()

    def lines(path: Path) -> list[Answer]:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]

    predictions = {row["id"]: row for row in lines(args.predictions)}
    everything, languages = Tally(), defaultdict[str, Tally](Tally)
    for gold in lines(args.gold):
        predicted = predictions.get(gold["id"], {})
        everything.add(gold, predicted)
        languages[gold["language"]].add(gold, predicted)
    report = {"all": everything.figures(), **{name: tally.figures() for name, tally in sorted(languages.items())}}
    scores = [figures["label_f1"] or 0 for name, figures in report.items() if name != "all"]
    report["all"] |= {"macro_label_f1": round(sum(scores) / len(scores), 4), "worst_label_f1": min(scores)}
    columns = [name for name in everything.figures() if name != "label_precision"]
    print("language".ljust(10), *(name[:11].rjust(11) for name in columns))
    for name, figures in report.items():
        if name == "all" or args.by_language:
            print(name.ljust(10), *(str(figures[column]).rjust(11) for column in columns))
    print(f"macro label F1 {report['all']['macro_label_f1']}, worst language {report['all']['worst_label_f1']}")
    if args.json:
        args.json.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
