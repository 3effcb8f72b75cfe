"""Small copies of pictures, for every page that shows them: WebP without any notes, made in a thread when somebody
first looks and kept among the originals. They can all be made again; whoever asks has been let in already.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final

from bot.store import thumbnails
from bot.store.errors import MissingFileError, StoreBusyError, StoreFullError
from bot.store.store import Store
from bot.store.thumbnails import Thumbnail
from engine import make_thumbnail

SMALL, LARGE = SIDES = (480, 1600)  # a card on a sharp screen; as large as any screen shows it
MOST_LARGE_BYTES: Final = 1 << 30  # of large ones; small ones stay as long as their originals
_AT_ONCE: Final = 2  # painting wants the other cores


class Thumbnails:
    def __init__(self, store: Store) -> None:
        self._store = store
        self._making: dict[tuple[str, int], asyncio.Task[bytes]] = {}
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def get(self, sha256: str, side: int) -> bytes:
        """Of one original. Raises MissingFileError."""
        found = await self.several([sha256], side)
        if sha256 not in found:
            raise MissingFileError(sha256)
        return found[sha256]

    async def several(self, originals: Collection[str], side: int) -> dict[str, bytes]:
        """By the originals' hashes; without those whose original is lost."""
        wanted = set(originals)
        async with self._store.read() as tx:
            known = await thumbnails.known(tx, wanted, side)
        found = {}
        for sha256 in wanted:
            with suppress(MissingFileError):
                found[sha256] = await self._kept(known.get(sha256)) or await self._made(sha256, side)
        return found

    async def close(self) -> None:
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _kept(self, thumbnail: Thumbnail | None) -> bytes | None:
        try:
            return await self._store.files.read(thumbnail.thumb_sha256) if thumbnail is not None else None
        except MissingFileError:  # a backup holds none of them
            return None

    async def _made(self, sha256: str, side: int) -> bytes:
        """Many who ask at once are given what one makes; one who leaves must not take it from the others."""
        task = self._making.get((sha256, side))
        if task is None:
            task = self._making[sha256, side] = asyncio.create_task(self._make(sha256, side))
            task.add_done_callback(lambda _: self._making.pop((sha256, side), None))
        return await asyncio.shield(task)

    async def _make(self, sha256: str, side: int) -> bytes:
        original = await self._store.files.read(sha256)
        async with self._places:
            file = await asyncio.to_thread(make_thumbnail, original, side)
        with suppress(StoreFullError, StoreBusyError):  # then it is made each time
            thumbnail = Thumbnail(
                sha256=sha256,
                side=side,
                thumb_sha256=await self._store.files.put(file.data),
                width=file.width,
                height=file.height,
                bytes=len(file.data),
                made_at=self._store.now(),
            )
            async with self._store.write() as tx:
                await thumbnails.add(tx, thumbnail)
        return file.data


async def tidy_thumbnails(store: Store) -> None:
    """Those whose original is gone, and the oldest of those that take much room; the next sweep takes their files."""
    async with store.write() as tx:
        await thumbnails.forget_unused(tx)
        await thumbnails.keep_newest(tx, LARGE, MOST_LARGE_BYTES)
