"""SHA-256 of files and folders, remembered by path, size and time of change: the second look at 24 GB costs nothing."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

_BLOCK = 4 * 2**20


class Hashes:
    """`memory` is a file that keeps them from one run to the next; without one they last as long as the process."""

    def __init__(self, memory: Path | None = None) -> None:
        self._memory = memory
        self._known: dict[str, list[object]] = _read(memory) if memory is not None else {}
        self._lock = threading.Lock()

    def file(self, path: Path) -> str:
        """64 digits."""
        status = path.stat()
        key, stamp = str(path.resolve()), [status.st_size, status.st_mtime_ns]
        with self._lock:
            known = self._known.get(key)
        if known is not None and known[:2] == stamp:
            return str(known[2])
        digest = _hash(path)
        with self._lock:
            self._known[key] = [*stamp, digest]
            self._keep()
        return digest

    def folder(self, root: Path, names: list[str]) -> str:
        """One for all the named files of a folder: their paths in it, and what is in them."""
        whole = hashlib.sha256()
        for name in sorted(names):
            whole.update(f"{name}\0{self.file(root / name)}\n".encode())
        return whole.hexdigest()

    def _keep(self) -> None:
        if self._memory is None:
            return
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._memory.with_suffix(f".{os.getpid()}.new")
            fresh.write_text(json.dumps(self._known), encoding="utf-8")
            fresh.replace(self._memory)
        except OSError:  # a folder that cannot be written to: they are computed again in the next run
            self._memory = None


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _read(memory: Path) -> dict[str, list[object]]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
        return {str(key): value for key, value in known.items() if isinstance(value, list) and len(value) == 3}
    except (OSError, ValueError, AttributeError):  # none yet, or half of one: both mean to begin anew
        return {}
