"""A plan's life in the ledger: begun, renewed, upgraded, downgraded, cancelled, refunded."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.plans.membership import begin, standing, sweep_credit, take_back
from bot.plans.plan import Plans
from bot.store import buckets, ledger, memberships
from bot.store.closing import ClawBack
from bot.store.memberships import NewMembership
from bot.store.store import Store
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Source
from tests.bot.plans.rows import BASIC, FREE, HOUR, MONTH, OPEN, PLANS, PRO
from tests.bot.store.conftest import Clock
from tests.bot.store.rows import MEMBER, NOW

PAID = replace(PLANS, offers=(replace(FREE, fast_gpu_ms=0), BASIC, PRO), default=replace(FREE, fast_gpu_ms=0))


def subscription(**changes: Any) -> NewMembership:
    new = NewMembership(
        member_id=MEMBER,
        source=Source.DISCORD,
        external_id="sub",
        plan="basic",
        starts_at=NOW,
        ends_at=NOW + MONTH,
        created_at=NOW,
    )
    return replace(new, **changes)


async def subscribe(tx: Writing, now: datetime = NOW, **changes: Any) -> None:
    assert await memberships.put(tx, subscription(**changes))
    await begin(tx, PAID, MEMBER, now)


async def hours(tx: Reading, now: datetime = NOW) -> dict[str, float]:
    return {part.bucket.key: part.gpu_ms / HOUR for part in await buckets.spendable(tx, MEMBER, now)}


async def use(tx: Writing, job_id: str, gpu_ms: int, now: datetime = NOW) -> None:
    assert await ledger.reserve(tx, MEMBER, job_id, gpu_ms, now)
    assert await ledger.settle(tx, job_id, gpu_ms, now)


async def test_month_is_granted_once_however_often_one_looks(store: Store) -> None:
    async with store.write() as tx:
        for _ in range(3):
            assert (await begin(tx, PLANS, MEMBER, NOW)).plan is FREE
        assert list((await hours(tx)).values()) == [1]
        assert await ledger.audit(tx) == []


async def test_plan_without_a_bound_is_granted_nothing(store: Store) -> None:
    async with store.write() as tx:
        assert (await begin(tx, Plans((OPEN,), OPEN), MEMBER, NOW)).plan is OPEN
        assert await hours(tx) == {}


async def test_looking_at_a_plan_grants_nothing(store: Store) -> None:
    async with store.read() as tx:
        assert (await standing(tx, PLANS, MEMBER, NOW)).plan is FREE
        assert await hours(tx) == {}


async def test_month_that_has_begun_keeps_what_it_was_granted_when_the_plan_changes(store: Store) -> None:
    less = replace(FREE, fast_gpu_ms=HOUR // 2)
    changed = replace(PLANS, offers=(less, BASIC, PRO), default=less)
    async with store.write() as tx:
        await begin(tx, PLANS, MEMBER, NOW)
        await begin(tx, changed, MEMBER, NOW)
        assert list((await hours(tx)).values()) == [1]
        await begin(tx, changed, MEMBER, NOW + MONTH)
        assert list((await hours(tx, NOW + MONTH)).values()) == [0.5]


async def test_renewal_grants_the_next_month_and_the_old_one_runs_out(store: Store) -> None:
    later = NOW + MONTH
    async with store.write() as tx:
        await subscribe(tx)
        await use(tx, "JOB1", HOUR)
        await subscribe(tx, later, starts_at=later, ends_at=later + MONTH)
        assert await hours(tx, later) == {"discord:sub:2027-04-01T12:00:00+00:00": 3}


async def test_renewal_that_is_told_early_is_spent_from_its_own_month_on(store: Store) -> None:
    later = NOW + MONTH
    async with store.write() as tx:
        await subscribe(tx)
        assert await memberships.put(tx, subscription(starts_at=later, ends_at=later + MONTH))
        await begin(tx, PAID, MEMBER, NOW)
        assert sum((await hours(tx)).values()) == 3
        await begin(tx, PAID, MEMBER, later)
        assert sum((await hours(tx, later)).values()) == 3


async def test_upgrade_ends_the_smaller_month_and_grants_the_larger_in_full(store: Store) -> None:
    later = NOW + timedelta(days=10)
    async with store.write() as tx:
        await subscribe(tx)
        await use(tx, "JOB1", HOUR)
        await subscribe(tx, later, plan="pro", starts_at=later, ends_at=later + MONTH)
        assert list((await hours(tx, later)).values()) == [30]
        assert (await ledger.balances(tx, MEMBER))[Account.EXPIRED] == 2 * HOUR
        assert await ledger.audit(tx) == []


async def test_downgrade_leaves_the_larger_month_until_it_ends(store: Store) -> None:
    later = NOW + timedelta(days=10)
    async with store.write() as tx:
        await subscribe(tx, plan="pro")
        await subscribe(tx, later, plan="basic", starts_at=later, ends_at=later + MONTH)
        assert list((await hours(tx, later)).values()) == [30]
        await begin(tx, PAID, MEMBER, NOW + MONTH)
        assert sum((await hours(tx, NOW + MONTH)).values()) == 3


async def test_other_sources_months_stay_beside_the_best(store: Store) -> None:
    async with store.write() as tx:
        await subscribe(tx)
        await subscribe(tx, source=Source.GRANT, external_id="gold", plan="pro")
        assert sorted((await hours(tx)).values()) == [3, 30]


async def test_role_on_and_off_is_granted_one_month(store: Store) -> None:
    async with store.write() as tx:
        for number in range(3):
            await subscribe(tx, source=Source.ROLE, external_id=f"role {number}", ends_at=None)
            assert await memberships.end(tx, Source.ROLE, f"role {number}", NOW)
        assert sum((await hours(tx)).values()) == 3


async def test_cancelled_membership_keeps_its_month_and_gets_no_further_one(store: Store) -> None:
    async with store.write() as tx:
        await subscribe(tx)
        await memberships.end(tx, Source.DISCORD, "sub", NOW + timedelta(days=1))
        now = NOW + timedelta(days=2)
        assert (await begin(tx, PAID, MEMBER, now)).plan.name == "free"
        assert sum((await hours(tx, now)).values()) == 3
        await begin(tx, PAID, MEMBER, NOW + 2 * MONTH)
        assert await hours(tx, NOW + 2 * MONTH) == {}


async def test_refund_takes_the_month_back_and_what_was_used_is_owed(store: Store) -> None:
    async with store.write() as tx:
        await subscribe(tx)
        await use(tx, "JOB1", HOUR)
        assert await take_back(tx, subscription(), NOW) == ClawBack(2 * HOUR, HOUR)
        assert await take_back(tx, subscription(), NOW) is None
        assert await hours(tx) == {}
        await subscribe(tx, external_id="another")
        assert list((await hours(tx)).values()) == [2]  # the debt was paid first
        assert await ledger.audit(tx) == []


async def test_refund_that_is_told_before_the_purchase_leaves_nothing(store: Store) -> None:
    async with store.write() as tx:
        assert await take_back(tx, subscription(), NOW) == ClawBack()
        assert not await memberships.put(tx, subscription())
        await begin(tx, PAID, MEMBER, NOW)
        assert await hours(tx) == {}


async def test_refund_of_a_year_takes_back_its_months_and_none_before(store: Store) -> None:
    year = NOW + MONTH
    now = year + timedelta(days=40)
    async with store.write() as tx:
        await subscribe(tx)
        await use(tx, "JOB1", HOUR)
        await subscribe(tx, year, starts_at=year, ends_at=year + timedelta(days=365))
        await use(tx, "JOB2", HOUR, year)
        await begin(tx, PAID, MEMBER, now)
        assert await take_back(tx, subscription(), now) == ClawBack(5 * HOUR, HOUR)


async def test_rollover_carries_up_to_the_plans_cap_into_the_next_month(store: Store) -> None:
    later = NOW + MONTH
    async with store.write() as tx:
        await subscribe(tx, plan="pro")
        await use(tx, "JOB1", 20 * HOUR)
        await subscribe(tx, later, plan="pro", starts_at=later, ends_at=later + MONTH)
        assert sorted((await hours(tx, later)).values()) == [5, 30]
        assert await ledger.audit(tx) == []


async def test_refund_takes_back_what_its_month_left_over_to_the_next(store: Store) -> None:
    later = NOW + MONTH
    first = subscription(source=Source.STRIPE, external_id="in_1", plan="pro")
    second = replace(first, external_id="in_2", starts_at=later, ends_at=later + MONTH)
    async with store.write() as tx:
        for period, begins in ((first, NOW), (second, later)):
            await memberships.put(tx, period)
            await begin(tx, PAID, MEMBER, begins)
        await use(tx, "JOB1", 2 * HOUR, later)  # of what rolled over, which ends no later and is the older
        assert sorted((await hours(tx, later)).values()) == [3, 30]
        assert await take_back(tx, first, later) == ClawBack(3 * HOUR, 2 * HOUR)
        assert list((await hours(tx, later)).values()) == [30]
        assert await take_back(tx, first, later) is None
        assert await ledger.audit(tx) == []


async def test_refund_of_a_year_takes_back_what_its_months_left_over(store: Store) -> None:
    later = NOW + MONTH
    year = subscription(plan="pro", ends_at=NOW + timedelta(days=365))
    async with store.write() as tx:
        await memberships.put(tx, year)
        for begins in (NOW, later):
            await begin(tx, PAID, MEMBER, begins)
        assert await take_back(tx, year, later) == ClawBack(35 * HOUR, 0)
        assert await hours(tx, later) == {}


async def test_refund_of_a_renewal_leaves_what_the_month_before_it_left_over(store: Store) -> None:
    later = NOW + MONTH
    async with store.write() as tx:
        await subscribe(tx, plan="pro")
        await subscribe(tx, later, plan="pro", starts_at=later, ends_at=later + MONTH)
        assert await take_back(tx, subscription(plan="pro"), later) == ClawBack(30 * HOUR, 0)
        assert list((await hours(tx, later)).values()) == [5]


async def test_rollover_happens_even_if_the_member_stays_away(store: Store, clock: Clock) -> None:
    year = NOW + timedelta(days=365)
    async with store.write() as tx:
        await subscribe(tx, plan="pro", ends_at=year)
    clock.now_ms += int(MONTH / timedelta(milliseconds=1)) + 1
    swept = await sweep_credit(store, PAID)
    async with store.read() as tx:
        assert sorted((await hours(tx, store.now())).values()) == [5, 30]
        assert (await ledger.balances(tx, MEMBER))[Account.EXPIRED] == 25 * HOUR
    assert swept.freed == ()


async def test_sweeper_grants_no_months_to_those_who_stay_away(store: Store, clock: Clock) -> None:
    async with store.write() as tx:
        await begin(tx, PLANS, MEMBER, NOW)
    clock.now_ms += 3 * int(MONTH / timedelta(milliseconds=1))
    assert (await sweep_credit(store, PLANS)).expired_gpu_ms == HOUR
    async with store.read() as tx:
        assert await hours(tx, store.now()) == {}
