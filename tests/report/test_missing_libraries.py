"""`opine report` where the extra is not installed: an environment that has everything but those libraries."""

import os
import site
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def report_without(folder: Path, *missing: str) -> subprocess.CompletedProcess[str]:
    """Run the command over links to all installed packages except these."""
    packages = folder / "packages"
    packages.mkdir()
    for package in Path(site.getsitepackages()[0]).iterdir():
        if package.name not in missing:
            (packages / package.name).symlink_to(package)
    path = os.pathsep.join((str(ROOT), str(packages)))
    return subprocess.run(
        [sys.executable, "-S", "-c", "from bot.cli import app; app(['report'])"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": path, "OPINE_DATA": str(folder / "new")},
        timeout=60,
    )


@pytest.mark.parametrize("missing", [("krippendorff",), ("crowdkit", "krippendorff", "scipy", "sklearn")])
def test_what_to_install_is_said_before_anything_is_exported(tmp_path: Path, missing: tuple[str, ...]) -> None:
    done = report_without(tmp_path, *missing)
    assert done.returncode == 1
    assert done.stdout == ""
    (said,) = done.stderr.splitlines()
    assert said.startswith("opine: the report needs ")
    assert said.endswith("pip install 'opine[report]'")
    assert all(name in said for name in missing)
    assert [path.name for path in tmp_path.iterdir()] == ["packages"]
