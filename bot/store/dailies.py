"""Days with a theme: one a server and day, open until its end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.columns import new_row
from bot.store.transactions import Reading, Writing
from bot.store.words import Running

_dailies: Final = tables.dailies
_candidates: Final = tables.candidates


@dataclass(frozen=True, slots=True, kw_only=True)
class Daily:
    """`set_by` is None if its theme was drawn. Its card is `message_id` in `home_id`; `crown_id` shows the winner."""

    server_id: int
    day: str
    theme: str
    channel_id: int
    opened_at: datetime
    ends_at: datetime
    set_by: int | None = None
    state: Running = Running.OPEN
    home_id: int | None = None
    message_id: int | None = None
    thread_id: int | None = None
    crown_id: int | None = None
    id: int = 0  # given by the store


async def begin(tx: Writing, daily: Daily) -> Daily | None:
    """With its id. None if this server has had that day."""
    statement = insert_into(_dailies).values(new_row(daily)).on_conflict_do_nothing()
    new = await tx.value(statement.returning(_dailies.c.id))
    return await find(tx, new) if new is not None else None


async def find(tx: Reading, daily_id: int) -> Daily | None:
    return await _first(tx, _dailies.c.id == daily_id)


async def newest(tx: Reading, server_id: int) -> Daily | None:
    return await _first(tx, _dailies.c.server_id == server_id)


async def before(tx: Reading, daily: Daily) -> Daily | None:
    """The day that came before that one."""
    return await _first(tx, _dailies.c.server_id == daily.server_id, _dailies.c.id < daily.id)


async def after(tx: Reading, daily: Daily) -> Daily | None:
    """The day that came next."""
    query = select(_dailies).where(_dailies.c.server_id == daily.server_id, _dailies.c.id > daily.id)
    row = await tx.first(query.order_by(_dailies.c.id).limit(1))
    return None if row is None else Daily(**row)


async def over(tx: Reading, now: datetime) -> tuple[Daily, ...]:
    """Still open, and past their end."""
    query = select(_dailies).where(_dailies.c.state == Running.OPEN, _dailies.c.ends_at <= now)
    return tuple(Daily(**row) for row in await tx.all(query.order_by(_dailies.c.id)))


async def of_pictures(tx: Reading, picture_ids: Collection[int]) -> tuple[Daily, ...]:
    """Those that one of them was entered for."""
    ids = select(_candidates.c.daily_id).where(_candidates.c.picture_id.in_(picture_ids))
    return tuple(Daily(**row) for row in await tx.all(select(_dailies).where(_dailies.c.id.in_(ids))))


async def end(tx: Writing, daily_id: int) -> bool:
    """False if it has ended before."""
    is_open = (_dailies.c.id == daily_id, _dailies.c.state == Running.OPEN)
    return await tx.change(update(_dailies).where(*is_open).values(state=Running.ENDED)) == 1


async def appear(tx: Writing, daily_id: int, home_id: int, message_id: int, thread_id: int | None) -> None:
    """Its card is there, and where members talk of it."""
    values = {"home_id": home_id, "message_id": message_id, "thread_id": thread_id}
    await tx.change(update(_dailies).where(_dailies.c.id == daily_id).values(values))


async def crown(tx: Writing, daily_id: int, message_id: int | None) -> None:
    await tx.change(update(_dailies).where(_dailies.c.id == daily_id).values(crown_id=message_id))


async def _first(tx: Reading, *conditions: Any) -> Daily | None:
    row = await tx.first(select(_dailies).where(*conditions).order_by(_dailies.c.id.desc()).limit(1))
    return None if row is None else Daily(**row)
