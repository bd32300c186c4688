"""People with known tastes who choose by Davidson's model; their true likings are what a reward must find."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from feedback.reward.answers import Answers, Exported, Remarks
from feedback.reward.choices import Choices, Floats, of_several
from feedback.reward.fitting import Fitted
from feedback.reward.questions import next_question
from feedback.reward.taste import Taste

TIE = -0.7


@dataclass(frozen=True)
class Simulated:
    """An export's answers and features, and the truth behind them."""

    exported: Exported
    views: Floats
    aspects: Floats  # (images, aspects): the true scores
    likings: Floats  # (people, images)

    @property
    def new_people(self) -> list[int]:
        """Those whom no training sees."""
        answers = self.exported.answers
        return [int(person) for person in np.unique(answers.annotator[answers.annotator_split == "test"])]

    def answer(self, person: int, pair: tuple[int, int], chance: np.random.Generator) -> int:
        """0 or 1, or 2 for a tie."""
        return choose(self.likings[person, list(pair)], chance)

    def ask(self, person: int, fitted: Fitted, questions: int, *, informative: bool) -> Taste:
        """The person's taste after so many questions about pairs of 60 images."""
        chance, scores, taste = np.random.default_rng(person), fitted.scores[0].astype(float), fitted.population
        asked = list[Choices]()
        for _ in range(questions):
            pair = next_question(scores[:60], taste) if informative else tuple(chance.choice(60, 2, replace=False))
            choice = self.answer(person, (pair[0], pair[1]), chance)
            asked.append(of_several(scores[[pair]], np.array([choice]), np.ones(1)))
            taste = fitted.population.after(asked)
        return taste


def choose(likings: Floats, chance: np.random.Generator) -> int:
    """The place of the chosen image, or their number for a tie."""
    odds = np.exp(np.append(likings - likings.mean(), TIE))
    return int(chance.choice(len(odds), p=odds / odds.sum()))


def simulate(*, people: int, answers: int, images: int = 300, aspects: int = 5, seed: int = 0) -> Simulated:
    """Tastes over a few aspects of images that have 20 hidden dimensions and 60 features."""
    chance = np.random.default_rng(seed)
    hidden = chance.normal(size=(images, 20))
    features = (hidden @ chance.normal(size=(20, 60)) + chance.normal(0, 0.3, (images, 60))).astype(np.float32)
    truth = hidden @ chance.normal(size=(20, aspects)) / 3
    tastes = np.linspace(1, 0, aspects) + 1.5 * chance.normal(size=(people, aspects))
    likings = tastes @ truth.T
    sides = _sides(images)
    rows = [_answer(person, likings[person], sides, chance) for person in range(people) for _ in range(answers)]
    shown, choices, sides_of_rows = zip(*rows, strict=True)
    told = Answers(
        split=np.array(sides_of_rows),
        annotator_split=np.repeat(_sides(people), answers),
        weights=np.ones(len(rows)),
        images=np.array([[*pair, -1, -1] for pair in shown]),
        choice=np.array(choices),
        annotator=np.repeat(np.arange(people), answers),
    )
    files = tuple((f"{number:064x}", Path(f"{number}.png")) for number in range(images))
    names = tuple(f"person {number}" for number in range(people))
    remarks = _remarks(truth, np.flatnonzero(sides == "train"), 1_200, chance)
    exported = Exported("simulated", files, sides == "train", names, told, remarks)
    views = np.stack([features, features + chance.normal(0, 0.1, features.shape).astype(np.float32)])
    return Simulated(exported, views, truth, likings)


def _sides(count: int) -> np.ndarray:
    return np.array(["validation" if n % 10 == 8 else "test" if n % 10 == 9 else "train" for n in range(count)])


def _answer(
    person: int, likings: Floats, sides: np.ndarray, chance: np.random.Generator
) -> tuple[tuple[int, int], int, str]:
    side = str(chance.choice(["train", "train", "train", "train", "validation", "test"]))
    first, second = chance.choice(np.flatnonzero(sides == side), 2, replace=False)
    return (int(first), int(second)), choose(likings[[first, second]], chance), side


def _remarks(truth: Floats, images: np.ndarray, count: int, chance: np.random.Generator) -> Remarks:
    aspects, shown = chance.integers(0, truth.shape[1], count), chance.choice(images, (count, 2))
    gap = truth[shown[:, 0], aspects] - truth[shown[:, 1], aspects]
    nobody = np.full((count, 3), -1)
    return Remarks(
        split=np.full(count, "train"),
        annotator_split=np.full(count, "train"),
        weights=np.ones(count),
        targets=np.column_stack([shown[:, :1], nobody]),
        others=np.column_stack([shown[:, 1:], nobody]),
        aspect=aspects,
        good=(chance.uniform(size=count) < 1 / (1 + np.exp(-gap))).astype(float),
        annotator=np.zeros(count, np.int64),
        length=np.zeros(count, np.int64),
    )
