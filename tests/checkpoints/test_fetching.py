"""Files over HTTP from a hub on this machine: broken off, damaged, moved, unreachable."""

import hashlib
from pathlib import Path

import pytest
from hub import COMMIT, Hub

from translation.checkpoints import ModelError
from translation.fetching import Fetched, Missing, fetch_file

httpx = pytest.importorskip("httpx", reason="needs the extra `checkpoints`")

CONTENT = bytes(range(256)) * 1200
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def served(hub: Hub, tmp_path: Path) -> Hub:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(CONTENT)
    (folder / "config.json").write_text('{"a": 1}')
    hub.repositories["owner/name"] = folder
    return hub


def get(hub: Hub, target: Path, wanted: str | None = None, seen: list[int] | None = None) -> Fetched:
    here: list[int] = [] if seen is None else seen
    with httpx.Client(timeout=5, follow_redirects=True) as client:
        url = f"{hub.url}/owner/name/resolve/main/{target.name}"
        return fetch_file(client, url, target, wanted, lambda _, size, __: here.append(size))


def ranges(hub: Hub) -> list[str]:
    return [wanted for path, wanted in hub.requests if path.startswith("/elsewhere")]


def test_a_file_arrives_with_its_commit_and_checksum(served: Hub, tmp_path: Path) -> None:
    seen: list[int] = []
    assert get(served, tmp_path / "model.safetensors", DIGEST, seen) == Fetched(DIGEST, COMMIT)
    assert (tmp_path / "model.safetensors").read_bytes() == CONTENT
    assert seen[-1] == len(CONTENT)
    assert not list(tmp_path.glob("*.part"))


def test_a_broken_connection_is_taken_up_where_it_ended(served: Hub, tmp_path: Path) -> None:
    served.breaks["model.safetensors"] = [100_000, 50_000]
    get(served, tmp_path / "model.safetensors")
    assert (tmp_path / "model.safetensors").read_bytes() == CONTENT
    assert ranges(served) == ["", "bytes=100000-", "bytes=150000-"]


def test_a_later_run_goes_on_too(served: Hub, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.part").write_bytes(CONTENT[:200_000])
    get(served, tmp_path / "model.safetensors")
    assert (tmp_path / "model.safetensors").read_bytes() == CONTENT
    assert ranges(served) == ["bytes=200000-"]


def test_a_server_without_ranges_sends_it_all_again(served: Hub, tmp_path: Path) -> None:
    served.ranges = False
    (tmp_path / "model.safetensors.part").write_bytes(CONTENT[:200_000])
    get(served, tmp_path / "model.safetensors")
    assert (tmp_path / "model.safetensors").read_bytes() == CONTENT


def test_what_is_whole_is_not_sent_again(served: Hub, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.part").write_bytes(CONTENT)
    assert get(served, tmp_path / "model.safetensors") == Fetched(DIGEST, COMMIT)
    assert ranges(served) == [f"bytes={len(CONTENT)}-"]


def test_a_beginning_that_is_too_long_is_thrown_away(served: Hub, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors.part").write_bytes(b"x" * (len(CONTENT) + 1))
    get(served, tmp_path / "model.safetensors")
    assert (tmp_path / "model.safetensors").read_bytes() == CONTENT


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_damaged_bytes_never_get_their_name(served: Hub, tmp_path: Path, name: str) -> None:
    served.damaged.add(name)
    with pytest.raises(ModelError, match="arrived damaged"):
        get(served, tmp_path / name)
    assert not list(tmp_path.glob(f"{name}*"))
    served.damaged.clear()
    get(served, tmp_path / name)
    assert (tmp_path / name).exists()


def test_another_file_than_the_first_time_is_refused(served: Hub, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="that of the first fetch was abc"):
        get(served, tmp_path / "model.safetensors", "abc")


def test_a_mere_file_server_will_do(served: Hub, tmp_path: Path) -> None:
    served.plain = True
    served.breaks["model.safetensors"] = [100_000]
    assert get(served, tmp_path / "model.safetensors") == Fetched(DIGEST, None)


def test_a_busy_server_is_asked_again(served: Hub, tmp_path: Path) -> None:
    served.busy["model.safetensors"] = 2
    assert get(served, tmp_path / "model.safetensors").sha256 == DIGEST


def test_what_is_not_there_is_missing(served: Hub, tmp_path: Path) -> None:
    with pytest.raises(Missing):
        get(served, tmp_path / "pytorch_model.bin")


def test_no_network_says_what_to_do(served: Hub, tmp_path: Path) -> None:
    served.url = "http://ana:secret@127.0.0.1:1"  # nobody listens there
    with pytest.raises(
        ModelError, match=r"from http://127\.0\.0\.1:1/.* check the network, or name a mirror with --mirror"
    ):
        get(served, tmp_path / "model.safetensors")


def test_a_password_in_the_address_is_never_printed(served: Hub, tmp_path: Path) -> None:
    served.url = served.url.replace("//", "//ana:secret@")
    assert get(served, tmp_path / "config.json").commit == COMMIT
    served.damaged.add("model.safetensors")
    with pytest.raises(ModelError, match=r"^http://127\.0\.0\.1:\d+/owner/.* arrived damaged"):
        get(served, tmp_path / "model.safetensors")
    served.url = "http://ana:sec/ret@127.0.0.1"
    with pytest.raises(ModelError, match=r"^http://127\.0\.0\.1/.* is no address") as told:
        get(served, tmp_path / "model.safetensors")
    assert "sec" not in str(told.value)


def test_a_full_disk_is_seen_before_it_is_full(served: Hub, tmp_path: Path) -> None:
    served.announced["model.safetensors"] = 10**16
    with pytest.raises(ModelError, match=r"GB free, and 10000000\.0 GB are still to come: make room"):
        get(served, tmp_path / "model.safetensors")
