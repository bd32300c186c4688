"""The opinions: one row each, whether or not anything was understood of it."""

from typing import Any

from feedback.export.columns import REAL, TEXT, TEXTS, TIME, TRUTH, WHOLE
from feedback.export.target import Place, TableTarget, flags_of
from feedback.records import Critique


class Opinions(TableTarget):
    """Nothing that people said is missing here: labels may be, words may not."""

    name = "opinions"
    about = "One row per opinion, exactly as it was typed, with its language and translation."
    columns = {  # noqa: RUF012
        "opinion_id": TEXT,
        "campaign": TEXT,
        "comparison_id": TEXT,
        "showing_id": TEXT,
        "kind": TEXT,
        "prompt": TEXT,
        "image_ids": TEXTS,
        "source_text": TEXT,
        "source_language": TEXT,
        "language_confidence": REAL,
        "declared_language": TEXT,
        "translation": TEXT,
        "translation_confidence": REAL,
        "translation_signature": TEXT,
        "normalizer_signature": TEXT,
        "reading": TEXT,
        "labels": WHOLE,
        "preference": TEXT,
        "preference_conflict": TRUTH,
        "annotator": TEXT,
        "channel": TEXT,
        "created_at": TIME,
        "flags": TEXTS,
        "consent_scope": TEXT,
        "split": TEXT,
        "annotator_split": TEXT,
    }

    def take_critique(self, critique: Critique, place: Place) -> None:
        """One row; `reading` is read, waiting or failed."""
        opinion, reading = critique.opinion, critique.reading
        row = {
            "showing_id": opinion.showing_id,
            "translation_confidence": reading.translation_confidence if reading else None,
            "reading": "read" if reading else "failed" if critique.failed else "waiting",
            "labels": len(critique.labels),
            "preference": critique.preference.choice,
            "preference_conflict": critique.preference.conflict,
        }
        self.write(place, said(critique, place) | row)


def said(critique: Critique, place: Place) -> dict[str, Any]:
    """The columns that tell of an opinion in whatever table: what was said where, by whom, and in which language."""
    opinion, reading = critique.opinion, critique.reading
    return {
        "opinion_id": opinion.id,
        "campaign": place.campaign,
        "comparison_id": opinion.comparison_id,
        "kind": opinion.kind,
        "prompt": place.prompt,
        "image_ids": [image.id for image in critique.images],
        "source_text": opinion.source_text,
        "source_language": reading.language if reading else None,
        "language_confidence": reading.language_confidence if reading else None,
        "declared_language": opinion.declared_language,
        "translation": reading.translation if reading else None,
        "translation_signature": reading.translation_signature if reading else None,
        "normalizer_signature": reading.signature if reading else None,
        "annotator": opinion.annotator_id,
        "channel": opinion.channel,
        "created_at": opinion.created_at,
        "flags": flags_of(critique),
        "consent_scope": consent_scope(training_use=opinion.training_use),
    }


def consent_scope(*, training_use: bool) -> str:
    """What the person agreed to: that models are trained on it, or only that it is studied."""
    return "training" if training_use else "study"
