"""From words to a reward on the demo's pictures: what is lost between what people mean and what is learned.

    python benchmarks/demo_round.py
    python benchmarks/demo_round.py --alone  # of the demo's comparisons only

Nobody's opinions of the demo's pictures are published, and the labelled opinions are about other pictures. So the
people are simulated (`demo_people.py`), and everything else is real. Their messages are labelled opinions that the
reader's training set aside, none of `dev`. They are about the demo's comparisons, and about the demo's edits of more
photographs, as six photographs alone tell little about a seventh. They go into the demo campaign, are read by the
worker, exported, and learned from:

- meant: with the labels and preferences that annotators gave the messages;
- read: with those that the bundled reader finds;
- shuffled: read, but each message given to another person about another comparison; must be at chance.

A third of the photographs and a third of the people are held out. Judged are people's true choices about photographs
held out, the same for all three; no click is in any export. Intervals are by bootstrap over comparisons.
"""

import argparse
import asyncio
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from aside import set_aside
from demo_people import FLAWS, Annotated, Row, Said, choose, say, shuffled, tastes_of, weighed
from rewarding import photographs
from rich.console import Console
from rich.table import Table

from bot.demo import create_demo, read_plan
from bot.demo.variants import encode
from bot.worker import Reads, Worker
from feedback.export import export
from feedback.media import Media
from feedback.privacy import pseudonym
from feedback.reading import Reader
from feedback.records import Campaign, Comparison
from feedback.reward.accuracy import NONE, Figures, choices_of, judge, order
from feedback.reward.answers import Answers, Exported, read_export
from feedback.reward.baselines import by_length
from feedback.reward.choices import Floats
from feedback.reward.extraction import extract
from feedback.reward.features import load_features
from feedback.reward.fitting import fit
from feedback.store import Store
from feedback.store_imports import Imported
from translation.training.corpora import by_path

OPINIONS = Path(__file__).parent.parent / "feedback" / "data" / "opinions"
PEOPLE, SAID, ASKED, PAIRS, BATCH = 60, 24, 24, 3, 200  # PAIRS: of edits, of each photograph or cut of one
AFTER = {f"people unseen, after {count} answers": count for count in (0, 5, 10)}
POPULATION, OWN = "people seen, population's taste", "people seen, their own taste"
LENGTH = "length: of which others said more"
ONE_PHOTOGRAPH = {"blue-cup", "misspelled-poster", "third-eye", "teal-sky", "violet-sky"}  # edits of a certain picture
SECRET = "demo"

ByComparison = dict[int, Figures]


@dataclass(frozen=True)
class Gathered:
    """What was said of what, the export of it, its annotators by way and person, and its images' features."""

    comparisons: list[Comparison]
    said: list[Said]
    exported: Exported
    names: dict[str, list[str]]
    views: Floats


async def more_comparisons(store: Store, media: Media, campaign: Campaign, chance: np.random.Generator) -> None:
    """Pairs of edits of further photographs and their cuts; the prompt is the photograph's name."""
    edits = sorted({"original", *FLAWS} - ONE_PHOTOGRAPH)
    for name, photograph in photographs():
        target = BytesIO()
        photograph.save(target, "JPEG", quality=95, subsampling="4:4:4")
        for _ in range(PAIRS):
            pair = []
            for edit in chance.choice(edits, 2, replace=False).tolist():
                facts = media.take(encode(target.getvalue(), edit)).model_copy(update={"generator": edit})
                pair.append((await store.add_image(campaign.id, facts)).id)
            if len(set(pair)) == 2:  # a picture without colours is its own monochrome
                await store.add_comparison(campaign.id, pair, name.partition(" cut")[0])


async def take_in(store: Store, campaign: Campaign, way: str, said: Sequence[Said], reader: Reads) -> list[str]:
    """Everything said, and read; returns the pseudonyms by person."""
    comments = [
        Imported(
            user_id=f"{way} {one.person}",
            comparison_id=one.comparison.id,
            image_ids=tuple(image.id for image in one.shown),
            client_message_id=f"{way} {number}",
            source_text=one.row["source_text"],
        )
        for number, one in enumerate(said)
    ]
    for start in range(0, len(comments), BATCH):
        outcomes = await store.add_imported(campaign.id, comments[start : start + BATCH])
        assert all(outcome.added for outcome in outcomes)
    worker = Worker(store, lambda: reader, batch=64, lease_seconds=600)
    while await worker.step(reader):
        pass
    return [pseudonym(SECRET, "import", f"{campaign.id}/{way} {person}") for person in range(PEOPLE)]


