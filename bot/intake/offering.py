"""Work that is painted after one confirmation: several jobs at once, what is dear, what was only asked the price of. An
offer is stored, and taken once: all its jobs in one transaction, or none. Knows no card.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from bot.asking import Asker
from bot.errors import (
    ConfirmError,
    FullError,
    NoCreditError,
    NoJobError,
    NoRoomForAllError,
    NotAllowedError,
    OfferGoneError,
    ThereAlreadyError,
)
from bot.frame.fail_points import FailPoint, reached
from bot.intake.balance import Balance, Low, balance, low_after
from bot.intake.orders import Order, asker_of, order_of, price, row_of, row_of_asker
from bot.intake.wishes import Wish, job_of, place_of
from bot.kinds import Occasion
from bot.plans.book import PlanBook
from bot.plans.membership import begin
from bot.plans.plan import Plan, Relax
from bot.plans.standing import Standing
from bot.store import jobs, ledger, offers, pictures
from bot.store.errors import CreditError, StoreFullError
from bot.store.ids import make_job_id
from bot.store.jobs import Job
from bot.store.offers import Offer
from bot.store.placeholders import Placeholder
from bot.store.store import Store
from bot.store.transactions import Reading, Writing
from bot.store.words import OPEN as UNDER_WAY
from bot.store.words import Decision, State
from engine import Speed

LIFE: Final = timedelta(days=1)
_MILLISECOND: Final = timedelta(milliseconds=1)

Allow = Callable[[Asker, Wish, Plan], Awaitable[Wish]]
StoreNew = Callable[[Writing, Job, Placeholder, Wish, Standing], Awaitable[Job | None]]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an offer: its jobs, in their order. `by_token`: only whoever pressed can write their messages."""

    jobs: tuple[Job, ...]
    by_token: bool
    low: Low | None = None


