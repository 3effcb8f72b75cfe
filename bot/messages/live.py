"""How a job under way looks by now. Kept in memory alone: after a restart the engine tells it again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Live:
    """`place` 0: it is being painted. `loading` is the model that is being fetched into memory, and how far."""

    place: int | None = None
    starts_in_ms: int = 0
    finishes_in_ms: int = 0
    share: float = 0.0
    loading: tuple[str, float] | None = None
    sketch: bytes | None = None

    @property
    def percent(self) -> int:
        return min(99, int(self.share * 100))
