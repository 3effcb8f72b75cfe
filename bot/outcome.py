"""What comes of the engine's work: events to job state, files, settlement and letters, in one transaction each. The one
file that reads `Engine.events`. Every write names the attempt it is about; an older attempt's changes nothing.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from PIL import Image

from bot import visibility
from bot.frame.fail_points import FailPoint, reached
from bot.messages.lanes import pause_after
from bot.messages.live import Live, remaining_ms
from bot.messages.told import Told, put
from bot.plans.rates import charge_of
from bot.store import films, jobs, ledger, members, pictures, preferences
from bot.store.errors import StoreBusyError, StoreFullError
from bot.store.films import Film
from bot.store.jobs import Job
from bot.store.pictures import Picture
from bot.store.store import Store
from bot.store.transactions import Reading
from bot.store.words import OPEN, State
from engine import (
    Cancelled,
    Engine,
    Event,
    Failed,
    Failure,
    Finished,
    Hung,
    JobEvent,
    ModelLoading,
    Preparing,
    Preview,
    Progress,
    PutBack,
    Queued,
    Speed,
    Started,
    recipe_hash,
    to_json,
)
from engine import Picture as Painted

_log = logging.getLogger(__name__)
MOST_ATTEMPTS = 3
FULL = "The disk is full: the picture could not be kept."


class Outcome:
    """`show` takes how a job looks by now, `tell` says that there are new letters, `retry` hands a job over again."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        *,
        notify_after: timedelta,
        show: Callable[[str, Live], None],
        tell: Callable[[], None],
        retry: Callable[[Job], Awaitable[bool]],
    ) -> None:
        self._engine, self._store, self._files, self._now = engine, store, store.files, store.now
        self._notify_after = notify_after
        self._show, self._tell, self._retry = show, tell, retry
        self._live: dict[str, Live] = {}
        self._begun: dict[str, tuple[float, int]] = {}  # when, and how many milliseconds it should take
        self._loading: tuple[str, float] | None = None
        self._storing: set[asyncio.Task[None]] = set()
        self._ends = asyncio.Event()
        self.hung = asyncio.Event()

    async def run(self) -> None:
        """Until the engine is closed and all it told is stored."""
        async for event in self._engine.events():
            try:
                await self._hear(event)
            except Exception:  # a border: one event that cannot be stored must not deafen us to the others
                _log.exception("An event of the engine could not be stored: %s", type(event).__name__)
        self._ends.set()
        await asyncio.gather(*self._storing)

    async def _hear(self, event: Event) -> None:
        match event:
            case Queued(job, _, place, starts_in_ms):
                self._looks(job, place=place, starts_in_ms=starts_in_ms, loading=None)
            case Preparing():
                await self._prepares(event)
            case PutBack(job, attempt):
                async with self._store.write() as tx:
                    await jobs.put_back(tx, job, attempt)
            case Started():
                await self._started(event)
            case Progress(job, _, done, steps):
                share = done / max(1, steps)
                self._looks(job, place=0, share=share, finishes_in_ms=self._remaining_ms(job, share), loading=None)
            case Preview(job, _, data, _):
                self._looks(job, place=0, sketch=data)
            case ModelLoading(model, fraction):
                self._load(model, fraction)
            case Finished() | Failed() | Cancelled():
                self._live.pop(event.job, None)
                self._begun.pop(event.job, None)
                self._keep(event)
            case Hung(message):
                _log.critical("%s", message)
                self.hung.set()
            case _:
                pass

    def _looks(self, job: str, **changes: object) -> None:
        live = replace(self._live.get(job, Live()), **changes)  # type: ignore[arg-type]
        self._live[job] = live
        self._show(job, live)

    def _remaining_ms(self, job: str, share: float) -> int:
        now = asyncio.get_running_loop().time()
        begun_at, expected_ms = self._begun.get(job, (now, 0))
        return remaining_ms(expected_ms, (now - begun_at) * 1000, min(1.0, share))

    def _load(self, model: str, fraction: float) -> None:
        """Loading is told to whoever is first in the line; it waits for nothing else."""
        loading = (model, fraction) if fraction < 1 else None
        for job, live in list(self._live.items()):
            if live.place in (0, 1) or live.loading is not None:
                self._looks(job, loading=loading)

    def _keep(self, event: Finished | Failed | Cancelled) -> None:
        """Beside the next events: writing files takes a while."""
        task = asyncio.get_running_loop().create_task(self._store_end(event))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)

    async def _store_end(self, event: Finished | Failed | Cancelled) -> None:
        """A full disk and a locked database pass: it is tried until then, or until the program ends."""
        for tries in itertools.count():
            try:
                await self._ended(event)
            except (StoreBusyError, StoreFullError) as error:
                _log.warning("The end of job %s cannot be stored now: %s", event.job, error)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause_after(tries)):
                        await self._ends.wait()
                    return
            except Exception:  # a border, as above
                _log.exception("The end of job %s could not be stored; the next start tries again.", event.job)
                return
            else:
                return

    async def _prepares(self, event: Preparing) -> None:
        """Stored before its model is loaded: whatever the program dies of while it loads is a death of this job."""
        async with self._store.write() as tx:
            await jobs.take_up(tx, event.job, event.attempt)
        reached(FailPoint.PREPARING)

    async def _started(self, event: Started) -> None:
        async with self._store.write() as tx:
            is_first = await jobs.start(tx, event.job, event.attempt, self._now())
        if is_first:
            self._begun[event.job] = asyncio.get_running_loop().time(), event.finishes_in_ms
            self._looks(event.job, place=0, finishes_in_ms=event.finishes_in_ms)
        reached(FailPoint.STARTED)

    async def _ended(self, event: Finished | Failed | Cancelled) -> None:
        match event:
            case Finished():
                await self._finished(event)
            case Failed(failure=Failure.CLOSED):
                await self._handed_back(event)
            case Failed():
                await self._failed(event)
            case Cancelled():
                await self._finish(event, State.CANCELLED, None)
        self._tell()

    async def _finished(self, event: Finished) -> None:
        reached(FailPoint.PAINTED)
        try:
            found = []
            for cell, painted in enumerate(event.pictures):
                found.append(await self._file(event, cell, painted))
                reached(FailPoint.FILING)
            film = await self._film(event)
        except StoreFullError:
            await self._finish(event, State.FAILED, FULL)
            return
        reached(FailPoint.FILED)
        now = self._now()
        async with self._store.write() as tx:
            if not await jobs.finish(tx, event.job, event.attempt, State.RENDERED, now, gpu_ms=event.gpu_ms):
                return
            job = await jobs.find(tx, event.job)
            assert job is not None  # it was changed in this very transaction
            await pictures.insert(tx, found)
            if film is not None:
                await films.insert(tx, film)
            await ledger.settle(tx, event.job, charge_of(Speed(job.speed), event.gpu_ms), now)
            await put(tx, job, Told.ANSWER, now, took_ms=await self._long_ms(tx, job, now))
            if (await preferences.find(tx, job.member_id)).auto_dm:
                await put(tx, job, Told.DIRECT, now, unasked=True)
        reached(FailPoint.ENDED)

    async def _long_ms(self, tx: Reading, job: Job, now: datetime) -> int | None:
        """How long it took, if so long that its member is to be called with the answer: an edit calls nobody."""
        member, took = await members.find(tx, job.member_id), now - job.created_at
        if took < self._notify_after or (member is not None and not member.notify):
            return None
        return took // timedelta(milliseconds=1)

    async def _failed(self, event: Failed) -> None:
        """Once more if that may help; whatever it was, nothing is charged."""
        if event.again and event.attempt < MOST_ATTEMPTS:
            async with self._store.read() as tx:
                job = await jobs.find(tx, event.job)
            if job is not None and job.state in OPEN and job.attempt == event.attempt and await self._retry(job):
                return
        await self._finish(event, State.FAILED, event.message, event.failure.value)

    async def _handed_back(self, event: Failed) -> None:
        """We are closing: the next start goes on with it, and it did not die of it; unless we close because of a step
        that hangs. Then whatever was running counts as one that the program died of, or it would hang for ever."""
        async with self._store.write() as tx:
            job = await jobs.find(tx, event.job)
            if self.hung.is_set() and job is not None and job.state is State.RUNNING:
                return
            await jobs.hand_back(tx, event.job, event.attempt)

    async def _finish(self, event: JobEvent, state: State, message: str | None, failure: str | None = None) -> None:
        now = self._now()
        async with self._store.write() as tx:
            if not await jobs.finish(tx, event.job, event.attempt, state, now, failure=failure, message=message):
                return
            job = await jobs.find(tx, event.job)
            assert job is not None  # it was changed in this very transaction
            await ledger.refund(tx, event.job, now)
            took_ms = await self._long_ms(tx, job, now) if state is State.FAILED else None
            await put(tx, job, Told.ANSWER, now, took_ms=took_ms)
            parent = await jobs.find(tx, job.parent_id) if job.parent_id is not None else None
            if parent is not None and visibility.shows_in(parent, job):  # its button led to nothing
                await put(tx, parent, Told.REFRESH, now, key=f"refresh:{parent.id}:{job.id}:{state}")
        reached(FailPoint.ENDED)

    async def _file(self, event: Finished, cell: int, painted: Painted) -> Picture:
        digest = await self._files.put(painted.data)
        width, height = await asyncio.to_thread(_size, painted.data)
        return Picture(
            job_id=event.job,
            cell=cell,
            sha256=digest,
            media_type=painted.media_type,
            width=width,
            height=height,
            bytes=len(painted.data),
            recipe=to_json(painted.recipe),
            recipe_hash=recipe_hash(painted.recipe),
            created_at=self._now(),
        )

    async def _film(self, event: Finished) -> Film | None:
        if event.film is None:
            return None
        digest, data = await self._files.put(event.film.data), event.film
        return Film(
            job_id=event.job,
            sha256=digest,
            media_type=data.media_type,
            bytes=len(data.data),
            created_at=self._now(),
        )


def _size(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size
