"""What members may know of the queue: their place, when their job starts, what a job would cost. Estimates from
measured times, as if nobody else came; the order itself is decided in `queue.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.job import Speed
from engine.schedule.line import Line
from engine.schedule.started import Run
from engine.schedule.ticket import Ticket

Cost = Callable[[Ticket], float]


@dataclass(frozen=True, slots=True)
class Waiter:
    """A job as others may see it: `place` 0 while it runs, from 1 while it waits."""

    job: str
    member: str
    speed: Speed
    place: int
    starts_in_ms: int
    finishes_in_ms: int


@dataclass(frozen=True, slots=True)
class QueueView:
    running: tuple[Waiter, ...]
    waiting: tuple[Waiter, ...]


@dataclass(frozen=True, slots=True)
class Quote:
    """`gpu_ms` is an upper bound of what will be charged; the times are what is expected now."""

    gpu_ms: int
    starts_in_ms: int
    finishes_in_ms: int


def view(runs: Sequence[Run], lines: Mapping[Speed, Line], short: Collection[Speed], cost: Cost) -> QueueView:
    """`short`: the classes in which a job waits for room in memory."""
    running: list[Waiter] = []
    waiting: list[Waiter] = []
    elapsed = 0.0
    for _, line, before in _classes(runs, lines, short):
        for run in before:
            elapsed += run.held_ms
            running.append(_waiter(run.ticket, 0, 0, elapsed))
        for _, _, ticket in line.order(cost):
            ends = elapsed + cost(ticket)
            waiting.append(_waiter(ticket, len(waiting) + 1, elapsed, ends))
            elapsed = ends
    return QueueView(tuple(running), tuple(waiting))


def wait_ms(
    ticket: Ticket, runs: Sequence[Run], lines: Mapping[Speed, Line], short: Collection[Speed], cost: Cost
) -> float:
    """How long a job offered now would wait: for the more urgent, for its equals before it, for what already runs."""
    arrival = lines[ticket.speed].arrival(ticket, cost)
    elapsed = 0.0
    for speed, line, before in _classes(runs, lines, short):
        elapsed += sum(run.held_ms for run in before)
        waiting = (job for at, _, job in line.order(cost) if speed is not ticket.speed or at <= arrival)
        elapsed += sum(map(cost, waiting))
        if speed is ticket.speed:
            break
    return elapsed


def remembering(cost: Cost) -> Cost:
    """The same, asked once for jobs alike: a queue of ten thousand knows few kinds."""
    known: dict[tuple[object, ...], float] = {}

    def remembered(ticket: Ticket) -> float:
        kind = (ticket.shape, ticket.steps, ticket.rows, ticket.cells, ticket.alone, ticket.tiles)
        if kind not in known:
            known[kind] = cost(ticket)
        return known[kind]

    return remembered


def _classes(
    runs: Sequence[Run], lines: Mapping[Speed, Line], short: Collection[Speed]
) -> Iterator[tuple[Speed, Line, list[Run]]]:
    """The most urgent first, each with what runs before those who wait in it: its own, and where room is waited for,
    all that has begun."""
    left = sorted(runs, key=lambda run: run.ticket.speed.rank)
    for speed, line in lines.items():
        before = [run for run in left if speed in short or run.ticket.speed is speed]
        left = [run for run in left if not (speed in short or run.ticket.speed is speed)]
        yield speed, line, before


def _waiter(ticket: Ticket, place: int, starts: float, ends: float) -> Waiter:
    return Waiter(ticket.job, ticket.member, ticket.speed, place, round(starts), round(ends))
