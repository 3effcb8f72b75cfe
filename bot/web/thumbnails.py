"""Pictures as the page shows them: WebP without any notes, made when first asked for and kept on disk by the original's
hash, up to a bound. Whoever asks has been let in already.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from bot.store.files import Files
from engine import make_thumbnail

SIDES: Final = (480, 1600)  # a card on a sharp screen; the whole picture
MOST_BYTES: Final = 1 << 30
_AT_ONCE: Final = 2  # painting wants the other cores


class Thumbnails:
    def __init__(self, folder: Path, files: Files, most_bytes: int = MOST_BYTES) -> None:
        self._folder, self._files, self._most_bytes = folder, files, most_bytes
        self._making: dict[str, asyncio.Task[bytes]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._turn = threading.Lock()
        self._sizes: dict[str, int] | None = None  # the longest unused first

    async def get(self, sha256: str, side: int) -> bytes:
        """Raises MissingFileError. Many who ask at once are given what one makes."""
        name = f"{sha256}-{side}"
        kept = await asyncio.to_thread(self._kept, name)
        if kept is not None:
            return kept
        task = self._making.get(name)
        if task is None:
            task = self._making[name] = asyncio.create_task(self._make(name, sha256, side))
            task.add_done_callback(lambda _: self._making.pop(name, None))
        return await asyncio.shield(task)  # one who leaves must not take it from the others

    async def tidy(self) -> None:
        """Away with those whose original is gone: what was deleted stays nowhere."""
        await asyncio.to_thread(self._tidy)

    async def close(self) -> None:
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _make(self, name: str, sha256: str, side: int) -> bytes:
        original = await self._files.read(sha256)
        async with self._places:
            made = await asyncio.to_thread(lambda: make_thumbnail(original, side).data)
        with contextlib.suppress(OSError):  # a full disk costs time, not the picture
            await asyncio.to_thread(self._keep, name, made)
        return made

    def _kept(self, name: str) -> bytes | None:
        try:
            data = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        with self._turn:
            sizes = self._known()
            sizes[name] = sizes.pop(name, len(data))
        return data

    def _keep(self, name: str, data: bytes) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{secrets.token_hex(8)}.part")
        try:
            temporary.write_bytes(data)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        with self._turn:
            sizes = self._known()
            sizes.pop(name, None)
            sizes[name] = len(data)
            total = sum(sizes.values())
            while total > self._most_bytes and len(sizes) > 1:
                oldest = next(iter(sizes))
                total -= sizes.pop(oldest)
                self._path(oldest).unlink(missing_ok=True)

    def _tidy(self) -> None:
        with self._turn:
            sizes = self._known()
            for name in list(sizes):
                if not self._files.path(name.partition("-")[0]).is_file():
                    self._path(name).unlink(missing_ok=True)
                    del sizes[name]

    def _known(self) -> dict[str, int]:
        """What lies there from before; what a power cut left half written goes."""
        if self._sizes is None:
            for left in self._folder.glob("??/*.part"):
                left.unlink(missing_ok=True)
            found = [(path, os.stat(path)) for path in self._folder.glob("??/*.webp")]
            found.sort(key=lambda one: one[1].st_mtime)
            self._sizes = {path.stem: stat.st_size for path, stat in found}
        return self._sizes

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.webp"
