"""Everything that the store refuses, as full sentences with the remedy; who words it for members reads the class.

StoreError
 ├─ StoreLockedError    another bot (`pid`, where known) works in this data folder
 ├─ StoreDamagedError   the database or a file of it cannot be trusted
 ├─ StoreNewerError     the database was written by a newer program
 ├─ StoreMissingError   there is no database in this folder, and one was to be looked at
 ├─ StoreFullError      there is no room left: nothing was changed
 ├─ StoreClosedError    the program ends
 ├─ StoreBusyError      another program keeps the database to itself
 ├─ MissingFileError    no file has this hash
 ├─ BackupError         a backup cannot be made, or is none
 └─ CreditError         `member_id` has `available_gpu_ms`, and `needed_gpu_ms` would have to be held
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT)
RESTORE: Final = "python -m bot restore FILE"


class StoreError(Exception):
    """The root: catch this to catch whatever the store refuses."""


class StoreLockedError(StoreError):
    def __init__(self, folder: Path, pid: int | None) -> None:
        self.folder, self.pid = folder, pid
        who = f"process {pid}" if pid else "another process"
        super().__init__(
            f"{folder} is in use by {who}: one bot works in a data folder. Stop that one, or name another DATA folder."
        )


class StoreDamagedError(StoreError):
    def __init__(self, path: Path | str, problem: str) -> None:
        self.path, self.problem = path, problem
        super().__init__(f"{path} is damaged ({problem}). Restore the newest backup: {RESTORE}")


class StoreNewerError(StoreError):
    def __init__(self, path: Path, found: str, known: str) -> None:
        self.path, self.found, self.known = path, found, known
        super().__init__(
            f"{path} was written by a newer Atelier: its schema is {found}, and this program knows {known} and older. "
            f"Update the program, or restore a backup from before that update: {RESTORE}"
        )


class StoreMissingError(StoreError):
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__(
            f"{folder} holds no database. Type this in the folder where the bot is started, or name its data folder "
            f"with ATELIER_DATA."
        )


class StoreFullError(StoreError):
    def __init__(self) -> None:
        super().__init__("The disk is full, so nothing was stored. Free some space; no restart is needed.")


class StoreClosedError(StoreError):
    def __init__(self) -> None:
        super().__init__("The program ends, so nothing is stored any more. Ask again when it has started.")


class StoreBusyError(StoreError):
    def __init__(self) -> None:
        super().__init__("Another program keeps the database locked. Close it; what was asked was not stored.")


class MissingFileError(StoreError, FileNotFoundError):
    def __init__(self, sha256: str) -> None:
        self.sha256 = sha256
        super().__init__(f"No file with the hash {sha256[:12]}… is stored. Restore it from a backup: {RESTORE}")


class BackupError(StoreError):
    def __init__(self, path: Path, problem: str, remedy: str) -> None:
        self.path, self.problem, self.remedy = path, problem, remedy
        super().__init__(f"{path}: {problem}. {remedy}")


class CreditError(StoreError):
    def __init__(self, member_id: int, available_gpu_ms: int, needed_gpu_ms: int) -> None:
        self.member_id, self.available_gpu_ms, self.needed_gpu_ms = member_id, available_gpu_ms, needed_gpu_ms
        super().__init__(
            f"Member {member_id} has {available_gpu_ms} ms of GPU time, and this may need {needed_gpu_ms} ms. "
            f"Ask for less, or grant more."
        )


@contextmanager
def disk_errors() -> Iterator[None]:
    """A full disk as the store's own error, whoever meets it."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFullError from error
        raise
