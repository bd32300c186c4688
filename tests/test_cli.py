"""The command as people call it: a process, its output, its exit code."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = (
    "serve",
    "discord",
    "read",
    "import",
    "export",
    "flag",
    "report",
    "train",
    "score",
    "campaign",
    "key",
    "db",
    "work",
    "models",
)


def opine(*args: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("opine")), *args]
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "200", **env}
    return subprocess.run(command, input=stdin, capture_output=True, text=True, env=environment, timeout=60)


def test_help_names_every_command() -> None:
    done = opine("--help")
    assert done.returncode == 0
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


def test_help_loads_nothing_heavy() -> None:
    code = "import bot.cli, sys; print(sorted({m.partition('.')[0] for m in sys.modules}))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    for heavy in ("torch", "onnxruntime", "numpy", "sqlalchemy", "fastapi", "pydantic", "rich", "PIL", "pyarrow"):
        assert f"'{heavy}'" not in loaded


def test_read_prints_what_was_understood() -> None:
    done = opine("read", "B, la luz es más suave, pero las manos dan miedo 😬")
    assert done.returncode == 0, done.stderr
    assert "prefers B" in done.stdout
    assert "+ lighting" in done.stdout
    assert "− anatomy" in done.stdout


def test_read_as_json_gives_spans_into_the_text_as_typed() -> None:
    text = "😬 The hands are creepy, 右の空がきれい"
    done = opine("read", "--json", text)
    reading = json.loads(done.stdout)
    assert reading["labels"]
    for label in reading["labels"]:
        start, end = label["span"]
        assert text[start:end].strip()


def test_read_lines_joins_on_id_and_reports_bad_lines() -> None:
    rows = [
        json.dumps({"id": "a", "source_text": "The colours are far too loud", "kind": "single"}),
        "not json",
        json.dumps({"id": "b", "kind": "pair"}),
        json.dumps({"id": "c", "source_text": " \n", "kind": "pair"}),
        json.dumps({"id": "d", "source_text": "x" * 4001, "kind": "pair"}),
        "[]",
        json.dumps({"id": "e", "source_text": "左の方が好き", "kind": "pair"}),
    ]
    done = opine("read", "--jsonl", "-", stdin="\n".join(rows) + "\n")
    predictions = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["id"] for row in predictions] == ["a", "e"]
    assert predictions[1]["language"] == "ja"
    assert predictions[1]["preference"] == "A"
    assert done.returncode == 1
    assert [n for n in range(1, 8) if f"line {n}:" in done.stderr] == [2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("read",), "give texts in quotes"),
        (("read", " "), "the text is empty"),
        (("read", "--kind", "triple", "x"), "none of single, pair, set"),
        (("import", "nowhere.csv", "--campaign", "demo"), "does not exist"),
    ],
)
def test_bad_arguments_say_what_to_do(args: tuple[str, ...], says: str) -> None:
    done = opine(*args)
    assert done.returncode == 2
    assert says in done.stderr.replace("\n", " ")


def test_a_whole_round_through_the_commands(tmp_path: Path) -> None:
    from PIL import Image

    images, data = tmp_path / "images", str(tmp_path / "data")
    images.mkdir()
    for name, colour in (("cat_1.png", "teal"), ("cat_2.png", "navy")):
        Image.new("RGB", (64, 64), colour).save(images / name)
    comments = tmp_path / "comments.csv"
    comments.write_text(
        "id,text,image_a,image_b,user\n1,B is nicer,images/cat_1.png,images/cat_2.png,ann\n2,,x,y,bob\n", "utf-8"
    )
    assert opine("campaign", "create", "cats", "--images", str(images), OPINE_DATA=data).returncode == 0
    assert "cats" in opine("campaign", "list", OPINE_DATA=data).stdout
    again = opine("campaign", "create", "cats", "--images", str(images), OPINE_DATA=data)
    assert again.returncode == 1
    assert "opine: there is a campaign" in again.stderr
    imported = opine("import", str(comments), "--campaign", "cats", OPINE_DATA=data)
    assert imported.returncode == 1, imported.stderr  # one of the two rows is refused
    assert "1" in opine("work", "status", OPINE_DATA=data).stdout
    done = opine("export", str(tmp_path / "out"), OPINE_DATA=data)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "README.md").exists()
    assert opine("export", str(tmp_path / "out2"), "--campaign", "dogs", OPINE_DATA=data).returncode == 1


def test_keys_are_made_listed_and_revoked(tmp_path: Path) -> None:
    data = str(tmp_path)
    secret = opine("key", "add", "loader", "--scope", "export", OPINE_DATA=data).stdout.strip()
    assert len(secret) >= 32
    listed = opine("key", "list", OPINE_DATA=data).stdout
    assert "loader" in listed
    assert secret not in listed
    assert opine("key", "revoke", "loader", OPINE_DATA=data).returncode == 0
    assert "loader" not in opine("key", "list", OPINE_DATA=data).stdout
    assert opine("key", "add", "x", "--scope", "everything", OPINE_DATA=data).returncode == 2
