"""What the GPU was used for, added up: by day, member, model, kind and speed; and how long it had nothing to do. Of all
members it comes out of one index: no recipe and no word of a prompt is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import text

from bot.store.columns import milliseconds, moment
from bot.store.tables import MODEL
from bot.store.transactions import Reading

_DAY_MS: Final = 86_400_000
# What was never started, such as a picture taken out of its grid, used nothing.
_ENDED: Final = "ended_at IS NOT NULL AND ended_at >= :since AND ended_at < :until AND started_at IS NOT NULL"
# Without its own `LIMIT` the inner query is merged into the outer one, and SQLite up to 3.40 then reads every recipe to
# find the model that stands in the index: 1.5 s instead of 0.1 s for 100,000 jobs.
_USED: Final = f"""
    SELECT day, member_id, model, kind, speed, count(*) AS jobs, sum(is_failed) AS failed, sum(gpu_ms) AS gpu_ms
    FROM (
      SELECT ended_at / {_DAY_MS} AS day, member_id, {MODEL} AS model, kind, speed, gpu_ms,
        state IN ('failed', 'cancelled') AS is_failed
      FROM jobs WHERE {_ENDED} LIMIT -1
    ) GROUP BY day, member_id, model, kind, speed ORDER BY day, member_id, model, kind, speed"""
_BUSY: Final = f"""
    SELECT coalesce(sum(max(0, ended_at - max(started_at, coalesce(before, :since), :since))), 0) FROM (
      SELECT started_at, ended_at, max(ended_at) OVER (
        ORDER BY started_at, ended_at ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
      FROM (SELECT started_at, ended_at FROM jobs WHERE {_ENDED} LIMIT -1)
    )"""
_OF_MEMBER: Final = """
    SELECT kind, speed, sum(state IN ('rendered', 'done', 'deleted')) AS jobs, sum(gpu_ms) AS gpu_ms FROM jobs
    WHERE member_id = :member AND created_at >= :since AND started_at IS NOT NULL
      AND ended_at IS NOT NULL GROUP BY kind, speed"""
_PICTURES: Final = """
    SELECT count(*) FROM jobs JOIN pictures ON pictures.job_id = jobs.id
    WHERE jobs.member_id = :member AND jobs.started_at IS NOT NULL"""


@dataclass(frozen=True, slots=True)
class Used:
    """`model` is empty for a job that needed none. `jobs` counts those that failed or were cancelled, too."""

    day: date
    member_id: int
    model: str
    kind: str
    speed: str
    jobs: int
    failed: int
    gpu_ms: int


async def of_period(tx: Reading, since: datetime, until: datetime) -> tuple[Used, ...]:
    """Of jobs that ended then; days are those of UTC."""
    rows = await tx.all(text(_USED), _period(since, until))
    return tuple(
        Used(**{**row, "day": moment(row["day"] * _DAY_MS).date(), "model": row["model"] or ""}) for row in rows
    )


async def busy_ms(tx: Reading, since: datetime, until: datetime) -> int:
    """How long at least one job was under way: of two at once, the time counts once."""
    return int(await tx.value(text(_BUSY), _period(since, until)))


async def first_end(tx: Reading) -> datetime | None:
    """When the first job of all ended."""
    found = await tx.value(text("SELECT min(ended_at) FROM jobs WHERE ended_at IS NOT NULL"))
    return None if found is None else moment(found)


async def of_member(tx: Reading, member_id: int, since: datetime) -> Mapping[tuple[str, str], tuple[int, timedelta]]:
    """By kind and speed: how many jobs, and how much GPU time; of what was asked for since then."""
    rows = await tx.all(text(_OF_MEMBER), {"member": member_id, "since": milliseconds(since)})
    return {(row["kind"], row["speed"]): (row["jobs"], timedelta(milliseconds=row["gpu_ms"])) for row in rows}


async def count_pictures(tx: Reading, member_id: int) -> int:
    """All that a member has painted and not deleted; one that was taken out of its grid counts once."""
    return int(await tx.value(text(_PICTURES), {"member": member_id}))


def _period(since: datetime, until: datetime) -> dict[str, int]:
    return {"since": milliseconds(since), "until": milliseconds(until)}
