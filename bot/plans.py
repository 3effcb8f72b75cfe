"""Plans as data: what a member may have of the GPU. One plan so far, open to all."""

from __future__ import annotations

from dataclasses import dataclass

from engine import Share, Speed


@dataclass(frozen=True, slots=True)
class Plan:
    """`running` and `waiting` are jobs of one member; `waiting` counts all that have not ended."""

    name: str
    title: str
    weight: float = 1.0
    running: int = 3
    waiting: int = 10
    speed: Speed = Speed.FAST

    @property
    def share(self) -> Share:
        """The engine's own cap is above ours: what is stored must never be refused there."""
        return Share(self.weight, self.running, self.waiting + 1000)


OPEN = Plan("open", "Open")
PLANS = {OPEN.name: OPEN}
