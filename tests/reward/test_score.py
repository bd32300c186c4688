"""`opine train` and `opine score` as people call them."""

import json
import re
import shutil
from pathlib import Path

import pytest
from crowd import Painting
from typer.testing import CliRunner, Result

from bot.cli import app
from feedback.reward.accuracy import SEEN_OWN, UNSEEN, Figures


def opine(*args: object, **env: str) -> Result:
    return CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "160", "OPINE_DATA": "", **env})


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, paintings: list[Painting]) -> list[Path]:
    folder = tmp_path_factory.mktemp("files")
    written = [folder / f"{number}.png" for number in range(4)]
    for file, painting in zip(written, sorted(paintings, key=lambda one: one.red)[:2] + paintings[:2], strict=True):
        file.write_bytes(painting.data)
    return written


def test_a_table_with_ranks_and_reasons(trained: Path, files: list[Path]) -> None:
    done = opine("score", *files, "--model", trained, "--why")
    assert done.exit_code == 0, done.output
    assert [line.split()[1] for line in done.output.splitlines() if "png" in line] == ["1", "2", "3", "4"]
    assert done.stdout.count(" unnamed  ") == 4
    assert "█" in done.stdout
    assert "unnamed: what people choose by" in done.stdout
    assert re.search(r"^The reward learned from \d+ answers; of pairs held out, 0\.\d+ ", done.stderr)


def test_whose_taste_it_is_decides_which_figure_is_told(trained: Path, files: list[Path]) -> None:
    figures = json.loads((trained / "model.json").read_text("utf-8"))["figures"]
    for options, title in (((), UNSEEN), (("--as", "person-01"), SEEN_OWN)):
        done = opine("score", files[0], "--model", trained, *options)
        assert str(Figures(**figures[title])) in done.stderr


def test_json_keeps_the_order_given(trained: Path, files: list[Path]) -> None:
    rows = [
        json.loads(line) for line in opine("score", *files, "--model", trained, "--why", "--json").stdout.splitlines()
    ]
    assert [row["image"] for row in rows] == [str(file) for file in files]
    assert sorted(rows, key=lambda row: row["rank"]) == sorted(rows, key=lambda row: -row["score"])
    assert all(sum(row["why"].values()) == pytest.approx(row["score"]) for row in rows)


def test_somebodys_taste_changes_the_scores(trained: Path, files: list[Path]) -> None:
    def scores(*options: object) -> list[float]:
        done = opine("score", *files, "--model", trained, "--json", *options)
        return [json.loads(line)["score"] for line in done.stdout.splitlines()]

    assert scores("--as", "person-01")[0] > scores()[0] > scores("--as", "person-00")[0]  # blue
    assert scores("--liked", files[0], "--liked", files[1])[0] > scores()[0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--as", "nobody"), "does not know annotator 'nobody'"),
        (("--model", "nowhere"), "there is no reward in nowhere; train one"),
        (("--liked", "nowhere.png"), "there is no file nowhere.png"),
    ],
)
def test_mistakes_are_told_in_a_sentence(trained: Path, files: list[Path], options: tuple[str, ...], says: str) -> None:
    done = opine("score", files[0], "--model", trained, *options)
    assert done.exit_code == 1
    assert done.stderr.startswith("opine: ")
    assert says in done.stderr


def test_what_is_no_image_is_said(trained: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.png"
    words.write_text("no image")
    done = opine("score", words, "--model", trained)
    assert done.exit_code == 1
    assert "cannot be read as an image" in done.stderr


def test_train_shows_its_rounds_and_writes_a_reward(exported: Path, cache: Path, tmp_path: Path) -> None:
    options = ("--out", tmp_path / "reward", "--rounds", 2, "--copies", 0)
    done = opine("train", exported, *options, OPINE_DATA=str(cache.parent))
    assert done.exit_code == 0, done.output
    assert "annotators seen" in done.stdout
    assert "training loss" in done.stderr
    assert sorted(file.name for file in (tmp_path / "reward").iterdir()) == [
        "README.md",
        "curves.png",
        "model.json",
        "model.safetensors",
    ]


def test_where_nothing_is_held_out_it_is_said(exported: Path, cache: Path, files: list[Path], tmp_path: Path) -> None:
    small, folder = Path(shutil.copytree(exported, tmp_path / "small")), tmp_path / "reward"
    for file in [*small.glob("data/*/validation.parquet"), *small.glob("data/*/test.parquet")]:
        if file.parent.name != "images":
            file.unlink()
    options = ("--out", folder, "--rounds", 2, "--copies", 0)
    done = opine("train", small, *options, OPINE_DATA=str(cache.parent))
    assert done.exit_code == 0, done.output
    assert "nothing is held out" in done.stdout
    assert "validation" not in done.stderr
    assert json.loads((folder / "model.json").read_text("utf-8"))["kept_round"] == 2
    assert "Beware: how good it is is not known" in (folder / "README.md").read_text("utf-8")
    assert "how good it is is not known" in opine("score", files[0], "--model", folder).stderr


def test_what_training_lacks_is_said(exported: Path, tmp_path: Path) -> None:
    def trained_on(name: str, *removed: str) -> str:
        folder = Path(shutil.copytree(exported, tmp_path / name))
        for file in [file for pattern in removed for file in folder.glob(pattern)]:
            file.unlink()
        done = opine("train", folder, "--out", tmp_path / "reward", "--copies", 0, OPINE_DATA=str(tmp_path / name))
        assert done.exit_code == 1
        return done.stderr

    assert "lacks the table of images" in trained_on("no-table", "data/images/*")
    held_out = ("data/preferences/train.parquet", "data/critiques/train.parquet")
    assert "none is left to learn from" in trained_on("held-out", *held_out)
    assert "there is no file" in trained_on("no-files", "images/**/*.*")


def test_train_refuses_what_is_no_export(tmp_path: Path) -> None:
    done = opine("train", tmp_path, "--out", tmp_path / "reward", OPINE_DATA=str(tmp_path))
    assert done.exit_code == 1
    assert "is no export" in done.stderr
