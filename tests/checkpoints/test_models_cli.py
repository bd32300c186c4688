"""`opine models` as people call it: processes, what they print, what is left for the next one."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hub import Hub

from bot.settings import Settings
from bot.translators import open_reader, unloaded_reader
from translation.checkpoints import Lock, checkpoints, folder_of, get_checkpoint, lock_path
from translation.ctranslate import CheckpointDecoder
from translation.decoding import EnglishDecoder

if TYPE_CHECKING:
    from tiny import Tiny

NAME = "m2m100-418m"
WITHOUT = "import sys; sys.modules['ctranslate2'] = None; from bot.cli import app; app()"


def opine(*args: str, code: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [str(Path(sys.executable).with_name("opine"))]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "200", "OPINE_THREADS": "1", **env}
    environment["OMP_NUM_THREADS"] = "1"
    return subprocess.run([*command, *args], capture_output=True, text=True, env=environment, timeout=120)


@pytest.fixture
def served(hub: Hub, tiny: "Callable[[str], Tiny]") -> Hub:
    for library in ("torch", "ctranslate2"):
        pytest.importorskip(library, reason="needs the extra `checkpoints`")
    hub.repositories[get_checkpoint(NAME).id] = tiny(NAME).repository
    return hub


def test_the_list_needs_no_network_and_no_extra(tmp_path: Path) -> None:
    done = opine("models", "list", code=WITHOUT, OPINE_DATA=str(tmp_path))
    assert done.returncode == 0, done.stderr
    for one in checkpoints().values():
        (line,) = (line for line in done.stdout.splitlines() if one.name in line)
        assert one.licence in line
        assert "not fetched" in line
    assert "non-commercial" in done.stdout


def test_fetched_used_and_given_up_again(served: Hub, tmp_path: Path) -> None:
    data = str(tmp_path)
    done = opine(
        "models", "fetch", NAME, OPINE_DATA=data, OPINE_MODELS_MIRROR=served.url.replace("//", "//ana:secret@")
    )
    assert done.returncode == 0, done.stderr
    assert "secret" not in done.stdout + done.stderr
    assert f"opine models use {NAME}" in done.stdout
    assert "model.safetensors" in done.stderr  # its bar
    asked = len(served.requests)
    done = opine("models", "use", NAME, OPINE_DATA=data)
    assert done.returncode == 0, done.stderr
    assert "in use" in next(
        line for line in opine("models", "list", OPINE_DATA=data).stdout.splitlines() if NAME in line
    )
    reading = json.loads(opine("read", "--json", "La casa es blanca.", OPINE_DATA=data).stdout)
    assert reading["translation"] == "the house is white."
    assert reading["translation_signature"].startswith(f"translator:{NAME}@")
    assert len(served.requests) == asked
    assert "OPINE_TRANSLATOR is set" in opine("models", "use", "bundled", OPINE_DATA=data, OPINE_TRANSLATOR=NAME).stdout
    assert Settings(data=tmp_path).chosen_translator == "bundled"


def placed(converted: Callable[[str, str], CheckpointDecoder], settings: Settings) -> Path:
    """The converted model where a fetched one lies."""
    folder = folder_of(settings.models_folder, NAME)
    shutil.copytree(converted(NAME, "int8").folder, folder)
    lock = Lock(get_checkpoint(NAME).id, revision="main", commit="abc")
    lock.write(lock_path(settings.models_folder, NAME))
    return folder


def test_what_cannot_be_used_is_told_and_the_bundled_one_takes_over(
    served: Hub, converted: Callable[[str, str], CheckpointDecoder], tmp_path: Path
) -> None:
    told: list[str] = []
    settings = Settings(data=tmp_path, translator=NAME, threads=1)
    reader = open_reader(settings, told.append)
    assert reader.translation_signature.startswith(f"translator:{EnglishDecoder().signature}|gate:")
    assert told[0].startswith(f"the translator {NAME} is NOT in use, the bundled one is: {NAME} is not in")
    folder = placed(converted, settings)
    assert "m2m100-418m@abc" in open_reader(settings, told.append).translation_signature
    assert len(told) == 1
    (folder / "sentencepiece.bpe.model").write_bytes(b"")
    open_reader(settings, told.append)
    assert "cannot be loaded" in told[1]


def test_the_signatures_are_known_without_loading(
    served: Hub, converted: Callable[[str, str], CheckpointDecoder], tmp_path: Path
) -> None:
    settings, told = Settings(data=tmp_path, translator=NAME, threads=1), list[str]()
    folder = placed(converted, settings)
    loaded = open_reader(settings, told.append)
    (folder / "model.bin").write_bytes(b"")
    unloaded = unloaded_reader(settings, told.append)
    assert (unloaded.signature, unloaded.translation_signature) == (loaded.signature, loaded.translation_signature)
    assert told == []
    done = opine("work", "requeue", code=WITHOUT, OPINE_DATA=str(tmp_path), OPINE_TRANSLATOR=NAME)
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 will be read by the present reader" in done.stdout


@pytest.mark.parametrize(
    ("args", "code", "says"),
    [
        (("fetch", "m2m"), "", "there is no model 'm2m'; there are small100"),
        (("use", "m2m"), "", "there is no model 'm2m'"),
        (("use", NAME), "", f"run opine models fetch {NAME}"),
        (("fetch", "nllb200-600m"), "", "--accept-licence"),
        (("fetch", NAME), WITHOUT, "need ctranslate2: run pip install 'opine[checkpoints]'"),
        (("fetch", NAME, "--mirror", "http://ana:secret@127.0.0.1:1"), "", "check the network, or name a mirror"),
    ],
)
def test_mistakes_say_what_to_do_and_no_secret(args: tuple[str, ...], code: str, says: str, tmp_path: Path) -> None:
    if not code and args[0] == "fetch" and args[1] != "m2m":
        pytest.importorskip("ctranslate2", reason="needs the extra `checkpoints`")
    done = opine("models", *args, code=code, OPINE_DATA=str(tmp_path))
    assert done.returncode == 1
    assert says in done.stderr
    assert "secret" not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
