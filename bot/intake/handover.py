"""From a stored job to the engine, now and after each restart; and the end of what it cannot have."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from bot.frame.fail_points import FailPoint, reached
from bot.intake.wishes import recipes_of, share_of
from bot.messages.told import Told, put
from bot.store import jobs, ledger, placeholders
from bot.store.errors import StoreBusyError, StoreFullError
from bot.store.jobs import Job
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.store.words import OPEN as UNDER_WAY
from bot.store.words import State
from engine import ClosedError, Engine, EngineError, Speed
from engine import Job as Work

_log = logging.getLogger(__name__)
MOST_DEATHS = 3
GIVING_SECONDS = 0.3


class HandOver:
    """`follow` is told of each job that the engine gets, `tell` that there is something new in the outbox."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        *,
        boot: str,
        follow: Callable[[Job, Placeholder], None],
        tell: Callable[[], None],
    ) -> None:
        self._engine, self._store, self._files, self._now = engine, store, store.files, store.now
        self._boot, self._follow, self._tell = boot, follow, tell
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._left: deque[str] | None = None  # what had not ended when the program started, as far as it is not resumed

    def begin(self, job: Job, place: Placeholder) -> None:
        """Not awaited: whoever asked must be answered first, and an answer must not wait for large files."""
        self._follow(job, place)
        task = asyncio.get_running_loop().create_task(self._give(job))
        self._under_way[job.id] = task
        task.add_done_callback(lambda _: self._under_way.pop(job.id, None))

    async def until_given(self, job_id: str) -> None:
        """Until the engine has it, or for as long as whoever asked can be kept waiting."""
        if (task := self._under_way.get(job_id)) is not None:
            await asyncio.wait([task], timeout=GIVING_SECONDS)

    async def end_all(self) -> None:
        """Wait until the engine has, or has refused, whatever was begun."""
        await asyncio.gather(*self._under_way.values())

    async def resume(self) -> bool:
        """At start: hand over again whatever had not ended. A job that the program died of three times is given up.
        False if the disk is full or the database is locked, which both pass: asked again, it goes on from there."""
        async with self._store.read() as tx:
            if self._left is None:
                self._left = deque(job.id for job in await jobs.unfinished(tx))
        while self._left:
            try:
                await self._resume(self._left[0])
            except (StoreBusyError, StoreFullError) as error:
                _log.warning("Job %s cannot be taken up again now: %s", self._left[0], error)
                return False
            self._left.popleft()
        return True

    async def _resume(self, job_id: str) -> None:
        async with self._store.read() as tx:
            job = await jobs.find(tx, job_id)  # as it is by now: it may be the second try
        if job is None or job.state not in UNDER_WAY:
            return  # painted; its answer is in the outbox
        if job.unwanted:
            await self._give_up(job, State.CANCELLED, None)
        elif job.state is State.RUNNING and job.deaths + 1 >= MOST_DEATHS:
            message = f"The program broke {MOST_DEATHS} times while it was painting this."
            await self._give_up(job, State.FAILED, message)
        else:
            await self.retry(job, died=job.state is State.RUNNING)

    async def retry(self, job: Job, *, died: bool = False) -> bool:
        """A further attempt with the same recipes: whatever an older one still says is ignored from now on."""
        async with self._store.write() as tx:
            attempt = await jobs.claim_again(tx, job.id, job.attempt, self._boot, died=died)
            place = await placeholders.find(tx, job.id)
        if attempt is None:
            return False
        reached(FailPoint.CLAIMED)
        job = replace(job, attempt=attempt, state=State.QUEUED)
        if place is not None:
            self._follow(job, place)
        await self._give(job)
        return True

    async def _give(self, job: Job) -> None:
        """The engine gets what it needs; whatever it refuses now ends the job."""
        try:
            recipes = recipes_of(job)
            hashes = {source.sha256 for recipe in recipes for source in recipe.sources}
            sources = {digest: await self._files.read(digest) for digest in hashes}
            speed, share = Speed(job.speed), share_of(job)  # as when it was asked for, whatever became of the plan
            work = Work(job.id, job.attempt, str(job.member_id), speed, recipes, share, film=job.film, pictures=sources)
            self._engine.submit(work)
        except ClosedError:
            return  # the program ends; the next start goes on with it
        except (EngineError, OSError) as error:
            _log.warning("The engine did not take job %s: %s", job.id, error)
            await self._give_up(job, State.FAILED, str(error))
            return
        reached(FailPoint.SUBMITTED)
        async with self._store.read() as tx:
            stored = await jobs.find(tx, job.id)
        if stored is not None and stored.unwanted:  # cancelled before the engine had it
            self._engine.cancel(job.id)

    async def _give_up(self, job: Job, state: State, message: str | None) -> None:
        async with self._store.write() as tx:
            if await jobs.finish(tx, job.id, job.attempt, state, self._now(), message=message):
                await ledger.refund(tx, job.id, self._now())
                await put(tx, job, Told.ANSWER, self._now())
        reached(FailPoint.ENDED)
        self._tell()
