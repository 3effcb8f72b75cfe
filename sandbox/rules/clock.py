"""A clock that can be moved. Everything in the sandbox asks it for the time: a test lets 15 minutes pass at once."""

from __future__ import annotations

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable
from datetime import UTC, datetime


class Timer:
    """A call to be made at a moment of the sandbox's time, unless it is cancelled first."""

    __slots__ = ("call", "due_ms")

    def __init__(self, due_ms: int, call: Callable[[], None]) -> None:
        self.due_ms = due_ms
        self.call: Callable[[], None] | None = call

    def cancel(self) -> None:
        self.call = None


class Clock:
    """Real time plus an offset. Timers live in sandbox time: moving the clock forward makes them due."""

    def __init__(self) -> None:
        self.offset_ms = 0
        self._timers: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()
        self._alarm: asyncio.TimerHandle | None = None

    def now_ms(self) -> int:
        return int(time.time() * 1000) + self.offset_ms

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.now_ms() / 1000, UTC)

    def advance(self, seconds: float) -> None:
        """Move forward (or back); whatever has become due is called before this returns."""
        self.offset_ms += round(seconds * 1000)
        self._ring()

    def call_in(self, seconds: float, call: Callable[[], None]) -> Timer:
        return self.call_at(self.now_ms() + round(seconds * 1000), call)

    def call_at(self, due_ms: int, call: Callable[[], None]) -> Timer:
        """At a moment that may have passed: a jump that brought it calls this, too, before `advance` returns."""
        timer = Timer(due_ms, call)
        heapq.heappush(self._timers, (timer.due_ms, next(self._order), timer))
        if self._timers[0][2] is timer:  # else the alarm is set for an earlier one
            self._set_alarm()
        return timer

    def close(self) -> None:
        self._timers.clear()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _ring(self) -> None:
        now = self.now_ms()
        try:
            while self._timers and self._timers[0][0] <= now:
                timer = heapq.heappop(self._timers)[2]
                if timer.call is not None:
                    timer.call()
        finally:
            self._set_alarm()  # also when a call raised: the timers behind it must still ring

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        while self._timers and self._timers[0][2].call is None:
            heapq.heappop(self._timers)
        if self._timers:
            wait_seconds = max(0.0, (self._timers[0][0] - self.now_ms()) / 1000)
            self._alarm = asyncio.get_running_loop().call_later(wait_seconds, self._ring)


def iso(ms: int) -> str:
    """Discord's form of a moment: microseconds and an explicit +00:00."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="microseconds")
