"""The labelled opinions in the tree: every line is of the format, splits are apart, and the card tells the truth."""

import importlib.util
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

FOLDER = Path(__file__).parents[1] / "feedback" / "data" / "opinions"


def module(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(f"corpus_{name}", FOLDER / f"{name}.py")
    assert spec
    assert spec.loader
    loaded = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


corpus, score = module("opinions"), module("score")


def files(split: str) -> list[Path]:
    return sorted((FOLDER / split).rglob("*.tsv"))


@cache
def read(path: Path) -> list[Any]:
    """Number and opinion of each line; reading all takes seconds."""
    return list(corpus.read(path))


def rows(split: str) -> Iterator[dict[str, Any]]:
    return (opinion for path in files(split) for _, opinion in read(path))


@pytest.mark.parametrize("split", ["train", "further", "dev"])
def test_every_line_is_of_the_format(split: str) -> None:
    found = [(path, number, one) for path in files(split) for number, one in read(path)]
    assert len(found) > 300
    assert [one for one in found if isinstance(one[2], corpus.Malformed)] == []


def test_no_message_of_dev_can_be_learnt() -> None:
    reported = {one["source_text"] for one in rows("dev")}
    learnt = {one["source_text"] for split in ("train", "further") for one in rows(split)}
    assert [text for text in reported & learnt if len(text) > 30] == []  # set phrases may recur


def test_the_card_tells_what_is_there() -> None:
    card = (FOLDER / "README.md").read_text("utf-8")
    told = corpus.statistics([*rows("train"), *rows("further")])
    counts, languages = told.split("\n| language | |\n|---|---|\n")
    assert counts.strip() in card
    words = " ".join(card.split())
    for line in languages.splitlines():
        name, count = (cell.strip() for cell in line.strip("|").split("|"))
        assert re.search(rf" {re.escape(name)} {count}[,.]", words)
    for split in ("further/1", "further/2", "further/3", "further/4", "further/5", "further/6", "dev"):
        found = list(rows(split))
        labels = sum(len(one["labels"]) for one in found)
        assert f"| `{split}` | {len(found):,} | {labels:,} | {len({one['language'] for one in found})} |" in card


PLAIN = st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029"), max_size=12)


@given(st.lists(st.tuples(PLAIN, st.booleans()), max_size=6))
def test_marks_come_off_without_a_trace(parts: list[tuple[str, bool]]) -> None:
    def escaped(text: str) -> str:
        return "".join("\\" + char if char in "[]{}\\" else char for char in text)

    parts = [(text, marked and bool(text)) for text, marked in parts]
    line = "".join(f"[{escaped(text)}]{{color-1 #dull}}" if marked else escaped(text) for text, marked in parts)
    text, labels = corpus.parse_marked(line, "single")
    assert text == "".join(part for part, _ in parts)
    assert [text[slice(*label["span"])] for label in labels] == [part for part, marked in parts if marked]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("single\t-\tfine", "3 TAB-separated"),
        ("double\t-\t[x]{overall+2}\tx", "no kind 'double'"),
        ("single\tA\t[x]{overall+2}\tx", "does not fit single"),
        ("pair\tC\t[x]{overall+2}\tx", "does not fit pair"),
        ("single\t-\t[x]{overall+2 @A}\tx", "takes no @target"),
        ("pair\t-\t[x]{overall+2 @D}\tx", "outside AB"),
        ("pair\t-\t[x]{charm+2 @A}\tx", "no aspect 'charm'"),
        ("pair\t-\t[x]{color+2 @A #soft}\tx", "no attribute 'soft'"),
        ("pair\t-\t[x]{color+4}\tx", "is not of the form"),
        ("pair\t-\t[x\tx", r"\[ without \]"),
        ("pair\t-\tx]{color+2}\tx", r"\] without \["),
        ("pair\t-\t[]{color+2}\tx", "empty evidence"),
        ("pair\t-\t[x] good\tx", "no {labels}"),
        ("pair\t-\t[x]{color+2}\t", "empty message or reference"),
    ],
)
def test_a_malformed_line_is_told_what_is_wrong(line: str, says: str) -> None:
    with pytest.raises(corpus.Malformed, match=says):
        corpus.parse_line(line)


def test_gold_scores_as_all_right_and_silence_as_nothing() -> None:
    perfect, nothing = score.Tally(), score.Tally()
    for one in rows("dev"):
        perfect.add(one, {**one, "translation": one["reference"]})
        nothing.add(one, {})
    told = perfect.figures()
    assert [told[name] for name in ("label_f1", "target_f1", "span_f1", "preference_accuracy")] == [1, 1, 1, 1]
    assert (told["language_accuracy"], told["false_alarms"], told["chrf"]) == (1, 0, 100)
    assert (nothing.figures()["label_f1"], nothing.figures()["label_recall"]) == (0, 0)


def test_each_figure_asks_for_what_it_names() -> None:
    gold = {"language": "en", "kind": "pair", "reference": "x", "preference": None}
    light = {"aspect": "lighting", "polarity": "positive", "targets": ["B"], "span": [0, 5]}
    tally = score.Tally()
    tally.add({**gold, "labels": [light]}, {"labels": [{**light, "targets": ["A"], "span": [6, 9]}]})
    tally.add({**gold, "labels": []}, {"labels": []})
    told = tally.figures()
    assert (told["label_f1"], told["target_f1"], told["span_f1"], told["false_alarms"]) == (1, 0, 0, 0)
    tally.add({**gold, "labels": []}, {"labels": [light]})
    assert (tally.figures()["label_precision"], tally.figures()["false_alarms"]) == (0.5, 0.5)


def test_a_label_that_repeats_the_preference_is_scored_as_preference_only() -> None:
    gold = {"language": "en", "kind": "pair", "reference": "B", "preference": "B", "labels": []}
    label = {"aspect": "overall", "polarity": "positive", "targets": ["B"], "span": [0, 1]}
    tally = score.Tally()
    tally.add(gold, {"preference": "B", "language": "eng", "labels": [label]})
    assert tally.n["predicted"] == 0
    assert (tally.n["choice_right"], tally.n["language_right"]) == (1, 1)
