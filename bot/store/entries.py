"""What the ledger consists of: entries, each of which takes GPU time from one account of a bucket and gives it to
another. The balances follow by a trigger. What is done with them is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, insert, select

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act

_accounts: Final = tables.accounts
_entries: Final = tables.entries


@dataclass(frozen=True, slots=True)
class Entry:
    id: int
    transaction_id: str
    bucket_id: int
    member_id: int
    from_account: Account
    to_account: Account
    gpu_ms: int
    act: Act
    job_id: str | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """What an entry does, before it is one."""

    bucket_id: int
    member_id: int
    from_account: Account
    to_account: Account
    gpu_ms: int


async def post(
    tx: Writing,
    transaction_id: str,
    act: Act,
    moves: Sequence[Move],
    now: datetime,
    *,
    job_id: str | None = None,
    note: str = "",
) -> None:
    """One transaction of the ledger; a further one of this name is refused by the database."""
    about = {"transaction_id": transaction_id, "act": act, "job_id": job_id, "note": note, "created_at": now}
    rows = [
        {
            **about,
            "bucket_id": move.bucket_id,
            "member_id": move.member_id,
            "from_account": move.from_account,
            "to_account": move.to_account,
            "gpu_ms": move.gpu_ms,
        }
        for move in moves
    ]
    if rows:
        await tx.change(insert(_entries), rows)


async def balances(tx: Reading, member_id: int) -> Mapping[Account, int]:
    """Of every account, in GPU milliseconds; what is available may have run out by its date all the same."""
    query = select(_accounts.c.account, func.sum(_accounts.c.gpu_ms).label("gpu_ms"))
    rows = await tx.all(query.where(_accounts.c.member_id == member_id).group_by(_accounts.c.account))
    return dict.fromkeys(Account, 0) | {row["account"]: row["gpu_ms"] for row in rows}


async def of_bucket(tx: Reading, bucket_id: int) -> Mapping[Account, int]:
    rows = await tx.all(select(_accounts).where(_accounts.c.bucket_id == bucket_id))
    return dict.fromkeys(Account, 0) | {row["account"]: row["gpu_ms"] for row in rows}


async def history(tx: Reading, member_id: int, limit: int) -> tuple[Entry, ...]:
    """The newest first."""
    query = select(_entries).where(_entries.c.member_id == member_id).order_by(_entries.c.id.desc()).limit(limit)
    return tuple(Entry(**row) for row in await tx.all(query))


def check_amount(gpu_ms: int) -> None:
    if gpu_ms < 0:
        raise ValueError(f"{gpu_ms} ms of GPU time cannot be moved: amounts are zero or more.")
