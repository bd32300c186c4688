"""A hub on this machine: the real one's URL layout, headers, redirects and ranges, and its bad days."""

import hashlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 50_000  # bytes; such files are kept elsewhere, and asked for by a redirect


class Hub:
    """Serves folders as repositories: `repositories["owner/name"]`."""

    def __init__(self) -> None:
        self.repositories: dict[str, Path] = {}
        self.commit = COMMIT
        self.requests: list[tuple[str, str]] = []  # path, range
        self.breaks: dict[str, list[int]] = {}  # file -> after how many bytes each answer breaks off
        self.busy: Counter[str] = Counter()  # file -> how many answers are 503
        self.damaged: set[str] = set()
        self.plain = False  # a mere file server: no headers of the hub
        self.ranges = True
        self.announced: dict[str, int] = {}  # file -> a length that is not true
        self.url = ""

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        kept = request.path.startswith("/elsewhere/")
        repository, _, rest = request.path.removeprefix("/elsewhere").lstrip("/").partition("/resolve/")
        revision, _, name = rest.partition("/")
        self.requests.append((request.path, request.headers.get("Range", "")))
        path = self.repositories.get(repository, Path("/nowhere")) / name
        if not path.is_file() or revision not in ("main", self.commit):
            return _end(request, 404)
        if self.busy[name] > 0:
            self.busy[name] -= 1
            return _end(request, 503)
        content = path.read_bytes()
        large = len(content) >= LARGE
        if not self.plain and not kept:
            request_headers = {"X-Repo-Commit": self.commit}
            if large:
                digest = hashlib.sha256(content).hexdigest()
                request_headers |= {"X-Linked-ETag": f'"{digest}"', "Location": f"{self.url}/elsewhere{request.path}"}
                return _end(request, 302, request_headers)
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
            return self._send(request, name, content, request_headers | {"ETag": f'"{blob}"'})
        return self._send(request, name, content, {"ETag": '"5f-61"'})

    def _send(self, request: BaseHTTPRequestHandler, name: str, content: bytes, headers: dict[str, str]) -> None:
        start = 0
        wanted = request.headers.get("Range", "")
        if wanted and self.ranges:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                return _end(request, 416, {"Content-Range": f"bytes */{len(content)}"})
            headers["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
        body = bytes(255 - byte for byte in content[start:]) if name in self.damaged else content[start:]
        request.send_response(206 if start else 200)
        for key, value in {**headers, "Content-Length": str(self.announced.get(name, len(body)))}.items():
            request.send_header(key, value)
        request.end_headers()
        breaks = self.breaks.get(name, [])
        request.wfile.write(body[: breaks.pop(0)] if breaks else body)
        request.close_connection = True
        return None


def _end(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str] | None = None) -> None:
    request.send_response(status)
    for key, value in {**(headers or {}), "Content-Length": "0"}.items():
        request.send_header(key, value)
    request.end_headers()


@contextmanager
def serving() -> Iterator[Hub]:
    hub = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hub.answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
