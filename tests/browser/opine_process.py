"""The shipped `opine serve` as a process over one data folder, which can be killed and started again."""

import json
import re
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any


class OpineProcess:
    """One server; it keeps its port over a restart, so that an open page can come back to it."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.port = 0
        self._environment = {
            "PATH": "/usr/bin:/bin",
            "OPINE_DATA": str(data),
            "OPINE_OPINIONS_PER_MINUTE": "10000",
            "OPINE_REQUESTS_PER_MINUTE": "100000",
            **settings,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until its reader is loaded."""
        command = [str(Path(sys.executable).with_name("opine")), "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self._environment
        )
        assert self._process.stdout is not None
        address = re.search(r"http://127\.0\.0\.1:(\d+)", self._process.stdout.readline())
        assert address, "the server did not print its address"
        self.port = int(address[1])
        for _ in range(900):
            if self._ready()["reader"] == "loaded":
                return
            time.sleep(0.1)
        raise AssertionError("the reader was not loaded within 90 seconds")

    def kill(self) -> None:
        """As a crash would end it."""
        self._process.kill()
        self._process.communicate()

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate()

    def _ready(self) -> Any:
        with urllib.request.urlopen(f"{self.url}/readyz") as answer:
            return json.load(answer)