def answers_of(asked: Sequence[Said], exported: Exported, names: Sequence[str]) -> Answers:
    """The true choices between two images as answers of a way's annotators."""
    places = {sha256: place for place, (sha256, _) in enumerate(exported.images)}
    unused = np.full(len(asked), "")
    return Answers(
        split=unused,
        annotator_split=unused,
        weights=np.ones(len(asked)),
        images=np.array([[*(places[image.sha256] for image in one.shown), -1, -1] for one in asked]),
        choice=np.array([one.choice for one in asked]),
        annotator=np.array([exported.annotators.index(names[one.person]) for one in asked]),
    )


def split(exported: Exported, names: Sequence[str], held_out: np.ndarray) -> Exported:
    """A way's part of the export, with a third of its people in the test split, and the images held out."""
    numbers = [exported.annotators.index(name) for name in names]
    answers = exported.answers.take(np.isin(exported.answers.annotator, numbers))
    remarks = exported.remarks.take(np.isin(exported.remarks.annotator, numbers))

    def sides(out: np.ndarray) -> np.ndarray:
        return np.where(out, "test", "train")

    return replace(
        exported,
        training_images=~held_out,
        answers=replace(
            answers,
            split=sides(held_out[answers.images[:, 0]]),
            annotator_split=sides(np.isin(answers.annotator, numbers[::3])),
        ),
        remarks=replace(
            remarks,
            split=sides(held_out[remarks.targets[:, 0]]),
            annotator_split=sides(np.isin(remarks.annotator, numbers[::3])),
        ),
    )


def results(exported: Exported, views: Floats, asked: Answers, keys: Sequence[int]) -> dict[str, ByComparison]:
    """By what it is decided, and by comparison (`keys`, one for each answer)."""
    found: dict[str, ByComparison] = {title: defaultdict(lambda: NONE) for title in (POPULATION, OWN, *AFTER, LENGTH)}
    for title, row, figures in _judged(exported, views, asked):
        found[title][keys[row]] += figures
    for key in set(keys):
        rows = np.flatnonzero(np.array(keys) == key)
        found[LENGTH][key] = by_length(asked.take(rows), exported.remarks)
    return found


def _judged(exported: Exported, views: Floats, asked: Answers) -> Iterator[tuple[str, int, Figures]]:
    fitted = fit(exported, views, seed=0, rounds=12)
    scores, population = fitted.scores, fitted.population
    given = exported.answers.take(exported.answers.split == "train")
    for annotator in np.unique(asked.annotator).tolist():
        theirs = given.take(given.annotator == annotator)
        counts = AFTER if "test" in theirs.annotator_split else {POPULATION: 0, OWN: len(theirs)}
        for title, count in counts.items():
            taste = population.after(choices_of(scores, theirs.take(np.arange(len(theirs))[:count]))).mean
            for row in np.flatnonzero(asked.annotator == annotator).tolist():
                yield title, row, judge(scores, asked.take(np.array([row])), taste)


def interval(found: ByComparison, less: ByComparison | None = None) -> str:
    """The share that is right, or by how many points it is less in another way; 95 per cent, over comparisons."""
    keys = sorted(found)
    pairs = np.array([found[key].pairs for key in keys])
    right = np.array([found[key].right - (less[key].right if less else 0) for key in keys])
    drawn = np.random.default_rng(0).integers(0, len(keys), (2_000, len(keys)))
    low, high = np.percentile(right[drawn].sum(axis=1) / pairs[drawn].sum(axis=1), (2.5, 97.5))
    share = right.sum() / pairs.sum()
    if less:
        return f"{100 * share:+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"
    return f"{share:.3f} ({low:.3f} to {high:.3f})"


def own_length(folder: Path) -> Figures:
    """Of the labelled opinions of pairs: how often a person prefers the image of which they themselves say more."""
    parser, lengths, chosen = by_path(folder / "opinions.py"), list[list[int]](), list[int]()
    for file in sorted([*folder.glob("train/*/*.tsv"), *folder.glob("further/*/*.tsv")]):
        for row in (row for _, row in parser.read(file) if row["kind"] == "pair" and row["preference"] in ("A", "B")):
            labels = [label for label in row["labels"] if label["aspect"] != "overall"]  # may be the choice itself
            said = [sum(np.ptp(label["span"]) for label in labels if letter in label["targets"]) for letter in "AB"]
            lengths.append(said)
            chosen.append("AB".index(row["preference"]))
    return order(np.array(lengths, float), np.array(chosen))


async def comparisons_of(store: Store, campaign: Campaign) -> list[Comparison]:
    """All of the campaign's."""
    found: list[Comparison] = []
    while page := await store.list_comparisons(campaign.id, found[-1].id if found else None, 500):
        found += page
    return found


