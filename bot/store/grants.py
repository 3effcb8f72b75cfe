"""GPU time on its way to a member and between members: grants, what an open plan lends, gifts, and what a month leaves
over. Each has a key, and is done once however often it is told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, select

from bot.store import buckets, tables
from bot.store.buckets import Bucket, NewBucket
from bot.store.entries import Move, check_amount, post
from bot.store.errors import CreditError
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act, Origin

_accounts: Final = tables.accounts


async def grant(
    tx: Writing,
    member_id: int,
    gpu_ms: int,
    key: str,
    now: datetime,
    note: str = "",
    *,
    origin: Origin = Origin.OPERATOR,
    starts_at: datetime | None = None,
    expires_at: datetime | None = None,
    membership_id: int | None = None,
) -> bool:
    """A bucket of GPU time, out of which debts are paid first. False if this key was granted before: whatever tells of
    a grant twice grants once.
    """
    check_amount(gpu_ms)
    new = NewBucket(
        key=key,
        member_id=member_id,
        origin=origin,
        gpu_ms=gpu_ms,
        starts_at=starts_at or now,
        expires_at=expires_at,
        membership_id=membership_id,
        note=note,
        created_at=now,
    )
    made = await buckets.insert(tx, new)
    if made is None:
        return False
    move = made.move(Account.GRANTED, Account.AVAILABLE, gpu_ms)
    await post(tx, f"grant:{made.id}", Act.GRANT, [move], now, note=note)
    await _repay(tx, made, gpu_ms, now)
    return True


async def lend(tx: Writing, member_id: int, job_id: str, gpu_ms: int, now: datetime) -> Bucket:
    """The open bucket of a member, with as much in it as the job may need."""
    key = f"open:{member_id}"
    new = NewBucket(key=key, member_id=member_id, origin=Origin.OPEN, gpu_ms=0, starts_at=now, created_at=now)
    bucket = await buckets.insert(tx, new) or await buckets.find(tx, key)
    assert bucket is not None  # it could not be inserted because it was there
    left = await tx.value(_amount(bucket.id)) or 0
    if left < gpu_ms:
        move = bucket.move(Account.GRANTED, Account.AVAILABLE, gpu_ms - left)
        await post(tx, f"lend:{job_id}", Act.GRANT, [move], now)
    return bucket


async def gift(
    tx: Writing,
    giver_id: int,
    taker_id: int,
    gpu_ms: int,
    key: str,
    now: datetime,
    origins: Collection[Origin] = tuple(Origin),
) -> bool:
    """What ends soonest goes first, and keeps its date; only of these origins. False if this gift was made before.
    Raises CreditError.
    """
    if gpu_ms <= 0 or giver_id == taker_id:
        raise ValueError(f"A gift of {gpu_ms} ms from {giver_id} to {taker_id} moves nothing.")
    if await buckets.find(tx, f"gift:{key}:0") is not None:
        return False
    there = [part for part in await buckets.spendable(tx, giver_id, now) if part.bucket.origin in origins]
    parts = buckets.take(there, gpu_ms)
    if parts is None:
        raise CreditError(giver_id, sum(part.gpu_ms for part in there), gpu_ms)
    moves: list[Move] = []
    made: list[Bucket] = []
    for number, part in enumerate(parts):
        new = NewBucket(
            key=f"gift:{key}:{number}",
            member_id=taker_id,
            origin=Origin.GIFT,
            gpu_ms=part.gpu_ms,
            starts_at=part.bucket.starts_at,
            expires_at=part.bucket.expires_at,
            created_at=now,
        )
        bucket = await _insert(tx, new)
        moves.append(part.bucket.move(Account.AVAILABLE, Account.GIVEN, part.gpu_ms))
        moves.append(bucket.move(Account.GRANTED, Account.AVAILABLE, part.gpu_ms))
        made.append(bucket)
    await post(tx, f"gift:{key}", Act.GIFT, moves, now)
    for bucket in made:
        await _repay(tx, bucket, bucket.gpu_ms, now)
    return True


async def roll_over(
    tx: Writing, bucket: Bucket, most_gpu_ms: int, starts_at: datetime, expires_at: datetime, now: datetime
) -> int | None:
    """What a month has left over, up to so much, in a new bucket; the rest runs out. None if that bucket was closed."""
    check_amount(most_gpu_ms)
    if not await buckets.close(tx, bucket, Act.EXPIRE, now):
        return None
    left = await tx.value(_amount(bucket.id)) or 0
    carried = min(left, most_gpu_ms)
    if left > carried:
        move = bucket.move(Account.AVAILABLE, Account.EXPIRED, left - carried)
        await post(tx, f"expire:{bucket.id}", Act.EXPIRE, [move], now)
    if carried == 0:
        return 0
    new = NewBucket(
        key=_key_of_rollover(bucket),
        member_id=bucket.member_id,
        origin=Origin.ROLLOVER,
        gpu_ms=carried,
        starts_at=starts_at,
        expires_at=expires_at,
        created_at=now,
    )
    made = await _insert(tx, new)
    moves = [
        bucket.move(Account.AVAILABLE, Account.GRANTED, carried),
        made.move(Account.GRANTED, Account.AVAILABLE, carried),
    ]
    await post(tx, f"roll-over:{bucket.id}", Act.ROLL_OVER, moves, now)
    return carried


async def rollover_of(tx: Reading, bucket: Bucket) -> Bucket | None:
    """What this bucket left over, in the bucket that it was carried into."""
    return await buckets.find(tx, _key_of_rollover(bucket))


async def available(tx: Reading, member_id: int, now: datetime, origins: Collection[Origin] = tuple(Origin)) -> int:
    """What can be held now, or given away; only of these origins."""
    return sum(part.gpu_ms for part in await buckets.spendable(tx, member_id, now) if part.bucket.origin in origins)


async def _insert(tx: Writing, new: NewBucket) -> Bucket:
    made = await buckets.insert(tx, new)
    if made is None:
        raise ValueError(f"There is a bucket {new.key} already, and this one must be new.")
    return made


async def _repay(tx: Writing, bucket: Bucket, gpu_ms: int, now: datetime) -> None:
    """What is owed, the oldest first, out of a bucket that has just been filled."""
    owing = _accounts.c.member_id == bucket.member_id, _accounts.c.account == Account.DEBT, _accounts.c.gpu_ms < 0
    moves, left = [], gpu_ms
    for row in await tx.all(select(_accounts).where(*owing).order_by(_accounts.c.bucket_id)):
        paid = min(left, -row["gpu_ms"])
        if paid > 0:
            moves.append(Move(row["bucket_id"], bucket.member_id, Account.GRANTED, Account.DEBT, paid))
            left -= paid
    if moves:
        moves.append(bucket.move(Account.AVAILABLE, Account.GIVEN, gpu_ms - left))
        await post(tx, f"repay:{bucket.id}", Act.REPAY, moves, now)


def _key_of_rollover(bucket: Bucket) -> str:
    return f"rollover:{bucket.key}"


def _amount(bucket_id: int) -> Select[Any]:
    is_it = _accounts.c.bucket_id == bucket_id, _accounts.c.account == Account.AVAILABLE
    return select(_accounts.c.gpu_ms).where(*is_it)
