"""Jobs whose models found no room in memory beside those that others paint with: who of them is next, what may not
begin meanwhile, and when another try is worth it. Knows no sizes: only that a model may go once nobody paints with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.job import Speed
from engine.schedule.ticket import Ticket


@dataclass(slots=True)
class Short:
    """A job that lacks room. Once it is owed `due_ms`, even the more urgent begin nothing that would fill memory."""

    ticket: Ticket
    due_ms: float
    owed_ms: float = 0.0
    is_tried: bool = True  # nothing has changed since

    @property
    def is_due(self) -> bool:
        return self.owed_ms >= self.due_ms


class Room:
    def __init__(self) -> None:
        self._short: dict[str, Short] = {}

    def __bool__(self) -> bool:
        return bool(self._short)

    def __contains__(self, ticket: Ticket) -> bool:
        return ticket.job in self._short

    @property
    def wanted(self) -> Short | None:
        """Whose turn it is to get room: of those who are owed it, or of all, the most urgent."""
        return min(self._short.values(), key=lambda short: (not short.is_due, short.ticket.speed.rank), default=None)

    @property
    def classes(self) -> frozenset[Speed]:
        """Those in which somebody lacks room."""
        return frozenset(short.ticket.speed for short in self._short.values())

    def lack(self, ticket: Ticket, due_ms: float) -> None:
        """There was none for it. What it is owed outlives further tries."""
        self._short.setdefault(ticket.job, Short(ticket, due_ms)).is_tried = True

    def leave(self, job: str) -> None:
        """It has its room, or wants none any more."""
        self._short.pop(job, None)

    def gain(self) -> None:
        """A model is no longer painted with: another try may succeed."""
        for short in self._short.values():
            short.is_tried = False

    def owe(self, served: Speed, gpu_ms: float, shares: Mapping[Speed, float]) -> None:
        """More urgent ones were served. Nobody else of a job's class uses up what is owed to it."""
        for short in self._short.values():
            if short.ticket.speed.rank > served.rank:
                short.owed_ms += gpu_ms * shares[short.ticket.speed]

    def bars(self, ticket: Ticket) -> bool:
        """Whether to begin it would fail once more, or would fill the memory that another waits for."""
        wanted = self.wanted
        if wanted is None or not ticket.loads:
            return False
        if wanted.ticket.job == ticket.job:
            return wanted.is_tried
        return wanted.is_due or ticket.speed.rank >= wanted.ticket.speed.rank
