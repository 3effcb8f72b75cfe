"""What members have reported to moderators: one report a member and job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_reports: Final = tables.reports


@dataclass(frozen=True, slots=True)
class Report:
    id: int
    job_id: str
    reporter_id: int
    reason: str
    created_at: datetime


async def add(tx: Writing, job_id: str, reporter_id: int, reason: str, now: datetime) -> bool:
    """False if this member has reported this job already."""
    row = {"job_id": job_id, "reporter_id": reporter_id, "reason": reason, "created_at": now}
    return await tx.change(insert_into(_reports).values(row).on_conflict_do_nothing()) == 1


async def of_job(tx: Reading, job_id: str) -> tuple[Report, ...]:
    rows = await tx.all(select(_reports).where(_reports.c.job_id == job_id).order_by(_reports.c.id))
    return tuple(Report(**row) for row in rows)


async def newest(tx: Reading, limit: int) -> tuple[Report, ...]:
    rows = await tx.all(select(_reports).order_by(_reports.c.id.desc()).limit(limit))
    return tuple(Report(**row) for row in rows)
