"""One process for one SQLite file."""

import fcntl
import os
from pathlib import Path

from feedback.errors import StoreInUse


class FileLock:
    """A lock beside the file, held by the operating system: it ends with the process, however that ends."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(self._handle, 20).decode(errors="replace") or "unknown"
            os.close(self._handle)
            raise StoreInUse(
                f"{path} is in use by process {owner}: SQLite serves one process. "
                "Stop that one first, or give several processes a PostgreSQL database (OPINE_DATABASE_URL)"
            ) from None
        os.truncate(self._handle, 0)
        os.write(self._handle, str(os.getpid()).encode())

    def release(self) -> None:
        """Let the next process in; the lock file stays, or two processes could lock two files of one name."""
        os.close(self._handle)
