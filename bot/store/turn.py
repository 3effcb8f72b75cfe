"""Whose turn it is to write: first come, first served, but whoever is hurried goes before those who are not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

LONGEST_SECONDS: Final = 1.0  # that whoever came lets others go first: the hurried may never end


class Turn:
    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._patient = asyncio.Lock()  # of those who are not hurried, one at a time stands in the lock's line
        self._hurried = 0
        self._calm = asyncio.Event()
        self._calm.set()

    @asynccontextmanager
    async def taken(self, *, hurried: bool = False) -> AsyncIterator[None]:
        if hurried:
            async with self._hurry(), self._lock:
                yield
            return
        enough = asyncio.get_running_loop().time() + LONGEST_SECONDS
        async with self._patient:
            with suppress(TimeoutError):
                async with asyncio.timeout_at(enough):
                    await self._calm.wait()
            await self._lock.acquire()
        try:
            yield
        finally:
            self._lock.release()

    @asynccontextmanager
    async def _hurry(self) -> AsyncIterator[None]:
        self._hurried += 1
        self._calm.clear()
        try:
            yield
        finally:
            self._hurried -= 1
            if not self._hurried:
                self._calm.set()
