"""What members have reported to moderators: one report a member and job. It is about the whole job, or about one
post in a gallery, which may show only one of its pictures, and on another server.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, func, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.exhibits import Exhibit
from bot.store.jobs import Job
from bot.store.transactions import Reading, Writing
from bot.store.words import Hanging, State

_jobs: Final = tables.jobs
_reports: Final = tables.reports
_exhibits: Final = tables.exhibits
_POST: Final = "post "  # before the number of an exhibit: the reason of a report that is about its post alone
_is_open: Final[ColumnElement[bool]] = literal_column("closed_at IS NULL")  # word for word the index's


@dataclass(frozen=True, slots=True)
class Report:
    id: int
    job_id: str
    reporter_id: int
    reason: str
    created_at: datetime
    closed_at: datetime | None = None  # somebody has looked at it and decided

    @property
    def exhibit(self) -> int | None:
        """Whose post it is about; None: about the job."""
        return int(self.reason.removeprefix(_POST)) if self.reason.startswith(_POST) else None


def about(exhibit_id: int) -> str:
    """The reason of a report of that exhibit's post."""
    return f"{_POST}{exhibit_id}"


async def add(tx: Writing, job_id: str, reporter_id: int, reason: str, now: datetime) -> bool:
    """False if this member has reported this job, or a post of it, already. Once that is decided, they may report
    another post."""
    row = {"job_id": job_id, "reporter_id": reporter_id, "reason": reason, "created_at": now}
    again = (
        insert_into(_reports)
        .values(row)
        .on_conflict_do_update(
            index_elements=["job_id", "reporter_id"],
            set_={"reason": reason, "created_at": now, "closed_at": None},
            where=and_(_reports.c.closed_at.is_not(None), _reports.c.reason != reason),
        )
    )
    return await tx.change(again) == 1


async def of_job(tx: Reading, job_id: str) -> tuple[Report, ...]:
    rows = await tx.all(select(_reports).where(_reports.c.job_id == job_id).order_by(_reports.c.id))
    return tuple(Report(**row) for row in rows)


async def open_jobs(tx: Reading, server_id: int | None = None) -> tuple[Job, ...]:
    """Jobs with reports that nobody has decided about, the longest reported first; of one server, or of all. Who may
    see them is not known here. Reports of posts are left out.
    """
    first = select(_reports.c.job_id, func.min(_reports.c.id).label("first"))
    first = first.where(_is_open, ~_reports.c.reason.startswith(_POST)).group_by(_reports.c.job_id)
    query = select(_jobs).join(found := first.subquery(), found.c.job_id == _jobs.c.id)
    query = query.where(_jobs.c.state != State.DELETED).order_by(found.c.first)
    if server_id is not None:
        query = query.where(_jobs.c.server_id == server_id)
    return tuple(Job(**row) for row in await tx.all(query))


async def open_posts(tx: Reading, server_id: int | None = None) -> tuple[Exhibit, ...]:
    """The same of posts that still hang, in the gallery of one server, or of all."""
    same = and_(_reports.c.job_id == _exhibits.c.job_id, _reports.c.reason == _POST + _exhibits.c.id.cast(Text))
    query = select(_exhibits).join(_reports, same).where(_is_open, _exhibits.c.state == Hanging.SHOWN)
    if server_id is not None:
        query = query.where(_exhibits.c.server_id == server_id)
    rows = await tx.all(query.group_by(_exhibits.c.id).order_by(func.min(_reports.c.id)))
    return tuple(Exhibit(**row) for row in rows)


async def close(tx: Writing, job_id: str, now: datetime, exhibit_id: int | None = None) -> int:
    """Somebody has decided, about the job or about that post of it: how many reports that answers."""
    is_about = ~_reports.c.reason.startswith(_POST) if exhibit_id is None else _reports.c.reason == about(exhibit_id)
    its = (_reports.c.job_id == job_id, is_about, _is_open)
    return await tx.change(update(_reports).where(*its).values(closed_at=now))
