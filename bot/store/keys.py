"""Secrets that sign custom ids. The newest signs; all verify, so that old buttons stay alive."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select

from bot.store import tables
from bot.store.transactions import Reading, Writing

_keys: Final = tables.keys


@dataclass(frozen=True, slots=True)
class Key:
    id: int
    secret: bytes = field(repr=False)
    created_at: datetime


async def add(tx: Writing, secret: bytes, now: datetime) -> None:
    await tx.change(insert(_keys).values(secret=secret, created_at=now))


async def newest_first(tx: Reading) -> tuple[Key, ...]:
    return tuple(Key(**row) for row in await tx.all(select(_keys).order_by(_keys.c.id.desc())))


async def first_made_at(tx: Reading) -> datetime | None:
    """When the bot first worked with this data: whatever a restore puts back, this stays."""
    found: datetime | None = await tx.value(select(_keys.c.created_at).order_by(_keys.c.id).limit(1))
    return found
