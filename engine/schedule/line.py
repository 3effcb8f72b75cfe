"""Who is next within one class: virtual time per member, in GPU-milliseconds over the plan's weight.

Start-time fair queueing: a job's turn is where its member stands; starting it moves the member on by what it will cost,
measuring corrects that. Whoever arrives with nothing waiting is lifted to where the last job started, so that idling
earns nothing. Jobs of one member keep their order.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import islice

from engine.errors import QueueFullError
from engine.schedule.ticket import Ticket

_SWEEP_EVERY = 1024


@dataclass(slots=True)
class Patron:
    """A member in one line: where in virtual time, what waits, how much runs."""

    member: str
    at: float = 0.0
    arrived: int = 0
    running: int = 0
    waiting: OrderedDict[str, Ticket] = field(default_factory=OrderedDict)
    placed: tuple[float, int] | None = None  # the place that stands for this member in the heap
    version: int = 0  # of that place; the heap may hold older ones

    @property
    def may_start(self) -> bool:
        if not self.waiting:
            return False
        return self.running < next(iter(self.waiting.values())).share.running


class Line:
    """One class's members and their waiting jobs."""

    def __init__(self) -> None:
        self.now = 0.0
        self._patrons: dict[str, Patron] = {}
        self._heap: list[tuple[float, int, str, int]] = []
        self._arrivals = 0
        self._versions = 0
        self._jobs = 0
        self._departures = 0

    def offer(self, ticket: Ticket) -> None:
        """Let a job wait; refused if its member has too many waiting."""
        patron = self._patrons.setdefault(ticket.member, Patron(ticket.member))
        if len(patron.waiting) >= ticket.share.waiting:
            raise QueueFullError(ticket.member, len(patron.waiting), ticket.share.waiting)
        if not patron.waiting:
            self._arrivals += 1
            patron.at, patron.arrived = max(patron.at, self.now), self._arrivals
        patron.waiting[ticket.job] = ticket
        self._jobs += 1
        self._place(patron)

    def first(self) -> Ticket | None:
        """The job whose turn is next; none if nobody waits or all who wait are at their cap."""
        return next(self.candidates(1, 1), None)

    def candidates(self, members: int, each: int) -> Iterator[Ticket]:
        """The next members' next jobs, in order."""
        taken: list[tuple[float, int, str, int]] = []
        while self._heap and len(taken) < members:
            place = heappop(self._heap)
            patron = self._patrons.get(place[2])
            if patron is None or patron.version != place[3]:
                continue
            if patron.may_start:
                taken.append(place)
            else:
                patron.placed = None
        for place in taken:
            heappush(self._heap, place)
        for place in taken:
            yield from islice(self._patrons[place[2]].waiting.values(), each)

    def start(self, ticket: Ticket, cost_ms: float) -> None:
        """Its turn has come; its member pays the expected cost at once, so that the next pick is another's."""
        patron = self._patrons[ticket.member]
        del patron.waiting[ticket.job]
        patron.running += 1
        self.now = max(self.now, patron.at)
        self.charge(ticket, cost_ms)

    def put_back(self, ticket: Ticket, cost_ms: float) -> None:
        """Its turn had come and it could not begin: as if it had not. It counts for no cap on those who wait."""
        patron = self._patrons[ticket.member]
        patron.waiting[ticket.job] = ticket
        patron.waiting.move_to_end(ticket.job, last=False)
        patron.running -= 1
        self.charge(ticket, -cost_ms)

    def may_start(self, ticket: Ticket) -> bool:
        """Whether its member, whose first it is, runs fewer jobs than the plan allows."""
        return self._patrons[ticket.member].may_start

    def charge(self, ticket: Ticket, ms: float) -> None:
        """Move its member on; less than zero gives back."""
        patron = self._patrons[ticket.member]
        patron.at += ms / ticket.share.weight
        self._place(patron)

    def end(self, ticket: Ticket) -> None:
        """A running job has left, in whatever way."""
        patron = self._patrons[ticket.member]
        patron.running -= 1
        self._leave(patron)

    def withdraw(self, ticket: Ticket) -> None:
        """A waiting job will not be painted."""
        patron = self._patrons[ticket.member]
        del patron.waiting[ticket.job]
        self._leave(patron)

    def order(self, cost_ms: Callable[[Ticket], float]) -> list[tuple[float, int, Ticket]]:
        """All waiting jobs as they will start if nobody comes: each with its virtual start and its member's arrival."""
        places = []
        for patron in self._patrons.values():
            at = patron.at
            for ticket in patron.waiting.values():
                places.append((at, patron.arrived, ticket))
                at += cost_ms(ticket) / ticket.share.weight
        places.sort(key=lambda place: place[:2])
        return places

    def arrival(self, ticket: Ticket, cost_ms: Callable[[Ticket], float]) -> float:
        """The virtual start of a job that would be offered now."""
        patron = self._patrons.get(ticket.member)
        if patron is None or not patron.waiting:
            return max(self.now, patron.at if patron else 0.0)
        return patron.at + sum(cost_ms(waiting) / waiting.share.weight for waiting in patron.waiting.values())

    @property
    def members(self) -> int:
        """How many are remembered."""
        return len(self._patrons)

    def _place(self, patron: Patron) -> None:
        place = (patron.at, patron.arrived)
        if not patron.may_start or patron.placed == place:
            return
        self._versions += 1
        patron.placed, patron.version = place, self._versions
        heappush(self._heap, (*place, patron.member, patron.version))
        if len(self._heap) > 4 * len(self._patrons) + 64:
            placed = (p for p in self._patrons.values() if p.placed)
            self._heap = [(p.at, p.arrived, p.member, p.version) for p in placed]
            heapify(self._heap)

    def _leave(self, patron: Patron) -> None:
        """One job less. The last to leave takes the line along to where they stand: an empty line owes nothing. Members
        behind the line are forgotten, now and then: only a debt is worth remembering."""
        self._jobs -= 1
        self._departures += 1
        self._place(patron)
        if not self._jobs:
            self.now = max(self.now, patron.at)
        suspects = list(self._patrons.values()) if self._departures % _SWEEP_EVERY == 0 else [patron]
        for suspect in suspects:
            if not suspect.waiting and not suspect.running and suspect.at <= self.now:
                del self._patrons[suspect.member]
