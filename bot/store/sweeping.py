"""What nobody comes back for: buckets past their date, and holds of jobs that are no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import text

from bot.store import buckets, tables
from bot.store.ledger import expire, refund
from bot.store.transactions import Reading, Writing
from bot.store.words import OPEN

GRACE: Final = timedelta(
    days=1
)  # nothing past its date is spent, but a clock that jumps shall not cost anybody a month


@dataclass(frozen=True, slots=True)
class Swept:
    """`freed` are the jobs whose holds were left behind."""

    expired_gpu_ms: int
    freed: tuple[str, ...]


async def sweep(tx: Writing, now: datetime) -> Swept:
    expired = 0
    for part in await buckets.over(tx, now - GRACE):
        expired += await expire(tx, part.bucket, now) or 0
    freed = await left_behind(tx)
    for job_id in freed:
        await refund(tx, job_id, now)
    return Swept(expired, freed)


async def left_behind(tx: Reading) -> tuple[str, ...]:
    """Jobs that have ended, or are no more, with something still held for them. There should never be one."""
    # Only members with anything held: all reservations there ever were would take a while.
    found = f"""
        SELECT job_id FROM reserves
        WHERE member_id IN (SELECT member_id FROM accounts WHERE account = 'held' AND gpu_ms > 0)
          AND job_id NOT IN (SELECT job_id FROM ends)
          AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = reserves.job_id AND {tables.among("jobs.state", OPEN)})"""
    return tuple(row["job_id"] for row in await tx.all(text(found)))
