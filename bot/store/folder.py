"""Where things lie in the data folder, and the lock that lets one bot work in it."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.store.errors import StoreLockedError


@dataclass(frozen=True, slots=True)
class Folder:
    """The data folder. Backups hold its database and its files, and nothing else of it."""

    path: Path

    @property
    def database(self) -> Path:
        return self.path / "atelier.sqlite"

    @property
    def files(self) -> Path:
        return self.path / "files"

    @property
    def vectors(self) -> Path:
        """What pictures mean; made anew from the files wherever it is missing."""
        return self.path / "vectors"

    @property
    def thumbnails(self) -> Path:
        """Where small copies for the web were before they had a place among the originals."""
        return self.path / "thumbnails"

    @property
    def restoring(self) -> Path:
        """Where a backup is unpacked; worth nothing until it was checked."""
        return self.path / "restoring"

    @property
    def restored(self) -> Path:
        """A backup that was unpacked and checked, to be put in place."""
        return self.path / "restored"

    def make(self) -> None:
        """For the operator's eyes only: it holds what members typed, and the keys."""
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)

    def demand_use(self) -> None:
        """Raises PermissionError, which names the file: SQLite would only say that it cannot open something."""
        log = [self.database.with_name(f"{self.database.name}-{part}") for part in ("wal", "shm")]
        for path in (self.database, *log):
            if path.exists() and not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other bots out. The system lets go of the lock when the process ends, however it ends."""
        descriptor = os.open(self.path / "atelier.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StoreLockedError(self.path, _pid(descriptor)) from None
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode(), 0)
            yield
        finally:
            os.close(descriptor)


def sync_folder(path: Path) -> None:
    """Make the names in a folder outlive a power cut: syncing a file keeps its bytes, not its name."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _pid(descriptor: int) -> int | None:
    text = os.pread(descriptor, 20, 0)
    return int(text) if text.isdigit() else None
