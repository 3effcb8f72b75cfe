"""What members have reported to moderators: one report a member and job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.jobs import Job
from bot.store.transactions import Reading, Writing
from bot.store.words import State

_jobs: Final = tables.jobs
_reports: Final = tables.reports
_is_open: Final[ColumnElement[bool]] = literal_column("closed_at IS NULL")  # word for word the index's


@dataclass(frozen=True, slots=True)
class Report:
    id: int
    job_id: str
    reporter_id: int
    reason: str
    created_at: datetime
    closed_at: datetime | None = None  # somebody has looked at it and decided


async def add(tx: Writing, job_id: str, reporter_id: int, reason: str, now: datetime) -> bool:
    """False if this member has reported this job already."""
    row = {"job_id": job_id, "reporter_id": reporter_id, "reason": reason, "created_at": now}
    return await tx.change(insert_into(_reports).values(row).on_conflict_do_nothing()) == 1


async def of_job(tx: Reading, job_id: str) -> tuple[Report, ...]:
    rows = await tx.all(select(_reports).where(_reports.c.job_id == job_id).order_by(_reports.c.id))
    return tuple(Report(**row) for row in rows)


async def open_jobs(tx: Reading, server_id: int | None = None) -> tuple[Job, ...]:
    """Jobs with reports that nobody has decided about, the longest reported first; of one server, or of all. Who may
    see them is not known here.
    """
    first = (
        select(_reports.c.job_id, func.min(_reports.c.id).label("first")).where(_is_open).group_by(_reports.c.job_id)
    )
    query = select(_jobs).join(found := first.subquery(), found.c.job_id == _jobs.c.id)
    query = query.where(_jobs.c.state != State.DELETED).order_by(found.c.first)
    if server_id is not None:
        query = query.where(_jobs.c.server_id == server_id)
    return tuple(Job(**row) for row in await tx.all(query))


async def close(tx: Writing, job_id: str, now: datetime) -> int:
    """Somebody has decided: how many reports that answers."""
    return await tx.change(update(_reports).where(_reports.c.job_id == job_id, _is_open).values(closed_at=now))
