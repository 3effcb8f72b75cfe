"""One lane per channel: what is written there goes in order of urgency, finals first and previews last, within what
Discord allows. Knows no message and no job: only keys, urgencies and things to do.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from enum import IntEnum

_log = logging.getLogger(__name__)
Work = Callable[[], Awaitable[None]]

WIDTH = 2  # requests under way at once: a large file does not hold up the next answer
PREVIEW_SPACING = 2.0  # seconds between previews of one channel: Discord allows 30 edits a minute there, for all
LOOK_SECONDS = 0.1


class Later(Exception):  # noqa: N818 - a request to wait
    """It did not work now and may later; `after` seconds if that was told."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.reason, self.after = reason, after


class Urgency(IntEnum):
    FINAL = 0
    FIRST = 1
    MINOR = 2
    PREVIEW = 3


@dataclass(order=True)
class _Item:
    urgency: Urgency
    number: int
    key: Hashable = field(compare=False)
    work: Work = field(compare=False)
    tries: int = field(default=0, compare=False)


def pause_after(tries: int) -> float:
    """Seconds until the next try: 1, 2, 4 … up to two minutes."""
    return float(min(120, 2 ** min(tries, 7)))


class Lanes:
    def __init__(self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._sleep = sleep
        self._lanes: dict[int, _Lane] = {}

    def put(self, channel: int, urgency: Urgency, key: Hashable, work: Work) -> None:
        """Of one key only the newest is done; what is under way already goes on."""
        lane = self._lanes.get(channel)
        if lane is None:
            lane = self._lanes[channel] = _Lane(self._sleep)
        lane.put(urgency, key, work)

    def drop(self, channel: int, key: Hashable) -> None:
        """It is not wanted any more, unless it is under way."""
        if channel in self._lanes:
            self._lanes[channel].drop(key)

    @property
    def is_idle(self) -> bool:
        return all(lane.is_idle for lane in self._lanes.values())

    async def close(self) -> None:
        """Drop what waits and what is under way."""
        for lane in self._lanes.values():
            await lane.close()

    def forget_idle(self) -> None:
        for channel in [channel for channel, lane in self._lanes.items() if lane.is_idle]:
            del self._lanes[channel]


class _Lane:
    def __init__(self, sleep: Callable[[float], Awaitable[None]]) -> None:
        self._sleep = sleep
        self._heap: list[_Item] = []
        self._newest: dict[Hashable, int] = {}
        self._numbers = itertools.count()
        self._workers: set[asyncio.Task[None]] = set()
        self._previewed = float("-inf")
        self._paused_until = float("-inf")

    def put(self, urgency: Urgency, key: Hashable, work: Work) -> None:
        number = next(self._numbers)
        self._newest[key] = number
        heapq.heappush(self._heap, _Item(urgency, number, key, work))
        if len(self._workers) < WIDTH:
            worker = asyncio.get_running_loop().create_task(self._serve())
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)

    def drop(self, key: Hashable) -> None:
        self._newest.pop(key, None)
        self._heap = [item for item in self._heap if item.key != key]
        heapq.heapify(self._heap)

    @property
    def is_idle(self) -> bool:
        return not self._workers and not self._heap

    async def close(self) -> None:
        self._heap.clear()
        for worker in list(self._workers):
            worker.cancel()
        await asyncio.gather(*self._workers, return_exceptions=True)

    async def _serve(self) -> None:
        while (item := self._take()) is not None:
            if (wait := self._wait_for(item)) > 0:
                # Put back: something more urgent may come while this one may not go yet.
                heapq.heappush(self._heap, item)
                await self._sleep(min(wait, LOOK_SECONDS))
            else:
                await self._do(item)

    def _take(self) -> _Item | None:
        while self._heap:
            item = heapq.heappop(self._heap)
            if self._newest.get(item.key) == item.number:
                return item
        return None

    def _wait_for(self, item: _Item) -> float:
        now = asyncio.get_running_loop().time()
        wait = self._paused_until - now
        if item.urgency is Urgency.PREVIEW:
            wait = max(wait, self._previewed + PREVIEW_SPACING - now)
        return wait

    async def _do(self, item: _Item) -> None:
        now = asyncio.get_running_loop().time()
        if item.urgency is Urgency.PREVIEW:
            self._previewed = now
        try:
            await item.work()
        except Later as later:
            self._put_back(item, later)
        else:
            if self._newest.get(item.key) == item.number:
                del self._newest[item.key]

    def _put_back(self, item: _Item, later: Later) -> None:
        """The same first again, and the whole lane waits: so answers keep their order. A preview is not worth it."""
        if item.urgency is Urgency.PREVIEW:
            self._newest.pop(item.key, None)
            return
        pause = later.after if later.after is not None else pause_after(item.tries)
        _log.warning("Discord takes nothing now (%s); trying again in %.0f s.", later.reason, pause)
        self._paused_until = max(self._paused_until, asyncio.get_running_loop().time() + pause)
        if self._newest.get(item.key) == item.number:
            item.tries += 1
            heapq.heappush(self._heap, item)
