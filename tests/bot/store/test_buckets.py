"""Dated credit: what ends soonest is spent first, and each way in which a bucket fills or ends."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.store import buckets, jobs, ledger
from bot.store.buckets import Bucket
from bot.store.closing import ClawBack
from bot.store.errors import CreditError
from bot.store.ledger import Settlement
from bot.store.store import Store
from bot.store.sweeping import GRACE, left_behind, sweep
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act, Origin, State
from tests.bot.store.rows import MEMBER, NOW, make_job

OTHER = 7
DAY = timedelta(days=1)


async def fill(tx: Writing, key: str, gpu_ms: int, days: int | None, member: int = MEMBER) -> Bucket:
    ends = None if days is None else NOW + days * DAY
    assert await ledger.grant(tx, member, gpu_ms, key, NOW, expires_at=ends)
    return await bucket(tx, key)


async def bucket(tx: Reading, key: str) -> Bucket:
    found = await buckets.find(tx, key)
    assert found is not None
    return found


async def left(tx: Reading, now: datetime = NOW, member: int = MEMBER) -> dict[str, int]:
    return {part.bucket.key: part.gpu_ms for part in await buckets.spendable(tx, member, now)}


async def balance(tx: Reading, *accounts: Account, member: int = MEMBER) -> tuple[int, ...]:
    found = await ledger.balances(tx, member)
    return tuple(found[account] for account in accounts)


async def test_what_ends_soonest_is_spent_first_and_what_never_ends_last(store: Store) -> None:
    async with store.write() as tx:
        for key, days in (("ever", None), ("long", 60), ("short", 10)):
            await fill(tx, key, 100, days)
        assert list(await left(tx)) == ["short", "long", "ever"]
        await ledger.reserve(tx, MEMBER, "JOB1", 250, NOW)
        assert [(part.bucket.key, part.gpu_ms) for part in await ledger.held(tx, "JOB1")] == [
            ("short", 100),
            ("long", 100),
            ("ever", 50),
        ]
        assert await ledger.settle(tx, "JOB1", 130, NOW) == Settlement(130, 120)
        assert await left(tx) == {"long": 70, "ever": 100}


async def test_bucket_is_spent_from_its_first_moment_until_before_its_last(store: Store) -> None:
    begins, ends = NOW + DAY, NOW + 2 * DAY
    async with store.write() as tx:
        await ledger.grant(tx, MEMBER, 100, "tomorrow", NOW, starts_at=begins, expires_at=ends)
        instant = timedelta(milliseconds=1)
        amounts = [await ledger.available(tx, MEMBER, at) for at in (begins - instant, begins, ends - instant, ends)]
        assert amounts == [0, 100, 100, 0]
        with pytest.raises(CreditError, match="has 0 ms"):
            await ledger.reserve(tx, MEMBER, "JOB1", 1, ends)


async def test_sweeper_lets_credit_run_out_a_day_after_its_date(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "short", 100, 10)
        await fill(tx, "long", 100, 60)
        ends = NOW + 10 * DAY
        assert (await sweep(tx, ends + GRACE - timedelta(milliseconds=1))).expired_gpu_ms == 0
        assert (await sweep(tx, ends + GRACE)).expired_gpu_ms == 100
        assert (await sweep(tx, ends + GRACE)).expired_gpu_ms == 0
        assert await balance(tx, Account.AVAILABLE, Account.EXPIRED) == (100, 100)
        assert await ledger.audit(tx) == []


async def test_clock_that_jumps_an_hour_costs_nobody_anything(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "short", 100, 10)
        await sweep(tx, NOW + 10 * DAY + timedelta(hours=1))
        assert await ledger.available(tx, MEMBER, NOW + 10 * DAY - timedelta(hours=1)) == 100


async def test_what_a_job_frees_after_its_bucket_has_run_out_runs_out_as_well(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "short", 100, 10)
        await jobs.insert(tx, make_job("JOB1"))
        await ledger.reserve(tx, MEMBER, "JOB1", 80, NOW)
        await sweep(tx, NOW + 12 * DAY)
        await ledger.settle(tx, "JOB1", 30, NOW + 12 * DAY)
        assert await balance(tx, Account.AVAILABLE, Account.SPENT, Account.EXPIRED) == (0, 30, 70)


async def test_bucket_can_be_cut_short_once(store: Store) -> None:
    async with store.write() as tx:
        cut = await fill(tx, "long", 100, 60)
        assert await ledger.expire(tx, cut, NOW) == 100
        assert await ledger.expire(tx, cut, NOW) is None
        assert await left(tx) == {}


async def test_sweeper_gives_back_what_was_held_for_jobs_that_are_no_more(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "long", 1000, 60)
        for number, state in enumerate((State.RUNNING, State.FAILED, State.DONE)):
            await jobs.insert(tx, make_job(f"JOB{number}", state=state))
            await ledger.reserve(tx, MEMBER, f"JOB{number}", 100, NOW)
        await ledger.reserve(tx, MEMBER, "LOST", 100, NOW)
        assert sorted((await sweep(tx, NOW)).freed) == ["JOB1", "JOB2", "LOST"]
        assert await left_behind(tx) == ()
        assert await balance(tx, Account.HELD) == (100,)
        assert await ledger.audit(tx) == []


async def test_gift_moves_what_ends_soonest_and_keeps_its_dates(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "short", 100, 10)
        await fill(tx, "long", 100, 60)
        assert await ledger.gift(tx, MEMBER, OTHER, 150, "card", NOW)
        assert not await ledger.gift(tx, MEMBER, OTHER, 150, "card", NOW)
        assert await left(tx) == {"long": 50}
        assert await left(tx, member=OTHER) == {"gift:card:0": 100, "gift:card:1": 50}
        assert (await bucket(tx, "gift:card:0")).expires_at == NOW + 10 * DAY
        assert await balance(tx, Account.GIVEN, Account.SPENT) == (150, 0)
        assert await ledger.audit(tx) == []


async def test_gift_of_more_than_there_is_is_refused(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "short", 100, 10)
        with pytest.raises(CreditError, match="has 100 ms of GPU time, and this may need 101 ms"):
            await ledger.gift(tx, MEMBER, OTHER, 101, "card", NOW)


@pytest.mark.parametrize(("taker", "gpu_ms"), [(MEMBER, 10), (OTHER, 0), (OTHER, -1)])
async def test_gift_that_moves_nothing_is_refused(store: Store, taker: int, gpu_ms: int) -> None:
    async with store.write() as tx:
        with pytest.raises(ValueError, match="moves nothing"):
            await ledger.gift(tx, MEMBER, taker, gpu_ms, "card", NOW)


async def test_claw_back_takes_what_is_there_and_the_rest_is_owed(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "bought", 1000, None)
        await ledger.reserve(tx, MEMBER, "JOB1", 300, NOW)
        await ledger.settle(tx, "JOB1", 300, NOW)
        await ledger.gift(tx, MEMBER, OTHER, 200, "card", NOW)
        assert await ledger.claw_back(tx, MEMBER, "bought", NOW) == ClawBack(taken_gpu_ms=500, owed_gpu_ms=500)
        assert await ledger.claw_back(tx, MEMBER, "bought", NOW) is None
        assert await balance(tx, Account.AVAILABLE, Account.DEBT, Account.GRANTED) == (0, -500, 0)
        assert await ledger.available(tx, OTHER, NOW) == 200
        assert await ledger.audit(tx) == []


async def test_what_is_used_after_a_claw_back_is_owed_and_what_is_freed_goes_back(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "bought", 1000, None)
        await ledger.reserve(tx, MEMBER, "JOB1", 300, NOW)
        assert await ledger.claw_back(tx, MEMBER, "bought", NOW) == ClawBack(taken_gpu_ms=700)
        await ledger.settle(tx, "JOB1", 120, NOW)
        assert await balance(tx, Account.AVAILABLE, Account.HELD, Account.DEBT) == (0, 0, -120)
        assert await ledger.audit(tx) == []


async def test_debts_are_paid_by_the_next_grant_the_oldest_first(store: Store) -> None:
    async with store.write() as tx:
        await fill(tx, "one", 100, None)
        await fill(tx, "two", 100, None)
        await ledger.reserve(tx, MEMBER, "JOB1", 200, NOW)
        await ledger.settle(tx, "JOB1", 200, NOW)
        await ledger.claw_back(tx, MEMBER, "one", NOW)
        await ledger.claw_back(tx, MEMBER, "two", NOW)
        await fill(tx, "third", 150, None)
        assert await balance(tx, Account.AVAILABLE, Account.DEBT) == (0, -50)
        await fill(tx, "fourth", 150, None)
        assert await balance(tx, Account.AVAILABLE, Account.DEBT, Account.GIVEN) == (100, 0, 200)
        assert await ledger.audit(tx) == []


async def test_refund_that_is_told_before_its_purchase_still_wins(store: Store) -> None:
    async with store.write() as tx:
        assert await ledger.claw_back(tx, MEMBER, "bought", NOW) == ClawBack()
        assert not await ledger.grant(tx, MEMBER, 1000, "bought", NOW)
        assert await balance(tx, Account.AVAILABLE, Account.DEBT) == (0, 0)


async def test_month_rolls_over_up_to_the_cap_and_the_rest_runs_out(store: Store) -> None:
    async with store.write() as tx:
        month = await fill(tx, "march", 1000, 31)
        starts, ends = NOW + 31 * DAY, NOW + 61 * DAY
        assert await ledger.roll_over(tx, month, 300, starts, ends, starts) == 300
        assert await ledger.roll_over(tx, month, 300, starts, ends, starts) is None
        assert await left(tx, starts) == {"rollover:march": 300}
        assert (await bucket(tx, "rollover:march")).origin is Origin.ROLLOVER
        assert await balance(tx, Account.EXPIRED, Account.GRANTED) == (700, -1000)
        assert await ledger.audit(tx) == []


async def test_month_with_nothing_left_rolls_nothing_over(store: Store) -> None:
    async with store.write() as tx:
        month = await fill(tx, "march", 0, 31)
        assert await ledger.roll_over(tx, month, 300, NOW, NOW + DAY, NOW) == 0
        assert await left(tx) == {}


async def test_endings_name_each_act_that_closed_a_bucket(store: Store) -> None:
    async with store.write() as tx:
        one, two = await fill(tx, "one", 10, 10), await fill(tx, "two", 10, 10)
        await ledger.expire(tx, one, NOW)
        await ledger.claw_back(tx, MEMBER, "one", NOW)
        assert await buckets.endings(tx, [one.id, two.id]) == {(one.id, Act.EXPIRE), (one.id, Act.CLAW_BACK)}
