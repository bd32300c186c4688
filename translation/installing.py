"""Makes a checkpoint ready for use: fetch, convert, test; what is there afterwards works, or nothing is."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from translation.checkpoints import (
    WEIGHTS,
    Checkpoint,
    Lock,
    ModelError,
    find_lock,
    folder_of,
    lock_path,
    require_extra,
)
from translation.ctranslate import CheckpointDecoder, check, decoder_of
from translation.fetching import HUB, Missing, Progress, fetch_file, shown

if TYPE_CHECKING:
    import httpx

SECONDS = 30.0  # without a byte before the connection counts as broken


def install(
    checkpoint: Checkpoint,
    models: Path,
    *,
    mirror: str = "",
    revision: str = "",
    accept_licence: bool = False,
    threads: int = 2,
    progress: Progress = lambda file, here, whole: None,
    step: Callable[[str], None] = lambda what: None,
) -> CheckpointDecoder:
    """Fetch, convert to int8 and test; goes on where it was interrupted, and only tests what is there already.

    Without `revision` it is the commit of the first fetch, whose checksums every file has to have. What is there is
    given up only for another revision that has passed its test.
    """
    require_extra()
    if checkpoint.notice and not accept_licence:
        raise ModelError(f"{checkpoint.notice} If that is all right, add --accept-licence")
    name = checkpoint.name
    with alone(models, name):
        lock = find_lock(lock_path(models, name), checkpoint)
        other = folder_of(models, name).exists() and lock is not None and revision not in ("", lock.commit)
        place = f"{name}.next" if other else name
        lock = find_lock(lock_path(models, place), checkpoint)
        if lock is None or revision not in ("", lock.revision, lock.commit):
            lock = Lock(checkpoint.id, revision or checkpoint.revision)
            shutil.rmtree(models / place, ignore_errors=True)
        folder = folder_of(models, place)
        if folder.exists():
            check(decoder_of(checkpoint, folder, lock, threads))
        else:
            snapshot, converted = folder.with_name("snapshot"), folder.with_name("int8.part")
            step("fetching")
            Download(checkpoint, lock, lock_path(models, place), snapshot, mirror or HUB, progress).fetch()
            step("converting to int8")
            _convert(checkpoint, snapshot, converted)
            step("testing")
            check(decoder_of(checkpoint, converted, lock, threads))
            converted.rename(folder)
            shutil.rmtree(snapshot)  # four times the size of what is used; the lock brings the same bytes again
        if other:
            shutil.rmtree(models / name, ignore_errors=True)
            lock_path(models, place).replace(lock_path(models, name))
            (models / place).rename(models / name)
        return decoder_of(checkpoint, folder_of(models, name), lock, threads)


@contextmanager
def alone(models: Path, name: str) -> Iterator[None]:
    """Nobody else may fetch this model meanwhile: two would write into one file."""
    from filelock import FileLock, Timeout

    models.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(models / f".{name}.fetching", timeout=0):
            yield
    except Timeout:
        raise ModelError(f"{name} is being fetched by another command: let it finish") from None


@dataclass(slots=True)
class Download:
    """A snapshot that is on its way; the lock learns of every file that has arrived."""

    checkpoint: Checkpoint
    lock: Lock
    lock_file: Path
    snapshot: Path
    mirror: str
    progress: Progress

    def fetch(self) -> None:
        """Bring every file here that is not; raises ModelError where the server lacks one."""
        import httpx

        family = self.checkpoint.family
        weights = [name for name in WEIGHTS if name in self.lock.files] or list(WEIGHTS)
        with httpx.Client(timeout=SECONDS, follow_redirects=True) as client:
            for name in dict.fromkeys((*family.files, family.source, family.target)):
                self._first(client, [name])
            self._first(client, weights)

    def _first(self, client: "httpx.Client", names: list[str]) -> None:
        version = self.lock.commit or self.lock.revision
        if not any(self._bring(client, name, version) for name in names):
            raise ModelError(
                f"{shown(self.mirror)} has no {' or '.join(names)} of {self.checkpoint.id} at {version}: "
                "check --mirror and --revision"
            )

    def _bring(self, client: "httpx.Client", name: str, version: str) -> bool:
        """False where the server has no such file."""
        target = self.snapshot / name
        if target.exists() and name in self.lock.files:  # it was checked when it arrived
            return True
        url = f"{self.mirror.rstrip('/')}/{self.checkpoint.id}/resolve/{version}/{name}"
        try:
            found = fetch_file(client, url, target, self.lock.files.get(name), self.progress)
        except Missing:
            return False
        self.lock.commit = self.lock.commit or found.commit
        self.lock.files[name] = found.sha256
        self.lock.write(self.lock_file)
        return True


def _convert(checkpoint: Checkpoint, snapshot: Path, target: Path) -> None:
    from translation.converting import convert

    try:
        convert(checkpoint, snapshot, target)
    except MemoryError:
        raise ModelError(f"there is not enough memory to convert {checkpoint.name}") from None
