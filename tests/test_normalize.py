"""The normalizer on hand-made probabilities: labels, where their evidence lies, what a preference implies."""

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback.evidence import runs, trimmed, whole_words
from feedback.mentions import named_by
from feedback.normalize import normalize, without_contradictions
from feedback.records import Kind, Label
from translation.bundled import Encoded, Schema

ASPECTS = ("overall", "lighting", "anatomy", "choice")
THRESHOLDS = {
    "label.positive": 0.5,
    "label.negative": 0.5,
    "label.neutral": 0.5,
    "any": 0.6,
    "choice": 0.3,
    "preference": 0.5,
    "target": 0.5,
    "attribute": 0.5,
    "evidence.share": 0.5,
    "evidence.floor": 0.1,
    "evidence.begin": 0.5,
    "evidence.again": 0.6,
    "evidence.least": 0.3,
    "confidence.slope": 1.0,
    "confidence.offset": 0.0,
}
SCHEMA = Schema(
    languages=("en",),
    aspects=ASPECTS,
    attributes=(("lighting", "soft"), ("anatomy", "hands")),
    polarities=("positive", "negative", "neutral"),
    preferences=("A", "B", "C", "D", "tie", "none"),
    thresholds=THRESHOLDS,
)
COLUMN = {"positive": 0, "negative": 1, "neutral": 2}


def encoded(words: str, marks: dict[tuple[str, str], tuple[int, int]], **more: Any) -> Encoded:
    """An Encoded of one token a word, where `marks` gives the words [first, last) of each label."""
    parts = words.split(" ")
    ends = np.cumsum([len(word) + 1 for word in parts]) - 1
    offsets = np.array([[max(0, end - len(word) - 1), end] for word, end in zip(parts, ends, strict=True)], np.int32)
    n = len(parts)
    aspects, polarity = np.full((n, len(ASPECTS)), 0.01, np.float32), np.full((n, 3), 0.05, np.float32)
    begin, labels = np.zeros(n, np.float32), np.full((len(ASPECTS), 3), 0.01, np.float32)
    targets, attributes = np.zeros((n, 4), np.float32), np.zeros((n, 2), np.float32)
    for (aspect, sign), (first, last) in marks.items():
        aspects[first:last, ASPECTS.index(aspect)] = 0.95
        polarity[first:last, COLUMN[sign]] = 0.9
        begin[first] = 0.9
        labels[ASPECTS.index(aspect), COLUMN[sign]] = 0.9
    for letter, (first, last) in more.get("targets", {}).items():
        targets[first:last, "ABCD".index(letter)] = 0.9
    for row, (first, last) in more.get("attributes", {}).items():
        attributes[first:last, row] = 0.9
    preference = np.zeros(6, np.float32)
    preference[SCHEMA.preferences.index(more.get("preference", "none"))] = 1
    zeros = np.zeros(3, np.float32)
    return Encoded(
        text=words,
        schema=SCHEMA,
        offsets=offsets,
        language=np.ones(1, np.float32),
        aspects=aspects,
        polarity=polarity,
        begin=begin,
        strength=np.tile(np.array([0.1, 0.2, 0.7], np.float32), (n, 1)),
        targets=targets,
        attributes=attributes,
        labels=labels,
        preference=preference,
        memory=zeros,
        windows=1,
    )


def test_a_label_carries_its_words_targets_attributes_and_strength() -> None:
    read = encoded(
        "B has (really soft light), right?",
        {("lighting", "positive"): (2, 5)},
        targets={"B": (2, 5), "C": (2, 5)},
        attributes={0: (2, 5), 1: (2, 5)},
    )
    (label,), preference = normalize(read, "pair")
    assert read.text[slice(*label.span or (0, 0))] == "really soft light"
    assert (label.aspect, label.polarity, label.strength) == ("lighting", "positive", 3)
    assert label.targets == ("B",)  # a pair has no C
    assert label.attributes == ("soft",)  # hands belong to another aspect
    assert label.confidence == pytest.approx(0.9, abs=0.01)
    assert preference.choice is None


def test_one_image_takes_no_targets() -> None:
    (label,), _ = normalize(encoded("soft light", {("lighting", "positive"): (0, 2)}, targets={"A": (0, 2)}), "single")
    assert label.targets == ()


def test_two_judgements_on_the_same_words_are_two_labels() -> None:
    read = encoded("the hands glow", {("anatomy", "negative"): (1, 3), ("lighting", "negative"): (1, 3)})
    labels, _ = normalize(read, "single")
    assert {label.aspect for label in labels} == {"anatomy", "lighting"}
    assert {label.span for label in labels} == {(4, 14)}


def test_praise_and_complaint_of_one_aspect_on_the_same_words_leave_the_surer() -> None:
    sure = Label(aspect="lighting", polarity="positive", span=(0, 5), confidence=0.9)
    unsure = Label(aspect="lighting", polarity="negative", span=(3, 9), confidence=0.6)
    apart = Label(aspect="lighting", polarity="negative", span=(9, 12), confidence=0.5)
    assert without_contradictions([unsure, apart, sure]) == [sure, apart]


def test_a_message_in_which_nothing_is_sure_is_silent() -> None:
    read = encoded("soft light", {("lighting", "positive"): (0, 2)})
    unsure = replace(read, labels=np.minimum(read.labels, np.float32(0.55)))
    assert normalize(unsure, "single")[0] == ()
    assert len(normalize(replace(unsure, preference=encoded("x", {}, preference="B").preference), "pair")[0]) == 1


