"""How well and how fast a reward learns: people with known tastes over real photographs, and the demo's pictures.

    python benchmarks/rewarding.py                 # accuracy, and how many answers a question saves
    python benchmarks/rewarding.py --speed         # fit of 100,000 pairs, images scored in a second

Photographs are those of the demo and of scikit-image, whole and cut, each in several renderings (`bot.demo.variants`).
The tastes are known because they are drawn: a few aspects, each a direction of the pictures' features that people call
by name, weighed by each person in their own way. What is said of an image is as long as the labelled opinions are that
say the same. Accuracy is of pairs of held-out photographs, without ties.
"""

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from bot.demo.variants import EDITS
from feedback.reward.accuracy import AFTER, Figures, after_answers, choices_of, judge, judge_people
from feedback.reward.answers import Answers, Exported, Remarks
from feedback.reward.baselines import by_length, by_position
from feedback.reward.choices import Floats, of_several
from feedback.reward.features import load_features, open_image
from feedback.reward.fitting import Fitted, fit
from feedback.reward.questions import next_question
from feedback.reward.space import fit_space
from translation.training.corpora import by_path

OPINIONS = Path(__file__).parent.parent / "feedback" / "data" / "opinions"
PEOPLE, ANSWERS, LABELS, TIE = 100, 80, 2_000, -0.7
RENDERINGS = (
    None,
    "warm",
    "cold",
    "too-dark",
    "overexposed",
    "flat",
    "oversaturated",
    "monochrome",
    "blurred",
    "noisy",
)
ASPECTS = ("color", "lighting", "sharpness", "detail", "mood")
WANTED = (0.7, 0.8, 0.9)  # correlation of found and true likings
QUESTIONS = 40


def photographs() -> Iterator[tuple[str, Image.Image]]:
    """By name: the demo's and scikit-image's, and four cuts of each."""
    import skimage.data

    folder = Path(__file__).parent.parent / "bot" / "demo" / "photographs"
    found = [(file.stem, open_image(file)) for file in sorted(folder.glob("*.jpg"))]
    names = ("brick", "grass", "gravel", "immunohistochemistry", "retina", "rocket", "coins", "moon", "page", "text")
    for name in names:
        try:
            found.append((f"skimage {name}", Image.fromarray(getattr(skimage.data, name)()).convert("RGB")))
        except (OSError, ModuleNotFoundError):  # not in the package, and no network
            continue
    for name, image in found:
        image.thumbnail((512, 512))
        yield name, image
        for number, (left, top) in enumerate(((0, 0), (1, 0), (0, 1), (1, 1))):
            width, height = image.width * 3 // 5, image.height * 3 // 5
            across, down = left * (image.width - width), top * (image.height - height)
            yield f"{name} cut {number}", image.crop((across, down, across + width, down + height))


def pictures() -> tuple[Floats, list[str]]:
    """Descriptors of all renderings, and the photograph that each is of."""
    features, numbers, names = load_features(), [], []
    for name, image in photographs():
        for rendering in RENDERINGS:
            shown = EDITS[rendering](image.copy()) if rendering else image
            numbers.append(features.of(shown.convert("RGB")))
            names.append(name.partition(" cut")[0])
    return np.array(numbers), names


