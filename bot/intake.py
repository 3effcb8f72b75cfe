"""From a member's wish to a stored job that the engine has: permission, price, one transaction, the hand-over. The only
file that asks the engine to paint, to cancel, what it would cost and who waits. Knows no message.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import visibility
from bot.admission import Admission
from bot.asking import Asker
from bot.errors import (
    CannotDoError,
    EndedError,
    FullError,
    NoJobError,
    NotAllowedError,
    NotReadyError,
    PausedError,
    ThereAlreadyError,
    TooManyError,
    WrongPromptError,
)
from bot.frame.fail_points import FailPoint, reached
from bot.kinds import Kind
from bot.messages.told import Told, put
from bot.plans import OPEN, PLANS, Plan
from bot.store import jobs, ledger, members, meta, pictures, placeholders, servers
from bot.store.errors import StoreFullError
from bot.store.jobs import Job
from bot.store.pictures import Picture, Source
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import OPEN as UNDER_WAY
from bot.store.words import State
from bot.wishes import Wish, draw_seed, job_of, place_of, recipes_of
from engine import (
    Adapter,
    ClosedError,
    Engine,
    EngineError,
    Manner,
    PromptError,
    QueueView,
    Quote,
    UnknownModelError,
    enlarge,
    enlarge_creatively,
    from_json,
    parse,
    reroll,
    translate,
    vary,
)
from engine import Job as Work

_log = logging.getLogger(__name__)
GRID = 4  # pictures
ACK_PATIENCE = timedelta(seconds=5)  # until an answer that nobody saw is written by the bot's own token
MOST_DEATHS = 3
PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that is stored. `is_new` is false if the same interaction had brought it before."""

    job: Job
    place: Placeholder
    quote: Quote | None
    is_new: bool = True


