"""GPU time as double entry: every transaction moves it between a member's accounts, and its legs sum to nothing.

Rows are only added. A job reserves once and ends once, by settlement or by refund: unique keys see to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.audit import audit as audit
from bot.store.audit import rebuild as rebuild
from bot.store.errors import CreditError
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act

_accounts: Final = tables.accounts
_entries: Final = tables.entries
_reserves: Final = tables.reserves
_ends: Final = tables.ends


@dataclass(frozen=True, slots=True)
class Entry:
    """One leg of a transaction."""

    id: int
    transaction_id: str
    member_id: int
    account: Account
    gpu_ms: int
    act: Act
    job_id: str | None
    note: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a job cost, and what of its reservation came back."""

    spent_gpu_ms: int
    freed_gpu_ms: int


async def balances(tx: Reading, member_id: int) -> Mapping[Account, int]:
    """Of every account, in GPU milliseconds."""
    rows = await tx.all(select(_accounts).where(_accounts.c.member_id == member_id))
    return dict.fromkeys(Account, 0) | {row["account"]: row["gpu_ms"] for row in rows}


async def history(tx: Reading, member_id: int, limit: int) -> tuple[Entry, ...]:
    """The newest first."""
    query = select(_entries).where(_entries.c.member_id == member_id).order_by(_entries.c.id.desc()).limit(limit)
    return tuple(Entry(**row) for row in await tx.all(query))


async def grant(tx: Writing, member_id: int, gpu_ms: int, key: str, now: datetime, note: str = "") -> bool:
    """False if this key was granted before: whatever tells of a grant twice grants once."""
    _check_amount(gpu_ms)
    if await tx.first(select(_entries.c.id).where(_entries.c.transaction_id == f"grant:{key}").limit(1)):
        return False
    legs = {Account.GRANTED: -gpu_ms, Account.AVAILABLE: gpu_ms}
    await _post(tx, f"grant:{key}", member_id, Act.GRANT, legs, now, note=note)
    return True


async def reserve(
    tx: Writing, member_id: int, job_id: str, gpu_ms: int, now: datetime, *, top_up: bool = False
) -> bool:
    """Hold the most that a job may cost. False if it was held before.

    Raises CreditError if that is not available; with `top_up`, for plans without a bound, what is missing is granted.
    """
    _check_amount(gpu_ms)
    row = {"job_id": job_id, "member_id": member_id, "gpu_ms": gpu_ms, "created_at": now}
    if await tx.change(insert_into(_reserves).values(row).on_conflict_do_nothing()) == 0:
        return False
    available = (await balances(tx, member_id))[Account.AVAILABLE]
    if available < gpu_ms:
        if not top_up:
            raise CreditError(member_id, available, gpu_ms)
        await grant(tx, member_id, gpu_ms - available, f"top-up:{job_id}", now)
    legs = {Account.AVAILABLE: -gpu_ms, Account.HELD: gpu_ms}
    await _post(tx, f"reserve:{job_id}", member_id, Act.RESERVE, legs, now, job_id=job_id)
    return True


async def settle(tx: Writing, job_id: str, gpu_ms: int, now: datetime) -> Settlement | None:
    """Spend what was measured, at most what was held, and free the rest. None if there is nothing to end."""
    _check_amount(gpu_ms)
    hold = await _end(tx, job_id, Act.SETTLE, now)
    if hold is None:
        return None
    member_id, held = hold
    spent = min(gpu_ms, held)
    legs = {Account.HELD: -held, Account.SPENT: spent, Account.AVAILABLE: held - spent}
    await _post(tx, f"settle:{job_id}", member_id, Act.SETTLE, legs, now, job_id=job_id)
    return Settlement(spent, held - spent)


async def refund(tx: Writing, job_id: str, now: datetime) -> int | None:
    """Free all that was held: how much. None if there is nothing to end."""
    hold = await _end(tx, job_id, Act.REFUND, now)
    if hold is None:
        return None
    member_id, held = hold
    legs = {Account.HELD: -held, Account.AVAILABLE: held}
    await _post(tx, f"refund:{job_id}", member_id, Act.REFUND, legs, now, job_id=job_id)
    return held


async def _end(tx: Writing, job_id: str, act: Act, now: datetime) -> tuple[int, int] | None:
    """Whose reservation it was and how much; None unless this call is the one that ends it."""
    hold = await tx.first(select(_reserves).where(_reserves.c.job_id == job_id))
    if hold is None:
        return None
    row = {"job_id": job_id, "act": act, "created_at": now}
    if await tx.change(insert_into(_ends).values(row).on_conflict_do_nothing()) == 0:
        return None
    return hold["member_id"], hold["gpu_ms"]


async def _post(
    tx: Writing,
    transaction_id: str,
    member_id: int,
    act: Act,
    legs: Mapping[Account, int],
    now: datetime,
    *,
    job_id: str | None = None,
    note: str = "",
) -> None:
    if sum(legs.values()) != 0:
        raise ValueError(f"The legs of {transaction_id} do not sum to nothing: {dict(legs)}.")
    about = {"transaction_id": transaction_id, "member_id": member_id, "act": act, "job_id": job_id, "note": note}
    rows = [{**about, "account": account, "gpu_ms": gpu_ms, "created_at": now} for account, gpu_ms in legs.items()]
    await tx.change(insert(_entries), rows)
    for account, gpu_ms in legs.items():
        await _add(tx, member_id, account, gpu_ms)


async def _add(tx: Writing, member_id: int, account: Account, gpu_ms: int) -> None:
    # Not one upsert: SQLite would hold the checks against what is added, before it sees the row that it is added to.
    is_it = (_accounts.c.member_id == member_id, _accounts.c.account == account)
    if await tx.change(update(_accounts).where(*is_it).values(gpu_ms=_accounts.c.gpu_ms + gpu_ms)) == 0:
        await tx.change(insert(_accounts).values(member_id=member_id, account=account, gpu_ms=gpu_ms))


def _check_amount(gpu_ms: int) -> None:
    if gpu_ms < 0:
        raise ValueError(f"{gpu_ms} ms of GPU time cannot be moved: amounts are zero or more.")
