"""Which small copy belongs to which original, one for each size."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, func, select, tuple_
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_thumbnails: Final = tables.thumbnails
_originals: Final = select(tables.pictures.c.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thumbnail:
    """`sha256` is the original's; `side` is how long its longer side may be."""

    sha256: str
    side: int
    thumb_sha256: str
    width: int
    height: int
    bytes: int
    made_at: datetime


async def known(tx: Reading, originals: Collection[str], side: int) -> dict[str, Thumbnail]:
    is_it = (_thumbnails.c.sha256.in_(originals), _thumbnails.c.side == side)
    rows = await tx.all(select(_thumbnails).where(*is_it))
    return {row["sha256"]: Thumbnail(**row) for row in rows}


async def every(tx: Reading) -> tuple[Thumbnail, ...]:
    rows = await tx.all(select(_thumbnails).order_by(_thumbnails.c.sha256, _thumbnails.c.side))
    return tuple(Thumbnail(**row) for row in rows)


async def add(tx: Writing, thumbnail: Thumbnail) -> bool:
    """In the place of an older one. False if the original is nobody's any more: then nothing is to be left of it."""
    if await tx.value(_originals.where(tables.pictures.c.sha256 == thumbnail.sha256).limit(1)) is None:
        return False
    row = asdict(thumbnail)
    statement = insert_into(_thumbnails).values(row)
    await tx.change(statement.on_conflict_do_update(index_elements=["sha256", "side"], set_=row))
    return True


async def remove(tx: Writing, thumbnail: Thumbnail) -> None:
    is_it = (_thumbnails.c.sha256 == thumbnail.sha256, _thumbnails.c.side == thumbnail.side)
    await tx.change(delete(_thumbnails).where(*is_it))


async def forget_unused(tx: Writing) -> int:
    """Those whose original is nobody's any more; their files go with the next sweep."""
    return await tx.change(delete(_thumbnails).where(_thumbnails.c.sha256.not_in(_originals)))


async def keep_newest(tx: Writing, side: int, most_bytes: int) -> int:
    """Those of one size up to so many bytes, the newest; how many others go. They can be made again."""
    newest = (_thumbnails.c.made_at.desc(), _thumbnails.c.sha256)
    so_far = func.sum(_thumbnails.c.bytes).over(order_by=newest).label("so_far")
    counted = select(_thumbnails.c.sha256, _thumbnails.c.side, so_far).where(_thumbnails.c.side == side).subquery()
    over = select(counted.c.sha256, counted.c.side).where(counted.c.so_far > most_bytes)
    return await tx.change(delete(_thumbnails).where(tuple_(_thumbnails.c.sha256, _thumbnails.c.side).in_(over)))
