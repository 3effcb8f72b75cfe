"""The jobs that have begun: what each still holds and used, whose call leads, and which calls share its forward."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from engine.errors import UnknownJobError
from engine.job import Speed
from engine.schedule.ticket import Ticket
from engine.schedule.timing import Shape, Stage, Timing
from engine.schedule.turn import Call, Rules


@dataclass(slots=True)
class Run:
    """A started job. Of its expected cost, `held_ms` are charged to its member but not used yet."""

    ticket: Ticket
    held_ms: float
    used_ms: float = 0.0
    tail_ms: float = 0.0
    parked: dict[int, Call] = field(default_factory=dict)
    tails: Counter[int] = field(default_factory=Counter)  # that ran, by strand

    def use(self, ms: float) -> float:
        """Count time that it took; returns what goes beyond the time that was held for it."""
        covered = min(self.held_ms, ms)
        self.held_ms -= covered
        self.used_ms += ms
        return ms - covered


class Started:
    """In the order of starting, which is the order of turns: equals never preempt each other."""

    def __init__(self, timing: Timing, rules: Rules) -> None:
        self._timing = timing
        self._rules = rules
        self.runs: dict[str, Run] = {}

    def run_of(self, job: str) -> Run:
        run = self.runs.get(job)
        if run is None:
            raise UnknownJobError(job)
        return run

    def unpark(self, call: Call) -> None:
        """It has run; nothing to do if its job was cancelled meanwhile."""
        run = self.runs.get(call.job)
        if run is not None and run.parked.get(call.strand) == call:
            del run.parked[call.strand]
            run.tails[call.strand] += call.stage is Stage.TAIL

    def leader(self, speed: Speed) -> Call | None:
        """The call whose turn it is within a class: of the job that began first. But a job whose words are not read yet
        cannot share its forwards, and one that is painted keeps its place for nothing: their few short calls go first.
        Were that all their calls, they would preempt their equals."""
        parked = [run for run in self.runs.values() if run.parked and run.ticket.speed is speed]
        for run in parked:
            for strand, call in sorted(run.parked.items()):
                if call.stage is Stage.TAIL and run.tails[strand] < self._rules.early_tails:
                    return call
        return parked[0].parked[min(parked[0].parked)] if parked else None

    def paints_with(self, model: str) -> bool:
        return any(run.ticket.loads and run.ticket.shape.model == model for run in self.runs.values())

    def rows_of(self, shape: Shape, speed: Speed) -> int:
        """Rows that started jobs of this shape bring into a batch, counting classes down to `speed`."""
        tickets = (run.ticket for run in self.runs.values())
        alike = (ticket for ticket in tickets if ticket.shape == shape and not ticket.alone)
        return sum(ticket.rows * ticket.cells for ticket in alike if ticket.speed.rank <= speed.rank)

    def has_room(self, leader: Ticket, guest: Ticket) -> bool:
        """Whether a waiting job of the leader's class or a lesser one would find a place in its batch."""
        if guest.shape != leader.shape or guest.alone:
            return False
        rows = self.rows_of(leader.shape, guest.speed) + guest.rows
        if rows > self._timing.rows_to_try(leader.shape):
            return False
        if guest.speed is leader.speed:
            return True
        own = self.rows_of(leader.shape, leader.speed)
        return len(self.runs) < self._rules.most_started and self._stays_short(leader.shape, own, rows)

    def batch(self, leader: Call) -> tuple[Call, ...]:
        """The leader and what fits beside it: the urgent first, lesser classes only while the step stays short."""
        ticket = self.runs[leader.job].ticket
        if leader.key is None or ticket.alone:
            return (leader,)
        most = max(self._timing.rows_to_try(ticket.shape), leader.rows)
        calls, rows, own = [leader], leader.rows, leader.rows
        for run in sorted(self.runs.values(), key=lambda run: run.ticket.speed.rank):
            rides = run.ticket.speed.rank > ticket.speed.rank
            for _, call in sorted(run.parked.items()):
                if call == leader or call.key != leader.key or run.ticket.alone or rows + call.rows > most:
                    continue
                if rides and not self._stays_short(ticket.shape, own, rows + call.rows):
                    continue
                calls.append(call)
                rows += call.rows
                own = own if rides else rows
        return tuple(calls)

    def _stays_short(self, shape: Shape, own: int, rows: int) -> bool:
        return self._timing.step_ms(shape, rows) <= self._rules.rider_slowdown * self._timing.step_ms(shape, own)
