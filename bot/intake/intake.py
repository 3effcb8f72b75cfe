"""What members ask for, one method each: admitted, priced, stored in one transaction and handed over."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from bot import visibility
from bot.asking import Asker
from bot.errors import (
    CannotDoError,
    EndedError,
    FullError,
    NoCellError,
    NoDraftError,
    NoJobError,
    NoRoomError,
    NotAllowedError,
    NotReadyError,
    PausedError,
    ThereAlreadyError,
    UnderWayError,
)
from bot.fetching import Fetcher
from bot.frame.fail_points import FailPoint, reached
from bot.intake.admission import Admission, check_blocked, parent_for
from bot.intake.balance import Balance, Low, balance, low_after
from bot.intake.crediting import credited
from bot.intake.deriving import VARIED, enlarged, starts_from_picture, varied, varied_again
from bot.intake.entitlement import Entitlement, UnderWay, check_room, foretell
from bot.intake.handover import HandOver
from bot.intake.offering import Offering
from bot.intake.orders import Order
from bot.intake.paying import Limits, payer_of
from bot.intake.redoing import redone
from bot.intake.uploads import Uploads, sources_for
from bot.intake.wishes import Wish, draw_seed, job_of, like, place_of, price_of, recipes_of, same_prompt
from bot.intake.wording import Wording
from bot.kinds import Kind, Occasion
from bot.messages import withdrawing
from bot.messages.told import Told, put
from bot.plans.book import PlanBook
from bot.plans.membership import begin
from bot.plans.plan import Plan, Relax
from bot.plans.standing import Standing
from bot.replies import language
from bot.store import jobs, ledger, members, meta, pictures, placeholders, preferences, servers
from bot.store.errors import CreditError, StoreFullError
from bot.store.jobs import Job
from bot.store.pictures import Picture
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.store.transactions import Reading, Writing
from bot.store.words import OPEN as UNDER_WAY
from bot.store.words import State
from engine import Engine, EngineError, Manner, QueueView, Quote, Speed, from_json, reroll

_log = logging.getLogger(__name__)
ACK_PATIENCE = timedelta(seconds=5)  # until an answer that nobody saw is written by the bot's own token
PAUSED = "paused"
TAKEN_OVER = (Kind.SINGLE, Kind.UPSCALE_SUBTLE, Kind.UPSCALE_CREATIVE)  # words that painted nothing anew


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that is stored. `is_new` is false if the same interaction had brought it before, `is_first`
    true if its member never asked for anything before. `low` is told with it: that little is left."""

    job: Job
    place: Placeholder
    quote: Quote | None
    is_new: bool = True
    is_first: bool = False
    low: Low | None = None


