"""Counts what may be done so many times in so many seconds, on the sandbox's clock. Knows nothing of what it counts."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Hashable

from sandbox.rules.clock import Clock


class Pace:
    """So many times in so many seconds, each time counted when it was done."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._done: dict[Hashable, deque[int]] = defaultdict(deque)

    def seconds_left(self, what: Hashable, times: int, seconds: float, *, more: int = 1) -> float:
        """How long until it may be done so many times more; 0 if it may be now."""
        done, now_ms = self._done.get(what), self._clock.now_ms()
        if done is None:
            return 0.0
        while done and not now_ms - seconds * 1000 < done[0] <= now_ms:  # the second half: the clock may be moved back
            done.popleft()
        if not done:
            del self._done[what]
        excess = len(done) + more - times
        return (done[min(excess, len(done)) - 1] + seconds * 1000 - now_ms) / 1000 if excess > 0 else 0.0

    def note(self, what: Hashable) -> None:
        self._done[what].append(self._clock.now_ms())
