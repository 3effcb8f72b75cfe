"""What a member has left, and what follows: whether a price is confirmed first, and when a low balance is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.plans.membership import begin, standing
from bot.plans.plan import Plan, Plans
from bot.plans.standing import Standing
from bot.store import buckets, ledger, notices
from bot.store.store import Store
from bot.store.transactions import Writing

SMALL_GPU_MS: Final = 10_000  # so little is never asked about
DEAR_OF_MONTH: Final = 10  # a tenth
DEAR_OF_LEFT: Final = 2  # half
LOW_OF_MONTH: Final = 10


@dataclass(frozen=True, slots=True)
class Low:
    """`is_empty`: there is not enough for another one like that."""

    left_gpu_ms: int
    is_empty: bool
    renews_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """`left_gpu_ms` is None where the plan has no bound."""

    standing: Standing
    left_gpu_ms: int | None

    @property
    def plan(self) -> Plan:
        return self.standing.plan

    def is_dear(self, price_gpu_ms: int) -> bool:
        """Whether so much is spent only after a second press. What cannot be had at all is not dear: it is refused."""
        left = self.left_gpu_ms
        if left is None or not SMALL_GPU_MS < price_gpu_ms <= left:
            return False
        month = self.plan.fast_gpu_ms
        return price_gpu_ms * DEAR_OF_LEFT > left or (bool(month) and price_gpu_ms * DEAR_OF_MONTH > (month or 0))


async def balance(store: Store, plans: Plans, member_id: int, now: datetime) -> Balance:
    """With the month's time granted: whoever is first to look at a month that has begun must not find it empty."""
    async with store.read() as tx:
        found = await standing(tx, plans, member_id, now)
        if found.plan.is_unbounded:
            return Balance(found, None)
        if not found.plan.fast_gpu_ms or await buckets.find(tx, found.key) is not None:
            return Balance(found, await ledger.available(tx, member_id, now))
    async with store.write() as tx:
        found = await begin(tx, plans, member_id, now)
        return Balance(found, await ledger.available(tx, member_id, now))


async def low_after(tx: Writing, found: Standing, price_gpu_ms: int, now: datetime) -> Low | None:
    """What is to be told now that this was reserved: once a month when a tenth of it is left, once when nothing is."""
    month = found.plan.fast_gpu_ms
    if not month or not price_gpu_ms:
        return None
    left = await ledger.available(tx, found.member_id, now)
    if left * LOW_OF_MONTH >= month:
        return None
    is_empty, began = left < price_gpu_ms, found.month.starts_at.isoformat()
    is_new = await notices.give(tx, found.member_id, f"low:{began}", now)
    if is_empty:
        is_new = await notices.give(tx, found.member_id, f"empty:{began}", now)
    return Low(left, is_empty, found.month.ends_at) if is_new else None