def people_of(features: Floats, names: list[str], seed: int) -> tuple[Exported, Floats]:
    """An export of people whose tastes are drawn, and their likings (people, images)."""
    chance = np.random.default_rng(seed)
    places = fit_space(features[None]).place(features)
    truth = places @ chance.normal(size=(places.shape[1], len(ASPECTS)))
    truth = 1.5 * (truth - truth.mean(axis=0)) / truth.std(axis=0)
    own = 0.5 * places @ chance.normal(size=(places.shape[1], PEOPLE))  # what has no name
    likings = (np.linspace(1, 0, len(ASPECTS)) + chance.normal(size=(PEOPLE, len(ASPECTS)))) @ truth.T + own.T
    kinds = sorted(set(names))
    sides = {name: ("validation", "test", "test", "train", "train", "train")[n % 6] for n, name in enumerate(kinds)}
    of_images = np.array([sides[name] for name in names])
    of_people = np.array([("train", "validation", "test", "train")[n % 4] for n in range(PEOPLE)])
    rows = [_answer(person, likings[person], of_images, chance) for person in range(PEOPLE) for _ in range(ANSWERS)]
    answers = Answers(
        split=np.array([row[2] for row in rows]),
        annotator_split=np.repeat(of_people, ANSWERS),
        weights=np.ones(len(rows)),
        images=np.array([[*row[0], -1, -1] for row in rows]),
        choice=np.array([row[1] for row in rows]),
        annotator=np.repeat(np.arange(PEOPLE), ANSWERS),
    )
    files = tuple((f"{number:064x}", Path(name)) for number, name in enumerate(names))
    training = of_images == "train"
    remarks = joined([_remarks(truth, np.flatnonzero(of_images == side), side, chance) for side in ("train", "test")])
    return Exported("simulated", files, training, tuple(map(str, range(PEOPLE))), answers, remarks), likings


def _choose(likings: Floats, chance: np.random.Generator) -> int:
    odds = np.exp(np.append(likings - likings.mean(), TIE))
    return int(chance.choice(len(odds), p=odds / odds.sum()))


def _answer(
    person: int, likings: Floats, of_images: np.ndarray, chance: np.random.Generator
) -> tuple[list[int], int, str]:
    side = str(chance.choice(["train"] * 6 + ["validation"] + ["test"] * 3))
    pair = chance.choice(np.flatnonzero(of_images == side), 2, replace=False)
    return pair.tolist(), _choose(likings[pair], chance), side


def joined(parts: Sequence[Remarks]) -> Remarks:
    """The remarks of all parts."""
    return Remarks(**{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Remarks)})


def _remarks(truth: Floats, images: np.ndarray, side: str, chance: np.random.Generator) -> Remarks:
    from feedback.taxonomy import taxonomy

    aspects, shown = chance.integers(0, len(ASPECTS), LABELS), chance.choice(images, (LABELS, 2))
    gap = truth[shown[:, 0], aspects] - truth[shown[:, 1], aspects]
    nobody, good = np.full((LABELS, 3), -1), chance.uniform(size=LABELS) < 1 / (1 + np.exp(-gap))
    lengths = evidence_lengths()
    said = [lengths[ASPECTS[aspect], praise] for aspect, praise in zip(aspects, good.tolist(), strict=True)]
    return Remarks(
        split=np.full(LABELS, side),
        annotator_split=np.full(LABELS, "train"),
        weights=np.ones(LABELS),
        targets=np.column_stack([shown[:, :1], nobody]),
        others=np.column_stack([shown[:, 1:], nobody]),
        aspect=np.array([list(taxonomy().aspects).index(name) for name in ASPECTS])[aspects],
        good=good.astype(float),
        annotator=chance.integers(0, PEOPLE, LABELS),
        length=np.array([chance.choice(likely) for likely in said]),
    )


@cache
def evidence_lengths() -> dict[tuple[str, bool], list[int]]:
    """In code points, of what the labelled opinions say of each aspect, in praise and in complaint."""
    parser, found = by_path(OPINIONS / "opinions.py"), defaultdict[tuple[str, bool], list[int]](list)
    for file in sorted((OPINIONS / "train").glob("*/*.tsv")):
        for label in (label for _, row in parser.read(file) for label in row["labels"]):
            found[label["aspect"], label["polarity"] == "positive"].append(label["span"][1] - label["span"][0])
    return found


def without_colour(features: Floats) -> Floats:
    """The features that a colour-blind eye has, by their names."""
    coloured = ("chroma", "hue", "colour", "a mean", "b mean")
    return features[:, [not name.startswith(coloured) and "hue" not in name for name in load_features().names]]


