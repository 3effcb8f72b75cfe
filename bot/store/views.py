"""What each open page of the gallery shows, so that its buttons work for as long as it lies in a channel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Scope, Shape

_views: Final = tables.views


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """`unfolded`: its filters are shown; `chosen` are pictures, for what is done with several; `found` are those that a
    search by meaning has found, the most alike first."""

    id: str
    member_id: int
    scope: Scope
    used_at: datetime
    model: str | None = None
    style: str | None = None
    shape: Shape | None = None
    maker: int | None = None
    collection_id: int | None = None
    words: str = ""
    found: tuple[int, ...] = ()
    chosen: tuple[int, ...] = ()
    unfolded: bool = False


async def save(tx: Writing, view: View) -> None:
    row = asdict(view)
    await tx.change(insert_into(_views).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


async def find(tx: Reading, view_id: str, member_id: int) -> View | None:
    row = await tx.first(select(_views).where(_views.c.id == view_id, _views.c.member_id == member_id))
    return None if row is None else View(**row)


async def forget(tx: Writing, before: datetime) -> int:
    """Those that nobody has touched since."""
    return await tx.change(delete(_views).where(_views.c.used_at < before))
