"""How often an application has started sessions: so many at once, so many a day. Resumes are not counted."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

from sandbox.gateway.hooks import GatewayLimits
from sandbox.rules.clock import Clock

Json = dict[str, Any]

_DAY_MS = 86_400_000


class SessionStarts:
    def __init__(self, clock: Clock, limits: GatewayLimits) -> None:
        self._clock = clock
        self._limits = limits
        self._recent: dict[tuple[int, int], deque[int]] = defaultdict(deque)  # application and rate-limit key: moments
        self._days: dict[int, tuple[int, int]] = {}  # application: when its day began, how many starts since

    def take(self, application_id: int, shard_id: int) -> bool:
        """Count a start; False when it comes too soon or the day's are used up."""
        now = self._clock.now_ms()
        began, used = self._day(application_id)
        # As Discord has it: shards whose ids leave the same remainder share one start in five seconds.
        recent = self._recent[application_id, shard_id % self._limits.max_concurrency]
        while recent and not 0 <= now - recent[0] < self._limits.start_seconds * 1000:
            recent.popleft()
        if recent or used >= self._limits.starts_per_day:
            return False
        recent.append(now)
        self._days[application_id] = (began, used + 1)
        return True

    def view(self, application_id: int) -> Json:
        """`session_start_limit` of `GET /gateway/bot`."""
        began, used = self._day(application_id)
        return {
            "total": self._limits.starts_per_day,
            "remaining": self._limits.starts_per_day - used,
            "reset_after": began + _DAY_MS - self._clock.now_ms() if used else 0,
            "max_concurrency": self._limits.max_concurrency,
        }

    def _day(self, application_id: int) -> tuple[int, int]:
        now = self._clock.now_ms()
        began, used = self._days.get(application_id, (now, 0))
        return (began, used) if 0 <= now - began < _DAY_MS else (now, 0)