def accuracies(features: Floats, exported: Exported) -> dict[str, Figures]:
    """On held-out photographs, of people whom the population knows and of others."""
    found = _of_model(fit(exported, features[None], seed=0, rounds=12), exported)
    blind = _of_model(fit(exported, without_colour(features)[None], seed=0, rounds=12), exported)
    silent = replace(exported, remarks=exported.remarks.take(np.zeros(len(exported.remarks), bool)))
    mute = _of_model(fit(silent, features[None], seed=0, rounds=12), exported)
    return (
        {
            "the image shown first": by_position(exported.answers.of("test", "train")),
            "length, people seen": by_length(exported.answers.of("test", "train"), exported.remarks),
            "length, people unseen": by_length(exported.answers.of("test", "test"), exported.remarks),
        }
        | {f"Opine: {name}": figures for name, figures in found.items()}
        | {f"without labels: {name}": figures for name, figures in mute.items()}
        | {f"colour-blind: {name}": figures for name, figures in blind.items()}
    )


def _of_model(fitted: Fitted, exported: Exported) -> dict[str, Figures]:
    answers, scores = exported.answers, fitted.scores
    training, seen, unseen = answers.of("train", "train"), answers.of("test", "train"), answers.of("test", "test")
    tastes = {
        int(person): fitted.population.after(choices_of(scores, training.take(training.annotator == person))).mean
        for person in np.unique(training.annotator)
    }
    given = answers.take(answers.split == "train")
    return {
        "seen, population": judge(scores, seen, fitted.population.mean),
        "seen, own taste": judge_people(scores, seen, tastes),
        **{
            f"unseen after {count}": figures
            for count, figures in after_answers(scores, given, unseen, fitted.population, AFTER).items()
        },
    }


def answers_needed(features: Floats, exported: Exported, likings: Floats) -> dict[str, list[float]]:
    """The mean correlation of found and true likings of people unseen after each number of answers."""
    fitted = fit(exported, features[None], seed=0, rounds=12)
    scores = fitted.scores[0].astype(float)
    pool = np.flatnonzero(exported.training_images)[::3]
    held_out = np.flatnonzero(~exported.training_images)
    people = np.unique(exported.answers.of("test", "test").annotator)
    found = {
        way: [_course(fitted, scores, pool, held_out, likings[person], int(person), way) for person in people]
        for way in ("random", "informative")
    }
    return {way: np.mean(courses, axis=0).tolist() for way, courses in found.items()}


def _course(
    fitted: Fitted, scores: Floats, pool: np.ndarray, held_out: np.ndarray, likings: Floats, person: int, way: str
) -> list[float]:
    chance, taste, asked, found = np.random.default_rng(person), fitted.population, [], []
    for _ in range(QUESTIONS + 1):
        told = scores[held_out] @ taste.mean[: scores.shape[1]]
        found.append(float(np.corrcoef(told, likings[held_out])[0, 1]))
        pair = (
            next_question(scores[pool], taste) if way == "informative" else chance.choice(len(pool), 2, replace=False)
        )
        shown = pool[list(pair)]
        asked.append(of_several(scores[shown][None], np.array([_choose(likings[shown], chance)]), np.ones(1)))
        taste = fitted.population.after(asked)
    return found


def show_accuracy(console: Console) -> None:
    """The tables of docs/rewards.md."""
    features, names = pictures()
    exported, likings = people_of(features, names, seed=0)
    console.print(f"{len(names)} pictures of {len(set(names))} photographs, {PEOPLE} people, {ANSWERS} answers each")
    table = Table("reward", "pairs in the right order")
    for name, figures in accuracies(features, exported).items():
        table.add_row(name, str(figures))
    console.print(table)
    courses = answers_needed(features, exported, likings)
    table = Table("questions", *(f"{count}" for count in (0, 5, 10, 20, 40)), *(f"to {wanted}" for wanted in WANTED))
    for way, course in courses.items():
        needed = [next((str(n) for n, found in enumerate(course) if found >= wanted), "-") for wanted in WANTED]
        table.add_row(way, *(f"{course[count]:.3f}" for count in (0, 5, 10, 20, 40)), *needed)
    console.print(table)


