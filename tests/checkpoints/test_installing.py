"""A checkpoint from the hub to its first translation, here and by commands, and whatever can go wrong between."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command import WITHOUT, opine
from hub import COMMIT, Hub

from bot.settings import Settings
from bot.translators import open_reader, unloaded_reader
from feedback.reading import Message, Reader
from translation.checkpoints import Lock, ModelError, find_lock, folder_of, get_checkpoint, lock_path
from translation.ctranslate import CheckpointDecoder, open_checkpoint
from translation.decoding import EnglishDecoder
from translation.installing import alone, install

for library in ("torch", "ctranslate2", "httpx"):
    pytest.importorskip(library, reason="needs the extra `checkpoints`")

if TYPE_CHECKING:
    from tiny import Tiny

NAME = "m2m100-418m"


@pytest.fixture
def served(hub: Hub, tiny: "Callable[[str], Tiny]", tmp_path: Path) -> Hub:
    """The hub with a copy of the tiny M2M100, which tests may spoil."""
    shutil.copytree(tiny(NAME).repository, tmp_path / "repository")
    hub.repositories[get_checkpoint(NAME).id] = tmp_path / "repository"
    return hub


def fetched(hub: Hub, models: Path, *, revision: str = "") -> CheckpointDecoder:
    return install(get_checkpoint(NAME), models, mirror=hub.url, revision=revision, threads=1)


def locked(models: Path) -> Lock:
    lock = find_lock(lock_path(models, NAME), get_checkpoint(NAME))
    assert lock is not None
    return lock


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The folders that CTranslate2 loads a model from, as it does."""
    import ctranslate2

    folders: list[str] = []

    class Noting(ctranslate2.Translator):
        def __init__(self, folder: str, **options: Any) -> None:
            folders.append(Path(folder).name)
            super().__init__(folder, **options)

    monkeypatch.setattr(ctranslate2, "Translator", Noting)
    return folders


def test_it_is_fetched_converted_tested_and_locked(served: Hub, tmp_path: Path) -> None:
    steps: list[str] = []
    seen: set[str] = set()
    decoder = install(
        get_checkpoint(NAME),
        tmp_path / "models",
        mirror=served.url,
        threads=1,
        step=steps.append,
        progress=lambda file, *_: seen.add(file),
    )
    assert decoder.signature == f"{NAME}@{COMMIT[:12]},int8,beam4,patience2"
    assert steps == ["fetching", "converting to int8", "testing"]
    assert "model.safetensors" in seen
    lock = locked(tmp_path / "models")
    assert (lock.revision, lock.commit) == ("main", COMMIT)
    assert set(lock.files) == {"config.json", "vocab.json", "sentencepiece.bpe.model", "model.safetensors"}
    assert [path.name for path in (tmp_path / "models" / NAME).iterdir()] == ["int8"]
    config = json.loads((folder_of(tmp_path / "models", NAME) / "config.json").read_text())
    assert config["decoder_start_token"] == "</s>"


def test_it_is_offline_afterwards(served: Hub, tmp_path: Path) -> None:
    fetched(served, tmp_path / "models")
    asked = len(served.requests)
    fetched(served, tmp_path / "models")
    open_checkpoint(tmp_path / "models", NAME, 1)
    assert len(served.requests) == asked


def test_a_model_is_loaded_once_to_be_tested(served: Hub, loads: list[str], tmp_path: Path) -> None:
    fetched(served, tmp_path / "models")
    assert loads == ["int8.part"]
    fetched(served, tmp_path / "models")
    assert loads == ["int8.part", "int8"]


def test_what_was_fetched_of_another_model_is_refused(served: Hub, tmp_path: Path) -> None:
    fetched(served, tmp_path)
    lock = locked(tmp_path)
    lock.id = "owner/other"
    lock.write(lock_path(tmp_path, NAME))
    for attempt in (lambda: fetched(served, tmp_path), lambda: open_checkpoint(tmp_path, NAME, 1)):
        with pytest.raises(ModelError, match=r"is of owner/other, not of facebook/m2m100_418M: delete it"):
            attempt()
    lock_path(tmp_path, NAME).unlink()
    fetched(served, tmp_path)
    assert locked(tmp_path).id == get_checkpoint(NAME).id


def test_an_interrupted_fetch_goes_on(served: Hub, tmp_path: Path) -> None:
    served.busy["model.safetensors"] = 99
    with pytest.raises(ModelError, match="it goes on where it stopped"):
        fetched(served, tmp_path / "models")
    served.busy.clear()
    served.requests.clear()
    fetched(served, tmp_path / "models")
    assert {path.rsplit("/", 1)[-1] for path, _ in served.requests} == {"model.safetensors"}


