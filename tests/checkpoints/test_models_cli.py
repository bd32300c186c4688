"""`opine models` where nothing is fetched: the list, and what it says to mistakes."""

from pathlib import Path

import pytest
from command import WITHOUT, opine

from translation.checkpoints import checkpoints

NAME = "m2m100-418m"


def test_the_list_needs_no_network_and_no_extra(tmp_path: Path) -> None:
    done = opine("models", "list", code=WITHOUT, OPINE_DATA=str(tmp_path))
    assert done.returncode == 0, done.stderr
    for one in checkpoints().values():
        (line,) = (line for line in done.stdout.splitlines() if one.name in line)
        assert one.licence in line
        assert "not fetched" in line
    assert "non-commercial" in done.stdout


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
