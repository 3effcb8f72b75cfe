"""One lane per channel: what is written there goes in order of urgency, finals first and previews last, within what
Discord allows. Knows no message and no job: only keys, urgencies and things to do.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import logging
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any
from weakref import WeakValueDictionary

_log = logging.getLogger(__name__)
Work = Callable[[], Coroutine[Any, Any, None]]

WIDTH = 2  # requests under way at once: a large file does not hold up the next answer
PREVIEW_SPACING = 2.0  # seconds between previews of one channel: Discord allows 30 edits a minute there, for all


class Locks:
    """One for each key, for as long as somebody holds it or waits for it."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: Hashable) -> asyncio.Lock:
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock


class Later(Exception):  # noqa: N818 - a request to wait
    """It did not work now and may later; `after` seconds if that was told. `everywhere`: nothing else would either.
    `alone`: all else in its channel may."""

    def __init__(
        self, reason: str, after: float | None = None, *, everywhere: bool = False, alone: bool = False
    ) -> None:
        super().__init__(reason)
        self.reason, self.after, self.everywhere, self.alone = reason, after, everywhere, alone


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
    lasts: bool = field(compare=False)
    tries: int = field(default=0, compare=False)


def pause_after(tries: int) -> float:
    """Seconds until the next try: 1, 2, 4 … up to two minutes."""
    return float(min(120, 2 ** min(tries, 7)))


class Lanes:
    def __init__(self) -> None:
        self._lanes: dict[int, _Lane] = {}
        self._opens_at = float("-inf")

    def put(self, channel: int, urgency: Urgency, key: Hashable, work: Work, *, lasts: bool = True) -> None:
        """Of one key only the newest is done; what is under way already goes on. What does not last is tried once."""
        lane = self._lanes.get(channel)
        if lane is None:
            lane = self._lanes[channel] = _Lane(self)
        lane.put(urgency, key, work, lasts=lasts)

    def drop(self, channel: int, key: Hashable) -> None:
        """It is not wanted any more, unless it is under way."""
        if channel in self._lanes:
            self._lanes[channel].drop(key)

    def pause(self, seconds: float) -> None:
        """Nothing goes to any channel for so long."""
        self._opens_at = max(self._opens_at, asyncio.get_running_loop().time() + seconds)

    @property
    def opens_at(self) -> float:
        """On the event loop's clock."""
        return self._opens_at

    @property
    def is_idle(self) -> bool:
        return all(lane.is_idle for lane in self._lanes.values())

    async def close(self) -> None:
        """Drop what waits and what is under way."""
        for lane in self._lanes.values():
            await lane.close()

    def forget_idle(self) -> None:
        for channel in [channel for channel, lane in self._lanes.items() if lane.is_forgettable]:
            del self._lanes[channel]


class _Lane:
    """Nobody waits in it: whoever puts something in, and whatever ends, begins what may go; an alarm does later."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._heap: list[_Item] = []
        self._newest: dict[Hashable, int] = {}  # of what waits
        self._numbers = itertools.count()
        self._under_way: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._previews_at = self._opens_at = float("-inf")
        self._closed = False

    def put(self, urgency: Urgency, key: Hashable, work: Work, *, lasts: bool) -> None:
        self._wait_in_line(_Item(urgency, next(self._numbers), key, work, lasts))
        self._go_on()

    def drop(self, key: Hashable) -> None:
        self._newest.pop(key, None)

    @property
    def is_idle(self) -> bool:
        return not self._under_way and not self._newest

    @property
    def is_forgettable(self) -> bool:
        """Nothing waits, and whatever comes next need not either."""
        return self.is_idle and max(self._previews_at, self._opens_at) <= asyncio.get_running_loop().time()

    async def close(self) -> None:
        self._closed = True
        self._newest.clear()
        self._go_on()
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _wait_in_line(self, item: _Item) -> None:
        self._newest[item.key] = item.number
        heapq.heappush(self._heap, item)

    def _go_on(self) -> None:
        """Begin what may go now; when the first that may not will be allowed, look again."""
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        loop = asyncio.get_running_loop()
        while (item := self._first()) is not None and len(self._under_way) < WIDTH:
            if (moment := self._allowed_at(item)) > loop.time():
                self._alarm = loop.call_at(moment, self._go_on)
                return
            heapq.heappop(self._heap)
            del self._newest[item.key]
            if item.urgency is Urgency.PREVIEW:
                self._previews_at = loop.time() + PREVIEW_SPACING
            task = loop.create_task(self._do(item))
            self._under_way.add(task)
            task.add_done_callback(self._ended)

    def _first(self) -> _Item | None:
        while self._heap and self._newest.get(self._heap[0].key) != self._heap[0].number:
            heapq.heappop(self._heap)  # a newer one came, or it was dropped
        return self._heap[0] if self._heap else None

    def _allowed_at(self, item: _Item) -> float:
        moment = max(self._opens_at, self._lanes.opens_at)
        return max(moment, self._previews_at) if item.urgency is Urgency.PREVIEW else moment

    async def _do(self, item: _Item) -> None:
        try:
            await item.work()
        except Later as later:
            self._rest(later, item.tries)
            # The same first again, and the whole lane waits: so answers keep their order. A preview is not worth it.
            if item.lasts and item.key not in self._newest and not self._closed:
                item.tries += 1
                self._wait_in_line(item)

    def _rest(self, later: Later, tries: int) -> None:
        pause = later.after if later.after is not None else pause_after(tries)
        _log.warning("Discord takes nothing now (%s); trying again in %.0f s.", later.reason, pause)
        self._opens_at = max(self._opens_at, asyncio.get_running_loop().time() + pause)
        if later.everywhere:
            self._lanes.pause(pause)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("Something that was to be written broke.", exc_info=error)
        self._go_on()
