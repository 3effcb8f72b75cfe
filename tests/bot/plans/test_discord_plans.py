"""What was bought in Discord's shop, told in any order."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations

import pytest

from bot.plans.discord_plans import LATE_PAYMENT, Entitlement, Next, Period, take_up
from bot.plans.membership import begin, standing
from bot.plans.plan import Pack, Plans
from bot.store import ledger, memberships
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import Account, Source
from tests.bot.plans.rows import BASIC, FREE, HOUR, PRO
from tests.bot.store.rows import MEMBER, NOW

DAY = timedelta(days=1)
NOTHING = replace(FREE, fast_gpu_ms=0)
TEN = Pack(name="ten", title="Ten hours", gpu_ms=10 * HOUR, sku=3)
PLANS = Plans((NOTHING, replace(BASIC, sku=1), replace(PRO, sku=2)), NOTHING, packs=(TEN,))
FIRST = Period(NOW, NOW + 30 * DAY)
SECOND = Period(NOW + 30 * DAY, NOW + 60 * DAY)
THIRD = Period(NOW + 40 * DAY, NOW + 70 * DAY)
LAST = NOW + 45 * DAY
BOUGHT = Entitlement(id=11, sku=1, member_id=MEMBER, starts_at=NOW, is_subscription=True)
UPGRADED = replace(BOUGHT, ends_at=THIRD.starts_at)
LARGER = Entitlement(id=12, sku=2, member_id=MEMBER, starts_at=THIRD.starts_at, is_subscription=True)
PACK = Entitlement(id=13, sku=3, member_id=MEMBER, starts_at=NOW)

LIFE: tuple[tuple[Entitlement, Period | None], ...] = (
    (BOUGHT, FIRST),
    (BOUGHT, SECOND),
    (UPGRADED, None),
    (LARGER, THIRD),
)


async def hours(tx: Writing, now: datetime = LAST) -> float:
    assert await ledger.audit(tx) == []
    return await ledger.available(tx, MEMBER, now) / HOUR


@pytest.mark.parametrize("order", [*permutations(range(4))])
async def test_life_told_in_any_order_and_twice_ends_in_the_same_plan_and_time(
    store: Store, order: tuple[int, ...]
) -> None:
    async with store.write() as tx:
        for number in (*order, *reversed(order)):
            await take_up(tx, PLANS, *LIFE[number], LAST)
            await begin(tx, PLANS, MEMBER, LAST)
        for sold, period in LIFE[2:]:  # how it is now: what Discord tells to whoever asks
            await take_up(tx, PLANS, sold, period, LAST)
        assert (await begin(tx, PLANS, MEMBER, LAST)).plan.name == "pro"
        assert await hours(tx) == 30


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_refund_stays_a_refund_whatever_is_told_after_it(store: Store, order: tuple[int, ...]) -> None:
    told = ((BOUGHT, FIRST), (BOUGHT, SECOND), (replace(BOUGHT, is_deleted=True), SECOND))
    async with store.write() as tx:
        for number in (*order, *order):
            await take_up(tx, PLANS, *told[number], LAST)
            await begin(tx, PLANS, MEMBER, LAST)
        await take_up(tx, PLANS, *told[2], LAST)
        assert (await standing(tx, PLANS, MEMBER, LAST)).plan.name == "free"
        assert await hours(tx) == 0
        assert (await ledger.balances(tx, MEMBER))[Account.DEBT] == 0


async def test_pack_is_granted_once_and_a_refund_takes_it_back(store: Store) -> None:
    async with store.write() as tx:
        for _ in range(2):
            assert await take_up(tx, PLANS, PACK, None, NOW) is Next.CONSUME
        assert await take_up(tx, PLANS, replace(PACK, is_consumed=True), None, NOW) is Next.NOTHING
        assert await hours(tx) == 10
        gone = replace(PACK, is_deleted=True, is_consumed=True)
        for _ in range(2):
            assert await take_up(tx, PLANS, gone, None, NOW) is Next.NOTHING
        assert await hours(tx) == 0


async def test_pack_whose_refund_is_told_first_is_never_granted(store: Store) -> None:
    async with store.write() as tx:
        await take_up(tx, PLANS, replace(PACK, is_deleted=True), None, NOW)
        await take_up(tx, PLANS, PACK, None, NOW)
        assert await hours(tx, NOW) == 0


async def test_refund_counts_even_if_the_plan_is_sold_no_more(store: Store) -> None:
    unsold = Plans((NOTHING, BASIC, PRO), NOTHING)
    async with store.write() as tx:
        await take_up(tx, PLANS, BOUGHT, FIRST, NOW)
        await begin(tx, PLANS, MEMBER, NOW)
        await take_up(tx, PLANS, PACK, None, NOW)
        assert await hours(tx, NOW) == 13
        await take_up(tx, unsold, replace(BOUGHT, is_deleted=True), None, NOW)
        await take_up(tx, unsold, replace(PACK, is_deleted=True), None, NOW)
        assert await hours(tx, NOW) == 0


async def test_subscription_that_is_not_there_yet_is_asked_for_again(store: Store) -> None:
    async with store.write() as tx:
        assert await take_up(tx, PLANS, BOUGHT, None, NOW) is Next.ASK_AGAIN
        assert await memberships.find(tx, Source.DISCORD, "11") is None


async def test_payment_that_is_late_keeps_the_plan_for_a_week_without_new_time(store: Store) -> None:
    async with store.write() as tx:
        await take_up(tx, PLANS, BOUGHT, FIRST, NOW)
        await begin(tx, PLANS, MEMBER, NOW)
        for late in (timedelta(0), timedelta(hours=1), DAY, 6 * DAY):
            now = FIRST.ends_at + late
            await take_up(tx, PLANS, BOUGHT, FIRST, now)
            assert (await begin(tx, PLANS, MEMBER, now)).plan.name == "basic"
            assert await hours(tx, now) == 0
        paid = FIRST.ends_at + 6 * DAY
        await take_up(tx, PLANS, BOUGHT, Period(paid, paid + 30 * DAY), paid)
        await begin(tx, PLANS, MEMBER, paid)
        assert await hours(tx, paid) == 3


async def test_payment_that_never_comes_ends_the_plan(store: Store) -> None:
    now = FIRST.ends_at + LATE_PAYMENT
    async with store.write() as tx:
        await take_up(tx, PLANS, BOUGHT, FIRST, now)
        assert (await standing(tx, PLANS, MEMBER, now)).plan.name == "free"


async def test_what_is_bought_for_ever_has_a_month_every_month(store: Store) -> None:
    async with store.write() as tx:
        await take_up(tx, PLANS, replace(BOUGHT, is_subscription=False), None, NOW)
        for month in range(3):
            now = NOW + month * timedelta(days=31)
            assert (await begin(tx, PLANS, MEMBER, now)).plan.name == "basic"
            assert await hours(tx, now) == 3
