"""One thread per device: take a turn, run it, tell what came of it. Knows no kind of picture and no torch: `studio.py`
paints, the queue decides. Whatever a job breaks, breaks that job alone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from traceback import clear_frames
from typing import TypeVar

from engine.errors import NoRoomError
from engine.events import Cancelled, Event, Failed, Failure, Hung, Preparing, PutBack, Queued, Started
from engine.finishing import Finisher
from engine.job import Job
from engine.paint.rendezvous import Arrival, Broke, Ended, Parked, job_of
from engine.schedule.queue import Queue
from engine.schedule.ticket import Ticket
from engine.schedule.turn import Decision, Start, Step
from engine.studio import Studio

T = TypeVar("T")
DEVICE_THREAD = "atelier device"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Busy:
    """What the thread is at, for whoever watches it."""

    doing: str
    since: float
    expected_ms: float
    loads: bool = False


class Worker:
    def __init__(
        self, queue: Queue, make_studio: Callable[[], Studio], finisher: Finisher, tell: Callable[[Event], None]
    ) -> None:
        self._queue, self._make_studio, self._finisher, self._tell = queue, make_studio, finisher, tell
        self._studio: Studio
        self._gate = threading.Condition()  # guards the queue and what is said of jobs between threads
        self._jobs: dict[str, Job] = {}
        self._begun: set[str] = set()
        self._unwanted: set[str] = set()
        self._apart: set[str] = set()  # jobs that were in a forward that failed: they run alone from then on
        self._strikes: set[str] = set()  # jobs that had no memory even alone, once
        self._open = True
        self._is_lost = False  # the device gave up: nothing is begun any more, for it would fail as well
        self.busy: Busy | None = None
        self._thread = threading.Thread(target=self._run, name=DEVICE_THREAD, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def offer(self, job: Job, ticket: Ticket) -> None:
        """Raises QueueFullError. Any thread."""
        with self._gate:
            self._queue.offer(ticket)
            self._jobs[job.id] = job
            self._gate.notify()

    def cancel(self, job_id: str) -> bool:
        """False if it is too late. Otherwise `Cancelled` follows, within one step if it runs; or its end, if that step
        was its last. Any thread."""
        with self._gate:
            job = self._jobs.get(job_id)
            if job is None:
                return False
            if job_id in self._begun:
                self._unwanted.add(job_id)
                self._gate.notify()
                return True
            del self._jobs[job_id]
            self._queue.cancel(job_id)
        self._tell(Cancelled(job_id, job.attempt, 0))
        return True

    def ask(self, question: Callable[[Queue], T]) -> T:
        """Ask the queue between two decisions. With thousands waiting the answer takes a while."""
        with self._gate:
            return question(self._queue)

    def hand_back(self) -> None:
        """End what waits, so that only what runs is left."""
        with self._gate:
            waiting = [job for job in self._jobs.values() if job.id not in self._begun]
            for job in waiting:
                del self._jobs[job.id]
                self._queue.cancel(job.id)
        for job in waiting:
            self._tell(_closed(job))

    @property
    def is_idle(self) -> bool:
        with self._gate:
            return not self._jobs or self._is_lost or not self._thread.is_alive()

    def close(self, timeout_seconds: float) -> bool:
        """Hand back what has not ended. False if the thread is stuck and was left behind."""
        with self._gate:
            self._open = False
            self._gate.notify()
        self._thread.join(timeout_seconds)
        self._hand_back_all()
        return not self._thread.is_alive()

    def _hand_back_all(self) -> None:
        with self._gate:  # a thread that was left behind may still end a job of its own
            jobs = list(self._jobs.values())
        for job in jobs:
            self._tell(_closed(job))

    def _run(self) -> None:
        try:
            self._studio = self._make_studio()
            while self._open:
                self._turn()
            self._studio.close()
        except BaseException as error:  # the last border: a thread that ends without a word would look like a hung one
            _log.exception("The device's thread broke.")
            self._hand_back_all()
            self._tell(Hung(f"The device's thread broke ({type(error).__name__}); start the program again.", 0.0))

    def _turn(self) -> None:
        self._drop_unwanted()
        match self._next():
            case Start(ticket):
                self._begin(ticket)
            case Step() as step:
                self._step(step)

    def _next(self) -> Decision:
        """Waits until there is something to do; None if that is not for the queue to say."""
        with self._gate:
            while self._open and not self._unwanted:
                decision = None if self._is_lost else self._queue.decide(self._studio.resident)
                if decision is not None:
                    if isinstance(decision, Start):
                        self._begun.add(decision.ticket.job)
                    return decision
                self._gate.wait()
        return None

    def _begin(self, ticket: Ticket) -> None:
        job = self._jobs[ticket.job]
        expected = self._queue.expected_ms(ticket)
        self.busy = Busy(f"beginning job {job.id}", time.monotonic(), expected, loads=True)
        self._tell(Preparing(job.id, job.attempt))
        try:
            loading_ms = self._make_ready(job)
            if loading_ms is not None:
                with self._gate:
                    self._queue.loaded(ticket, loading_ms)
            self._tell(Started(job.id, job.attempt, round(expected)))
            arrivals = self._studio.begin(job)
        except NoRoomError as error:
            if not self._put_back(job):
                self._fail(job.id, error)
        except Exception as error:  # a border: whatever a model or a painter throws ends this job, not the thread
            self._fail(job.id, error)
        else:
            self._hear(arrivals)
        finally:
            self.busy = None

    def _put_back(self, job: Job) -> bool:
        """Let it wait for those who hold memory. False if nobody does."""
        with self._gate:
            if job.id in self._unwanted:
                return True  # still begun: the next turn drops it
            if not self._queue.put_back(job.id):
                return False
            self._begun.discard(job.id)
            view = self._queue.view()
        waiter = next(waiter for waiter in view.waiting if waiter.job == job.id)
        self._tell(PutBack(job.id, job.attempt))
        self._tell(Queued(job.id, job.attempt, waiter.place, waiter.starts_in_ms))
        return True

    def _make_ready(self, job: Job) -> float | None:
        """Where memory runs out over a model, what nobody needs goes, and it is tried once more."""
        try:
            return self._studio.make_ready(job)
        except Exception as error:
            if self._studio.explain(error).failure is not Failure.MEMORY or not self._studio.make_room():
                raise
        _log.warning("Out of memory over the model of job %s; models that nobody needs were put away.", job.id)
        return self._studio.make_ready(job)

    def _step(self, step: Step) -> None:
        if step.calls[0].job in self._apart:
            step = Step(step.calls[:1])
        doing, expected = f"a step of job {step.calls[0].job}", self._queue.step_ms(step)
        self.busy = Busy(doing, time.monotonic(), expected, loads=self._studio.may_compile(step))
        try:
            ran = self._studio.run(step)
        except Exception as error:  # a border, as above; no painter has gone on yet, so the others still can
            self._relieve(step, error)
        else:
            with self._gate:
                self._queue.ran(step, ran.gpu_ms, counts=ran.counts)
            self._hear(ran.arrivals)
        finally:
            self.busy = None

    def _hear(self, arrivals: Iterable[Arrival]) -> None:
        for arrival in arrivals:
            if job_of(arrival) not in self._jobs:
                continue  # another cell of it broke in the same step
            try:
                self._take_in(arrival)
            except Exception as error:  # a border: what cannot be handed on ends this job, not the thread
                self._fail(job_of(arrival), error)

    def _take_in(self, arrival: Arrival) -> None:
        match arrival:
            case Parked(call):
                with self._gate:
                    self._queue.park(call)
            case Ended(job, cell, pixels):
                recipe, looks = self._studio.signed(job, cell), self._studio.looks(job, cell)
                self._finisher.take(self._jobs[job], cell, pixels, recipe, looks)
                if self._studio.is_done(job):
                    self._finish(job)
            case Broke(job, _, error):
                self._fail(job, error)

    def _finish(self, job_id: str) -> None:
        with self._gate:
            gpu_ms = self._queue.finish(job_id)
        self._finisher.end(self._forget(job_id), gpu_ms)

    def _fail(self, job_id: str, error: BaseException) -> None:
        trouble = self._studio.explain(error)
        if trouble.failure is Failure.BUG:
            _log.error("Job %s broke.", job_id, exc_info=error)
        with self._gate:
            self._queue.fail(job_id)
        job = self._forget(job_id)
        self._finisher.drop(job_id)
        self._tell(Failed(job_id, job.attempt, trouble.failure, trouble.message, trouble.again))
        if trouble.failure is Failure.DEVICE:
            self._is_lost = True
            self._tell(Hung(f"The device gave up and takes no more work: {trouble.message}", 0.0))

    def _relieve(self, step: Step, error: Exception) -> None:
        """The calls are still parked. Make the next try smaller; a call that fails even alone fails its job."""
        leader = step.calls[0]
        failure = self._studio.explain(error).failure
        if failure is Failure.MEMORY:
            clear_frames(error.__traceback__)  # they hold all that the try had in memory, which is wanted now
        if failure is Failure.MEMORY and self._studio.make_room():
            _log.warning("Out of memory with %d rows; models that nobody needs were put away.", step.rows)
        elif failure is Failure.MEMORY and len(step.calls) > 1:
            with self._gate:
                self._queue.limit_rows(leader.job, max(leader.rows, step.rows // 2))
        elif failure is Failure.MEMORY and leader.job not in self._strikes:
            self._strikes.add(leader.job)
            self._studio.let_go()
        elif failure is Failure.DEVICE:  # told when it is waited for: some painters have gone on with what is lost
            for job_id in dict.fromkeys(call.job for call in step.calls):
                self._fail(job_id, error)
        elif len(step.calls) > 1:
            self._apart.update(call.job for call in step.calls)
        else:
            self._fail(leader.job, error)

    def _drop_unwanted(self) -> None:
        with self._gate:
            unwanted, self._unwanted = self._unwanted & self._begun, set()
        for job_id in unwanted:
            with self._gate:
                gpu_ms = self._queue.cancel(job_id)
            job = self._forget(job_id)
            self._finisher.drop(job_id)
            self._tell(Cancelled(job_id, job.attempt, gpu_ms))

    def _forget(self, job_id: str) -> Job:
        try:
            self._studio.drop(job_id)
        except Exception:  # a border: a painter that breaks on its way out, or will not go, harms nobody else
            _log.exception("Job %s: a painter did not end as it should.", job_id)
        self._apart.discard(job_id)
        self._strikes.discard(job_id)
        with self._gate:
            self._begun.discard(job_id)
            return self._jobs.pop(job_id)


def _closed(job: Job) -> Failed:
    return Failed(job.id, job.attempt, Failure.CLOSED, "The engine was closed before this job ended.", again=True)
