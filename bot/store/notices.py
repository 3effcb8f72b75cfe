"""What a member is told once, however often there is occasion."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_notices: Final = tables.notices


async def give(tx: Writing, member_id: int, key: str, now: datetime) -> bool:
    """False if it was given before."""
    row = {"member_id": member_id, "key": key, "created_at": now}
    return await tx.change(insert_into(_notices).values(row).on_conflict_do_nothing()) == 1


async def given_at(tx: Reading, member_id: int, key: str) -> datetime | None:
    is_it = (_notices.c.member_id == member_id, _notices.c.key == key)
    given: datetime | None = await tx.value(select(_notices.c.created_at).where(*is_it))
    return given


async def given_to(tx: Reading, key: str) -> frozenset[int]:
    """Whoever was told, and with whom it is not over yet."""
    rows = await tx.all(select(_notices.c.member_id).where(_notices.c.key == key))
    return frozenset(row["member_id"] for row in rows)


async def take_back(tx: Writing, member_id: int, key: str) -> bool:
    """It is over: when there is occasion again, it is told again."""
    is_it = (_notices.c.member_id == member_id, _notices.c.key == key)
    return await tx.change(delete(_notices).where(*is_it)) == 1


async def forget(tx: Writing, before: datetime) -> int:
    """Those that no occasion brings again: how many."""
    return await tx.change(delete(_notices).where(_notices.c.created_at < before))
