"""What a member has left, and what follows: whether a price is confirmed first, and when a low balance is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.intake.paying import left_in_pool
from bot.plans.membership import begin, standing
from bot.plans.plan import Plan, Plans
from bot.plans.standing import Standing
from bot.store import buckets, ledger, notices, preferences
from bot.store.jobs import Job
from bot.store.store import Store
from bot.store.transactions import Writing

SMALL_GPU_MS: Final = 10_000  # so little is never asked about
DEAR_OF_MONTH: Final = 10  # a tenth
DEAR_OF_LEFT: Final = 2  # half
DEAR_OF_POOL: Final = 10  # which is others' as well
LOW_OF_MONTH: Final = 10


@dataclass(frozen=True, slots=True)
class Low:
    """`is_empty`: there is not enough for another one like that."""

    left_gpu_ms: int
    is_empty: bool
    renews_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """`left_gpu_ms` is None where the plan has no bound; beside it, the server's pool would pay `pool_gpu_ms`. Above
    `ask_gpu_ms` its member wants to be asked; None leaves it to what follows from the plan."""

    standing: Standing
    left_gpu_ms: int | None
    pool_gpu_ms: int = 0
    ask_gpu_ms: int | None = None

    @property
    def plan(self) -> Plan:
        return self.standing.plan

    def is_dear(self, price_gpu_ms: int) -> bool:
        """Whether so much is spent only after a second press. What cannot be had at all is not dear: it is refused."""
        left, ask = self.left_gpu_ms, self.ask_gpu_ms
        if left is not None and price_gpu_ms > max(left, self.pool_gpu_ms):
            return False
        if ask is not None and price_gpu_ms > ask:
            return True
        if left is None or price_gpu_ms <= SMALL_GPU_MS:
            return False
        if price_gpu_ms > left:
            return price_gpu_ms > self.pool_gpu_ms // DEAR_OF_POOL
        if ask is not None:
            return False
        month = self.plan.fast_gpu_ms
        much = max(month, left) if month else 0  # whoever has more beside the month may spend more at once
        return price_gpu_ms * DEAR_OF_LEFT > left or 0 < much < price_gpu_ms * DEAR_OF_MONTH

    def needs_pool(self, prices_gpu_ms: Sequence[int]) -> bool:
        """Whether all can be had, one after the other, but not by the member's own time alone."""
        own, pool = self.left_gpu_ms, self.pool_gpu_ms
        if own is None or sum(prices_gpu_ms) <= own:
            return False
        for price in prices_gpu_ms:
            if price <= own:
                own -= price
            else:
                pool -= price
        return pool >= 0


async def balance(store: Store, plans: Plans, member_id: int, server_id: int | None, now: datetime) -> Balance:
    """With the month's time granted: whoever is first to look at a month that has begun must not find it empty."""
    async with store.read() as tx:
        found = await standing(tx, plans, member_id, now)
        ask = (await preferences.find(tx, member_id)).ask_gpu_ms
        if found.plan.is_unbounded:
            return Balance(found, None, ask_gpu_ms=ask)
        pool = await left_in_pool(tx, server_id, member_id, plans, now) if server_id is not None else 0
        if not found.plan.fast_gpu_ms or await buckets.find(tx, found.key) is not None:
            return Balance(found, await ledger.available(tx, member_id, now), pool, ask)
    async with store.write(hurried=True) as tx:
        found = await begin(tx, plans, member_id, now)
        return Balance(found, await ledger.available(tx, member_id, now), pool, ask)


async def low_after(tx: Writing, found: Balance, jobs: Sequence[Job], now: datetime) -> Low | None:
    """What is to be told now that these were reserved: once a month when a tenth of it is left, once when nothing is.
    Nothing where a pool paid."""
    month, stands = found.plan.fast_gpu_ms, found.standing
    price_gpu_ms = await ledger.dearest(tx, stands.member_id, [job.id for job in jobs])
    if not month or not price_gpu_ms:
        return None
    left = await ledger.available(tx, stands.member_id, now)
    if left * LOW_OF_MONTH >= month:
        return None
    is_empty, began = max(left, found.pool_gpu_ms) < price_gpu_ms, stands.month.starts_at.isoformat()
    is_new = await notices.give(tx, stands.member_id, f"low:{began}", now)
    if is_empty:
        is_new = await notices.give(tx, stands.member_id, f"empty:{began}", now)
    return Low(left, is_empty, stands.month.ends_at) if is_new else None
