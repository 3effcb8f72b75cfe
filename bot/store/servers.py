"""Servers that the bot is in or was in. Change one by reading and saving it in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_servers: Final = tables.servers


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """`allowed` is None while nobody has decided; `bar` holds the emoji that the bot adds under a grid."""

    id: int
    joined_at: datetime
    allowed: bool | None = None
    gallery_channel_id: int | None = None
    bar: tuple[str, ...] = ()
    default_model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    left_at: datetime | None = None


async def find(tx: Reading, server_id: int) -> Server | None:
    row = await tx.first(select(_servers).where(_servers.c.id == server_id))
    return None if row is None else Server(**row)


async def save(tx: Writing, server: Server) -> None:
    row = asdict(server)
    await tx.change(insert_into(_servers).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


async def present(tx: Reading) -> tuple[Server, ...]:
    """Where the bot is."""
    rows = await tx.all(select(_servers).where(_servers.c.left_at.is_(None)).order_by(_servers.c.id))
    return tuple(Server(**row) for row in rows)
