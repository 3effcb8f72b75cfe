"""What moderators want the next days to be about: each is used once, the oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update

from bot.store import tables
from bot.store.columns import new_row
from bot.store.transactions import Reading, Writing

_themes: Final = tables.themes


@dataclass(frozen=True, slots=True, kw_only=True)
class Theme:
    server_id: int
    words: str
    set_by: int
    created_at: datetime
    used_on: str | None = None
    id: int = 0  # given by the store


async def add(tx: Writing, theme: Theme) -> None:
    await tx.change(insert(_themes).values(new_row(theme)))


async def waiting(tx: Reading, server_id: int) -> tuple[Theme, ...]:
    query = select(_themes).where(_themes.c.server_id == server_id, _themes.c.used_on.is_(None))
    return tuple(Theme(**row) for row in await tx.all(query.order_by(_themes.c.id)))


async def take(tx: Writing, server_id: int, day: str) -> Theme | None:
    """The next one, for that day."""
    found = await waiting(tx, server_id)
    if not found:
        return None
    await tx.change(update(_themes).where(_themes.c.id == found[0].id).values(used_on=day))
    return found[0]
