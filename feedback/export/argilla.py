"""Records for Argilla, as `Dataset.from_disk` takes them: a model's suggestions, and people's responses.

Argilla's page counts spans in UTF-16 units while its server compares them with the length in code points; so a text is
followed by as many spaces as it has longer units, or the server would refuse a span near the end.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from feedback.export.annotation import (
    CHOICES,
    Answers,
    gold,
    label_names,
    name_of,
    split_by_words,
    suggestion,
    to_utf16,
    units,
)
from feedback.export.opinions import consent_scope
from feedback.export.selection import Selection
from feedback.export.target import FileTarget, Place, flags_of, image_file
from feedback.export.writing import Written, write_file
from feedback.records import Critique


class Argilla(FileTarget):
    """`argilla/`: the records, and the settings of the dataset that holds them."""

    name = "argilla"
    about = "For Argilla: opinions with suggestions and responses apart, and the dataset's settings."

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One record."""
        self.write("records.json", argilla_record(critique, self.selection), split=place.split)

    def close(self) -> Written:
        """Finish the files."""
        written = super().close()
        if written.rows:
            for name, content in (("settings", argilla_settings()), ("dataset", {"name": "opinions"})):
                path = f"{self.name}/.argilla/{name}.json"
                written.files[path] = write_file(self.folder / path, json.dumps(content, indent=1).encode())
        return written


def argilla_record(critique: Critique, selection: Selection) -> dict[str, Any]:
    """The record as `Dataset.records.from_json` takes it; a person's user id is their pseudonym, written as a UUID."""
    opinion, text = critique.opinion, critique.opinion.source_text
    record: dict[str, Any] = {
        "id": opinion.id,
        "fields": {"text": text + " " * (units(text) - len(text))},
        "metadata": {
            "language": critique.reading.language if critique.reading else "und",
            "channel": opinion.channel,
            "comparison": opinion.comparison_id,
            "images": " ".join(image_file(image) for image in critique.images),
            "consent_scope": consent_scope(training_use=opinion.training_use),
            "flags": " ".join(flags_of(critique)),
        },
        "suggestions": {},
        "responses": {},
    }
    if suggested := suggestion(critique, selection):
        agent = critique.reading.signature if critique.reading else None
        for question, value in _argilla_values(text, suggested).items():
            scores = _scores(question, suggested)
            record["suggestions"][question] = {"value": value, "score": scores, "agent": agent}
    if stated := gold(critique):
        user = str(UUID(opinion.annotator_id)) if len(opinion.annotator_id) == 32 else opinion.annotator_id
        for question, value in _argilla_values(text, stated).items():
            record["responses"][question] = [{"value": value, "user_id": user}]
    return record


def argilla_settings() -> dict[str, Any]:
    """The settings of the dataset in Argilla, as `Settings.from_json` takes them."""
    names, choices = _options(label_names()), _options(CHOICES)
    spans = {"type": "span", "field": "text", "allow_overlapping": True, "options": names}
    several = {"type": "multi_label_selection", "options": names, "options_order": "natural"}
    text = {"type": "text", "use_markdown": False}
    return {
        "guidelines": "Which words judge what? Suggestions are a model's; responses are the writer's own.",
        "fields": [{"name": "text", "title": "Opinion", "required": True, "settings": text}],
        "questions": [
            _question("evidence", "Words that judge something", spans),
            _question("labels", "Judgements without words", several),
            _question("preference", "Which image is preferred?", {"type": "label_selection", "options": choices}),
        ],
        "vectors": [],
        "metadata": [],
        "allow_extra_metadata": True,
        "distribution": {"strategy": "overlap", "min_submitted": 1},
    }


def _argilla_values(text: str, answers: Answers) -> Mapping[str, Any]:
    with_words, without = split_by_words(answers.labels)
    spans = [(label, to_utf16(text, label.span)) for label in with_words if label.span]
    values = {
        "evidence": [{"label": name_of(label), "start": start, "end": end} for label, (start, end) in spans],
        "labels": [name_of(label) for label in without],
        "preference": answers.choice,
    }
    return {question: value for question, value in values.items() if value}


def _scores(question: str, answers: Answers) -> float | list[float]:
    """One score for each value of the question."""
    if question == "preference":
        return answers.confidence
    with_words, without = split_by_words(answers.labels)
    return [label.confidence for label in (with_words if question == "evidence" else without)]


def _options(values: Sequence[str]) -> list[dict[str, str]]:
    return [{"text": value, "value": value} for value in values]


def _question(name: str, title: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "title": title, "required": False, "settings": settings}
