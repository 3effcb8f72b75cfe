"""Which roles on a server a member shows what only roles may see."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_shown: Final = tables.shown_roles


async def add(tx: Writing, member_id: int, server_id: int, role_id: int, now: datetime) -> bool:
    """False if it was named before."""
    row = {"member_id": member_id, "server_id": server_id, "role_id": role_id, "created_at": now}
    return await tx.change(insert_into(_shown).values(row).on_conflict_do_nothing()) == 1


async def remove(tx: Writing, member_id: int, server_id: int, role_id: int) -> bool:
    is_it = (_shown.c.member_id == member_id, _shown.c.server_id == server_id, _shown.c.role_id == role_id)
    return await tx.change(delete(_shown).where(*is_it)) == 1


async def of_member(tx: Reading, member_id: int, server_id: int) -> tuple[int, ...]:
    is_it = (_shown.c.member_id == member_id, _shown.c.server_id == server_id)
    rows = await tx.all(select(_shown.c.role_id).where(*is_it).order_by(_shown.c.role_id))
    return tuple(row["role_id"] for row in rows)


async def who_named(tx: Reading, server_id: int, roles: Collection[int]) -> frozenset[int]:
    """Which members have named one of these roles there."""
    is_it = (_shown.c.server_id == server_id, _shown.c.role_id.in_(roles))
    rows = await tx.all(select(_shown.c.member_id).where(*is_it).distinct())
    return frozenset(row["member_id"] for row in rows)
