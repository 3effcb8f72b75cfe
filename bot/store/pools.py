"""A server's pool: GPU time whose owner in the ledger is the server itself. A job that it pays for is reserved in its
name; whose job it is, the job says. So nothing of the ledger is any different for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, case, func, select, text

from bot.store import tables
from bot.store.columns import moment
from bot.store.transactions import Reading
from bot.store.words import OPEN, Account

_jobs: Final = tables.jobs
_reserves: Final = tables.reserves
_entries: Final = tables.entries
_LOG: Final = """
    SELECT given.member_id, sum(given.gpu_ms) AS gpu_ms, given.created_at AS at, 1 AS is_gift FROM entries AS given
      WHERE given.act = 'gift' AND given.to_account = 'given' AND given.transaction_id IN (
        SELECT transaction_id FROM entries WHERE member_id = :server AND act = 'gift' AND to_account = 'available')
      GROUP BY given.transaction_id
    UNION ALL
    SELECT jobs.member_id, CASE WHEN jobs.state IN ('queued', 'running') THEN reserves.gpu_ms
        ELSE (SELECT coalesce(sum(spent.gpu_ms), 0) FROM entries AS spent
          WHERE spent.job_id = jobs.id AND spent.to_account = 'spent') END, reserves.created_at, 0
      FROM reserves JOIN jobs ON jobs.id = reserves.job_id WHERE reserves.member_id = :server
    ORDER BY at DESC LIMIT :limit"""


@dataclass(frozen=True, slots=True)
class PoolEntry:
    """Of the pool's log: what a member gave to it, or what a job of theirs took or holds. Not which job: some are
    nobody else's to know of.
    """

    member_id: int
    gpu_ms: int
    at: datetime
    is_gift: bool


async def used(tx: Reading, server: int, member_id: int, since: datetime) -> int:
    """What a member's jobs on this server cost, whoever paid; those under way as much as they may."""
    query = select(func.sum(_cost())).where(
        _jobs.c.member_id == member_id, _jobs.c.created_at >= since, _jobs.c.server_id == server
    )
    return int(await tx.value(query) or 0)


async def drawn(tx: Reading, server: int, since: datetime) -> Mapping[int, int]:
    """What the pool has paid for each member."""
    joined = _reserves.join(_jobs, _jobs.c.id == _reserves.c.job_id)
    query = select(_jobs.c.member_id, func.sum(_cost()).label("gpu_ms")).select_from(joined)
    query = query.where(_reserves.c.member_id == server, _jobs.c.created_at >= since).group_by(_jobs.c.member_id)
    return {row["member_id"]: row["gpu_ms"] for row in await tx.all(query)}


async def log(tx: Reading, server: int, limit: int) -> tuple[PoolEntry, ...]:
    """The newest first."""
    found = await tx.all(text(_LOG), {"server": server, "limit": limit})
    return tuple(PoolEntry(row["member_id"], row["gpu_ms"], moment(row["at"]), bool(row["is_gift"])) for row in found)


def _cost() -> ColumnElement[Any]:
    """As the ledger has it: what was measured is not what is charged, at turbo speed."""
    spent = select(func.coalesce(func.sum(_entries.c.gpu_ms), 0)).where(
        _entries.c.job_id == _jobs.c.id, _entries.c.to_account == Account.SPENT
    )
    return case((_jobs.c.state.in_(OPEN), _jobs.c.reserved_gpu_ms), else_=spent.scalar_subquery())
