"""What follows from a member's plan in the ledger: the month's time when a month begins, and what ends with a plan."""

from __future__ import annotations

from datetime import datetime

from bot.plans.plan import Plans
from bot.plans.standing import Standing, choose
from bot.store import buckets, ledger, memberships
from bot.store.closing import ClawBack
from bot.store.memberships import NewMembership
from bot.store.store import Store
from bot.store.sweeping import Swept, sweep
from bot.store.transactions import Reading, Writing
from bot.store.words import GIVEABLE


async def standing(tx: Reading, plans: Plans, member_id: int, now: datetime) -> Standing:
    return choose(plans, member_id, await memberships.of_member(tx, member_id), now)


async def begin(tx: Writing, plans: Plans, member_id: int, now: datetime) -> Standing:
    """The member's plan, with its month's time granted: once a month, however often it is asked for.

    What was granted stays as it was, whatever happens to the plan. A larger month of the same source ends a smaller one
    (an upgrade); beside a larger one, a smaller one waits until that has ended (a downgrade).
    """
    found = await standing(tx, plans, member_id, now)
    granted = found.plan.fast_gpu_ms
    if not granted or await buckets.find(tx, found.key) is not None:
        return found
    running = await buckets.running(tx, member_id, found.origin, now)
    if any(bucket.gpu_ms >= granted for bucket in running):
        return found
    for bucket in running:
        await ledger.expire(tx, bucket, now)
    await _carry_over(tx, found, now)
    await ledger.grant(
        tx,
        member_id,
        granted,
        found.key,
        now,
        found.plan.name,
        origin=found.origin,
        starts_at=found.month.starts_at,
        expires_at=found.month.ends_at,
        membership_id=found.membership.id if found.membership is not None else None,
    )
    return found


async def _carry_over(tx: Writing, found: Standing, now: datetime) -> None:
    """What the months before have left over, as far as the plan says; in all, not of each."""
    most = found.plan.rollover_gpu_ms
    if not most:
        return
    for part in await buckets.over(tx, now, found.member_id):
        if part.bucket.origin is found.origin:
            month = found.month
            most -= await ledger.roll_over(tx, part.bucket, most, month.starts_at, month.ends_at, now) or 0


async def take_back(tx: Writing, revoked: NewMembership, now: datetime) -> ClawBack | None:
    """A refund or a chargeback: the plan is void at once; what was granted in the period goes back, also what of it has
    rolled over into a later month, and what was used of it is owed. None if that was done before.
    """
    membership = await memberships.revoke(tx, revoked, now)
    if membership is None:
        return None
    taken = owed = 0
    for bucket in await buckets.of_membership(tx, membership.id):
        if bucket.starts_at < membership.starts_at:
            continue  # an earlier period, which stays paid for, and so does what it left over
        rolled = await ledger.rollover_of(tx, bucket)
        for granted in (bucket, *((rolled,) if rolled is not None else ())):
            back = await ledger.claw_back(tx, granted.member_id, granted.key, now) or ClawBack()
            taken, owed = taken + back.taken_gpu_ms, owed + back.owed_gpu_ms
    return ClawBack(taken, owed)


async def sweep_credit(store: Store, plans: Plans) -> Swept:
    """Once an hour: what rolls over into a member's next month does, even if they stay away; then the rest runs out."""
    now = store.now()
    async with store.read() as tx:
        over = [part.bucket for part in await buckets.over(tx, now)]
    members = {bucket.member_id for bucket in over if bucket.origin not in GIVEABLE}  # of months alone
    for member_id in sorted(members):
        async with store.write() as tx:
            if (await standing(tx, plans, member_id, now)).plan.rollover_gpu_ms:
                await begin(tx, plans, member_id, now)
    async with store.write() as tx:
        return await sweep(tx, now)
