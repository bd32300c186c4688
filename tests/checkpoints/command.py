"""`opine` as people call it: a process, its output, its exit code."""

import os
import subprocess
import sys
from pathlib import Path

WITHOUT = "import sys; sys.modules['ctranslate2'] = None; from bot.cli import app; app()"  # the extra is not there


def opine(*args: str, code: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code] if code else [str(Path(sys.executable).with_name("opine"))]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLUMNS": "200", "OPINE_THREADS": "1", **env}
    environment["OMP_NUM_THREADS"] = "1"
    return subprocess.run([*command, *args], capture_output=True, text=True, env=environment, timeout=120)
