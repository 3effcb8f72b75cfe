"""Members' private bookmarks."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_bookmarks: Final = tables.bookmarks


@dataclass(frozen=True, slots=True)
class Bookmark:
    member_id: int
    job_id: str
    cell: int
    created_at: datetime


async def add(tx: Writing, bookmark: Bookmark) -> bool:
    """False if it is there already. The picture must exist."""
    return await tx.change(insert_into(_bookmarks).values(asdict(bookmark)).on_conflict_do_nothing()) == 1


async def remove(tx: Writing, member_id: int, job_id: str, cell: int) -> bool:
    is_it = (_bookmarks.c.member_id == member_id, _bookmarks.c.job_id == job_id, _bookmarks.c.cell == cell)
    return await tx.change(delete(_bookmarks).where(*is_it)) == 1


async def has(tx: Reading, member_id: int, job_id: str) -> bool:
    """Whether a member keeps any picture of a job."""
    is_it = (_bookmarks.c.member_id == member_id, _bookmarks.c.job_id == job_id)
    return bool(await tx.value(select(_bookmarks.c.cell).where(*is_it).limit(1).exists().select()))


async def of_member(tx: Reading, member_id: int, limit: int, before: datetime | None = None) -> tuple[Bookmark, ...]:
    """The newest first; `before` pages on."""
    query = select(_bookmarks).where(_bookmarks.c.member_id == member_id)
    if before is not None:
        query = query.where(_bookmarks.c.created_at < before)
    rows = await tx.all(query.order_by(_bookmarks.c.created_at.desc()).limit(limit))
    return tuple(Bookmark(**row) for row in rows)