class Intake:
    """`follow` is told of each job that the engine gets, `tell` that there is something new in the outbox."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        *,
        boot: str,
        default_model: str,
        welcomes: Callable[[int | None], bool],
        follow: Callable[[Job, Placeholder], None],
        tell: Callable[[], None],
    ) -> None:
        self._engine, self._store, self._files, self._now = engine, store, store.files, store.now
        self._boot, self._default_model, self._admission = boot, default_model, Admission(store, welcomes)
        self._follow, self._tell = follow, tell
        self._handing_over: set[asyncio.Task[None]] = set()
        self.paused: PausedError | None = None

    async def imagine(self, asker: Asker, text: str) -> Accepted:
        await self._admit(asker)
        return await self._take(asker, await self._wish(asker, Kind.IMAGINE, text))

    async def reroll(self, asker: Asker, job_id: str, text: str | None = None) -> Accepted:
        """The same once more with a new seed; or with new words."""
        parent = await self._parent(asker, job_id)
        if text is not None and text.strip() != parent.text.strip():
            return await self._take(asker, replace(await self._wish(asker, Kind.REROLL, text), parent=parent))
        cells = reroll(recipes_of(parent), draw_seed())
        return await self._take(asker, Wish(Kind.REROLL, parent.text, cells, parent.notes, parent))

    async def vary(self, asker: Asker, job_id: str, cell: int, manner: Manner, text: str | None = None) -> Accepted:
        """Pictures like that very one."""
        parent, picture = await self._picture(asker, job_id, cell)
        kind = Kind.VARY_SUBTLE if manner is Manner.SUBTLE else Kind.VARY_STRONG
        recipe, notes = from_json(picture.recipe), parent.notes
        if text is not None and text.strip() != parent.text.strip():
            wish = await self._wish(asker, kind, text)
            recipe, notes = replace(wish.cells[0], width=recipe.width, height=recipe.height), wish.notes
        varied = vary(recipe, picture.sha256, manner, draw_seed(), GRID, self._engine.catalog.find(recipe.model.name))
        told = (*notes, *(note.message for note in varied.notes))
        wish = Wish(kind, text or parent.text, varied.cells, told, parent, cell, picture)
        return await self._take(asker, wish)

    async def upscale(self, asker: Asker, job_id: str, cell: int, manner: Manner) -> Accepted:
        """Larger: as it is, or with new detail."""
        parent, picture = await self._picture(asker, job_id, cell)
        kind = Kind.UPSCALE_SUBTLE if manner is Manner.SUBTLE else Kind.UPSCALE_CREATIVE
        recipe = from_json(picture.recipe)
        try:
            if manner is Manner.SUBTLE:
                made = enlarge(recipe, picture.sha256)
            else:
                made = enlarge_creatively(recipe, picture.sha256, self._engine.catalog.find(recipe.model.name))
        except EngineError as error:
            raise CannotDoError(str(error)) from error
        told = tuple(note.message for note in made.notes)
        return await self._take(asker, Wish(kind, parent.text, made.cells, told, parent, cell, picture))

    async def single(self, asker: Asker, job_id: str, cell: int) -> Accepted:
        """One cell of a grid on its own: it is there already, so it is free and at once."""
        parent, picture = await self._picture(asker, job_id, cell)
        wish = Wish(Kind.SINGLE, parent.text, (from_json(picture.recipe),), (), parent, cell, picture)
        return await self._take(asker, wish)

    async def cancel(self, asker: Asker, job_id: str) -> Job:
        """It ends within a step. The engine tells of its end; what the engine never had ends here."""
        async with self._store.write() as tx:
            job = await jobs.find(tx, job_id)
            if job is None or not (visibility.may_see(job, asker) or visibility.may_rule(job, asker)):
                raise NoJobError
            if not visibility.may_rule(job, asker):
                raise NotAllowedError
            if job.state not in UNDER_WAY:
                raise EndedError
            await jobs.ask_to_cancel(tx, job_id)
        reached(FailPoint.UNWANTED)
        if not self._engine.cancel(job_id):
            _log.info("Job %s ended before it could be cancelled.", job_id)
        return job

    async def delete(self, asker: Asker, job_id: str) -> Job:
        """Out of the channel and out of everybody's sight."""
        async with self._store.write() as tx:
            job = await jobs.find(tx, job_id)
            if job is None or job.state is State.DELETED:
                raise NoJobError
            if not visibility.may_rule(job, asker):
                raise NotAllowedError
            if job.state in UNDER_WAY:
                raise NotReadyError
            await jobs.delete(tx, job_id)
            await pictures.remove(tx, job_id)
            await put(tx, job, Told.ERASE, self._now())
        self._tell()
        return job

    async def pause(self, paused: PausedError | None) -> None:
        """Take no new work, also after a restart, until it is taken again; a drain ends with this run."""
        self.paused = paused
        async with self._store.write() as tx:
            kept = paused.reason if paused is not None and not paused.drains else None
            await meta.put(tx, PAUSED, json.dumps(kept))

    def stop_taking(self) -> None:
        """The program ends: nothing new, for as long as it still runs."""
        self.paused = PausedError("", drains=True)

    async def hand_over_all(self) -> None:
        """Wait until the engine has, or has refused, whatever was taken."""
        await asyncio.gather(*self._handing_over)

    async def queue_view(self) -> QueueView:
        return await self._engine.queue_view()

    async def resume(self) -> int:
        """At start: hand over again whatever had not ended. A job that the program died of three times is given up."""
        async with self._store.read() as tx:
            found = await jobs.unfinished(tx)
            paused = json.loads(await meta.find(tx, PAUSED) or "null")
        self.paused = None if paused is None else PausedError(paused)
        resumed = 0
        for job in found:
            if job.state not in UNDER_WAY:
                continue  # painted; its answer is in the outbox
            if job.unwanted:
                await self._give_up(job, State.CANCELLED, None)
            elif job.state is State.RUNNING and job.deaths + 1 >= MOST_DEATHS:
                message = f"The program broke {MOST_DEATHS} times while it was painting this."
                await self._give_up(job, State.FAILED, message)
            else:
                resumed += await self.retry(job, died=job.state is State.RUNNING)
        return resumed

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
        await self._hand_over(job)
        return True

    async def _give_up(self, job: Job, state: State, message: str | None) -> None:
        async with self._store.write() as tx:
            if await jobs.finish(tx, job.id, job.attempt, state, self._now(), message=message):
                await ledger.refund(tx, job.id, self._now())
                await put(tx, job, Told.ANSWER, self._now())
        reached(FailPoint.ENDED)
        self._tell()

    async def _wish(self, asker: Asker, kind: Kind, text: str) -> Wish:
        async with self._store.read() as tx:
            server = await servers.find(tx, asker.server) if asker.server is not None else None
        default = (server.default_model if server is not None else None) or self._default_model
        try:
            asked = translate(
                parse(text),
                self._engine.catalog,
                default_model=default,
                drawn_seed=draw_seed(),
                styles=await asyncio.to_thread(self._styles),
            )
        except PromptError as error:
            raise WrongPromptError(error) from error
        except UnknownModelError as error:
            raise CannotDoError(f"This server's model is not to be had any more. {error}") from error
        return Wish(kind, text, asked.cells, tuple(note.message for note in asked.notes))

    def _styles(self) -> dict[str, Adapter]:
        """In a thread: the first time, it reads whole files."""
        return {name: self._engine.adapters.find(name) for name in self._engine.adapters.names}

    async def _admit(self, asker: Asker) -> None:
        if self.paused is not None:
            raise self.paused
        await self._admission.check(asker)

    async def _parent(self, asker: Asker, job_id: str) -> Job:
        await self._admit(asker)
        async with self._store.read() as tx:
            job = await jobs.find(tx, job_id)
        if job is None or job.state is State.DELETED or not visibility.may_see(job, asker):
            raise NoJobError
        return job

    async def _picture(self, asker: Asker, job_id: str, cell: int) -> tuple[Job, Picture]:
        job = await self._parent(asker, job_id)
        async with self._store.read() as tx:
            found = await pictures.of_job(tx, job_id)
        picture = next((picture for picture in found if picture.cell == cell), None)
        if picture is None:
            raise NotReadyError if job.state in UNDER_WAY else NoJobError
        return job, picture

    async def _take(self, asker: Asker, wish: Wish) -> Accepted:
        """One transaction stores job, reservation, place and what is to be told; then the engine gets it."""
        plan = OPEN
        quote = None if wish.kind.is_free else await self._quote(asker, wish, plan)
        job, place = job_of(wish, asker, plan, quote, self._boot, self._now()), place_of(asker, self._now())
        reached(FailPoint.BEFORE_ACCEPTED)
        try:
            async with self._store.write() as tx:
                before = await self._store_new(tx, job, place, wish, plan)
        except StoreFullError as error:
            raise FullError from error
        if before is not None:
            return await self._again(before, asker)
        reached(FailPoint.ACCEPTED)
        place = replace(place, job_id=job.id)
        if wish.kind.is_free:
            self._tell()
        else:
            self._follow(job, place)
            # Not awaited: whoever asked must be answered first, and an answer must not wait for large files.
            task = asyncio.get_running_loop().create_task(self._hand_over(job))
            self._handing_over.add(task)
            task.add_done_callback(self._handing_over.discard)
        return Accepted(job, place, quote)

    async def _again(self, before: Job, asker: Asker) -> Accepted:
        """The same interaction, delivered twice, or a button that leads to one result only."""
        if before.interaction_id != asker.interaction or asker.interaction is None:
            raise ThereAlreadyError(before.id, is_painted=before.state not in UNDER_WAY)
        async with self._store.read() as tx:
            place = await placeholders.find(tx, before.id)
        if place is None:
            raise NoJobError
        return Accepted(before, place, None, is_new=False)

    async def _store_new(self, tx: Writing, job: Job, place: Placeholder, wish: Wish, plan: Plan) -> Job | None:
        """Nothing if it was stored; otherwise the job that is there instead."""
        now = self._now()
        if job.interaction_id is not None:
            before = await jobs.find_by_interaction(tx, job.interaction_id)
            if before is not None:
                return before
        if job.press is not None and (before := await jobs.find_by_press(tx, job.press)) is not None:
            return before
        await members.meet(tx, job.member_id, now)
        under_way = await jobs.count_open(tx, job.member_id)
        if not wish.kind.is_free and under_way >= plan.waiting:
            raise TooManyError(under_way, plan.waiting)
        await jobs.insert(tx, job)
        await placeholders.insert(tx, replace(place, job_id=job.id))
        due, kind = now + ACK_PATIENCE, Told.PLACEHOLDER
        if wish.picture is not None and wish.kind.is_free:
            await pictures.insert(tx, [replace(wish.picture, job_id=job.id, cell=0, created_at=now)])
            due, kind = now, Told.ANSWER
        else:
            if wish.picture is not None:
                source = Source(
                    job_id=job.id,
                    sha256=wish.picture.sha256,
                    media_type=wish.picture.media_type,
                    bytes=wish.picture.bytes,
                )
                await pictures.insert_sources(tx, [source])
            await ledger.reserve(tx, job.member_id, job.id, job.reserved_gpu_ms, now, top_up=True)
            due = due if place.webhook_token else now
        await put(tx, job, kind, due)
        if wish.parent is not None:
            await put(tx, wish.parent, Told.REFRESH, now, key=f"refresh:{wish.parent.id}:{job.id}")
        return None

    async def _quote(self, asker: Asker, wish: Wish, plan: Plan) -> Quote:
        try:
            return await self._engine.quote(wish.cells, member=str(asker.member), speed=plan.speed, share=plan.share)
        except EngineError as error:
            raise CannotDoError(str(error)) from error

    async def _hand_over(self, job: Job) -> None:
        """The engine gets what it needs; whatever it refuses now ends the job."""
        try:
            recipes = recipes_of(job)
            hashes = {source.sha256 for recipe in recipes for source in recipe.sources}
            sources = {digest: await self._files.read(digest) for digest in hashes}
            plan = PLANS.get(job.plan, OPEN)
            self._engine.submit(
                Work(job.id, job.attempt, str(job.member_id), plan.speed, recipes, plan.share, pictures=sources)
            )
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
