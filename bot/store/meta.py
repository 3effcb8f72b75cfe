"""Single facts that outlive a restart, by name: the hash of the commands that Discord knows, and the like."""

from __future__ import annotations

from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_meta: Final = tables.meta


async def find(tx: Reading, key: str) -> str | None:
    value: str | None = await tx.value(select(_meta.c.value).where(_meta.c.key == key))
    return value


async def put(tx: Writing, key: str, value: str) -> None:
    row = {"key": key, "value": value}
    await tx.change(insert_into(_meta).values(row).on_conflict_do_update(index_elements=["key"], set_=row))