class Intake:
    """`follow` is told of each job that the engine gets, `tell` that there is something new in the outbox."""

    def __init__(
        self,
        engine: Engine,
        store: Store,
        book: PlanBook,
        *,
        boot: str,
        default_model: str,
        welcomes: Callable[[int | None], bool],
        fetcher: Fetcher,
        follow: Callable[[Job, Placeholder], None],
        tell: Callable[[], None],
    ) -> None:
        self._engine, self._store, self._files, self._now = engine, store, store.files, store.now
        self._book = book
        self._boot, self._tell = boot, tell
        self._admission = Admission(store, welcomes)
        self._wording = Wording(engine, store, default_model, Uploads(store, book, fetcher))
        self._handover = HandOver(engine, store, boot=boot, follow=follow, tell=tell)
        self.offering = Offering(
            store,
            book,
            boot=boot,
            admit=self._admit,
            allow=self._allowed,
            store_new=self._store_new,
            hand_over=self._handover.begin,
            tell=tell,
        )
        self.paused: PausedError | None = None

    async def imagine(self, asker: Asker, text: str) -> Accepted:
        await self._admit(asker)
        return await self._take_all(asker, await self._worded(asker, Kind.IMAGINE, text))

    async def reroll(self, asker: Asker, job_id: str, text: str | None = None) -> Accepted:
        """The same once more with a new seed; or with new words, of the same picture if it is of one."""
        parent = await self._parent(asker, job_id)
        if text is not None and not same_prompt(text, parent):
            manner, catalog = await self._manner(parent), self._engine.catalog
            wishes = await self._worded(asker, Kind.REROLL, text, parent)
            return await self._take_all(asker, [varied_again(each, parent, manner, catalog) for each in wishes])
        cells, notes = reroll(recipes_of(parent), draw_seed()), language.without_news(parent.notes)
        kind = Kind(parent.kind) if Kind(parent.kind).enlarges else Kind.REROLL
        return await self._take(asker, like(parent, Wish(kind, parent.text, cells, notes, parent)))

    async def redo(self, asker: Asker, job_id: str) -> Accepted:
        """A draft in full: the same seeds, with all steps."""
        parent = await self._parent(asker, job_id)
        if parent.full_steps is None:
            raise NoDraftError
        return await self._take(asker, redone(parent, parent.full_steps))

    async def vary(self, asker: Asker, job_id: str, cell: int, manner: Manner, text: str | None = None) -> Accepted:
        """Pictures like that very one."""
        parent, picture, which = await self._picture(asker, job_id, cell)
        kind = Kind.VARY_SUBTLE if manner is Manner.SUBTLE else Kind.VARY_STRONG
        recipe = from_json(picture.recipe)
        wishes: Sequence[Wish] = (
            like(
                await self._painted(parent),
                Wish(kind, parent.text, (replace(recipe, seed=draw_seed()),), parent=parent),
            ),
        )
        if text is not None and not same_prompt(text, parent):
            wishes = await self._worded(asker, kind, text, parent)
        return await self._take_all(
            asker,
            [replace(varied(wish, recipe.seed, picture, manner, self._engine.catalog), cell=which) for wish in wishes],
        )

    async def upscale(self, asker: Asker, job_id: str, cell: int, manner: Manner) -> Accepted:
        """Larger: as it is, or with new detail."""
        parent, picture, which = await self._picture(asker, job_id, cell)
        return await self._take(asker, enlarged(parent, picture, which, manner, self._engine.catalog))

    async def single(self, asker: Asker, job_id: str, cell: int) -> Accepted:
        """One cell of a grid on its own: it is there already, so it is free and at once."""
        parent, picture, which = await self._picture(asker, job_id, cell)
        if len(parent.cells) == 1:
            raise ThereAlreadyError(parent.id, is_painted=True)
        wish = Wish(Kind.SINGLE, parent.text, (from_json(picture.recipe),), (), parent, which, picture)
        return await self._take(asker, wish)

    async def cancel(self, asker: Asker, job_id: str) -> Job:
        """It ends within a step. The engine tells of its end; what the engine never had ends here."""
        async with self._store.write(hurried=True) as tx:
            job = await jobs.find(tx, job_id)
            if job is None or not (visibility.may_rule(job, asker) or await visibility.sees(tx, job, asker)):
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
        """Out of the channel and out of everybody's sight; its maker can have the pictures back for a while."""
        async with self._store.write(hurried=True) as tx:
            job = await jobs.find(tx, job_id)
            if job is None or job.state is State.DELETED:
                raise NoJobError
            if not visibility.may_rule(job, asker):
                raise NotAllowedError
            if job.state in UNDER_WAY:
                raise UnderWayError
            await withdrawing.delete(tx, job, asker.member, self._now())
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
        await self._handover.end_all()

    async def retry(self, job: Job) -> bool:
        """A further attempt, which the engine gets at once."""
        return await self._handover.retry(job)

    async def queue_view(self, with_job: str | None = None) -> QueueView:
        """Who is served and who waits; `with_job` was stored a moment ago and shall be in it."""
        if with_job is not None:
            await self._handover.until_given(with_job)
        return await self._engine.queue_view()

    async def resume(self) -> bool:
        """At start: as it was paused before, and whatever had not ended handed over again. False if some of that could
        not be stored: then ask again."""
        async with self._store.read() as tx:
            paused = json.loads(await meta.find(tx, PAUSED) or "null")
        self.paused = None if paused is None else PausedError(paused)
        return await self._handover.resume()

    async def _admit(self, asker: Asker) -> None:
        if self.paused is not None:
            raise PausedError(self.paused.reason, drains=self.paused.drains)  # a new one: each raise adds to its trace
        await self._admission.check(asker)

    async def _parent(self, asker: Asker, job_id: str, cell: int | None = None) -> Job:
        await self._admit(asker)
        async with self._store.read() as tx:
            return await parent_for(tx, asker, job_id, cell)

    async def _picture(self, asker: Asker, job_id: str, cell: int) -> tuple[Job, Picture, int | None]:
        """A job, one of its pictures, and which one; of a single picture there is nothing to say."""
        job = await self._parent(asker, job_id, cell)
        async with self._store.read() as tx:
            found = await pictures.of_job(tx, job_id)
        picture = next((picture for picture in found if picture.cell == cell), None)
        if picture is None and found:
            raise NoCellError(len(found))
        if picture is None:
            raise NotReadyError if job.state in UNDER_WAY else NoJobError
        return job, picture, cell if len(job.cells) > 1 else None

    async def _worded(self, asker: Asker, kind: Kind, text: str, parent: Job | None = None) -> tuple[Wish, ...]:
        wishes = await self._wording.wishes(asker, kind, text, (await self._balance(asker)).plan, parent)
        await self._admit(asker)  # once more: their pictures may have been fetched for long
        return wishes

    async def _painted(self, job: Job) -> Job:
        """The job whose words painted this picture, however it was taken out or enlarged since."""
        async with self._store.read() as tx:
            while Kind(job.kind) in TAKEN_OVER and (before := await jobs.find(tx, job.parent_id or "")) is not None:
                job = before
        return job

    async def _manner(self, job: Job) -> Manner | None:
        """How far its pictures were to go from the one that they vary; nothing if they vary none."""
        async with self._store.read() as tx:
            brought = {source.sha256 for source in await pictures.sources_of(tx, job.id) if source.link is not None}
            if not starts_from_picture(job, brought):
                return None
            while job.kind not in VARIED and (before := await jobs.find(tx, job.parent_id or "")) is not None:
                job = before
        return VARIED.get(Kind(job.kind))

    async def _take_all(self, asker: Asker, wishes: Sequence[Wish]) -> Accepted:
        """Several at once, by braces or `--repeat`, wait for a confirmation."""
        if len(wishes) == 1:
            return await self._take(asker, wishes[0])
        found = await self._balance(asker)
        allowed = [await self._allowed(asker, wish, found.plan) for wish in wishes]
        orders = [Order(wish, await self._quote(asker, wish, found.plan)) for wish in allowed]
        raise await self.offering.put(asker, Occasion.BATCH, orders, found)

    async def _take(self, asker: Asker, wish: Wish) -> Accepted:
        """One transaction stores job, reservation, place and what is to be told; then the engine gets it."""
        found, low = await self._balance(asker), None
        wish, plan = await self._allowed(asker, wish, found.plan), found.plan
        quote = None if wish.kind.is_free else await self._quote(asker, wish, plan)
        if quote is not None and (wish.is_quote or found.is_dear(price_of(wish, plan, quote))):
            occasion = Occasion.QUOTE if wish.is_quote else Occasion.DEAR
            raise await self.offering.put(asker, occasion, [Order(wish, quote)], found)
        job = job_of(wish, asker, plan, quote, self._boot, self._now())
        place = place_of(asker, job.privacy, self._now())
        reached(FailPoint.BEFORE_ACCEPTED)
        try:
            async with self._store.write(hurried=True) as tx:
                is_first = not await jobs.of_member(tx, job.member_id, 1)
                before = await self._store_new(tx, job, place, wish, found.standing)
                if before is None and asker.interaction is not None:  # who only reacted is told nothing
                    low = await low_after(tx, found, (job,), self._now())
        except NoRoomError as error:
            await self._foretell(error, asker.member)
            raise
        except StoreFullError as error:
            raise FullError from error
        except CreditError as error:
            assert quote is not None  # what is free needs no credit
            left, needed = error.available_gpu_ms, error.needed_gpu_ms
            raise await self.offering.put_relaxed(asker, Order(wish, quote), found, left, needed) from error
        if before is not None:
            return await self._again(before, asker)
        reached(FailPoint.ACCEPTED)
        place = replace(place, job_id=job.id)
        if wish.kind.is_free:
            self._tell()
        else:
            self._handover.begin(job, place)
        return Accepted(job, place, quote, is_first=is_first, low=low)

    async def _allowed(self, asker: Asker, wish: Wish, plan: Plan) -> Wish:
        wish = await self._wording.held(asker, wish)
        async with self._store.read() as tx:
            if wish.parent is not None:  # once more: fetching, or an offer's day, may have taken it out of their sight
                wish = replace(wish, parent=await parent_for(tx, asker, wish.parent.id, wish.cell))
            member = await members.find(tx, asker.member)
            wish = await credited(tx, asker, wish)
            server = await servers.find(tx, asker.server) if asker.server is not None else None
        entitlement = Entitlement(self._book.plans, self._engine.catalog, self._engine.has_model)
        settled = entitlement.settled(wish, asker, member, plan)
        if not wish.kind.is_free:
            Limits.of(server).hold_speed(settled.speed_under(plan))
        return settled

    async def _balance(self, asker: Asker) -> Balance:
        return await balance(self._store, self._book.plans, asker.member, asker.server, self._now())

    async def _foretell(self, error: NoRoomError, member: int) -> None:
        view = await self._engine.queue_view()
        async with self._store.read() as tx:
            foretell(error, await jobs.open_of(tx, member), view, self._now())

    async def _again(self, before: Job, asker: Asker) -> Accepted:
        """The same interaction, delivered twice, or a button that leads to one result only."""
        if before.interaction_id != asker.interaction or asker.interaction is None:
            raise ThereAlreadyError(before.id, is_painted=before.state not in UNDER_WAY)
        async with self._store.read() as tx:
            place = await placeholders.find(tx, before.id)
        if place is None:
            raise NoJobError
        return Accepted(before, place, None, is_new=False)

    async def _store_new(self, tx: Writing, job: Job, place: Placeholder, wish: Wish, stands: Standing) -> Job | None:
        """Nothing if it was stored; otherwise the job that is there instead."""
        now, plan = self._now(), stands.plan
        if job.interaction_id is not None:
            before = await jobs.find_by_interaction(tx, job.interaction_id)
            if before is not None:
                return before
        if job.press is not None and (before := await jobs.find_by_press(tx, job.press)) is not None:
            return before
        check_blocked(await members.meet(tx, job.member_id, now))  # whoever blocks ends what is stored by then
        if not wish.kind.is_free:
            await self._check_room(tx, job, stands)
        await jobs.insert(tx, job)
        if wish.strange:
            await preferences.tell_words(tx, job.member_id, wish.cells[0].model.name, wish.strange, now)
        await placeholders.insert(tx, replace(place, job_id=job.id))
        await pictures.insert_sources(tx, await sources_for(tx, job, wish))
        due, kind = now + ACK_PATIENCE, Told.PLACEHOLDER
        if wish.picture is not None and wish.kind.is_free:
            await pictures.insert(tx, [replace(wish.picture, job_id=job.id, cell=0, created_at=now)])
            due, kind = now, Told.ANSWER
        else:
            if not plan.is_unbounded:
                await begin(tx, self._book.plans, job.member_id, now)
            payer = await payer_of(tx, job, plan, self._book.plans, now)
            await ledger.reserve(tx, payer, job.id, job.reserved_gpu_ms, now, top_up=plan.is_unbounded)
            due = due if place.webhook_token else now
        await put(tx, job, kind, due)
        if wish.parent is not None and visibility.shows_in(wish.parent, job):
            await put(tx, wish.parent, Told.REFRESH, now, key=f"refresh:{wish.parent.id}:{job.id}")
        return None

    async def _check_room(self, tx: Reading, job: Job, stands: Standing) -> None:
        """Asks for what counts for this job, and for nothing else: others wait for this transaction."""
        member, speed = job.member_id, Speed(job.speed)
        has = UnderWay(await jobs.count_open(tx, member))
        if speed is Speed.TURBO:
            has = replace(has, turbo=await jobs.count_open(tx, member, speed))
        if speed is Speed.RELAX and stands.plan.relax is Relax.CAPPED:
            has = replace(has, relax_gpu_ms=await jobs.used_gpu_ms(tx, member, speed, stands.month.starts_at))
        check_room(stands, self._book.plans, has, speed, job.quoted_gpu_ms or 0)

    async def _quote(self, asker: Asker, wish: Wish, plan: Plan) -> Quote:
        found = {} if wish.picture is None else {wish.picture.sha256: await self._files.read(wish.picture.sha256)}
        try:
            return await self._engine.quote(
                wish.cells, member=str(asker.member), speed=wish.speed_under(plan), share=plan.share, pictures=found
            )
        except EngineError as error:
            raise CannotDoError(str(error)) from error
