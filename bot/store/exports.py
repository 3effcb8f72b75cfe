"""Which members are to be sent all their pictures as files, and how far that is. One at a time for each member."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_exports: Final = tables.exports


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    id: int
    member_id: int
    message_id: int | None
    webhook_token: str | None
    total: int
    done: int
    parts: int
    last_id: int
    created_at: datetime
    ended_at: datetime | None
    error: str | None


async def add(tx: Writing, member_id: int, total: int, now: datetime) -> int | None:
    """None if one is under way."""
    row = {"member_id": member_id, "total": total, "done": 0, "parts": 0, "last_id": 0, "created_at": now}
    number: int | None = await tx.value(
        insert_into(_exports).values(row).on_conflict_do_nothing().returning(_exports.c.id)
    )
    return number


async def told_by(tx: Writing, export_id: int, message_id: int, token: str) -> None:
    values = {"message_id": message_id, "webhook_token": token}
    await tx.change(update(_exports).where(_exports.c.id == export_id).values(values))


async def under_way(tx: Reading) -> Export | None:
    """The one that waits longest."""
    row = await tx.first(select(_exports).where(_exports.c.ended_at.is_(None)).order_by(_exports.c.id).limit(1))
    return None if row is None else Export(**row)


async def advance(tx: Writing, export_id: int, last_id: int, count: int) -> None:
    """A further part, up to this picture, was sent."""
    values = {"last_id": last_id, "done": _exports.c.done + count, "parts": _exports.c.parts + 1}
    await tx.change(update(_exports).where(_exports.c.id == export_id).values(values))


async def end(tx: Writing, export_id: int, now: datetime, error: str | None = None) -> None:
    values = {"ended_at": now, "error": error, "webhook_token": None}
    await tx.change(update(_exports).where(_exports.c.id == export_id).values(values))
