"""How GPU time goes unused: a bucket runs out or is cut short, or whoever paid for it took the money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.store import buckets
from bot.store.buckets import Bucket, NewBucket
from bot.store.entries import of_bucket, post
from bot.store.transactions import Writing
from bot.store.words import Account, Act, Origin


@dataclass(frozen=True, slots=True)
class ClawBack:
    """What was still there and went back, and what is owed because it was used or given away."""

    taken_gpu_ms: int = 0
    owed_gpu_ms: int = 0


async def expire(tx: Writing, bucket: Bucket, now: datetime) -> int | None:
    """End a bucket, on its date or before: how much ran out. What its jobs still free runs out as well. None if it has
    ended before.
    """
    if not await buckets.close(tx, bucket, Act.EXPIRE, now):
        return None
    left = (await of_bucket(tx, bucket.id))[Account.AVAILABLE]
    if left:
        move = bucket.move(Account.AVAILABLE, Account.EXPIRED, left)
        await post(tx, f"expire:{bucket.id}", Act.EXPIRE, [move], now)
    return left


async def claw_back(
    tx: Writing, member_id: int, key: str, now: datetime, origin: Origin = Origin.BOUGHT
) -> ClawBack | None:
    """Take back what was granted by this key, as far as it is there; the rest becomes a debt. None if that was done.

    Where nothing was granted yet, nothing will be: a refund may be told before its purchase.
    """
    new = NewBucket(key=key, member_id=member_id, origin=origin, gpu_ms=0, starts_at=now, created_at=now)
    bucket = await buckets.insert(tx, new) or await buckets.find(tx, key)
    assert bucket is not None  # it could not be inserted because it was there
    if not await buckets.close(tx, bucket, Act.CLAW_BACK, now):
        return None
    amounts = await of_bucket(tx, bucket.id)
    taken, owed = amounts[Account.AVAILABLE], amounts[Account.SPENT] + amounts[Account.GIVEN]
    moves = [
        bucket.move(Account.AVAILABLE, Account.GRANTED, taken),
        bucket.move(Account.DEBT, Account.GRANTED, owed),
    ]
    await post(tx, f"claw-back:{bucket.id}", Act.CLAW_BACK, [move for move in moves if move.gpu_ms], now)
    return ClawBack(taken, owed)
