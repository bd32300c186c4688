"""Fetches files over HTTP: resumes what broke off, and lets nothing through whose checksum differs.

The hub client library resumes, but compares sizes only, and asks a mirror for headers that a plain file server does
not send; hence httpx.
"""

import errno
import hashlib
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from translation.checkpoints import ModelError

if TYPE_CHECKING:
    import httpx

HUB = "https://huggingface.co"
CHUNK = 1 << 20
PATIENCE = 5  # attempts that bring nothing, one after the other
PAUSE = 0.1  # seconds; doubled after each attempt
Progress = Callable[[str, int, int | None], None]  # file, bytes that are here, bytes in all


class Missing(Exception):
    """The server has no such file."""


class Told(NamedTuple):
    """What the server said of a file: the commit it belongs to, and its checksum in either of git's two ways."""

    commit: str | None
    sha256: str | None
    blob: str | None
    size: int | None


class Fetched(NamedTuple):
    """A file that is here now."""

    sha256: str
    commit: str | None


def shown(url: str) -> str:
    """An address as it may be printed: without the name and the password that it may hold.

    >>> shown("https://ana:secret@mirror.example/owner"), shown("ana:sec/ret@mirror.example")
    ('https://mirror.example/owner', 'mirror.example')
    """
    return re.sub(r"(?s)^(\w+://)?.*@", r"\1", url)


def fetch_file(client: "httpx.Client", url: str, target: Path, wanted: str | None, progress: Progress) -> Fetched:
    """Get a file, going on where an earlier attempt ended; raises Missing on 404.

    `wanted` is the sha256 it must have; None: whatever the server says, if it says so.
    """
    part = target.with_name(target.name + ".part")
    part.parent.mkdir(parents=True, exist_ok=True)
    told = _persist(client, url, part, progress)
    sha256 = _digest(part, hashlib.sha256())
    _check(url, part, sha256, wanted, told)
    part.replace(target)
    return Fetched(sha256, told.commit)


def _persist(client: "httpx.Client", url: str, part: Path, progress: Progress) -> Told:
    import httpx

    failures = 0
    while True:
        before = _size(part)
        try:
            return _receive(client, url, part, progress)
        except OSError as error:
            full = error.errno in (errno.ENOSPC, errno.EDQUOT)
            reason = "the disk is full; make room" if full else f"cannot write to {part.parent}: {error.strerror}"
            raise ModelError(f"{reason}, and run the command again: it goes on where it stopped") from error
        except (httpx.TransportError, _Busy) as error:
            failures = 0 if _size(part) > before else failures + 1
            if failures == PATIENCE:
                raise ModelError(
                    f"no answer from {shown(url)} ({error or type(error).__name__}): check the network, or name a "
                    "mirror with --mirror, and run the command again: it goes on where it stopped"
                ) from error
            time.sleep(PAUSE * 2**failures)
        except httpx.HTTPError as error:
            raise ModelError(f"{shown(url)} cannot be fetched ({error}): check --mirror") from error
        except httpx.InvalidURL:  # its message may quote a piece of the password
            raise ModelError(f"{shown(url)} is no address: check --mirror") from None


class _Busy(Exception):
    """The server may well answer later."""


def _receive(client: "httpx.Client", url: str, part: Path, progress: Progress) -> Told:
    have = _size(part)
    headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with client.stream("GET", url, headers=headers) as response:
        if response.status_code == 416:  # nothing is left to send, or another file was begun
            if response.headers.get("Content-Range", "").endswith(f"/{have}"):
                return _told(response, have)
            part.unlink()
            raise _Busy("the file has changed")
        if response.status_code == 404:
            raise Missing(shown(url))
        if response.status_code >= 500 or response.status_code == 429:
            raise _Busy(f"status {response.status_code}")
        if response.status_code not in (200, 206):
            raise ModelError(f"{shown(url)} answers with status {response.status_code}")
        if response.status_code == 200:
            have = 0
        left = int(response.headers["Content-Length"]) if "Content-Length" in response.headers else None
        told = _told(response, None if left is None else have + left)
        _make_room(part, left or 0)
        with part.open("ab" if have else "wb") as out:
            for chunk in response.iter_raw():  # as it comes: what a broken connection has brought must be kept
                out.write(chunk)
                have += len(chunk)
                progress(url.rsplit("/", 1)[-1], have, told.size)
    return told


def _told(response: "httpx.Response", size: int | None) -> Told:
    """The hub answers large files with a redirect, and only the first answer knows their checksum."""
    commit = etag = None
    for one in (*response.history, response):
        commit = commit or one.headers.get("X-Repo-Commit")
        etag = etag or one.headers.get("X-Linked-ETag") or one.headers.get("ETag")
    digits = (etag or "").strip('"') if commit else ""  # anybody else's ETag may be anything
    return Told(
        commit,
        sha256=digits if re.fullmatch("[0-9a-f]{64}", digits) else None,
        blob=digits if re.fullmatch("[0-9a-f]{40}", digits) else None,
        size=size,
    )


def _make_room(part: Path, left: int) -> None:
    free = shutil.disk_usage(part.parent).free
    if left > free:
        raise ModelError(
            f"{part.parent} has {free / 1e9:.1f} GB free, and {left / 1e9:.1f} GB are still to come: "
            "make room, or set OPINE_MODELS to a folder on a larger disk"
        )


def _check(url: str, part: Path, sha256: str, wanted: str | None, told: Told) -> None:
    if told.size is not None and _size(part) != told.size:
        wrong = f"{_size(part)} bytes came instead of {told.size}"
    elif wanted not in (None, sha256):
        wrong = f"its sha256 is {sha256}, and that of the first fetch was {wanted}"
    elif told.sha256 not in (None, sha256):
        wrong = f"its sha256 is {sha256}, and the server says {told.sha256}"
    elif told.blob not in (None, _blob(part)):
        wrong = f"it is not the blob {told.blob}"
    else:
        return
    part.unlink()
    raise ModelError(
        f"{shown(url)} arrived damaged, or has been changed: {wrong}. It was deleted; run the command again"
    )


def _blob(path: Path) -> str:
    """What git calls the file."""
    return _digest(path, hashlib.sha1(f"blob {_size(path)}\0".encode(), usedforsecurity=False))


def _digest(path: Path, digest: "hashlib._Hash") -> str:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
