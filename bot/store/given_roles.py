"""Roles that the bot has given because of a plan, so that it takes those and no others."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_given: Final = tables.given_roles


async def every(tx: Reading) -> frozenset[tuple[int, int]]:
    """Members and roles."""
    return frozenset((row["member_id"], row["role_id"]) for row in await tx.all(select(_given)))


async def add(tx: Writing, member_id: int, role_id: int, now: datetime) -> None:
    row = {"member_id": member_id, "role_id": role_id, "created_at": now}
    await tx.change(insert_into(_given).values(row).on_conflict_do_nothing())


async def remove(tx: Writing, member_id: int, role_id: int) -> None:
    await tx.change(delete(_given).where(_given.c.member_id == member_id, _given.c.role_id == role_id))