async def gathered(rows: Sequence[Row], tastes: Floats, chance: np.random.Generator, *, alone: bool) -> Gathered:
    """Say it in the demo campaign, read it, export it, describe the images."""
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        store, media = await Store.open(f"sqlite:///{folder}/opine.db", secret=SECRET), Media(folder / "media")
        campaign = await create_demo(store, media)
        if not alone:
            await more_comparisons(store, media, campaign, chance)
        comparisons = await comparisons_of(store, campaign)
        said, reader = say(comparisons, tastes, min(SAID, len(comparisons)), rows, chance), Reader()
        ways: Mapping[str, tuple[Sequence[Said], Reads]] = {
            "meant": (said, Annotated(rows)),
            "read": (said, reader),
            "shuffled": (shuffled(said, chance), reader),
        }
        names = {way: await take_in(store, campaign, way, what, reads) for way, (what, reads) in ways.items()}
        await export(store, media, folder / "export", targets=("critiques", "preferences", "images"))
        await store.close()
        exported = read_export(folder / "export")
        views = extract(exported.images, load_features(), folder / "features.sqlite", seed=0, copies=0)
    return Gathered(comparisons, said, exported, names, views)


def measure(console: Console, opinions: Path, seed: int, *, alone: bool) -> None:
    """Gather, learn, judge."""
    rows, chance = set_aside(opinions, sorted((opinions / "further").iterdir())), np.random.default_rng(seed)
    tastes = tastes_of(PEOPLE, chance)
    world = asyncio.run(gathered(rows, tastes, chance, alone=alone))
    out = _held_out(world.comparisons)
    images = np.array([sha256 in out for sha256, _ in world.exported.images])
    asked = _asked(world, out, tastes, rows[0], chance)
    keys = [world.comparisons.index(one.comparison) for one in asked]
    parts = {way: split(world.exported, names, images) for way, names in world.names.items()}
    found = {
        way: results(part, world.views, answers_of(asked, world.exported, world.names[way]), keys)
        for way, part in parts.items()
    }
    console.print(
        f"{len(world.comparisons)} comparisons; {len(world.said):,} opinions a way, "
        f"{len({id(one.row) for one in world.said})} messages; "
        f"{len(asked):,} true choices about {len(set(keys))} comparisons held out"
    )
    _show(console, found)
    for way, part in parts.items():
        console.print(f"{way}: {len(part.answers):,} answers, {len(part.remarks):,} labels about an image")
    worth = np.array([weighed(one.shown, tastes[one.person]).sum(axis=1) for one in asked])
    console.print(f"the tastes by which people chose: {order(worth, np.array([one.choice for one in asked]))}")
    console.print(f"the image of which the person themselves says more, in labelled opinions: {own_length(opinions)}")


def _held_out(comparisons: Sequence[Comparison]) -> set[str]:
    """The images of every third photograph."""
    names = {planned.prompt: planned.photograph for planned in read_plan()[1]}
    by_image = {image.sha256: names.get(c.prompt or "", c.prompt) for c in comparisons for image in c.images}
    out = sorted({str(name) for name in by_image.values()})[1::3]
    return {sha256 for sha256, name in by_image.items() if name in out}


def _asked(world: Gathered, out: set[str], tastes: Floats, row: Row, chance: np.random.Generator) -> list[Said]:
    """Everybody's true choices, without ties, between two images held out; the words do not matter."""
    known = out & {sha256 for sha256, _ in world.exported.images}
    pairs = [c for c in world.comparisons if len(c.images) == 2 and {image.sha256 for image in c.images} <= known]
    asked = []
    for person, taste in enumerate(tastes):
        for place in chance.choice(len(pairs), min(ASKED, len(pairs)), replace=False):
            shown, _, choice = choose(pairs[place], taste, chance)
            if choice < 2:
                asked.append(Said(person, pairs[place], shown, choice, row))
    return asked


def _show(console: Console, found: Mapping[str, Mapping[str, ByComparison]]) -> None:
    table = Table("pairs in the right order", *found, "lost by reading, points")
    for title, meant in found["meant"].items():
        cells = [interval(figures[title]) for figures in found.values()]
        table.add_row(title, *cells, interval(meant, found["read"][title]))
    console.print(table)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--opinions", type=Path, default=OPINIONS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--alone", action="store_true", help="the demo's own comparisons only")
    options = parser.parse_args()
    measure(Console(width=180), options.opinions, options.seed, alone=options.alone)


if __name__ == "__main__":
    main()
