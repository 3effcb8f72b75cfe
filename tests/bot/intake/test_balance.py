"""What is asked about before it is spent, and when a low balance is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, timedelta
from itertools import count

import pytest

from bot.intake.balance import Balance, Low, balance, low_after
from bot.plans.months import calendar_month
from bot.plans.standing import Standing
from bot.store import ledger
from bot.store.store import Store
from tests.bot.plans.rows import FREE, HOUR, OPEN, PLANS
from tests.bot.store.rows import MEMBER, NOW, make_job

MONTH = Standing(FREE, MEMBER, calendar_month(NOW, UTC))
MINUTE = 60_000
COUNT = count()


@pytest.mark.parametrize(
    ("left", "price", "is_dear"),
    [
        (HOUR, HOUR // 10, False),
        (HOUR, HOUR // 10 + 1, True),  # more than a tenth of the month
        (4 * MINUTE, 2 * MINUTE, False),
        (4 * MINUTE, 2 * MINUTE + 1, True),  # more than half of what is left
        (5 * HOUR, HOUR // 2, False),  # with time beside the month, of all that
        (5 * HOUR, HOUR // 2 + 1, True),
        (15_000, 10_000, False),  # but never about ten seconds
        (15_000, 10_001, True),
        (MINUTE, MINUTE + 1, False),  # it cannot be had at all, which is said instead
        (None, HOUR, False),
    ],
)
def test_dear_is_much_of_a_month_or_of_what_is_left(left: int | None, price: int, is_dear: bool) -> None:
    assert Balance(MONTH, left).is_dear(price) is is_dear


@pytest.mark.parametrize(
    ("left", "pool", "price", "is_dear"),
    [
        (HOUR, 0, 5 * MINUTE, False),
        (HOUR, 0, 5 * MINUTE + 1, True),
        (6 * MINUTE, 0, 5 * MINUTE, False),  # though it is more than half of what is left
        (None, 0, 5 * MINUTE + 1, True),  # though there is no bound
        (MINUTE, 0, 5 * MINUTE + 1, False),  # which is refused
        (MINUTE, HOUR, 5 * MINUTE + 1, True),
        (MINUTE, 20 * MINUTE, 3 * MINUTE, True),  # the pool is others' as well
    ],
)
def test_whoever_says_from_when_on_is_asked_from_then_on(
    left: int | None, pool: int, price: int, is_dear: bool
) -> None:
    assert Balance(MONTH, left, pool, 5 * MINUTE).is_dear(price) is is_dear


def test_question_about_seconds_is_asked_if_it_is_wanted() -> None:
    assert Balance(MONTH, HOUR, 0, 1000).is_dear(1001)
    assert not Balance(MONTH, HOUR, 0, 1000).is_dear(0)  # relaxed


def test_without_a_month_only_what_is_left_counts() -> None:
    relaxed = replace(MONTH, plan=replace(FREE, fast_gpu_ms=0))
    assert not Balance(relaxed, HOUR).is_dear(HOUR // 2)
    assert Balance(relaxed, HOUR).is_dear(HOUR // 2 + 1)


async def test_whoever_looks_first_at_a_month_finds_it_granted(store: Store) -> None:
    assert await balance(store, PLANS, MEMBER, None, NOW) == await balance(store, PLANS, MEMBER, None, NOW)
    assert (await balance(store, PLANS, MEMBER, None, NOW)).left_gpu_ms == HOUR
    unbounded = replace(PLANS, offers=(OPEN,), default=OPEN)
    assert (await balance(store, unbounded, MEMBER, None, NOW)).left_gpu_ms is None


async def leave(store: Store, left: int) -> None:
    """Spend all but so much, by giving it away."""
    async with store.write() as tx:
        there = await ledger.available(tx, MEMBER, NOW)
        await ledger.gift(tx, MEMBER, MEMBER + 1, there - left, f"gift {left}", NOW)


async def low(store: Store, price: int, payer: int = MEMBER, pool: int = 0) -> Low | None:
    """What is told after a job that is paid for by that time or by somebody else's, and then gives it back."""
    job = make_job(f"JOB{next(COUNT)}", reserved_gpu_ms=price)
    async with store.write() as tx:
        left = await ledger.available(tx, MEMBER, NOW)
        await ledger.grant(tx, payer, price, job.id, NOW, expires_at=NOW + timedelta(seconds=1))
        await ledger.reserve(tx, payer, job.id, price, NOW)
        return await low_after(tx, Balance(MONTH, left, pool), (job,), NOW)


