"""How a job under way looks by now. Kept in memory alone: after a restart the engine tells it again."""

from __future__ import annotations

from dataclasses import dataclass

FEW = 0.1  # of the steps: how long they took says little yet


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


def remaining_ms(expected_ms: float, elapsed_ms: float, share: float) -> int:
    """Until a job is done: at first what was expected, then what its steps took so far, as others paint beside it."""
    return round(elapsed_ms / share * (1 - share) if share >= FEW else max(0.0, expected_ms - elapsed_ms))
