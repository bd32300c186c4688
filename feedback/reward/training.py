"""`opine train`: from the folder of an export to the folder of a reward."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from feedback.reward.accuracy import (
    SEEN,
    SEEN_OWN,
    UNSEEN,
    Figures,
    after_answers,
    choices_of,
    judge_people,
    judge_strangers,
)
from feedback.reward.answers import Answers, Exported, read_export
from feedback.reward.baselines import by_length, by_position
from feedback.reward.choices import Floats
from feedback.reward.curves import draw_curves
from feedback.reward.extraction import COPIES, Progress, extract
from feedback.reward.fitting import Fitted, Round, fit
from feedback.reward.model import CURVES, Reward
from feedback.taxonomy import taxonomy

if TYPE_CHECKING:
    from feedback.reward.features import Features

ROUNDS = 12


def train(
    export: Path,
    folder: Path,
    features: "Features",
    name: str,
    cache: Path,
    *,
    seed: int = 0,
    rounds: int = ROUNDS,
    copies: int = COPIES,
    progress: Progress = lambda done, total: None,
    watch: Callable[[Round], None] = lambda done: None,
) -> Reward:
    """Train on the export's training split and write the reward, its card and its curves into the folder.

    `name` is what `load_features` finds the features by; `copies` with artefacts are made of each image (0: none).
    """
    exported = read_export(export)
    views = extract(exported.images, features, cache, seed=seed, copies=copies, progress=progress)
    fitted = fit(exported, views, seed=seed, rounds=rounds, watch=watch)
    tastes = tastes_of(exported, fitted)
    facts = {
        "aspects": list(taxonomy().aspects),
        "taxonomy": taxonomy().version,
        "features": name,
        "signature": features.signature,
        "export": exported.version,
        "seed": seed,
        "copies": copies,
        "rounds": [asdict(done) for done in fitted.rounds],
        "kept_round": fitted.rounds[fitted.best].number,
        "counts": _counts(exported),
        "figures": {title: asdict(found) for title, found in figures_of(exported, fitted, tastes).items()},
    }
    reward = Reward(features, fitted.space, fitted.aspects, fitted.population, fitted.background, tastes, facts)
    folder.mkdir(parents=True, exist_ok=True)
    draw_curves(fitted.rounds, fitted.best, folder / CURVES)
    reward.save(folder)
    return reward


def tastes_of(exported: Exported, fitted: Fitted) -> dict[str, Floats]:
    """Everybody's taste after all that they answered about images of the training split."""
    answers = exported.answers.take(exported.answers.split == "train")
    tastes = {}
    for person in np.unique(answers.annotator):
        theirs = choices_of(fitted.scores, answers.take(answers.annotator == person))
        tastes[exported.annotators[person]] = fitted.population.after(theirs).mean
    return tastes


def figures_of(exported: Exported, fitted: Fitted, tastes: dict[str, Floats]) -> dict[str, Figures]:
    """On images of the test split: people that the population knows, people that it does not, and the baselines."""
    scores, answers, population = fitted.scores, exported.answers, fitted.population
    people = {exported.annotators.index(name): taste for name, taste in tastes.items()}
    seen, unseen = _known(answers.of("test", "train"), people), answers.of("test", "test")
    given = answers.take(answers.split == "train")
    after = after_answers(scores, given, unseen, population)
    return {
        SEEN_OWN: judge_people(scores, seen, people),
        SEEN: judge_strangers(scores, seen, population),
        UNSEEN: judge_strangers(scores, unseen, population),
        **{f"{UNSEEN}, after {count} answers": found for count, found in after.items() if found.pairs},
        "length, annotators seen": by_length(seen, exported.remarks),
        "length, annotators unseen": by_length(unseen, exported.remarks),
        "shown first, annotators seen": by_position(seen),
        "shown first, annotators unseen": by_position(unseen),
    }


def _known(answers: Answers, people: dict[int, Floats]) -> Answers:
    known: Answers = answers.take(np.isin(answers.annotator, list(people)))
    return known


def _counts(exported: Exported) -> dict[str, Any]:
    answers, remarks = exported.answers, exported.remarks.of("train", "train")
    aspects = list(taxonomy().aspects)
    labels = {aspects[number]: int((remarks.aspect == number).sum()) for number in np.unique(remarks.aspect)}
    return {
        "images": len(np.unique(answers.images[answers.images >= 0])),
        "annotators": len(np.unique(answers.annotator)),
        "answers": len(answers),
        "ties": int(((answers.choice == answers.counts) & (answers.counts > 1)).sum()),
        "single": int((answers.counts == 1).sum()),
        "training answers": len(answers.of("train", "train")),
        "labels": labels,
    }