async def test_low_is_told_once_and_then_that_it_is_over_once(store: Store) -> None:
    await balance(store, PLANS, MEMBER, None, NOW)
    await leave(store, HOUR // 10)
    assert await low(store, MINUTE) is None
    await leave(store, HOUR // 10 - 1)
    assert await low(store, MINUTE) == Low(HOUR // 10 - 1, False, MONTH.month.ends_at)
    assert await low(store, MINUTE) is None
    await leave(store, MINUTE - 1)
    assert await low(store, 0) is None
    assert await low(store, MINUTE) == Low(MINUTE - 1, True, MONTH.month.ends_at)
    assert await low(store, MINUTE) is None


async def test_what_is_over_is_not_told_to_be_low_afterwards(store: Store) -> None:
    await balance(store, PLANS, MEMBER, None, NOW)
    await leave(store, 1000)
    told = await low(store, MINUTE)
    assert told is not None
    assert told.is_empty
    assert await low(store, 500) is None


async def test_without_a_bound_nothing_is_low(store: Store) -> None:
    async with store.write() as tx:
        await ledger.reserve(tx, MEMBER, "JOB", MINUTE, NOW, top_up=True)
        assert await low_after(tx, Balance(replace(MONTH, plan=OPEN), None), (make_job("JOB"),), NOW) is None


async def test_what_a_pool_pays_says_nothing_of_ones_own_time(store: Store) -> None:
    await balance(store, PLANS, MEMBER, None, NOW)
    await leave(store, 1000)
    assert await low(store, MINUTE, payer=9) is None
    told = await low(store, MINUTE, pool=HOUR)
    assert told is not None
    assert not told.is_empty  # the next one is paid by the pool


def test_dear_is_what_takes_much_of_a_pool_as_well() -> None:
    assert not Balance(MONTH, MINUTE, 20 * MINUTE).is_dear(2 * MINUTE)
    assert Balance(MONTH, MINUTE, 20 * MINUTE).is_dear(2 * MINUTE + 1)
    assert not Balance(MONTH, MINUTE, 20 * MINUTE).is_dear(21 * MINUTE)  # which is refused


def test_pool_is_needed_for_what_ones_own_time_does_not_pay_job_by_job() -> None:
    assert not Balance(MONTH, 4 * MINUTE, HOUR).needs_pool([2 * MINUTE, 2 * MINUTE])
    assert Balance(MONTH, 3 * MINUTE, 2 * MINUTE).needs_pool([2 * MINUTE, 2 * MINUTE])
    assert not Balance(MONTH, 3 * MINUTE, MINUTE).needs_pool([2 * MINUTE, 2 * MINUTE])
    assert not Balance(MONTH, None).needs_pool([HOUR])


async def test_whoever_begins_a_month_goes_before_what_can_wait(store: Store) -> None:
    """Three seconds are running, and a flood of others may keep those waiting who can."""
    served = []

    async def letter() -> None:
        async with store.write():
            served.append("letter")

    async def month() -> None:
        await balance(store, PLANS, MEMBER, None, NOW)
        served.append("month")

    async with asyncio.TaskGroup() as group, store.write():
        for _ in range(3):
            group.create_task(letter())
        asked = group.create_task(month())
        await asyncio.wait([asked], timeout=0.3)
    assert served.index("month") <= 1, "one stood at the door already"
