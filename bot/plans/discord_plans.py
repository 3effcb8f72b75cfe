"""What was bought in Discord's shop, and what it is worth here. However often and in whatever order it is told, the
same comes of it. Knows nothing of how one asks Discord.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.plans.membership import take_back
from bot.plans.plan import Pack, Plan, Plans
from bot.store import buckets, keys, ledger, memberships
from bot.store.memberships import Membership, NewMembership
from bot.store.transactions import Reading, Writing
from bot.store.words import Origin, Source

# While a payment is tried again, Discord still entitles. So long the plan stays, two hours at a time, without new time.
LATE_PAYMENT: Final = timedelta(days=7)
LOOKED_AT_AGAIN: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True)
class Period:
    """What a subscription has paid for."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """`is_deleted`: the money went back, or a trial was taken away. `ends_at` is none while it lasts."""

    id: int
    sku: int
    member_id: int
    starts_at: datetime
    ends_at: datetime | None = None
    is_deleted: bool = False
    is_consumed: bool = False
    is_subscription: bool = False

    @property
    def key(self) -> str:
        return str(self.id)

    @property
    def pack_key(self) -> str:
        return f"pack:{self.id}"


class Next(StrEnum):
    """What is left to do after it was taken up."""

    NOTHING = "nothing"
    CONSUME = "consume"  # its time is granted: Discord may let the member buy another
    ASK_AGAIN = "ask again"  # its subscription is not there yet


async def take_up(tx: Writing, plans: Plans, sold: Entitlement, period: Period | None, now: datetime) -> Next:
    """`period` is that of its subscription, where the subscription is about this very entitlement."""
    known = await memberships.find(tx, Source.DISCORD, sold.key)
    if sold.is_deleted:
        await _take_back(tx, plans, sold, known, period, now)
        return Next.NOTHING
    match plans.sold_as(sold.sku):
        case Pack(gpu_ms=gpu_ms, name=name):
            if sold.is_consumed and not await _is_of_our_time(tx, sold):
                return Next.NOTHING
            await ledger.grant(tx, sold.member_id, gpu_ms, sold.pack_key, now, name, origin=Origin.BOUGHT)
            return Next.NOTHING if sold.is_consumed else Next.CONSUME
        case Plan(name=name):
            return await _begin(tx, name, sold, known, period, now)
    if known is not None and sold.ends_at is not None:  # the operator sells it no more
        await memberships.end(tx, Source.DISCORD, sold.key, sold.ends_at)
    return Next.NOTHING


async def _is_of_our_time(tx: Reading, sold: Entitlement) -> bool:
    """We consume only what we have granted: where that grant is missing, a restored backup did not know of it. What was
    bought before there was this data is another ledger's."""
    since = await keys.first_made_at(tx)
    return since is not None and since <= sold.starts_at


async def _begin(
    tx: Writing, plan: str, sold: Entitlement, known: Membership | None, period: Period | None, now: datetime
) -> Next:
    if sold.ends_at is not None and (known is not None or sold.ends_at <= now):
        await memberships.end(tx, Source.DISCORD, sold.key, sold.ends_at)
        return Next.NOTHING
    if sold.is_subscription and period is None:
        return Next.ASK_AGAIN
    await memberships.put(tx, _membership(plan, sold, period, now))
    return Next.NOTHING


async def _take_back(
    tx: Writing, plans: Plans, sold: Entitlement, known: Membership | None, period: Period | None, now: datetime
) -> None:
    """The month whose money went back, even if nobody had heard of that month before."""
    found = plans.sold_as(sold.sku)
    if isinstance(found, Pack) or await buckets.find(tx, sold.pack_key) is not None:
        await ledger.claw_back(tx, sold.member_id, sold.pack_key, now)
    elif found is not None or known is not None:
        name = found.name if found is not None else known.plan if known is not None else ""
        revoked = _membership(name, sold, period, now)
        if known is not None and period is not None:
            await memberships.put(tx, revoked)
        await take_back(tx, revoked, now)


def _membership(plan: str, sold: Entitlement, period: Period | None, now: datetime) -> NewMembership:
    starts_at, ends_at = sold.starts_at, sold.ends_at
    if period is not None:
        starts_at, ends_at = period.starts_at, _end(period, sold, now)
    return NewMembership(
        member_id=sold.member_id,
        source=Source.DISCORD,
        external_id=sold.key,
        plan=plan,
        starts_at=starts_at,
        ends_at=max(ends_at, starts_at) if ends_at is not None else None,
        created_at=now,
    )


def _end(period: Period, sold: Entitlement, now: datetime) -> datetime:
    if sold.ends_at is not None:
        return min(sold.ends_at, period.ends_at)
    if sold.is_deleted or period.ends_at > now:
        return period.ends_at
    return min(now + LOOKED_AT_AGAIN, period.ends_at + LATE_PAYMENT)
