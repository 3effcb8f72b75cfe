"""What Stripe tells, in any order, and what comes of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from bot.plans.membership import begin, standing
from bot.plans.plan import Pack, Plans
from bot.plans.stripe_plans import hear
from bot.store import ledger, memberships
from bot.store.payments import PaymentEvent
from bot.store.store import Store
from bot.store.transactions import Writing
from bot.store.words import Account, Source
from tests.bot.plans.rows import BASIC, FREE, HOUR, PRO
from tests.bot.plans.stripe_events import (
    DAY,
    deleted,
    disputed,
    line,
    paid,
    payment,
    refunded,
    session,
    updated,
)
from tests.bot.store.rows import MEMBER, NOW

NOTHING = replace(FREE, fast_gpu_ms=0)
TEN = Pack(name="ten", title="Ten hours", gpu_ms=10 * HOUR)
PLANS = Plans(
    (NOTHING, replace(BASIC, stripe=("price_basic",)), replace(PRO, stripe=("price_pro", "price_pro_year"))),
    NOTHING,
    packs=(TEN,),
)
SECOND, THIRD = NOW + 31 * DAY, NOW + 61 * DAY
FIRST_BILL = paid("in_1", line("price_basic", NOW, SECOND))
SECOND_BILL = paid("in_2", line("price_basic", SECOND, THIRD), at=SECOND)
LAST = SECOND + DAY


async def tell(tx: Writing, events: Iterable[PaymentEvent], now: datetime) -> None:
    for event in events:
        await hear(tx, PLANS, event, now)
        await begin(tx, PLANS, MEMBER, now)


async def stands(tx: Writing, now: datetime) -> tuple[str, float]:
    plan = (await begin(tx, PLANS, MEMBER, now)).plan
    assert await ledger.audit(tx) == []
    return plan.name, await ledger.available(tx, MEMBER, now) / HOUR


def shuffles(events: Sequence[PaymentEvent]) -> list[tuple[PaymentEvent, ...]]:
    """Some orders of them, each event twice."""
    every = [*permutations(events)]
    return [(*order, *reversed(order)) for order in random.Random(7).sample(every, min(12, len(every)))]


@pytest.mark.parametrize("events", shuffles((session(), FIRST_BILL, SECOND_BILL, updated(SECOND, SECOND))))
async def test_paid_months_are_granted_once_each_in_whatever_order_they_are_told(
    store: Store, events: tuple[PaymentEvent, ...]
) -> None:
    async with store.write() as tx:
        await tell(tx, events, LAST)
        assert await stands(tx, LAST) == ("basic", 3)
        assert len(await memberships.of_member(tx, MEMBER)) == 2


@pytest.mark.parametrize("new", [False, True])
async def test_both_ways_of_naming_things_are_understood(store: Store, new: bool) -> None:
    bill = paid("in_1", line("price_basic", NOW, SECOND, new=new), new=new)
    async with store.write() as tx:
        await tell(tx, (bill, session(), payment("in_1"), updated(SECOND, SECOND, new=new)), SECOND)
        assert (await standing(tx, PLANS, MEMBER, SECOND)).plan.name == "basic"
        await tell(tx, (refunded("in_1", SECOND),), SECOND)
        assert (await standing(tx, PLANS, MEMBER, SECOND)).plan.name == "free"


@pytest.mark.parametrize("take", [refunded, disputed])
@pytest.mark.parametrize("seed", range(4))
async def test_money_that_goes_back_takes_its_own_month_alone(store: Store, take: object, seed: int) -> None:
    gone = (refunded if take is refunded else disputed)("in_2", LAST)
    events = [session(), FIRST_BILL, SECOND_BILL, gone]
    random.Random(seed).shuffle(events)
    async with store.write() as tx:
        await tell(tx, (session(), FIRST_BILL), NOW)
        await ledger.reserve(tx, MEMBER, "JOB1", HOUR, NOW)
        await ledger.settle(tx, "JOB1", HOUR, NOW)
        await tell(tx, (*events, *events), LAST)
        assert await stands(tx, LAST) == ("free", 0)
        assert (await ledger.balances(tx, MEMBER))[Account.DEBT] == 0  # the first month was paid for and used


@pytest.mark.parametrize("order", [*permutations(range(3))])
async def test_dispute_that_is_won_gives_the_period_back_and_what_was_used_stays_used(
    store: Store, order: tuple[int, ...]
) -> None:
    told = (disputed("in_1", NOW), disputed("in_1", NOW, "funds_withdrawn"), disputed("in_1", LAST, "closed", "won"))
    async with store.write() as tx:
        await tell(tx, (session(), FIRST_BILL), NOW)
        await ledger.reserve(tx, MEMBER, "JOB1", HOUR, NOW)
        await ledger.settle(tx, "JOB1", HOUR, NOW)
        for number in (*order, *order):
            await tell(tx, (told[number],), NOW)
        assert await stands(tx, NOW) == ("basic", 2)
        again = disputed("in_1", NOW, name="du_2")
        await tell(tx, (again, again), NOW)
        assert await stands(tx, NOW) == ("free", 0)
        assert (await ledger.balances(tx, MEMBER))[Account.DEBT] == -HOUR


async def test_dispute_that_is_lost_gives_nothing_back(store: Store) -> None:
    async with store.write() as tx:
        await tell(tx, (session(), FIRST_BILL, disputed("in_1", NOW), disputed("in_1", NOW, "closed", "lost")), NOW)
        assert await stands(tx, NOW) == ("free", 0)


async def test_question_of_a_bank_takes_nothing_until_it_takes_money(store: Store) -> None:
    async with store.write() as tx:
        asked = disputed("in_1", NOW, status="warning_needs_response")
        closed = disputed("in_1", NOW, "closed", "warning_closed")
        await tell(tx, (session(), FIRST_BILL, asked, closed), NOW)
        assert await stands(tx, NOW) == ("basic", 3)
        await tell(tx, (disputed("in_1", NOW, "funds_withdrawn"),), NOW)
        assert await stands(tx, NOW) == ("free", 0)


async def test_refund_of_a_part_changes_nothing(store: Store) -> None:
    async with store.write() as tx:
        await tell(tx, (session(), FIRST_BILL, refunded("in_1", NOW, in_full=False)), NOW)
        assert await stands(tx, NOW) == ("basic", 3)


async def test_upgrade_counts_at_once_and_its_credit_for_the_old_plan_is_no_month(store: Store) -> None:
    later = NOW + 10 * DAY
    change = paid(
        "in_2",
        line("price_basic", later, SECOND, amount=-600),
        line("price_pro", later, SECOND, amount=4000),
        at=later,
    )
    async with store.write() as tx:
        await tell(tx, (session(), FIRST_BILL), NOW)
        await tell(tx, (change,), later)
        assert await stands(tx, later) == ("pro", 30)


async def test_downgrade_counts_from_the_next_period_on_whatever_is_credited_for_the_rest_of_this(store: Store) -> None:
    later = NOW + 10 * DAY
    credited = line("price_pro", later, SECOND, amount=-4000), line("price_basic", later, SECOND, amount=600)
    async with store.write() as tx:
        await tell(tx, (session(), paid("in_1", line("price_pro", NOW, SECOND)), updated(NOW, later)), later)
        assert await stands(tx, later) == ("pro", 30)
        renewed = paid("in_2", *credited, line("price_basic", SECOND, THIRD), at=SECOND)
        await tell(tx, (renewed, updated(SECOND, SECOND), renewed), LAST + DAY)
        assert await stands(tx, LAST + DAY) == ("basic", 3)


async def test_year_is_granted_month_by_month(store: Store) -> None:
    async with store.write() as tx:
        year = paid("in_1", line("price_pro_year", NOW, NOW + 365 * DAY))
        await tell(tx, (session(), year), NOW)
        for month in range(3):
            assert (await stands(tx, NOW + month * timedelta(days=31)))[0] == "pro"


async def test_subscription_that_is_ended_at_once_ends_and_one_that_runs_out_keeps_its_period(store: Store) -> None:
    async with store.write() as tx:
        await tell(tx, (deleted(NOW + DAY), session(), FIRST_BILL), NOW + DAY)
        assert (await stands(tx, NOW + DAY))[0] == "free"
        found = await memberships.find(tx, Source.STRIPE, "in_1")
        assert found is not None
        assert found.ends_at == NOW + DAY


async def test_hour_between_two_periods_does_not_cost_the_plan(store: Store) -> None:
    async with store.write() as tx:
        await tell(tx, (session(), FIRST_BILL), NOW)
        await tell(tx, (updated(SECOND, SECOND),), SECOND)
        between = SECOND + timedelta(minutes=50)
        assert await stands(tx, between) == ("basic", 0)
        await tell(tx, (SECOND_BILL,), between)
        assert await stands(tx, between) == ("basic", 3)


async def test_pack_is_granted_once_it_is_paid_and_taken_back_with_its_money(store: Store) -> None:
    pack: dict[str, Any] = {"mode": "payment", "subscription": None, "metadata": {"pack": "ten"}}
    pack["payment_intent"] = "pi_in_9"
    async with store.write() as tx:
        await tell(tx, (session(payment_status="unpaid", **pack),), NOW)
        assert await stands(tx, NOW) == ("free", 0)
    async with store.write() as tx:
        bought = session("async_payment_succeeded", **pack)  # days later, by the bank
        await tell(tx, (bought, bought), NOW)
        assert await stands(tx, NOW) == ("free", 10)
        await tell(tx, (disputed("in_9", NOW),), NOW)
        assert await stands(tx, NOW) == ("free", 0)
        await tell(tx, (disputed("in_9", NOW, "closed", "won"),), NOW)
        assert await stands(tx, NOW) == ("free", 10)
        await tell(tx, (refunded("in_9", NOW),), NOW)
        assert await stands(tx, NOW) == ("free", 0)


async def test_pack_that_is_paid_at_once_is_granted_once(store: Store) -> None:
    async with store.write() as tx:
        bought = session(mode="payment", subscription=None, metadata={"pack": "ten"})
        await tell(tx, (bought, bought, replace(bought, id="evt_2")), NOW)
        assert await stands(tx, NOW) == ("free", 10)
        free = session(id="cs_2", mode="payment", metadata={"pack": "ten"}, payment_status="no_payment_required")
        await tell(tx, (free,), NOW)
        assert await stands(tx, NOW) == ("free", 20)


async def test_payment_of_nobody_waits_until_the_session_says_whose_it_is(store: Store) -> None:
    async with store.write() as tx:
        await tell(tx, (FIRST_BILL, replace(session(client_reference_id="cleo"), id="evt_x")), NOW)
        assert await stands(tx, NOW) == ("free", 0)
        await tell(tx, (session(),), NOW)
        assert await stands(tx, NOW) == ("basic", 3)
