"""Where events leave: in order, from any thread, to one reader on the event loop. Of what only shows how things go the
newest replaces an older one that nobody has read yet, so a slow reader costs no memory. Ended jobs say nothing more.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Hashable

from engine.events import Cancelled, Event, Failed, Finished, JobEvent, ModelLoading, Preview, Progress, Queued

LAST = (Finished, Failed, Cancelled)
_PASSING = (Queued, Progress, Preview)


class Outlet:
    """`put` may be called from any thread; everything else belongs to the event loop that made it."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._kept: OrderedDict[Hashable, Event] = OrderedDict()
        self._open: dict[str, int] = {}
        self._count = 0
        self._news = asyncio.Event()
        self._closed = False

    def follow(self, job: str, attempt: int) -> None:
        """From now on events of this attempt pass; exactly one last event ends it."""
        self._open[job] = attempt

    def follows(self, job: str) -> bool:
        return job in self._open

    def unfollow(self, job: str) -> None:
        """It was not taken after all."""
        self._open.pop(job, None)

    def attempt_of(self, job: str) -> int | None:
        return self._open.get(job)

    def put(self, event: Event) -> None:
        try:
            self._loop.call_soon_threadsafe(self.take, event)
        except RuntimeError:  # the loop has ended; nobody is left to hear
            return

    def take(self, event: Event) -> None:
        """As `put`, at once, on the event loop."""
        if isinstance(event, JobEvent):
            if self._open.get(event.job) != event.attempt:
                return
            if isinstance(event, LAST):
                del self._open[event.job]
                self._forget(event.job)
        key = self._key(event)
        self._kept.pop(key, None)
        self._kept[key] = event
        self._news.set()

    def close(self) -> None:
        """What is kept is still read; then the reader ends."""
        self._closed = True
        self._news.set()

    async def read(self) -> AsyncIterator[Event]:
        while True:
            while self._kept:
                yield self._kept.popitem(last=False)[1]
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

    def _forget(self, job: str) -> None:
        for kind in _PASSING:
            self._kept.pop((kind, job), None)

    def _key(self, event: Event) -> Hashable:
        if isinstance(event, _PASSING):
            return type(event), event.job
        if isinstance(event, ModelLoading) and event.fraction < 1:
            return type(event), event.model
        self._count += 1
        return self._count
