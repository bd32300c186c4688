"""Prompts and words of any script, with characters that end lines elsewhere, and very long ones, for three tools."""

import json
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq
import pytest
from export_world import ASTRONAUT, images_of, opinion_of, stated_by, write_images
from hypothesis import example, given, settings
from hypothesis import strategies as st

from feedback.export.argilla import argilla_record
from feedback.export.label_studio import label_studio_task
from feedback.export.pairs import pairs_of
from feedback.export.selection import Selection
from feedback.export.target import Place, TableTarget
from feedback.export.targets import classes_of
from feedback.export.words import Words
from feedback.export.writing import JsonList
from feedback.records import MAX_TEXT, Critique, Label, Preference, Reading

HARD: Final = (
    "قطة على سطح من القرميد الأحمر، «بأسلوب» إنمي ١٩٨٠",
    ASTRONAUT,
    "🏳️‍🌈 👨‍👩‍👧‍👦 e\u0301\u0323 𝔘𝔫𝔦",
    "one\u2028two\u2029three\u0085four\r\nfive",
    "\x01\x0b\x0c\x1b[31m\x1f\x7f \ufeff\u202ea\u202c \U0010ffff \\u0000 \\ud83d",
    'null "quoted" \\ <image> </s> {{ prompt }} =1+1',
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=30)


def said(text: str, kind: str, images: int) -> Critique:
    """An opinion whose first character is evidence for one label and its last one for another."""
    labels = (
        Label(id="first", aspect="overall", polarity="positive", targets=("A",), value=text, span=(0, 1)),
        Label(id="last", aspect="color", polarity="positive", targets=("A",), span=(len(text) - 1, len(text))),
    )
    reading = Reading(
        language="ar",
        language_confidence=0.9,
        translation=text,
        labels=labels,
        preference=Preference(choice="A"),
        signature="normalizer:test.1",
        translation_signature="translation:test.1",
    )
    opinion = opinion_of(text).model_copy(update={"kind": kind})
    return Critique(opinion=opinion, images=images_of(*range(images)), reading=reading, labels=labels)


def rows_of(target: TableTarget, folder: Path) -> list[dict[str, Any]]:
    """The rows of a table, which Parquet and JSONL must agree about."""
    file = folder / "data" / target.name / "train.parquet"
    rows: list[dict[str, Any]] = pq.read_table(file).to_pylist()
    lines = [json.loads(line) for line in file.with_suffix(".jsonl").read_text("utf-8").split("\n")[:-1]]
    assert [{name: row[name] for name in row if name != "images"} for row in rows] == [
        {name: line[name] for name in line if name != "images"} for line in lines
    ]
    return rows


def written(folder: Path, prompt: str, words: str) -> dict[str, list[dict[str, Any]]]:
    """The tables for TRL of one person who said these words about a pair and about a single image."""
    pair, spoken = stated_by(images_of(0, 1), prompt=prompt), Words()
    spoken.keep(said(words, "pair", 2), Selection())
    place = Place("k", prompt, "train", pairs=pairs_of(pair), said=spoken.of("s"))
    spoken.close()
    write_images(pair.images, folder)
    tables = {}
    for target in [target(folder, Selection()) for target in classes_of(["trl_dpo", "trl_reward", "trl_kto"])]:
        target.take_critique(said(words, "pair", 2), place)
        target.take_critique(said(words, "single", 1), place)
        target.take_preference(pair, place)
        target.close()
        assert isinstance(target, TableTarget)
        tables[target.name] = rows_of(target, folder)
    return tables


@settings(max_examples=10, deadline=None)
@given(TEXTS, TEXTS.map("word {}".format))
@example("long " * 20_000 + "😬", "ط" * MAX_TEXT)
@example(HARD[0], HARD[1])
@example(HARD[2], HARD[3])
@example(HARD[3], HARD[4])
@example(HARD[4], HARD[5])
@example(HARD[5], HARD[0])
def test_trl_is_told_prompts_and_words_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, prompt: str, words: str
) -> None:
    tables = written(tmp_path_factory.mktemp("trl"), prompt, words)
    (dpo,), (reward,), (kto,) = tables["trl_dpo"], tables["trl_reward"], tables["trl_kto"]
    question = "The images are, in order, A, B. Which is better, and why?"
    assert dpo["prompt"][0]["content"][-1]["text"] == f"Images were to show: {prompt}\n{question}"
    assert dpo["chosen"][0]["content"][0]["text"] == f"A is better. {words}".rstrip()
    assert reward["prompt"] == f"Images were to show: {prompt}\nRemarks:\n"
    assert f"good overall ({words})" in reward["chosen"]
    assert (kto["prompt"], kto["completion"]) == (
        f"An image was to show: {prompt}\nWhat do people say about it?\n",
        words,
    )


def test_datasets_reads_them_from_either_format(tmp_path: Path) -> None:
    import datasets

    datasets.disable_progress_bars()
    prompt = "\n".join(HARD)
    written(tmp_path, prompt, HARD[3])
    for form, suffix in (("parquet", "parquet"), ("json", "jsonl")):
        file = str(tmp_path / "data" / "trl_kto" / f"train.{suffix}")
        (row,) = datasets.load_dataset(form, data_files=file, split="train", cache_dir=str(tmp_path / "cache"))
        assert (row["completion"], row["label"]) == (HARD[3], True)
        assert row["prompt"] == f"An image was to show: {prompt}\nWhat do people say about it?\n"


@pytest.mark.parametrize("text", [*HARD, "😬" * MAX_TEXT], ids=lambda text: ascii(text[:12]))
def test_annotation_tools_show_the_words_and_mark_them_where_they_are(tmp_path: Path, text: str) -> None:
    for name, make in (("argilla", argilla_record), ("label_studio", label_studio_task)):
        rows = JsonList(tmp_path / f"{name}.json")
        rows.add(make(said(text, "pair", 2), Selection()))
        rows.close()
    ((record,), (task,)) = (
        json.loads((tmp_path / f"{name}.json").read_bytes()) for name in ("argilla", "label_studio")
    )
    shown = record["fields"]["text"]
    assert shown[: len(text)] == task["data"]["text"] == text
    as_javascript = shown.encode("utf-16-le")
    spans = record["suggestions"]["evidence"]["value"]
    assert [as_javascript[2 * one["start"] : 2 * one["end"]].decode("utf-16-le") for one in spans] == [
        text[0],
        text[-1],
    ]
    assert all(one["end"] <= len(shown) for one in spans)  # the server counts code points
    regions = [one["value"] for one in task["predictions"][0]["result"] if one["type"] == "labels"]
    assert (
        [text[one["start"] : one["end"]] for one in regions] == [one["text"] for one in regions] == [text[0], text[-1]]
    )
