"""The examples in docstrings are true."""

import doctest
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FILES = [path.relative_to(ROOT) for name in ("bot", "feedback", "translation") for path in (ROOT / name).rglob("*.py")]
TRAINING = Path("translation/training")  # needs the extra `train`
WITH_EXAMPLES = [file for file in FILES if ">>> " in (ROOT / file).read_text("utf-8") and TRAINING not in file.parents]


@pytest.mark.parametrize("name", sorted(".".join(file.with_suffix("").parts) for file in WITH_EXAMPLES))
def test_examples(name: str) -> None:
    assert doctest.testmod(import_module(name)).failed == 0
