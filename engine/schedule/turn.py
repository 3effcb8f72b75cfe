"""What the queue and the worker say to each other: calls that wait, and decisions about them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from engine.job import Speed
from engine.schedule.ticket import Ticket
from engine.schedule.timing import Stage


def _owed_shares() -> Mapping[Speed, float]:
    return MappingProxyType({Speed.TURBO: 0.0, Speed.FAST: 0.2, Speed.RELAX: 0.05})


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers behind the decisions."""

    lookahead: int = 8  # members whose next jobs are looked at for one that fits the batch or the loaded models
    own_lookahead: int = 4  # jobs of each of them
    passes: int = 4  # how often the first job may be passed over so, before all wait for it
    rider_slowdown: float = 1.25  # a less urgent job may ride along while the step stays this near to its length
    preempts: bool = True  # a more urgent class takes over at the next step; False: once what has begun is done
    early_tails: int = 8  # of each cell, taken before its equals' steps: words in, so that it can join; pixels out
    most_started: int = 32  # beyond this many started jobs nobody rides along: each holds memory
    # What a class gets of the GPU at least while more urgent ones want all of it; paid out step by step.
    owed_share: Mapping[Speed, float] = field(default_factory=_owed_shares)


@dataclass(frozen=True, slots=True)
class Call:
    """Work of a started job that waits for its turn. Calls of one key share a forward; key None shares with nothing.
    A job has a strand for each cell that it paints apart."""

    job: str
    strand: int = 0
    rows: int = 1
    key: Hashable = None
    stage: Stage = Stage.STEP


@dataclass(frozen=True, slots=True)
class Start:
    """Begin this job: run it up to its first calls, and park them."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class Step:
    """Run these calls as one forward. The first one leads: it is its turn, the others fit in."""

    calls: tuple[Call, ...]

    @property
    def rows(self) -> int:
        return sum(call.rows for call in self.calls)


Decision = Start | Step | None
