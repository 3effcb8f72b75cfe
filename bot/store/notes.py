"""What members write to themselves about pictures."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_notes: Final = tables.notes


async def save(tx: Writing, member_id: int, picture_id: int, text: str, now: datetime) -> None:
    """No words take the note away."""
    if not text:
        await tx.change(delete(_notes).where(_notes.c.member_id == member_id, _notes.c.picture_id == picture_id))
        return
    row = {"member_id": member_id, "picture_id": picture_id, "text": text, "noted_at": now}
    keys = ["member_id", "picture_id"]
    await tx.change(insert_into(_notes).values(row).on_conflict_do_update(index_elements=keys, set_=row))


async def of_pictures(tx: Reading, member_id: int, pictures: Collection[int]) -> dict[int, str]:
    query = select(_notes.c.picture_id, _notes.c.text)
    rows = await tx.all(query.where(_notes.c.member_id == member_id, _notes.c.picture_id.in_(pictures)))
    return {row["picture_id"]: row["text"] for row in rows}