def show_speed(console: Console, pairs: int) -> None:
    """The fit with features at hand, and scoring from files on the disk."""
    chance = np.random.default_rng(0)
    people, images = 1_000, 5_000
    size = len(load_features().names)
    views = chance.normal(size=(4, images, size)).astype(np.float32)
    weights = chance.normal(size=(people, size)) / np.sqrt(size)
    who = np.sort(chance.integers(0, people, pairs))
    shown = np.stack([chance.integers(0, images, pairs), chance.integers(0, images, pairs)], axis=1)
    gap = np.einsum("nd,nd->n", views[0][shown[:, 0]] - views[0][shown[:, 1]], weights[who])
    choice = np.where(np.abs(gap) < 0.3, 2, gap < 0)
    sides = np.array(["train"] * 8 + ["validation", "test"])
    answers = Answers(
        split=sides[chance.integers(0, 10, pairs)],
        annotator_split=sides[who % 10],
        weights=np.ones(pairs),
        images=np.column_stack([shown, np.full((pairs, 2), -1)]),
        choice=choice,
        annotator=who,
    )
    remarks = _remarks(chance.normal(size=(images, len(ASPECTS))), np.arange(images), "train", chance)
    files = tuple((str(number), Path()) for number in range(images))
    exported = Exported("speed", files, np.ones(images, bool), tuple(map(str, range(people))), answers, remarks)
    begun = time.perf_counter()
    fitted = fit(exported, views, seed=0, rounds=12)
    seconds = time.perf_counter() - begun
    console.print(f"fit of {pairs:,} pairs by {people:,} people: {seconds:.0f} s, {len(fitted.rounds)} rounds")
    _show_scoring(console, fitted)


def _show_scoring(console: Console, fitted: Fitted) -> None:
    from feedback.reward.model import Reward

    reward = Reward(
        load_features(), fitted.space, fitted.aspects, fitted.population, fitted.background, {}, {"aspects": ASPECTS}
    )
    with TemporaryDirectory() as folder:
        files = []
        for number, (_, image) in enumerate(photographs()):
            files.append(Path(folder) / f"{number}.jpg")
            image.save(files[-1], quality=92)
        ways: dict[str, Callable[[], object]] = {
            "scoring": lambda: reward(files),
            "Pillow decoding and resizing to 256 x 256": lambda: [_resized(file) for file in files],
        }
        for name, (rate, milliseconds) in _rates(ways, len(files)).items():
            console.print(f"{name}: {rate:.0f} images a second, {milliseconds:.1f} ms of processor time each")


def _resized(file: Path) -> Image.Image:
    return Image.open(file).convert("RGB").resize((256, 256), Image.Resampling.BICUBIC)


def _rates(ways: dict[str, Callable[[], object]], count: int) -> dict[str, tuple[float, float]]:
    """Medians of seven turns, taken in alternation: images a second, and milliseconds of processor time an image."""
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(7):
        for name, way in ways.items():
            begun, busy = time.perf_counter(), time.process_time()
            way()
            found[name].append((time.perf_counter() - begun, time.process_time() - busy))
    medians = {name: np.median(turns, axis=0) / count for name, turns in found.items()}
    return {name: (float(1 / seconds), float(1000 * busy)) for name, (seconds, busy) in medians.items()}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--pairs", type=int, default=100_000)
    options = parser.parse_args()
    console = Console(width=120)
    if options.speed:
        show_speed(console, options.pairs)
    else:
        show_accuracy(console)


if __name__ == "__main__":
    main()
