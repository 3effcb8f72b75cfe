"""Buckets: GPU time with a date on it; what is left of each, in the order in which it is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, literal_column, or_, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.entries import Move
from bot.store.transactions import Reading, Writing
from bot.store.words import Account, Act, Origin

_accounts: Final = tables.accounts
_buckets: Final = tables.buckets
_closures: Final = tables.closures


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBucket:
    """`gpu_ms` as granted. A further one with the same `key` is the same."""

    key: str
    member_id: int
    origin: Origin
    gpu_ms: int
    starts_at: datetime
    created_at: datetime
    expires_at: datetime | None = None
    membership_id: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket(NewBucket):
    id: int

    def move(self, from_account: Account, to_account: Account, gpu_ms: int) -> Move:
        return Move(self.id, self.member_id, from_account, to_account, gpu_ms)


@dataclass(frozen=True, slots=True)
class Part:
    """Of a bucket: what is left in it, or what is to be taken out of it."""

    bucket: Bucket
    gpu_ms: int


async def insert(tx: Writing, new: NewBucket) -> Bucket | None:
    """None if there is one of this key."""
    row = asdict(new)
    made = insert_into(_buckets).values(row).on_conflict_do_nothing(index_elements=["key"]).returning(_buckets.c.id)
    number = await tx.value(made)
    return None if number is None else Bucket(id=number, **row)


async def find(tx: Reading, key: str) -> Bucket | None:
    row = await tx.first(select(_buckets).where(_buckets.c.key == key))
    return None if row is None else Bucket(**row)


async def of_membership(tx: Reading, membership_id: int) -> tuple[Bucket, ...]:
    query = select(_buckets).where(_buckets.c.membership_id == membership_id).order_by(_buckets.c.id)
    return tuple(Bucket(**row) for row in await tx.all(query))


async def running(tx: Reading, member_id: int, origin: Origin, now: datetime) -> tuple[Bucket, ...]:
    """Of this origin, the largest first, also such as are spent already."""
    query = select(_buckets).where(_buckets.c.member_id == member_id, _buckets.c.origin == origin, _is_running(now))
    return tuple(Bucket(**row) for row in await tx.all(query.order_by(_buckets.c.gpu_ms.desc(), _buckets.c.id)))


async def spendable(tx: Reading, member_id: int, now: datetime) -> tuple[Part, ...]:
    """What can be spent now: of what ends soonest first."""
    query = _left().where(_buckets.c.member_id == member_id, _buckets.c.origin != Origin.OPEN, _is_running(now))
    return _parts(await tx.all(query.order_by(_buckets.c.expires_at.asc().nulls_last(), _buckets.c.id)))


async def over(tx: Reading, until: datetime, member_id: int | None = None) -> tuple[Part, ...]:
    """What is left in buckets that had ended by then: of one member, or of all."""
    query = _left().where(_buckets.c.expires_at <= until)
    if member_id is not None:
        query = query.where(_buckets.c.member_id == member_id)
    return _parts(await tx.all(query.order_by(_buckets.c.id)))


async def close(tx: Writing, bucket: Bucket, act: Act, now: datetime) -> bool:
    """End it before its date, or because of it. False if it has ended so before."""
    row = {"bucket_id": bucket.id, "act": act, "created_at": now}
    return await tx.change(insert_into(_closures).values(row).on_conflict_do_nothing()) == 1


async def endings(tx: Reading, bucket_ids: Sequence[int]) -> frozenset[tuple[int, Act]]:
    rows = await tx.all(select(_closures).where(_closures.c.bucket_id.in_(bucket_ids)))
    return frozenset((row["bucket_id"], row["act"]) for row in rows)


def take(parts: Sequence[Part], gpu_ms: int) -> tuple[Part, ...] | None:
    """So much out of these, in their order; None if they hold less."""
    taken, missing = [], gpu_ms
    for part in parts:
        if missing > 0:
            taken.append(Part(part.bucket, min(part.gpu_ms, missing)))
            missing -= taken[-1].gpu_ms
    return None if missing > 0 else tuple(taken)


def _is_running(now: datetime) -> ColumnElement[bool]:
    closed = exists().where(_closures.c.bucket_id == _buckets.c.id)
    in_time = or_(_buckets.c.expires_at.is_(None), _buckets.c.expires_at > now)
    return and_(_buckets.c.starts_at <= now, in_time, ~closed)


def _left() -> Select[Any]:
    has_left: ColumnElement[bool] = literal_column(
        "accounts.account = 'available' AND accounts.gpu_ms > 0"
    )  # word for word the index's
    joined = _buckets.join(_accounts, and_(_accounts.c.bucket_id == _buckets.c.id, has_left))
    return select(_buckets, _accounts.c.gpu_ms.label("left_gpu_ms")).select_from(joined)


def _parts(rows: Sequence[RowMapping]) -> tuple[Part, ...]:
    kept = [dict(row) for row in rows]
    return tuple(Part(gpu_ms=row.pop("left_gpu_ms"), bucket=Bucket(**row)) for row in kept)
