"""Makers and words of whom members want to hear, each on one server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.columns import new_row
from bot.store.transactions import Reading, Writing

_follows: Final = tables.follows
MOST: Final = 25  # of one member on one server: as many as a list of Discord's holds


@dataclass(frozen=True, slots=True, kw_only=True)
class Follow:
    """Either a maker or words."""

    member_id: int
    server_id: int
    created_at: datetime
    maker_id: int | None = None
    words: str | None = None
    id: int = 0  # given by the store


async def add(tx: Writing, follow: Follow) -> bool:
    """False if they follow that already."""
    return await tx.change(insert_into(_follows).values(new_row(follow)).on_conflict_do_nothing()) == 1


async def remove(tx: Writing, member_id: int, follow_id: int) -> bool:
    return await tx.change(delete(_follows).where(_follows.c.member_id == member_id, _follows.c.id == follow_id)) == 1


async def find(tx: Reading, follow_id: int) -> Follow | None:
    row = await tx.first(select(_follows).where(_follows.c.id == follow_id))
    return None if row is None else Follow(**row)


async def of_member(tx: Reading, member_id: int, server_id: int) -> tuple[Follow, ...]:
    query = select(_follows).where(_follows.c.member_id == member_id, _follows.c.server_id == server_id)
    return tuple(Follow(**row) for row in await tx.all(query.order_by(_follows.c.id)))


async def of_maker(tx: Reading, member_id: int, server_id: int, maker_id: int) -> Follow | None:
    is_it = (_follows.c.member_id == member_id, _follows.c.server_id == server_id, _follows.c.maker_id == maker_id)
    row = await tx.first(select(_follows).where(*is_it))
    return None if row is None else Follow(**row)


async def that_may_care(tx: Reading, server_id: int, maker_id: int | None) -> tuple[Follow, ...]:
    """Those of that maker, and all that follow words, which are still to be looked for."""
    cares = or_(_follows.c.maker_id == maker_id, _follows.c.words.is_not(None))
    rows = await tx.all(select(_follows).where(_follows.c.server_id == server_id, cares).order_by(_follows.c.id))
    return tuple(Follow(**row) for row in rows)
