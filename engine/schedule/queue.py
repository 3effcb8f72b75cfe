"""Whose turn it is, decided before every step: order, shares, batches, preemption, cancellation. Pure: no thread, no
clock, no torch. The worker asks `decide`, does it, and reports with `park`, `ran` and `finish`; see decisions/0013.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from engine.errors import UnknownJobError
from engine.job import Speed
from engine.schedule import forecast
from engine.schedule.forecast import QueueView, Quote
from engine.schedule.line import Line
from engine.schedule.room import Room
from engine.schedule.started import Run, Started
from engine.schedule.ticket import Ticket
from engine.schedule.timing import TILES, Shape, Stage, Timing
from engine.schedule.turn import Call, Decision, Rules, Start, Step

DEFAULT_RULES: Final = Rules()


class Queue:
    def __init__(self, timing: Timing, rules: Rules = DEFAULT_RULES) -> None:
        self._timing = timing
        self._rules = rules
        self._lines = {speed: Line() for speed in Speed}
        self._waiting: dict[str, Ticket] = {}
        self._started = Started(timing, rules)
        self._room = Room()
        self._passed: dict[str, int] = {}
        self._owed_ms = dict.fromkeys(Speed, 0.0)

    def offer(self, ticket: Ticket) -> None:
        """Let a job wait. Raises QueueFullError if its member has as many waiting as the plan allows."""
        if ticket.job in self:
            raise ValueError(f"Job {ticket.job} is in the queue already; end its first attempt before a second.")
        self._lines[ticket.speed].offer(ticket)
        self._waiting[ticket.job] = ticket

    def park(self, call: Call) -> None:
        """A started job has come to a call and waits for its turn."""
        self._started.run_of(call.job).parked[call.strand] = call
        self._room.leave(call.job)

    def put_back(self, job: str) -> bool:
        """It was to begin, and memory has no room for it: it waits where it waited before, for others to end. False if
        no other holds any memory; then waiting would not help, and the job stays begun."""
        run = self._started.run_of(job)
        if not any(other.ticket.loads for other in self._started.runs.values() if other is not run):
            return False
        del self._started.runs[job]
        self._waiting[job] = run.ticket
        self._lines[run.ticket.speed].put_back(run.ticket, run.held_ms + run.used_ms)
        self._room.lack(run.ticket, self._timing.load_ms(run.ticket.shape.model) + self.expected_ms(run.ticket))
        return True

    def finish(self, job: str) -> int:
        """It is done: what it used, in whole GPU-milliseconds."""
        run = self._end(job)
        self._timing.observe(run.ticket.shape, Stage.TAIL, 1, run.tail_ms / run.ticket.cells)
        return round(run.used_ms)

    def fail(self, job: str) -> None:
        """It failed, and is charged to nobody: its member stands where they stood before."""
        self._end(job, give_back_used=True)

    def cancel(self, job: str) -> int:
        """It is not wanted any more, waiting or running. What it used still counts for the order (cancelling gains
        nothing) and is returned; whether to bill it is not decided here."""
        if job in self._started.runs:
            return round(self._end(job).used_ms)
        ticket = self._waiting.pop(job, None)
        if ticket is None:
            raise UnknownJobError(job)
        self._passed.pop(job, None)
        self._room.leave(job)
        self._lines[ticket.speed].withdraw(ticket)
        return 0

    def __contains__(self, job: object) -> bool:
        return job in self._waiting or job in self._started.runs

    def __len__(self) -> int:
        return len(self._waiting) + len(self._started.runs)

    @property
    def started(self) -> tuple[str, ...]:
        """The jobs that have begun, in that order."""
        return tuple(self._started.runs)

    def decide(self, resident: Collection[str]) -> Decision:
        """What to do now, given the models that are loaded. A `Start` counts as done once it is returned."""
        first = top = next((speed for speed in Speed if self._may_act(speed)), None)
        if first is None or top is None:
            return None
        if not self._rules.preempts:
            top = next((speed for speed in Speed if self._started.leader(speed)), first)
        speed = next((lower for lower in _LEAST_URGENT_FIRST if self._is_due(lower, top, resident)), top)
        leader = self._started.leader(speed)
        if leader is None:
            return self._start(self._next_start(speed, resident))
        guest = self._guest(leader) if speed is first else None
        return self._start(guest) if guest else Step(self._started.batch(leader))

    def ran(self, step: Step, gpu_ms: float, *, counts: bool = True) -> None:
        """A step took so long. `counts=False` where the time says nothing: compiling, a first touch, a retry."""
        for call in step.calls:
            self._started.unpark(call)
        if not counts:
            return
        kept = [(call, self._started.runs[call.job]) for call in step.calls if call.job in self._started.runs]
        if kept:
            self._remember_debts(kept[0][1].ticket.speed, gpu_ms)
            self._observe(kept[0][0], kept[0][1].ticket.shape, step.rows, gpu_ms)
        for call, run in kept:
            self._charge(call, run, gpu_ms * call.rows / step.rows)

    def expected_ms(self, ticket: Ticket) -> float:
        """What a job will use of the GPU."""
        shape, rows = ticket.shape, ticket.rows
        painting = self._timing.picture_ms(shape, ticket.steps, rows, batched=not ticket.alone)
        return ticket.cells * (painting + ticket.tiles * self._timing.tile_ms())

    def step_ms(self, step: Step) -> float:
        """How long this step should take."""
        return self._call_ms(step.calls[0], step.rows)

    def loaded(self, ticket: Ticket, ms: float) -> None:
        """Loading its model took so long, and is charged to nobody."""
        self._timing.observe_load(ticket.shape.model, ms)

    def limit_rows(self, job: str, most: int) -> None:
        """Steps like this job's did not fit into memory with more rows."""
        self._timing.limit_rows(self._started.run_of(job).ticket.shape, most)

    def quote(self, ticket: Ticket, resident: Collection[str] = ()) -> Quote:
        """What a job would cost at most, and when it would be done, if it were offered now."""
        cost = forecast.remembering(self.expected_ms)
        gpu_ms = ticket.cells * self._timing.cost_ms(ticket.shape, ticket.steps, ticket.rows, ticket.tiles)
        runs = list(self._started.runs.values())
        starts = forecast.wait_ms(ticket, runs, self._lines, self._room.classes, cost)
        loading = 0.0 if ticket.is_ready(resident) else self._timing.load_ms(ticket.shape.model)
        return Quote(gpu_ms, round(starts), round(starts + loading + cost(ticket)))

    def view(self) -> QueueView:
        """Every job with its place and its expected start."""
        runs = list(self._started.runs.values())
        return forecast.view(runs, self._lines, self._room.classes, forecast.remembering(self.expected_ms))

    def _end(self, job: str, *, give_back_used: bool = False) -> Run:
        """Take a started job out, and give back what was held for it and not used."""
        run = self._started.run_of(job)
        del self._started.runs[job]
        line = self._lines[run.ticket.speed]
        line.charge(run.ticket, -run.held_ms - (run.used_ms if give_back_used else 0.0))
        line.end(run.ticket)
        self._room.leave(job)
        if run.ticket.loads and not self._started.paints_with(run.ticket.shape.model):
            self._room.gain()
        return run

    def _observe(self, call: Call, shape: Shape, rows: int, gpu_ms: float) -> None:
        match call.stage:
            case Stage.STEP:
                self._timing.observe(shape, Stage.STEP, rows, gpu_ms)
            case Stage.TILE:
                self._timing.observe(TILES, Stage.TILE, 1, gpu_ms)
            case Stage.TAIL:
                return  # observed for a picture as a whole, at its end

    def _call_ms(self, call: Call, rows: int) -> float:
        if call.stage is Stage.TILE:
            return self._timing.tile_ms()
        return self._timing.step_ms(self._started.run_of(call.job).ticket.shape, rows)

    def _charge(self, call: Call, run: Run, ms: float) -> None:
        if call.stage is Stage.TAIL:
            run.tail_ms += ms
        self._lines[run.ticket.speed].charge(run.ticket, run.use(ms))
        self._owed_ms[run.ticket.speed] = max(0.0, self._owed_ms[run.ticket.speed] - ms)

    def _remember_debts(self, served: Speed, gpu_ms: float) -> None:
        """Lesser classes that wait are owed a part of the time that a more urgent one was served."""
        if not any(self._wants_turn(speed) for speed in Speed if speed.rank < served.rank):
            self._owed_ms[served] = 0.0
        for speed in Speed:
            if speed.rank > served.rank and self._wants_turn(speed):
                self._owed_ms[speed] += gpu_ms * self._rules.owed_share[speed]
        self._room.owe(served, gpu_ms, self._rules.owed_share)

    def _wants_turn(self, speed: Speed) -> bool:
        return self._started.leader(speed) is not None or self._lines[speed].first() is not None

    def _may_act(self, speed: Speed) -> bool:
        """Whoever lacks room wants a turn and can do nothing with it."""
        return self._started.leader(speed) is not None or self._first(speed) is not None

    def _first(self, speed: Speed) -> Ticket | None:
        """The first in order that may begin. Whoever lacks room goes before: what is behind it would take that."""
        line, wanted = self._lines[speed], self._room.wanted
        if wanted is None:
            return line.first()
        if wanted.ticket.speed is speed and not wanted.is_tried and line.may_start(wanted.ticket):
            return wanted.ticket
        near = line.candidates(self._rules.lookahead, self._rules.own_lookahead)
        return next((ticket for ticket in near if not self._room.bars(ticket)), None)

    def _is_due(self, speed: Speed, top: Speed, resident: Collection[str]) -> bool:
        """Whether a lesser class is owed its next step by now; if that needs a load, as much as the load takes. Whoever
        lacks room stops the others until it is painted: it is owed all of its time before."""
        if speed.rank <= top.rank:
            return False
        leader, first = self._started.leader(speed), self._first(speed)
        if leader is not None:
            return self._owed_ms[speed] >= self._call_ms(leader, leader.rows)
        if first is None:
            return False
        if first in self._room:
            return self._room.wanted is not None and self._room.wanted.is_due
        if not first.is_ready(resident):
            return self._owed_ms[speed] >= self._timing.load_ms(first.shape.model)
        return self._owed_ms[speed] >= self._timing.step_ms(first.shape, first.rows)

    def _next_start(self, speed: Speed, resident: Collection[str]) -> Ticket:
        """The first in order, or within bounds one whose model is loaded."""
        ready = None if self._room else self._seek(speed, lambda ticket: ticket.is_ready(resident))
        found = ready or self._first(speed)
        if found is None:
            raise RuntimeError(f"The {speed} class wants its turn but has no job that may start.")
        return found

    def _guest(self, leader: Call) -> Ticket | None:
        """A waiting job that the leader's batch has room for: of its class, or riding along from a lesser one."""
        host = self._started.runs[leader.job].ticket
        if leader.key is None or host.alone or leader.stage is not Stage.STEP:
            return None
        classes = (speed for speed in Speed if speed.rank >= host.speed.rank)
        found = (self._seek(speed, lambda ticket: self._fits(host, ticket)) for speed in classes)
        return next(filter(None, found), None)

    def _fits(self, host: Ticket, guest: Ticket) -> bool:
        return self._started.has_room(host, guest) and not self._room.bars(guest)

    def _seek(self, speed: Speed, fits: Callable[[Ticket], bool]) -> Ticket | None:
        """The first that fits among the next few waiting, unless the very first was passed over often enough."""
        first = None
        for ticket in self._lines[speed].candidates(self._rules.lookahead, self._rules.own_lookahead):
            first = first or ticket
            if fits(ticket):
                if ticket is not first:
                    self._passed[first.job] = self._passed.get(first.job, 0) + 1
                return ticket
            if self._passed.get(first.job, 0) >= self._rules.passes:
                return None
        return None

    def _start(self, ticket: Ticket) -> Start:
        cost = self.expected_ms(ticket)
        del self._waiting[ticket.job]
        self._passed.pop(ticket.job, None)
        self._started.runs[ticket.job] = Run(ticket, cost)
        self._lines[ticket.speed].start(ticket, cost)
        return Start(ticket)


_LEAST_URGENT_FIRST = tuple(reversed(Speed))
