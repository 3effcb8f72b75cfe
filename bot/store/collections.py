"""Collections: pictures under a name, in the order in which they were put there."""

from __future__ import annotations

from collections.abc import Collection as Several
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_collections: Final = tables.collections
_items: Final = tables.collection_items
MOST: Final = 100  # of a member


@dataclass(frozen=True, slots=True)
class Collection:
    """`count` is how many pictures are in it, for its owner."""

    id: int
    member_id: int
    name: str
    server_id: int | None
    count: int


async def add(tx: Writing, member_id: int, name: str, now: datetime) -> int | None:
    """Its number; None if the member has one of this name."""
    row = {"member_id": member_id, "name": name, "created_at": now}
    statement = insert_into(_collections).values(row).on_conflict_do_nothing().returning(_collections.c.id)
    number: int | None = await tx.value(statement)
    return number


async def remove(tx: Writing, member_id: int, name: str) -> bool:
    is_it = (_collections.c.member_id == member_id, _collections.c.name == name)
    return await tx.change(delete(_collections).where(*is_it)) == 1


async def share(tx: Writing, collection_id: int, server_id: int | None) -> None:
    """Everybody on that server may look through it; None: nobody else may."""
    await tx.change(update(_collections).where(_collections.c.id == collection_id).values(server_id=server_id))


async def of_member(tx: Reading, member_id: int) -> tuple[Collection, ...]:
    rows = await tx.all(_counted().where(_collections.c.member_id == member_id).order_by(_collections.c.name))
    return tuple(Collection(**row) for row in rows)


async def find(tx: Reading, member_id: int, name: str) -> Collection | None:
    row = await tx.first(_counted().where(_collections.c.member_id == member_id, _collections.c.name == name))
    return None if row is None else Collection(**row)


async def open_to(tx: Reading, member_id: int, server_id: int | None) -> tuple[Collection, ...]:
    """A member's own, then those that others share on this server."""
    shared = _collections.c.server_id == server_id if server_id is not None else _collections.c.id.is_(None)
    is_own = _collections.c.member_id == member_id
    query = _counted().where(or_(is_own, shared)).order_by(is_own.desc(), _collections.c.name)
    return tuple(Collection(**row) for row in await tx.all(query))


async def put(tx: Writing, collection_id: int, pictures: Several[int], now: datetime) -> int:
    """How many were not there before."""
    rows = [{"collection_id": collection_id, "picture_id": picture, "added_at": now} for picture in pictures]
    return sum([await tx.change(insert_into(_items).values(row).on_conflict_do_nothing()) for row in rows])


async def take_out(tx: Writing, collection_id: int, pictures: Several[int]) -> int:
    is_it = (_items.c.collection_id == collection_id, _items.c.picture_id.in_(pictures))
    return await tx.change(delete(_items).where(*is_it))


def _counted() -> Select[Any]:
    held = select(func.count()).where(_items.c.collection_id == _collections.c.id).scalar_subquery()
    shown = [_collections.c[name] for name in ("id", "member_id", "name", "server_id")]
    return select(*shown, held.label("count"))
