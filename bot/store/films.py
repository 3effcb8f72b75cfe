"""Films of jobs forming: rows only, at most one a job. It is stored with the pictures, and goes with them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_films: Final = tables.films
_jobs: Final = tables.jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    job_id: str
    sha256: str
    media_type: str
    bytes: int
    created_at: datetime


async def insert(tx: Writing, film: Film) -> bool:
    """False if the job has one already; that one stays."""
    return await tx.change(insert_into(_films).values(asdict(film)).on_conflict_do_nothing()) == 1


async def find(tx: Reading, job_id: str) -> Film | None:
    row = await tx.first(select(_films).where(_films.c.job_id == job_id))
    return None if row is None else Film(**row)


async def of_family(tx: Reading, root_id: str) -> frozenset[str]:
    """Which jobs of a family have one."""
    rows = await tx.all(select(_films.c.job_id).join(_jobs).where(_jobs.c.root_id == root_id))
    return frozenset(row["job_id"] for row in rows)
