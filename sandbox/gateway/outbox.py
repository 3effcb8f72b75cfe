"""What waits to be written to one socket. It is bounded: a client that does not read costs no more than this."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Farewell:
    """The last thing written: a close frame."""

    code: int
    reason: str


class Outbox:
    def __init__(self, frames: int, size: int) -> None:
        self._max_frames = frames
        self._max_size = size
        self._waiting: deque[str] = deque()
        self._size = 0
        self._farewell: Farewell | None = None
        self._has_work = asyncio.Event()

    def put(self, frame: str) -> bool:
        """False when it is full: the frame was not taken."""
        is_full = len(self._waiting) >= self._max_frames or self._size + len(frame) > self._max_size
        if is_full and self._waiting:  # a single frame always fits, or a large server could never be told of
            return False
        self._waiting.append(frame)
        self._size += len(frame)
        self._has_work.set()
        return True

    def finish(self, farewell: Farewell) -> None:
        self._farewell = farewell
        self._has_work.set()

    def clear(self) -> None:
        self._waiting.clear()
        self._size = 0

    async def take(self) -> str | Farewell:
        while True:
            if self._waiting:
                frame = self._waiting.popleft()
                self._size -= len(frame)
                return frame
            if self._farewell is not None:
                return self._farewell
            self._has_work.clear()
            await self._has_work.wait()
