"""Snowflakes: 42 bits of milliseconds since 2015, 22 bits to tell apart what happened in one millisecond."""

from __future__ import annotations

from sandbox.rules.clock import Clock

EPOCH_MS = 1_420_070_400_000
LARGEST = (1 << 63) - 1


class Snowflakes:
    """Hands out ids that never repeat and never run backwards, even when the clock is moved back."""

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self._clock = clock
        self.last = last

    def new(self) -> int:
        self.last = max((self._clock.now_ms() - EPOCH_MS) << 22, self.last + 1)
        return self.last


def moment_ms(snowflake: int) -> int:
    """When an id was made."""
    return (snowflake >> 22) + EPOCH_MS


def parse(text: object) -> int | None:
    """An id from JSON or a path, or None when it is none: clients send digits as strings, some as numbers."""
    if isinstance(text, bool):
        return None
    if isinstance(text, int):
        return text if 0 <= text <= LARGEST else None
    if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= 19:
        return int(text) if int(text) <= LARGEST else None
    return None
