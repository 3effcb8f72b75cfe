"""Who pays for a job: its member, or the pool of its server once their own time is used up; and what the server allows
its members to use at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from bot.errors import ServerLimitError, ServerSpeedError
from bot.plans.months import calendar_month
from bot.plans.plan import Plan, Plans
from bot.store import ledger, pools, servers
from bot.store.jobs import Job
from bot.store.servers import Server
from bot.store.transactions import Reading
from engine import Speed

USE, DRAW, SPEED = "use_gpu_ms", "draw_gpu_ms", "speed"
SPEEDS = (Speed.RELAX, Speed.FAST, Speed.TURBO)  # the slowest first


@dataclass(frozen=True, slots=True)
class Limits:
    """Of a server, a member and month: what their jobs there may cost, and what of it the pool may pay."""

    use_gpu_ms: int | None = None
    draw_gpu_ms: int | None = None
    speed: Speed = Speed.TURBO

    @classmethod
    def of(cls, server: Server | None) -> Self:
        kept = server.settings.get("limits", {}) if server is not None else {}
        return cls(kept.get(USE), kept.get(DRAW), Speed(kept.get(SPEED, Speed.TURBO)))

    def hold_speed(self, speed: Speed) -> None:
        if SPEEDS.index(speed) > SPEEDS.index(self.speed):
            raise ServerSpeedError(self.speed)


async def payer_of(tx: Reading, job: Job, plan: Plan, plans: Plans, now: datetime) -> int:
    """Whose time is reserved. Raises ServerLimitError or ServerSpeedError."""
    if job.server_id is None:
        return job.member_id
    limits, month = Limits.of(await servers.find(tx, job.server_id)), calendar_month(now, plans.zone)
    limits.hold_speed(Speed(job.speed))
    if limits.use_gpu_ms is not None:
        used = await pools.used(tx, job.server_id, job.member_id, month.starts_at)  # this job is among them
        if used > limits.use_gpu_ms:
            left = max(0, limits.use_gpu_ms - used + job.reserved_gpu_ms)
            raise ServerLimitError(limits.use_gpu_ms, left, month.ends_at)
    if plan.is_unbounded or await ledger.available(tx, job.member_id, now) >= job.reserved_gpu_ms:
        return job.member_id
    pool_gpu_ms = await left_in_pool(tx, job.server_id, job.member_id, plans, now)
    return job.server_id if job.reserved_gpu_ms <= pool_gpu_ms else job.member_id


async def left_in_pool(tx: Reading, server_id: int, member_id: int, plans: Plans, now: datetime) -> int:
    """What the pool of a server may still pay for a member."""
    left = await ledger.available(tx, server_id, now)
    most = Limits.of(await servers.find(tx, server_id)).draw_gpu_ms if left else None
    if most is None:
        return left
    drawn = await pools.drawn(tx, server_id, calendar_month(now, plans.zone).starts_at)
    return max(0, min(left, most - drawn.get(member_id, 0)))
