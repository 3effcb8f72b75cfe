"""A worker on a virtual clock: asks the queue, does what it says, and keeps a diary of what happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from engine.job import Share, Speed
from engine.schedule.queue import DEFAULT_RULES, Queue
from engine.schedule.ticket import Ticket
from engine.schedule.timing import TRIES, Shape, Stage, Timing
from engine.schedule.turn import Call, Rules, Start, Step

SQUARE = Shape("sdxl", 1024, 1024)
Curve = Callable[[int], float]


def saturated(rows: int) -> float:
    """A GPU that one row keeps busy: a batch takes as long as its rows one by one."""
    return 100.0 * rows


def hungry(rows: int) -> float:
    """A GPU that eight rows hardly slow down."""
    return 100.0 + 5.0 * rows


def ticket(job: str, member: str = "ada", speed: Speed = Speed.FAST, **more: object) -> Ticket:
    fields: dict[str, object] = {"share": Share(running=1000, waiting=10_000), "shape": SQUARE, "steps": 4, **more}
    return Ticket(job=job, member=member, speed=speed, **fields)  # type: ignore[arg-type]


@dataclass
class Studio:
    curve: Curve = saturated
    rules: Rules = DEFAULT_RULES
    models_in_memory: int = 8
    load_ms: float = 5_000.0
    now: float = 0.0
    swaps: int = 0
    used: dict[str, float] = field(default_factory=dict)  # by member, as the queue bills it
    begun: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)  # whose models found no room, at each try
    ended: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    started_at: dict[str, float] = field(default_factory=dict)
    ended_at: dict[str, float] = field(default_factory=dict)
    resident: list[str] = field(default_factory=list)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    left: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.timing = Timing(prior_ms=lambda shape: self.curve(1))
        self.queue = Queue(self.timing, self.rules)

    def know(self, *shapes: Shape, rows: tuple[int, ...] = (1, 2, 4, 8, 16)) -> Studio:
        """Measure the curve beforehand, as warming up does."""
        for shape in shapes or (SQUARE,):
            for size in rows * TRIES:
                self.timing.observe(shape, Stage.STEP, size, self.curve(size))
            self.timing.observe(shape, Stage.TAIL, 1, 10.0)
        return self

    def offer(self, *tickets: Ticket) -> None:
        for each in tickets:
            self.queue.offer(each)
            self.tickets[each.job] = each

    def turn(self, while_running: Callable[[], None] = lambda: None) -> Start | Step | None:
        """One decision, carried out; `while_running` happens during the step."""
        decision = self.queue.decide(self.resident)
        if isinstance(decision, Start):
            self.begin(decision.ticket)
        elif isinstance(decision, Step):
            ms = self.curve(decision.rows) if decision.calls[0].stage is Stage.STEP else 10.0
            while_running()
            self.now += ms
            self.steps.append(decision)
            self.queue.ran(decision, ms)
            for call in decision.calls:
                self.advance(call)
        return decision

    def begin(self, started: Ticket) -> None:
        asked_at = self.now
        if started.loads and started.shape.model not in self.resident and not self.load(started):
            self.refused.append(started.job)
            return
        self.begun.append(started.job)
        self.started_at[started.job] = asked_at
        for strand in range(started.cells):
            self.left[started.job, strand] = started.steps
            self.queue.park(Call(started.job, strand, started.rows, key=started.shape))

    def load(self, started: Ticket) -> bool:
        """A model goes for another one only if no job that has begun needs it."""
        others = (self.tickets[job] for job in self.queue.started if job != started.job)
        in_use = {other.shape.model for other in others if other.loads}
        if len(in_use) >= self.models_in_memory:
            assert self.queue.put_back(started.job)
            return False
        idle = [name for name in self.resident if name not in in_use]
        goes = idle[: max(0, len(self.resident) + 1 - self.models_in_memory)]
        self.resident = [*(name for name in self.resident if name not in goes), started.shape.model]
        self.swaps += 1
        self.now += self.load_ms
        self.timing.observe_load(started.shape.model, self.load_ms)
        return True

    def advance(self, call: Call) -> None:
        if call.job not in self.queue:
            return
        strand = (call.job, call.strand)
        self.left[strand] -= 1
        if self.left[strand] > 0:
            self.queue.park(call)
        elif self.left[strand] == 0:
            self.queue.park(Call(call.job, call.strand, stage=Stage.TAIL))
        elif all(self.left[call.job, other] < 0 for other in range(self.tickets[call.job].cells)):
            member = self.tickets[call.job].member
            self.used[member] = self.used.get(member, 0.0) + self.queue.finish(call.job)
            self.ended.append(call.job)
            self.ended_at[call.job] = self.now

    def run(self, turns: int = 1_000_000) -> Studio:
        """Until nothing is left to do, or for so many decisions."""
        for _ in range(turns):
            if self.turn() is None:
                break
        return self
