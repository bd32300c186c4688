"""From an export to a reward: what is read of it, what is learned, and that the same seed gives the same bytes."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from export_world import ASTRONAUT, LIGHT, new_world
from PIL import Image
from simulated_export import Simulated, simulate

from feedback.errors import NotFound
from feedback.reward.accuracy import SEEN_OWN, UNSEEN, Figures, choices_of
from feedback.reward.answers import read_export
from feedback.reward.extraction import extract
from feedback.reward.features import load_features
from feedback.reward.fitting import Fitted, fit
from feedback.reward.model import Reward
from feedback.reward.space import fit_space
from feedback.reward.training import figures_of, tastes_of, train
from feedback.store import Store


def test_all_kinds_of_answers_are_read(exported: Path) -> None:
    found = read_export(exported)
    counts = found.answers.counts
    assert len(found.annotators) == 20
    assert {int(count): int((counts == count).sum()) for count in np.unique(counts)} == {1: 40, 2: 320, 3: 40}
    assert 0 < (found.answers.choice == counts)[counts > 1].sum() < 60  # ties
    assert set(found.answers.weights[counts > 1]) == {1.0}
    assert set(found.answers.weights[counts == 1]) == {0.8}
    together = found.remarks.take(found.remarks.others[:, 0] >= 0)
    assert len(together) == 4 * 18
    assert together.weights == pytest.approx(0.8 * 3 / 2)
    assert {found.annotators[one] for one in together.annotator} == {f"person-{number:02}" for number in range(4)}
    assert set(together.length.tolist()) == {len("hell"), len("die ist gut")}
    assert all(file.is_file() and file.stem == sha256 for sha256, file in found.images)


async def test_a_real_export_is_read(store: Store, tmp_path: Path) -> None:
    world = await new_world(store, tmp_path)
    await world.say("ana", 0, ASTRONAUT, LIGHT, click="A", backwards=True)
    await world.say("ben", 1, "none of them", click="tie")
    await world.say("eve", 0, "not for training", LIGHT, click="A", training_use=False)
    await world.export()
    found = read_export(world.folder)
    names = {image.id: image.sha256 for comparison in world.comparisons for image in comparison.images}
    first, second = (names[image.id] for image in world.comparisons[0].images)
    shown = {
        tuple(found.images[image][0] for image in row if image >= 0): int(choice)
        for row, choice in zip(found.answers.images, found.answers.choice, strict=True)
    }
    assert len(found.annotators) == 2
    assert shown == {(second, first): 0, tuple(names[image.id] for image in world.comparisons[1].images): 3}
    assert found.images[found.remarks.targets[0, 0]][0] == second
    assert found.remarks.weights == pytest.approx(0.6 * 3 / 2)
    assert found.remarks.length.tolist() == [6]  # of the Arabic word
    assert found.remarks.annotator.tolist() == found.answers.annotator[found.answers.counts == 2].tolist()


def test_a_reward_knows_its_people(trained: Path, exported: Path) -> None:
    reward = Reward.load(trained)
    held_out = reward.facts["figures"]["annotators seen, by their own taste"]
    population = reward.facts["figures"]["annotators seen, by the population's"]
    assert held_out["pairs"] > 20
    assert held_out["right"] / held_out["pairs"] > 0.8
    assert held_out["right"] > population["right"]
    assert set(reward.tastes) == set(read_export(exported).annotators)


def test_the_same_seed_gives_the_same_bytes(trained: Path, exported: Path, cache: Path, tmp_path: Path) -> None:
    train(exported, tmp_path, load_features(), "descriptor", cache, seed=3, rounds=4, copies=1)
    for name in ("model.safetensors", "model.json", "README.md", "curves.png"):
        assert (tmp_path / name).read_bytes() == (trained / name).read_bytes()


def test_the_card_says_who_is_inside_and_how_good_it_is(trained: Path) -> None:
    card = (trained / "README.md").read_text("utf-8")
    facts = json.loads((trained / "model.json").read_text("utf-8"))
    assert len(facts["annotators"]) == 20
    assert all(f"- `{name}`" in card for name in facts["annotators"])
    for stated in (facts["export"], facts["signature"], "| lighting | ", "without(pseudonym)", "![curves](curves.png)"):
        assert stated in card
    baseline = facts["figures"]["length, annotators seen"]
    assert baseline["pairs"] == facts["figures"]["annotators seen, by their own taste"]["pairs"]
    assert f"| length, annotators seen | {Figures(**baseline)} |" in card
    with Image.open(trained / "curves.png") as curves:
        assert curves.format == "PNG"


def test_the_card_counts_who_answered(exported: Path, cache: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(exported, tmp_path / "export")
    table = pq.read_table(file := folder / "data" / "critiques" / "train.parquet")
    said = next(row for row in table.to_pylist() if len(row["image_ids"]) > 1)
    only_said = pa.Table.from_pylist([said | {"annotator": "person-20"}], schema=table.schema)
    pq.write_table(pa.concat_tables([table, only_said]), file)
    assert len(read_export(folder).annotators) == 21
    reward = train(folder, tmp_path / "reward", load_features(), "descriptor", cache, seed=3, rounds=1, copies=0)
    assert reward.facts["counts"]["annotators"] == 20


def test_the_umask_says_who_may_read_it(trained: Path) -> None:
    modes = {file.name: file.stat().st_mode for file in trained.iterdir()}
    assert len(modes) == 4
    assert len(set(modes.values())) == 1, modes


class Counting:
    """Two numbers of an image, and how often they were asked for."""

    signature, names, side, batch = "test:mean", ("mean", "spread"), None, 1

    def __init__(self) -> None:
        self.asked = 0

    def of(self, image: Image.Image) -> np.ndarray:
        self.asked += 1
        return np.array([np.mean(image), np.std(image)], np.float32)

    def of_many(self, images: Sequence[Image.Image]) -> np.ndarray:
        return np.array([self.of(image) for image in images])


def test_features_are_computed_once(exported: Path, tmp_path: Path) -> None:
    images, counting = read_export(exported).images[:5], Counting()
    first = extract(images, counting, tmp_path / "kept", seed=1, copies=2)
    assert first.shape == (3, 5, 2)
    assert counting.asked == 15
    again = extract(images[::-1], counting, tmp_path / "kept", seed=1, copies=2)
    assert counting.asked == 15
    assert (again == first[:, ::-1]).all()
    extract(images, counting, tmp_path / "kept", seed=2, copies=2)
    assert counting.asked == 25  # the plain images are the same
    assert (first[0] != first[1]).any()


def test_what_is_no_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="opine export"):
        read_export(tmp_path)


def test_the_space_keeps_distances_and_leaves_out_what_never_varies() -> None:
    features = np.random.default_rng(5).normal(size=(1, 200, 6)) * [1, 10, 0.1, 3, 1, 0] + 4
    space = fit_space(features)
    places = space.place(features[0])
    assert places.shape == (200, 5)
    assert (places**2).sum(axis=1).mean() == pytest.approx(1)
    standard = ((features[0] - features[0].mean(axis=0)) / features[0].std(axis=0).clip(1e-9))[:, :5]
    assert places @ places.T == pytest.approx(standard @ standard.T / 5, abs=0.15)


def test_what_artefacts_move_counts_less() -> None:
    plain = np.random.default_rng(6).normal(size=(300, 2))
    moved = plain + np.random.default_rng(7).normal(size=(300, 2)) * [3, 0]
    directions = fit_space(np.stack([plain, moved]))
    assert directions.scale[0] > 2 * directions.scale[1]


def test_the_direction_along_which_artefacts_move_several_features_is_shortened() -> None:
    plain = np.random.default_rng(6).normal(size=(300, 2))
    moved = plain + np.random.default_rng(7).normal(size=(300, 1)) * [0.5, -0.5]
    space = fit_space(np.stack([plain, moved]))
    along, across = (np.linalg.norm(np.subtract(*space.place(np.array([[0, 0], step])))) for step in ([1, -1], [1, 1]))
    assert across > 2 * along


@pytest.fixture(scope="module")
def world() -> tuple[Simulated, Fitted]:
    simulated = simulate(people=40, answers=50)
    return simulated, fit(simulated.exported, simulated.views, seed=0, rounds=4)


def test_tastes_are_recovered_better_with_more_answers(world: tuple[Simulated, Fitted]) -> None:
    simulated, fitted = world
    found = []
    for count in (0, 5, 20, 40):
        near = []
        for person in simulated.new_people:
            theirs = simulated.exported.answers.take(simulated.exported.answers.annotator == person)
            taste = fitted.population.after(choices_of(fitted.scores, theirs.take(np.arange(count))))
            likings = fitted.scores[0] @ taste.mean[: fitted.scores.shape[2]]
            near.append(np.corrcoef(likings, simulated.likings[person])[0, 1])
        found.append(float(np.mean(near)))
    assert found == sorted(found)
    assert found[-1] > 0.8
    assert found[0] < found[-1] - 0.15


def test_aspects_are_what_people_said(world: tuple[Simulated, Fitted]) -> None:
    simulated, fitted = world
    for aspect in range(simulated.aspects.shape[1]):
        assert np.corrcoef(fitted.scores[0][:, aspect], simulated.aspects[:, aspect])[0, 1] > 0.7
    assert not fitted.aspects[simulated.aspects.shape[1] :].any()


def test_asking_for_information_needs_fewer_answers(world: tuple[Simulated, Fitted]) -> None:
    simulated, fitted = world
    near = {"informative": list[float](), "random": list[float]()}
    for person in simulated.new_people:
        for way, found in near.items():
            taste = simulated.ask(person, fitted, 8, informative=way == "informative")
            likings = fitted.scores[0] @ taste.mean[: fitted.scores.shape[2]]
            found.append(float(np.corrcoef(likings, simulated.likings[person])[0, 1]))
    assert np.mean(near["informative"]) > np.mean(near["random"])


def test_somebody_without_training_answers_gets_the_population(world: tuple[Simulated, Fitted]) -> None:
    simulated, fitted = world
    exported, person = simulated.exported, simulated.new_people[0]
    theirs = exported.answers.annotator == person
    silent = replace(
        exported, answers=replace(exported.answers, split=np.where(theirs, "test", exported.answers.split))
    )
    tastes = tastes_of(silent, fitted)
    assert set(exported.annotators) - set(tastes) == {exported.annotators[person]}
    before, after = (figures_of(export, fitted, tastes_of(export, fitted)) for export in (exported, silent))
    clear = (theirs & (exported.answers.choice < 2)).sum()
    others = exported.answers.of("test", "test")
    others = ((others.annotator != person) & (others.choice < 2)).sum()
    assert after[UNSEEN].pairs == others + clear > before[UNSEEN].pairs
    assert after[f"{UNSEEN}, after 20 answers"].pairs == others
    assert after[SEEN_OWN] == before[SEEN_OWN]
