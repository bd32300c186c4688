"""The critique table: one row per label, as people and classifiers read it."""

from collections.abc import Iterator

from feedback.export.columns import REAL, TEXT, TEXTS, TIME, WHOLE, Row
from feedback.export.opinions import said
from feedback.export.selection import Selection
from feedback.export.target import Place, TableTarget
from feedback.records import LETTERS, Critique, Label
from feedback.taxonomy import taxonomy


class Critiques(TableTarget):
    """What holds now, and what people rejected; `source_text[evidence_start:evidence_end]` is the evidence."""

    name = "critiques"
    about = "One row per label: aspect, polarity, strength, targets, and the words that are the evidence."
    columns = {  # noqa: RUF012
        "opinion_id": TEXT,
        "label_id": TEXT,
        "comparison_id": TEXT,
        "kind": TEXT,
        "image_ids": TEXTS,
        "target_image_ids": TEXTS,
        "aspect": TEXT,
        "polarity": TEXT,
        "strength": WHOLE,
        "attributes": TEXTS,
        "value": TEXT,
        "value_raw": TEXT,
        "evidence": TEXT,
        "evidence_start": WHOLE,
        "evidence_end": WHOLE,
        "evidence_en": TEXT,
        "confidence": REAL,
        "source_text": TEXT,
        "source_language": TEXT,
        "language_confidence": REAL,
        "declared_language": TEXT,
        "translation": TEXT,
        "translation_signature": TEXT,
        "normalizer_signature": TEXT,
        "taxonomy_version": WHOLE,
        "status": TEXT,
        "annotator": TEXT,
        "channel": TEXT,
        "created_at": TIME,
        "flags": TEXTS,
        "consent_scope": TEXT,
        "split": TEXT,
        "annotator_split": TEXT,
        "replaces": TEXT,
        "campaign": TEXT,
        "prompt": TEXT,
    }

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One row per label."""
        for row in critique_rows(critique, place, self.selection):
            self.write(place, row)


def critique_rows(critique: Critique, place: Place, selection: Selection) -> Iterator[Row]:
    """The rows of an opinion, without their splits."""
    opinion = critique.opinion
    letters = dict(zip(LETTERS, critique.images, strict=False))
    shared = said(critique, place) | {"taxonomy_version": taxonomy().version}
    for label in exported_labels(critique, selection):
        start, end = label.span or (None, None)
        yield {
            **shared,
            "label_id": label.id,
            "target_image_ids": [letters[letter].id for letter in label.targets if letter in letters],
            "aspect": label.aspect,
            "polarity": label.polarity,
            "strength": label.strength,
            "attributes": list(label.attributes),
            "value": label.value,
            "value_raw": label.value_raw,
            "evidence": opinion.source_text[start:end] if label.span else None,
            "evidence_start": start,
            "evidence_end": end,
            "evidence_en": None,  # which English words stand for the evidence is not known
            "confidence": label.confidence,
            "status": label.status,
            "replaces": label.replaces,
        }


def exported_labels(critique: Critique, selection: Selection) -> Iterator[Label]:
    """What holds now, then the suggestions that the person rejected or corrected into another, all as "rejected".

    With `gold_only`, only what a person confirmed, corrected or added; never what is less sure than is asked for.
    """
    yield from (label for label in critique.labels if selection.takes_label(label.status, label.confidence))
    for label in critique.refused:
        if selection.takes_label("rejected", label.confidence):
            yield label.model_copy(update={"status": "rejected"})
