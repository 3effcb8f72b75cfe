"""Which small copy belongs to which original."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_thumbnails: Final = tables.thumbnails


@dataclass(frozen=True, slots=True)
class Thumbnail:
    sha256: str
    thumb_sha256: str
    width: int
    height: int


async def known(tx: Reading, originals: Collection[str]) -> dict[str, Thumbnail]:
    rows = await tx.all(select(_thumbnails).where(_thumbnails.c.sha256.in_(originals)))
    return {row["sha256"]: Thumbnail(**row) for row in rows}


async def add(tx: Writing, thumbnails: Collection[Thumbnail]) -> None:
    for thumbnail in thumbnails:
        row = asdict(thumbnail)
        statement = insert_into(_thumbnails).values(row)
        await tx.change(statement.on_conflict_do_update(index_elements=["sha256"], set_=row))


async def forget_unused(tx: Writing) -> int:
    """Those whose original is nobody's any more; their files go with the next sweep."""
    used = select(tables.pictures.c.sha256)
    return await tx.change(delete(_thumbnails).where(_thumbnails.c.sha256.not_in(used)))
