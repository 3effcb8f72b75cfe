"""GPU time as double entry: what is granted, held for jobs, spent, and given back. This is its front door.

Rows are only added. A job reserves once and ends once, by settlement or by refund: unique keys see to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import buckets, tables
from bot.store.audit import audit as audit
from bot.store.audit import rebuild as rebuild
from bot.store.buckets import Bucket, Part
from bot.store.closing import claw_back as claw_back
from bot.store.closing import expire as expire
from bot.store.entries import Entry as Entry
from bot.store.entries import Move, check_amount, post
from bot.store.entries import balances as balances
from bot.store.entries import history as history
from bot.store.errors import CreditError
from bot.store.grants import available as available
from bot.store.grants import gift as gift
from bot.store.grants import grant as grant
from bot.store.grants import lend
from bot.store.grants import roll_over as roll_over
from bot.store.grants import rollover_of as rollover_of
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act, Origin

_buckets: Final = tables.buckets
_entries: Final = tables.entries
_reserves: Final = tables.reserves
_ends: Final = tables.ends


@dataclass(frozen=True, slots=True)
class Settlement:
    """What a job cost, and what of its reservation was not needed."""

    spent_gpu_ms: int
    freed_gpu_ms: int


async def reserve(
    tx: Writing, member_id: int, job_id: str, gpu_ms: int, now: datetime, *, top_up: bool = False
) -> bool:
    """Hold the most that a job may cost, of what ends soonest first. False if it was held before.

    Raises CreditError if that is not available; with `top_up`, for plans without a bound, it is lent instead.
    """
    check_amount(gpu_ms)
    row = {"job_id": job_id, "member_id": member_id, "gpu_ms": gpu_ms, "created_at": now}
    if await tx.change(insert_into(_reserves).values(row).on_conflict_do_nothing()) == 0:
        return False
    parts: tuple[Part, ...]
    if top_up or gpu_ms == 0:  # what costs nothing writes its rows all the same
        parts = (Part(await lend(tx, member_id, job_id, gpu_ms, now), gpu_ms),)
    else:
        there = await buckets.spendable(tx, member_id, now)
        taken = buckets.take(there, gpu_ms)
        if taken is None:
            raise CreditError(member_id, sum(part.gpu_ms for part in there), gpu_ms)
        parts = taken
    moves = [part.bucket.move(Account.AVAILABLE, Account.HELD, part.gpu_ms) for part in parts]
    await post(tx, f"reserve:{job_id}", Act.RESERVE, moves, now, job_id=job_id)
    return True


async def settle(tx: Writing, job_id: str, gpu_ms: int, now: datetime) -> Settlement | None:
    """Spend what was measured, at most what was held, and free the rest. None if there is nothing to end."""
    check_amount(gpu_ms)
    if not await _end(tx, job_id, Act.SETTLE, now):
        return None
    parts = await held(tx, job_id)
    spent = buckets.take(parts, min(gpu_ms, sum(part.gpu_ms for part in parts))) or ()
    used = {part.bucket.id: part.gpu_ms for part in spent}
    freed = [Part(part.bucket, part.gpu_ms - used.get(part.bucket.id, 0)) for part in parts]
    moves = [part.bucket.move(Account.HELD, Account.SPENT, used.get(part.bucket.id, 0)) for part in parts]
    freeing, owed = await _freeing(tx, freed, spent)
    await post(tx, f"settle:{job_id}", Act.SETTLE, _worth(moves + freeing), now, job_id=job_id)
    for move in owed:
        await post(tx, f"claw-back:{move.bucket_id}:{job_id}", Act.CLAW_BACK, [move], now, job_id=job_id)
    return Settlement(sum(used.values()), sum(part.gpu_ms for part in freed))


async def refund(tx: Writing, job_id: str, now: datetime) -> int | None:
    """Free all that was held: how much. None if there is nothing to end."""
    if not await _end(tx, job_id, Act.REFUND, now):
        return None
    parts = await held(tx, job_id)
    freeing, _ = await _freeing(tx, parts, ())
    await post(tx, f"refund:{job_id}", Act.REFUND, _worth(freeing), now, job_id=job_id)
    return sum(part.gpu_ms for part in parts)


async def held(tx: Reading, job_id: str) -> tuple[Part, ...]:
    """What a job's reservation took out of which bucket, in the order in which it is spent."""
    of_job = and_(_entries.c.job_id == job_id, _entries.c.act == Act.RESERVE)
    joined = _buckets.join(_entries, and_(_entries.c.bucket_id == _buckets.c.id, of_job))
    query = select(_buckets, _entries.c.gpu_ms.label("held_gpu_ms")).select_from(joined).order_by(_entries.c.id)
    rows = [dict(row) for row in await tx.all(query)]
    return tuple(Part(gpu_ms=row.pop("held_gpu_ms"), bucket=Bucket(**row)) for row in rows)


async def dearest(tx: Reading, member_id: int, job_ids: Sequence[str]) -> int:
    """The largest reservation of these jobs that this member pays for; none if somebody else does."""
    query = select(func.max(_reserves.c.gpu_ms)).where(_reserves.c.member_id == member_id)
    return int(await tx.value(query.where(_reserves.c.job_id.in_(job_ids))) or 0)


async def _end(tx: Writing, job_id: str, act: Act, now: datetime) -> bool:
    """Whether there is a reservation, and this call is the one that ends it."""
    if await tx.first(select(_reserves.c.job_id).where(_reserves.c.job_id == job_id)) is None:
        return False
    row = {"job_id": job_id, "act": act, "created_at": now}
    return await tx.change(insert_into(_ends).values(row).on_conflict_do_nothing()) == 1


async def _freeing(tx: Reading, freed: Sequence[Part], spent: Sequence[Part]) -> tuple[list[Move], list[Move]]:
    """Where what was not needed goes, and what is owed for what was spent of a bucket that was taken back meanwhile."""
    endings = await buckets.endings(tx, [part.bucket.id for part in freed])
    moves = []
    for bucket, gpu_ms in ((part.bucket, part.gpu_ms) for part in freed):
        if bucket.origin is Origin.OPEN or (bucket.id, Act.CLAW_BACK) in endings:
            to = Account.GRANTED
        elif (bucket.id, Act.EXPIRE) in endings:
            to = Account.EXPIRED
        else:
            to = Account.AVAILABLE
        moves.append(bucket.move(Account.HELD, to, gpu_ms))
    owed = [
        part.bucket.move(Account.DEBT, Account.GRANTED, part.gpu_ms)
        for part in spent
        if (part.bucket.id, Act.CLAW_BACK) in endings
    ]
    return moves, owed


def _worth(moves: list[Move]) -> list[Move]:
    """Without those that move nothing; but one stays, so that every end has its entry."""
    return [move for move in moves if move.gpu_ms] or moves[:1]