def test_words_of_choice_become_overall_praise_of_the_preferred_image() -> None:
    read = encoded("I take B", {("choice", "positive"): (1, 3)}, preference="B")
    (label,), preference = normalize(read, "pair")
    assert (label.aspect, label.polarity, label.targets) == ("overall", "positive", ("B",))
    assert preference.choice == "B"
    assert preference.source == "words"


def test_words_of_choice_without_a_preference_are_no_label() -> None:
    assert normalize(encoded("I take B", {("choice", "positive"): (1, 3)}), "pair")[0] == ()


def test_praise_that_names_no_image_is_about_the_preferred_one() -> None:
    (label,), _ = normalize(encoded("B lovely", {("overall", "positive"): (1, 2)}, preference="B"), "pair")
    assert label.targets == ("B",)


def test_a_text_without_tokens_says_nothing() -> None:
    silent = replace(encoded("x", {("lighting", "positive"): (0, 1)}), offsets=np.zeros((0, 2), np.int32))
    assert normalize(silent, "pair")[0] == ()


def test_a_new_beginning_cuts_evidence_in_two() -> None:
    weight, begin = np.full(4, 0.8, np.float32), np.array([0.9, 0.1, 0.9, 0.1], np.float32)
    assert [(piece.first, piece.last) for piece in runs(weight, begin, THRESHOLDS)] == [(0, 2), (2, 4)]


def test_a_gap_of_one_token_is_bridged_and_a_weak_echo_is_dropped() -> None:
    weight = np.array([0.9, 0.1, 0.9, 0, 0, 0.35, 0], np.float32)
    assert [(piece.first, piece.last) for piece in runs(weight, np.zeros(7, np.float32), THRESHOLDS)] == [(0, 3)]


@given(st.text(min_size=1), st.data())
def test_trimming_stays_inside_and_is_never_empty(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    a, b = trimmed(text, start, end)
    assert start <= a < b <= end


@pytest.mark.parametrize(
    ("text", "part", "whole"),
    [
        ("Tấm hai sáng choang", "ấm hai s", "Tấm hai sáng"),
        ("the light's soft", "igh", "light"),
        ("fazā-ye vahm\u200cālud", "lud", "vahm\u200cālud"),
        ("रोशनी अच्छी", "च्छ", "अच्छी"),
        ("论创意和冲击力，丙", "创意和冲击", "创意和冲击"),
    ],
)
def test_evidence_ends_between_words(text: str, part: str, whole: str) -> None:
    start = text.index(part)
    begin, end = whole_words(text, start, start + len(part))
    assert text[begin:end] == whole


@given(st.text(min_size=1), st.data())
def test_whole_words_hold_the_span_and_are_whole(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    wider = whole_words(text, start, end)
    assert 0 <= wider[0] <= start < end <= wider[1] <= len(text)
    assert whole_words(text, *wider) == wider


@pytest.mark.parametrize(
    ("text", "evidence", "named"),
    [
        ("3 is blurry, and 4 forgot the cat ears", "forgot the cat ears", "D"),
        ("varför B:s och D:s broar slutar", "B:s och D:s broar slutar", "BD"),
        ("BとCはそもそも窓がない", "窓がない", "C"),
        ("3번 손이 이상해", "손이 이상해", "C"),
        ("В целом слишком темно", "слишком темно", ""),  # a preposition
        ("1 is better. Anime style", "1 is better", "A"),
        ("A bit too dark for me", "too dark", ""),  # an article
        ("A is too dark, C is fine", "too dark", "A"),
        ("ב מרגישה ציור", "מרגישה ציור", "B"),
        ("B glows. The hands are odd", "The hands are odd", ""),
        ("the Best of 2024, DCB", "Best of 2024", ""),
    ],
)
def test_images_are_named_by_letter_and_number(text: str, evidence: str, named: str) -> None:
    start = text.index(evidence)
    assert named_by(text, (start, start + len(evidence))) == tuple(named)


def test_of_four_images_the_named_one_is_meant_whatever_the_tokens_say() -> None:
    read = encoded("in C odd hands", {("anatomy", "negative"): (2, 4)}, targets={"A": (2, 4)})
    assert normalize(read, "set")[0][0].targets == ("C",)
    assert normalize(read, "pair")[0][0].targets == ("A",)


@given(st.lists(st.floats(0, 1, width=32), min_size=1, max_size=30), st.data())
def test_runs_are_ordered_apart_and_hold_the_peak(weights: list[float], data: st.DataObject) -> None:
    begin = data.draw(st.lists(st.floats(0, 1, width=32), min_size=len(weights), max_size=len(weights)))
    found = runs(np.array(weights, np.float32), np.array(begin, np.float32), THRESHOLDS)
    assert max(piece.peak for piece in found) == np.float32(max(weights))
    assert all(one.last <= other.first for one, other in itertools.pairwise(found))
    assert all(piece.first < piece.last for piece in found)


@pytest.mark.parametrize(("kind", "letters"), [("single", 0), ("pair", 2), ("set", 4)])
def test_targets_are_letters_of_the_kind(kind: Kind, letters: int) -> None:
    everywhere = dict.fromkeys("ABCD", (0, 2))
    (label,), _ = normalize(encoded("soft light", {("lighting", "positive"): (0, 2)}, targets=everywhere), kind)
    assert len(label.targets) == letters
