"""Whom a member shows what only friends may see."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_friends: Final = tables.friends


async def add(tx: Writing, member_id: int, friend_id: int, now: datetime) -> bool:
    """False if they were one before."""
    row = {"member_id": member_id, "friend_id": friend_id, "created_at": now}
    return await tx.change(insert_into(_friends).values(row).on_conflict_do_nothing()) == 1


async def remove(tx: Writing, member_id: int, friend_id: int) -> bool:
    is_it = (_friends.c.member_id == member_id, _friends.c.friend_id == friend_id)
    return await tx.change(delete(_friends).where(*is_it)) == 1


async def of_member(tx: Reading, member_id: int) -> tuple[int, ...]:
    rows = await tx.all(select(_friends.c.friend_id).where(_friends.c.member_id == member_id))
    return tuple(row["friend_id"] for row in rows)


async def who_named(tx: Reading, member_id: int) -> frozenset[int]:
    """Whose friend a member is."""
    rows = await tx.all(select(_friends.c.member_id).where(_friends.c.friend_id == member_id))
    return frozenset(row["member_id"] for row in rows)
