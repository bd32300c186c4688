#!/usr/bin/env python3
"""How long `opine serve` takes from the command to the page, to the reader, and how much memory it then holds.

    python benchmarks/starting.py [--runs 5]

Each run starts the shipped command in a new folder (so the demo is made) and once more in the same folder. Medians.
Memory is the resident set after a hundred readings, against a bare FastAPI application on the same uvicorn.
"""

import argparse
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

BARE = """
import fastapi, uvicorn
app = fastapi.FastAPI()
@app.get("/")
def page() -> str: return "ok"
print("ready at http://127.0.0.1:PORT/", flush=True)
uvicorn.run(app, port=PORT, log_level="warning")
"""


def answer(url: str, seconds: float = 60, **headers: str) -> bytes:
    """The body once the address answers 200."""
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:
                return response.read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)


def post(url: str, body: object, token: str = "") -> dict:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as response:
        return json.load(response)


def resident(pid: int) -> float:
    """Resident memory of the process in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) / 1000


def start(data: Path) -> tuple[subprocess.Popen, str, float]:
    begin = time.monotonic()
    command = [str(Path(sys.executable).with_name("opine")), "serve", "--port", "0"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={"PATH": "/usr/bin:/bin", "OPINE_DATA": str(data), "OPINE_OPINIONS_PER_MINUTE": "10000"},
    )  # fmt: skip
    url = re.search(r"http\S+", process.stdout.readline())[0]
    answer(url)
    return process, url, time.monotonic() - begin


def run() -> dict[str, float]:
    """One start in a new folder and one in the same folder again."""
    figures = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in ("first", "second"):
            begin = time.monotonic()
            process, url, figures[f"{name} start to page, s"] = start(Path(folder))
            try:
                while json.loads(answer(url + "readyz"))["reader"] != "loaded":
                    time.sleep(0.01)
                figures[f"{name} start to reader, s"] = time.monotonic() - begin
                figures["resident after start, MB"] = resident(process.pid)
                if name == "second":
                    figures["resident after 100 readings, MB"] = converse(process.pid, url)
            finally:
                process.terminate()
                process.wait()
    return figures


def converse(pid: int, url: str) -> float:
    """Say a hundred things as a visitor does, wait until all are read, and return the resident memory."""
    api = url + "api/v1/"
    token = post(api + "visitors", {"campaign": "demo", "locale": "en"})["token"]
    turns = post(api + "conversation/open", {"campaign": "demo", "locale": "en"}, token)["turns"]
    accept = turns[0]["actions"][0]["id"]
    turns = post(api + "actions", {"campaign": "demo", "action": accept}, token)["turns"]
    showing = next(turn["showing"]["id"] for turn in turns if turn["showing"])
    for number in range(100):
        text = f"B, la luz es más suave, pero las manos dan miedo {number}"
        body = {"campaign": "demo", "showing_id": showing, "source_text": text, "client_message_id": str(number)}
        last = post(api + "opinions", body, token)["opinion"]["id"]
    while not json.loads(answer(f"{api}opinions/{last}", Authorization=f"Bearer {token}"))["reading"]:
        time.sleep(0.1)
    return resident(pid)


def bare() -> dict[str, float]:
    """The peer: the smallest application on the same server."""
    port, begin = 18731, time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", BARE.replace("PORT", str(port))], stdout=subprocess.DEVNULL)
    try:
        answer(f"http://127.0.0.1:{port}/")
        return {
            "bare FastAPI start to page, s": time.monotonic() - begin,
            "bare FastAPI resident, MB": resident(process.pid),
        }
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = [run() | bare() for _ in range(parser.parse_args().runs)]
    for name in runs[0]:
        values = sorted(r[name] for r in runs)
        print(f"{name:34} median {statistics.median(values):7.2f}   ({values[0]:.2f} to {values[-1]:.2f})")


if __name__ == "__main__":
    main()
