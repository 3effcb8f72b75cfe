"""Where painters meet: each runs in a greenlet of one thread, and parks when it calls a module that they share. Whoever
holds the queue says which calls run next; calls of one key run as one forward. Knows no recipe and no order.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, cast

from greenlet import GreenletExit

from engine.paint.strand import Request, Shared, Strand, Thread
from engine.paint.torch_state import TorchState, entered
from engine.schedule.timing import Stage
from engine.schedule.turn import Call, Step

Prepare = Callable[[Hashable], None]


@dataclass(frozen=True, slots=True)
class Parked:
    """A painter has come to a call and waits for its turn."""

    call: Call


@dataclass(frozen=True, slots=True)
class Ended:
    job: str
    strand: int
    value: Any


@dataclass(frozen=True, slots=True)
class Broke:
    job: str
    strand: int
    error: BaseException


Arrival = Parked | Ended | Broke


def job_of(arrival: Arrival) -> str:
    return arrival.call.job if isinstance(arrival, Parked) else arrival.job


class Rendezvous:
    """Belongs to the thread that uses it. Only a painter under way refers to its greenlet, and so to that of the thread
    itself: if garbage still did when the thread had ended, it would be freed twice."""

    def __init__(self) -> None:
        self._threads: dict[tuple[str, int], Thread] = {}
        self._shared: dict[tuple[int, str], Shared] = {}

    def share(
        self, module: Any, method: str = "forward", *, stage: Stage, merges: bool, prepare: Prepare | None = None
    ) -> None:
        """From now on painters that call it park. `prepare` is told the marks before each call that runs."""
        from engine.paint.sharing import SharedMethod

        key = (id(module), method)
        if key not in self._shared:
            self._shared[key] = SharedMethod(module, method, stage=stage, merges=merges, prepare=prepare)

    def unshare(self, module: Any) -> None:
        for key in [key for key in self._shared if key[0] == id(module)]:
            self._shared.pop(key).release()

    def start(
        self, job: str, strand: int, paint: Callable[[], Any], *, marks: Hashable = (), alone: bool = False
    ) -> Arrival:
        """Let a painter go on until its first call. `marks` is what must be set on the modules for it (adapters)."""
        started = Strand(job, strand, marks, alone, TorchState.now())
        self._threads[started.key] = Thread(paint, started)
        return self._go_on(started, ())

    def run(self, step: Step) -> list[Arrival]:
        """Run these calls as one, and let their painters go on. If that fails, nobody has gone on: it can be tried
        again, with fewer calls or after making room."""
        strands = [self._threads[call.job, call.strand].strand for call in step.calls]
        results = self._carry_out([cast(Request, strand.request) for strand in strands], strands[0].marks)
        arrivals = []
        for strand, result in zip(strands, results, strict=True):
            strand.request = None
            arrivals.append(self._go_on(strand, (result,)))
        return arrivals

    def drop(self, job: str) -> None:
        """End its painters where they stand. If one breaks on its way out, it is told when the others have ended."""
        keys = [key for key in self._threads if key[0] == job]
        with ExitStack() as ways_out:
            for method in self._shared.values():
                ways_out.callback(method.forget, job)
            for key in reversed(keys):
                ways_out.callback(self._end, key)

    def _end(self, key: tuple[str, int]) -> None:
        strand = self._threads[key].strand
        strand.request = None
        try:
            with entered(strand.home):
                self._threads[key].throw(GreenletExit)
            if not self._threads[key].dead:
                raise RuntimeError(
                    f"A painter of job {strand.job} does not end: it caught GreenletExit and called a model."
                )
        finally:
            del self._threads[key]

    def _go_on(self, strand: Strand, values: Sequence[Any]) -> Arrival:
        try:
            with entered(strand.home):  # wherever this is called from, a painter finds what it was started in
                value = self._threads[strand.key].switch(*values)
        except (Exception, SystemExit) as error:  # a border: whatever a painter throws ends this painter alone
            del self._threads[strand.key]
            return Broke(strand.job, strand.number, error)
        if self._threads[strand.key].dead:
            del self._threads[strand.key]
            return Ended(strand.job, strand.number, value)
        return Parked(self._call_of(strand, value))

    def _call_of(self, strand: Strand, request: Request) -> Call:
        strand.request = request
        rows, key = 1, None
        if request.arguments is not None:
            rows = request.arguments.rows
            shares = request.method is not None and request.method.merges and not strand.alone
            if shares and request.arguments.key is not None and _can_share(request.state):
                key = (id(request.method), strand.marks, request.state, request.arguments.key)
        return Call(strand.job, strand.number, rows, key, request.stage)

    def _carry_out(self, requests: Sequence[Request], marks: Hashable) -> list[Any]:
        first = requests[0]
        with entered(first.state):
            if first.method is None:
                return [request.run() for request in requests]
            first.method.prepare(marks)
            if len(requests) == 1:
                return [first.run()]
            return first.method.call_joined([request.arguments for request in requests])


def _can_share(state: TorchState | None) -> bool:
    """What computes gradients is a graph of its own."""
    return state is None or state.inference or not state.grad