class Offering:
    """`allow` refuses what a plan has not, `store_new` stores one job with all that belongs to it, `hand_over` gives it
    to the engine."""

    def __init__(
        self,
        store: Store,
        book: PlanBook,
        *,
        boot: str,
        admit: Callable[[Asker], Awaitable[None]],
        allow: Allow,
        store_new: StoreNew,
        hand_over: Callable[[Job, Placeholder], None],
        tell: Callable[[], None],
    ) -> None:
        self._store, self._book, self._boot, self._now = store, book, boot, store.now
        self._admit, self._allow, self._store_new = admit, allow, store_new
        self._hand_over, self._tell = hand_over, tell

    async def put(self, asker: Asker, occasion: Occasion, orders: Sequence[Order], found: Balance) -> ConfirmError:
        """To be raised: nothing is painted yet. It costs what is told, whatever mode its member takes meanwhile."""
        orders = [order.under(found.plan) for order in orders]
        turbo = sum(order.wish.speed is Speed.TURBO for order in orders)
        if turbo > found.plan.turbo_running:
            raise NoRoomForAllError(0, turbo, found.plan.turbo_running, Speed.TURBO)
        offer = await self._put(asker, occasion, orders, found.plan)
        first = orders[0].quote
        lasts_ms = sum(order.quote.finishes_in_ms - order.quote.starts_in_ms for order in orders)
        relaxes = all(may_relax(found.plan, order.wish) for order in orders)
        pool = found.pool_gpu_ms if found.needs_pool([price([order], found.plan) for order in orders]) else 0
        return ConfirmError(
            offer,
            first.starts_in_ms,
            first.starts_in_ms + lasts_ms,
            found.left_gpu_ms,
            pool_gpu_ms=pool,
            relaxes=relaxes,
        )

    async def put_relaxed(self, asker: Asker, order: Order, found: Balance, left: int, needed: int) -> NoCreditError:
        """A bare refusal, or, where the plan has relax, one with the way out."""
        if not may_relax(found.plan, order.wish):
            return NoCreditError(left, needed)
        relaxed = replace(order, wish=replace(order.wish, speed=Speed.RELAX))
        offer = await self._put(asker, Occasion.RELAXED, [relaxed], found.plan)
        return NoCreditError(left, needed, offer.id)

    async def take(self, asker: Asker, offer_id: str, speed: Speed | None = None) -> Taken:
        """All its jobs, with this speed if one is given. Whatever is refused leaves the offer as it was."""
        offer = await self._find(asker, offer_id)
        where = asker_of(offer)
        if asker.server == where.server:  # what they see there by now counts, not what they saw then
            where = replace(where, roles=asker.roles, rooms=asker.rooms)
        await self._admit(where)
        orders = [await self._read(row) for row in offer.orders]
        if speed is not None:
            orders = [replace(order, wish=replace(order.wish, speed=speed)) for order in orders]
        found = await balance(self._store, self._book.plans, offer.member_id, where.server, self._now())
        orders = [replace(order, wish=await self._allow(where, order.wish, found.plan)) for order in orders]
        made = self._made(offer, where, orders, found.plan)
        reached(FailPoint.BEFORE_ACCEPTED)
        try:
            async with self._store.write(hurried=True) as tx:
                low = await self._store_all(tx, offer, orders, made, found)
        except StoreFullError as error:
            raise FullError from error
        reached(FailPoint.ACCEPTED)
        for job, place in made:
            self._hand_over(job, place)
        self._tell()
        by_token = not where.reaches or any(place.ephemeral for _, place in made)
        return Taken(tuple(job for job, _ in made), by_token, low)

    async def drop(self, asker: Asker, offer_id: str) -> None:
        offer = await self._find(asker, offer_id)
        async with self._store.write() as tx:
            if not await offers.drop(tx, offer.id, self._now()):
                raise await _gone(tx, offer.id)

    async def _put(self, asker: Asker, occasion: Occasion, orders: Sequence[Order], plan: Plan) -> Offer:
        now = self._now()
        offer = Offer(
            id=make_job_id(now, secrets.SystemRandom()),
            interaction_id=asker.interaction,
            member_id=asker.member,
            occasion=occasion.value,
            orders=tuple(map(row_of, orders)),
            asker=row_of_asker(asker),
            files=tuple(sorted({digest for order in orders for digest in order.files})),
            gpu_ms=price(orders, plan),
            created_at=now,
            expires_at=now + LIFE,
        )
        try:
            async with self._store.write() as tx:
                if await offers.insert(tx, offer):
                    return offer
                before = await offers.find_by_interaction(tx, asker.interaction or 0)
        except StoreFullError as error:
            raise FullError from error
        assert before is not None  # only its interaction can have been there
        return before

    async def _find(self, asker: Asker, offer_id: str) -> Offer:
        async with self._store.read() as tx:
            offer = await offers.find(tx, offer_id)
        if offer is not None and offer.member_id != asker.member:
            raise NotAllowedError
        if offer is None or not offer.is_open(self._now()):
            raise OfferGoneError(is_taken=offer is not None and offer.state is Decision.TAKEN)
        return offer

    async def _read(self, row: Mapping[str, Any]) -> Order:
        """What it was made of must still be there."""
        parent = picture = None
        if row["parent"] is not None:
            async with self._store.read() as tx:
                parent, shown = await jobs.find(tx, row["parent"]), await pictures.of_job(tx, row["parent"])
            picture = next((one for one in shown if one.cell == row["picture"]), None)
            if parent is None or parent.state is State.DELETED or (row["picture"] is not None and picture is None):
                raise NoJobError
        return order_of(row, parent, picture)

    def _made(
        self, offer: Offer, asker: Asker, orders: Sequence[Order], plan: Plan
    ) -> tuple[tuple[Job, Placeholder], ...]:
        """Each with a key of its own, so that no second press can store it again, whatever becomes of the offer."""
        made = []
        for number, order in enumerate(orders):
            then = self._now() + number * _MILLISECOND  # so that they are listed in their order
            job = job_of(order.wish, asker, plan, order.quote, self._boot, then)
            own = None if len(orders) > 1 else job.press  # several of the same words are several jobs
            job = replace(job, press=own or f"offer:{offer.id}:{number}")
            made.append((job, replace(place_of(asker, job.privacy, self._now()), job_id=job.id)))
        return tuple(made)

    async def _store_all(
        self,
        tx: Writing,
        offer: Offer,
        orders: Sequence[Order],
        made: Sequence[tuple[Job, Placeholder]],
        found: Balance,
    ) -> Low | None:
        now, plan = self._now(), found.plan
        if not await offers.take(tx, offer.id, now):
            raise await _gone(tx, offer.id)
        under_way = await jobs.count_open(tx, offer.member_id)
        if under_way + len(made) > plan.waiting:
            raise NoRoomForAllError(under_way, len(made), plan.waiting)
        await _check_turbo(tx, offer.member_id, [job for job, _ in made], plan)
        needed = sum(job.reserved_gpu_ms for job, _ in made)
        if not plan.is_unbounded:
            await begin(tx, self._book.plans, offer.member_id, now)
        left = await ledger.available(tx, offer.member_id, now)
        for order, (job, place) in zip(orders, made, strict=True):
            try:
                before = await self._store_new(tx, job, place, order.wish, found.standing)
            except CreditError as error:
                relaxes = all(may_relax(plan, each.wish) for each in orders)
                raise NoCreditError(left, needed, offer.id if relaxes else "") from error
            if before is not None:
                raise ThereAlreadyError(before.id, is_painted=before.state not in UNDER_WAY)
        return await low_after(tx, found, [job for job, _ in made], now)


async def _check_turbo(tx: Reading, member_id: int, made: Sequence[Job], plan: Plan) -> None:
    """Of all at once: each by itself would be told of the others as if they were there already."""
    wanted = sum(job.speed == Speed.TURBO for job in made)
    under_way = await jobs.count_open(tx, member_id, Speed.TURBO) if wanted else 0
    if wanted and under_way + wanted > plan.turbo_running:
        raise NoRoomForAllError(under_way, wanted, plan.turbo_running, Speed.TURBO)


def may_relax(plan: Plan, wish: Wish) -> bool:
    return plan.relax is not Relax.NONE and wish.speed_under(plan) is not Speed.RELAX


async def _gone(tx: Reading, offer_id: str) -> OfferGoneError:
    offer = await offers.find(tx, offer_id)
    return OfferGoneError(is_taken=offer is not None and offer.state is Decision.TAKEN)
