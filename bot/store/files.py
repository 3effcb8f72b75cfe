"""Originals by the hash of their bytes: `files/ab/cdef…`. A file is there whole or not at all, and is never changed.

Which files are needed is not known here: whoever sweeps says so. All disk work happens in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import logging
import os
import re
import secrets
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from bot.store.errors import MissingFileError, disk_errors
from bot.store.folder import sync_folder

_log: Final = logging.getLogger(__name__)
_HASH: Final = re.compile(r"[0-9a-f]{64}")


class Files:
    def __init__(self, root: Path) -> None:
        self.root = root
        self._incoming = root / "incoming"
        # Between seeing that a file is old and removing it, nobody may find it there and rely on it.
        self._turn = threading.Lock()
        # When each was last put here, by a clock that nobody sets. Only this program puts files, so no other is young.
        self._put_at: dict[Path, float] = {}

    def path(self, sha256: str) -> Path:
        """Where it lies, or would. Anything but a hash is refused: no name reaches outside."""
        if not _HASH.fullmatch(sha256):
            raise ValueError(f"{sha256[:80]!r} names no file: a name is 64 digits from 0 to f.")
        return self.root / sha256[:2] / sha256[2:]

    async def put(self, data: bytes) -> str:
        """Keep the bytes and return their hash; once this returns they outlive a power cut. Raises StoreFullError."""
        return await asyncio.to_thread(self._put, data)

    async def read(self, sha256: str) -> bytes:
        """Raises MissingFileError."""
        path = self.path(sha256)
        try:
            return await asyncio.to_thread(path.read_bytes)
        except FileNotFoundError:
            raise MissingFileError(sha256) from None

    async def exists(self, sha256: str) -> bool:
        return await asyncio.to_thread(self.path(sha256).is_file)

    async def sweep(self, named: Collection[str], age: float) -> int:
        """Remove what none of `named` names and what never arrived, unless put within these seconds: how many files.

        The age protects what is put now and named by a row that is not committed yet. While a backup is made, none.
        """
        return await asyncio.to_thread(self._sweep, named, age)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Nothing is swept meanwhile, by any process."""
        with self._lock_file() as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            yield

    def hashes(self) -> Iterator[str]:
        """Of every file that is there."""
        for path in self.root.glob("[0-9a-f][0-9a-f]/*"):
            if _HASH.fullmatch(name := path.parent.name + path.name):
                yield name

    def fragments(self) -> Iterator[Path]:
        """What was never put whole."""
        return self._incoming.glob("*")

    def _put(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        temporary = self._incoming / f"{sha256[:12]}-{secrets.token_hex(4)}"
        with self._turn:
            # Young from now on, so that no sweep takes it before its new row is committed.
            self._put_at |= dict.fromkeys((path, temporary), time.monotonic())
            if path.is_file():
                return sha256
        with disk_errors():
            try:
                self._write(temporary, path, data)
            except BaseException:
                temporary.unlink(missing_ok=True)
                raise
        return sha256

    def _write(self, temporary: Path, path: Path, data: bytes) -> None:
        for folder in (self._incoming, path.parent):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                sync_folder(self.root)
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_folder(path.parent)

    def _sweep(self, named: Collection[str], age: float) -> int:
        with self._lock_file() as descriptor:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return 0
            orphans = [self.path(sha256) for sha256 in self.hashes() if sha256 not in named]
            self._forget_puts_before(time.monotonic() - age)
            return sum(self._remove(path) for path in (*orphans, *self.fragments()))

    def _forget_puts_before(self, limit: float) -> None:
        with self._turn:
            self._put_at = {path: at for path, at in self._put_at.items() if at > limit}

    def _remove(self, path: Path) -> bool:
        with self._turn, contextlib.suppress(FileNotFoundError):
            if path in self._put_at:
                return False
            try:
                path.unlink()
            except (PermissionError, IsADirectoryError) as error:  # one that is not ours must not keep the others
                _log.warning("%s belongs to no picture, and cannot be removed (%s).", path, error.strerror)
                return False
            return True
        return False

    @contextlib.contextmanager
    def _lock_file(self) -> Iterator[int]:
        self.root.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.root / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
