"""One painter under way: the greenlet it runs in, and how it waits. Imports no torch: not every painter needs it."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from greenlet import getcurrent, greenlet

from engine.paint.torch_state import TorchState, entered
from engine.schedule.timing import Stage

T = TypeVar("T")


class Asked(Protocol):
    """The arguments of a call: how many rows of a batch, and what it may share a forward with."""

    @property
    def rows(self) -> int: ...
    @property
    def key(self) -> Hashable | None: ...


class Shared(Protocol):
    """A method that painters share."""

    @property
    def merges(self) -> bool: ...
    def prepare(self, marks: Hashable) -> None: ...
    def call_joined(self, calls: Sequence[Any]) -> list[Any]: ...
    def forget(self, job: str) -> None: ...
    def release(self) -> None: ...


@dataclass(eq=False, slots=True)
class Request:
    """What a parked painter waits for: a call of a shared method, or work of its own."""

    run: Callable[[], Any]
    state: TorchState | None
    stage: Stage
    method: Shared | None = None
    arguments: Asked | None = None


@dataclass(eq=False, slots=True)
class Strand:
    """One painter under way. `home` is torch's state outside of it; `context` the cache context that it is in."""

    job: str
    number: int
    marks: Hashable
    alone: bool
    home: TorchState | None
    request: Request | None = None
    context: Any = None

    @property
    def key(self) -> tuple[str, int]:
        return self.job, self.number


class Thread(greenlet):
    """Whoever makes it is where it comes back to."""

    def __init__(self, paint: Callable[[], Any], strand: Strand) -> None:
        super().__init__(paint)
        self.strand = strand


def pause(work: Callable[[], T], *, stage: Stage = Stage.TAIL) -> T:
    """A turn for work that shares with nobody: a tile, a step of an optimisation. Outside a painter it just runs."""
    strand = current_strand()
    if strand is None:
        return work()
    return cast(T, park(strand, Request(work, TorchState.now(), stage)))


def current_strand() -> Strand | None:
    thread = getcurrent()
    return thread.strand if isinstance(thread, Thread) else None


def park(strand: Strand, request: Request) -> Any:
    """Wait for the turn, with torch as the others expect it."""
    with entered(strand.home):
        return cast(greenlet, getcurrent().parent).switch(request)


@contextmanager
def in_context(context: Any) -> Iterator[None]:
    """The cache context that this painter's calls belong to."""
    strand = current_strand()
    if strand is None:
        yield
        return
    before, strand.context = strand.context, context
    try:
        yield
    finally:
        strand.context = before
