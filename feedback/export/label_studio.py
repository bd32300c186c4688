"""Tasks for Label Studio: a model's predictions, and people's annotations, in Label Studio's own JSON.

Label Studio counts the spans of a text in code points, as we do; images are files below its document root.
"""

from typing import Any, Final

from feedback.export.annotation import CHOICES, Answers, gold, label_names, name_of, split_by_words, suggestion
from feedback.export.opinions import consent_scope
from feedback.export.selection import Selection
from feedback.export.target import FileTarget, Place, flags_of, image_file
from feedback.export.writing import Written, write_file
from feedback.records import Critique

_LOCAL: Final = "/data/local-files/?d="  # how Label Studio names files below its document root


class LabelStudio(FileTarget):
    """`label_studio/`: the tasks, and the labelling interface that they are made for."""

    name = "label_studio"
    about = "For Label Studio: opinions with predictions and annotations apart, and the labelling interface."

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One task."""
        self.write("tasks.json", label_studio_task(critique, self.selection), split=place.split)

    def close(self) -> Written:
        """Finish the files."""
        written = super().close()
        if written.rows:
            path = f"{self.name}/config.xml"
            written.files[path] = write_file(self.folder / path, label_studio_config().encode())
        return written


def label_studio_task(critique: Critique, selection: Selection) -> dict[str, Any]:
    """The task as Label Studio imports it; images are files below its document root, which is the export."""
    opinion, reading = critique.opinion, critique.reading
    task: dict[str, Any] = {
        "data": {
            "opinion_id": opinion.id,
            "annotator": opinion.annotator_id,
            "text": opinion.source_text,
            "language": reading.language if reading else "und",
            "images": [_LOCAL + image_file(image) for image in critique.images],
            "consent_scope": consent_scope(training_use=opinion.training_use),
            "flags": flags_of(critique),
        },
        "predictions": [],
        "annotations": [],
    }
    if (suggested := suggestion(critique, selection)) and reading:
        score = min([label.confidence for label in suggested.labels], default=suggested.confidence)
        regions = _regions(opinion.source_text, suggested)
        task["predictions"].append({"model_version": reading.signature, "score": score, "result": regions})
    if stated := gold(critique):
        task["annotations"].append({"ground_truth": True, "result": _regions(opinion.source_text, stated)})
    return task


def label_studio_config() -> str:
    """The labelling interface of Label Studio, in its XML."""
    labels = "\n".join(f'    <Label value="{name}"/>' for name in label_names())
    aspects = "\n".join(f'    <Choice value="{name}"/>' for name in label_names())
    choices = "\n".join(f'    <Choice value="{name}"/>' for name in CHOICES)
    return f"""<View>
  <Image name="images" valueList="$images"/>
  <Text name="text" value="$text"/>
  <Labels name="evidence" toName="text">
{labels}
  </Labels>
  <Choices name="labels" toName="text" choice="multiple">
{aspects}
  </Choices>
  <Choices name="preference" toName="text" choice="single">
{choices}
  </Choices>
</View>
"""


def _regions(text: str, answers: Answers) -> list[dict[str, Any]]:
    with_words, without = split_by_words(answers.labels)
    regions: list[dict[str, Any]] = []
    for label in with_words:
        start, end = label.span or (0, 0)
        value = {"start": start, "end": end, "text": text[start:end], "labels": [name_of(label)]}
        regions.append(_region(label.id, "evidence", "labels", value) | {"score": label.confidence})
    if without:
        regions.append(_region("labels", "labels", "choices", {"choices": [name_of(label) for label in without]}))
    if answers.choice:
        regions.append(_region("preference", "preference", "choices", {"choices": [answers.choice]}))
    return regions


def _region(id_: str, question: str, kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return {"id": id_, "from_name": question, "to_name": "text", "type": kind, "value": value}