def test_a_later_fetch_gets_the_first_commit_with_its_checksums(served: Hub, tmp_path: Path) -> None:
    fetched(served, tmp_path / "models")
    shutil.rmtree(tmp_path / "models" / NAME)
    served.requests.clear()
    fetched(served, tmp_path / "models")
    assert all(f"/resolve/{COMMIT}/" in path for path, _ in served.requests)
    shutil.rmtree(tmp_path / "models" / NAME)
    vocabulary = served.repositories[get_checkpoint(NAME).id] / "vocab.json"
    vocabulary.write_text(vocabulary.read_text() + " ")
    with pytest.raises(ModelError, match="has been changed"):
        fetched(served, tmp_path / "models")


def test_another_revision_starts_anew(served: Hub, tmp_path: Path) -> None:
    fetched(served, tmp_path / "models")
    served.commit = "f" * 40
    assert "ffffffffffff" in fetched(served, tmp_path / "models", revision="f" * 40).signature
    with pytest.raises(ModelError, match="at v9: check --mirror and --revision"):
        fetched(served, tmp_path / "models", revision="v9")
    assert "ffffffffffff" in open_checkpoint(tmp_path / "models", NAME, 1).signature  # what works is not given up
    served.commit = "e" * 40
    assert "eeeeeeeeeeee" in fetched(served, tmp_path / "models", revision="main").signature
    assert "eeeeeeeeeeee" in open_checkpoint(tmp_path / "models", NAME, 1).signature
    assert [path.name for path in (tmp_path / "models").iterdir() if ".next" in path.name] == []


def test_one_model_is_fetched_by_one_at_a_time(served: Hub, tmp_path: Path) -> None:
    with alone(tmp_path / "models", NAME), pytest.raises(ModelError, match="by another command"):
        fetched(served, tmp_path / "models")
    assert fetched(served, tmp_path / "models").signature


def test_a_mere_file_server_is_a_mirror(served: Hub, tmp_path: Path) -> None:
    served.plain = True
    decoder = fetched(served, tmp_path / "models")
    lock = locked(tmp_path / "models")
    assert lock.commit is None
    assert lock.files["model.safetensors"][:12] in decoder.signature


def test_weights_that_are_only_pickled_are_taken(served: Hub, tiny: "Callable[[str], Tiny]", tmp_path: Path) -> None:
    import torch

    repository = served.repositories[get_checkpoint(NAME).id]
    (repository / "model.safetensors").unlink()
    torch.save(tiny(NAME).model.state_dict(), repository / "pytorch_model.bin")
    fetched(served, tmp_path / "models")
    assert {path.rsplit("/", 1)[-1] for path, _ in served.requests} >= {"model.safetensors", "pytorch_model.bin"}


def test_what_fails_its_self_test_is_not_kept(served: Hub, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = served.repositories[get_checkpoint(NAME).id] / "model.safetensors"
    table = {name: tensor.flip(0).contiguous() for name, tensor in load_file(weights).items()}
    save_file(table, weights, metadata={"format": "pt"})
    with pytest.raises(ModelError, match=r"fails its self-test: 'La casa es blanca\.' became"):
        fetched(served, tmp_path / "models")
    assert not folder_of(tmp_path / "models", NAME).exists()


def test_a_licence_has_to_be_accepted(hub: Hub, tiny: "Callable[[str], Tiny]", tmp_path: Path) -> None:
    nllb = get_checkpoint("nllb200-600m")
    hub.repositories[nllb.id] = tiny(nllb.name).repository
    with pytest.raises(ModelError, match=r"not be used commercially .* add --accept-licence"):
        install(nllb, tmp_path, mirror=hub.url)
    assert hub.requests == []
    assert install(nllb, tmp_path, mirror=hub.url, accept_licence=True, threads=1).checkpoint is nllb


@pytest.mark.parametrize("name", ["small100", "opus-mul-en", "madlad400-3b"])
def test_the_other_families_arrive_too(name: str, hub: Hub, tiny: "Callable[[str], Tiny]", tmp_path: Path) -> None:
    hub.repositories[get_checkpoint(name).id] = tiny(name).repository
    assert install(get_checkpoint(name), tmp_path, mirror=hub.url, threads=1).checkpoint.name == name


def test_what_is_not_there_or_broken_says_what_to_do(served: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"run opine models fetch {NAME}"):
        open_checkpoint(tmp_path, NAME)
    fetched(served, tmp_path)
    weights = folder_of(tmp_path, NAME) / "model.bin"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(ModelError, match=r"cannot be loaded .* fetch it again"):
        open_checkpoint(tmp_path, NAME, 1)


def test_a_reading_says_who_translated_it(served: Hub, tmp_path: Path) -> None:
    decoder = fetched(served, tmp_path)
    text = "@ana La casa es blanca. https://example.org/x"
    (reading,) = Reader(threads=1, decoder=decoder).read([Message(text, "single", declared_language="es")])
    assert reading.translation == "@ana the house is white. https://example.org/x"
    assert reading.translation_signature.startswith(f"translator:{decoder.signature}|gate:")


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
    converted: Callable[[str, str], CheckpointDecoder], tmp_path: Path
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
    converted: Callable[[str, str], CheckpointDecoder], tmp_path: Path
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
