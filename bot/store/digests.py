"""A week's best pictures, posted once: the row says that it was done, whoever does it first."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.columns import new_row
from bot.store.transactions import Reading, Writing

_digests: Final = tables.digests
_shown: Final = tables.digest_pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    server_id: int
    week: str
    starts_at: datetime
    channel_id: int
    created_at: datetime
    home_id: int | None = None
    message_id: int | None = None
    id: int = 0  # given by the store


async def begin(tx: Writing, digest: Digest) -> Digest | None:
    """With its id. None if this server has that week's."""
    statement = insert_into(_digests).values(new_row(digest)).on_conflict_do_nothing()
    new = await tx.value(statement.returning(_digests.c.id))
    return await find(tx, new) if new is not None else None


async def show(tx: Writing, digest_id: int, pictures: Sequence[tuple[int, int]]) -> None:
    """Which pictures it has, by the archive's ids, with their votes, the best first."""
    rows = [
        {"digest_id": digest_id, "picture_id": picture, "place": place, "votes": votes}
        for place, (picture, votes) in enumerate(pictures)
    ]
    if rows:
        await tx.change(insert(_shown), rows)


async def find(tx: Reading, digest_id: int) -> Digest | None:
    row = await tx.first(select(_digests).where(_digests.c.id == digest_id))
    return None if row is None else Digest(**row)


async def has(tx: Reading, server_id: int, week: str) -> bool:
    """Whether that week is done with, posted or passed over."""
    is_it = (_digests.c.server_id == server_id, _digests.c.week == week)
    return await tx.value(select(_digests.c.id).where(*is_it)) is not None


async def shown(tx: Reading, digest_id: int) -> dict[int, int]:
    """The pictures of it, the best first, with the votes that they had then."""
    rows = await tx.all(select(_shown).where(_shown.c.digest_id == digest_id).order_by(_shown.c.place))
    return {row["picture_id"]: row["votes"] for row in rows}


async def of_pictures(tx: Reading, picture_ids: Collection[int]) -> tuple[Digest, ...]:
    ids = select(_shown.c.digest_id).where(_shown.c.picture_id.in_(picture_ids))
    return tuple(Digest(**row) for row in await tx.all(select(_digests).where(_digests.c.id.in_(ids))))


async def appear(tx: Writing, digest_id: int, home_id: int, message_id: int) -> None:
    values = {"home_id": home_id, "message_id": message_id}
    await tx.change(update(_digests).where(_digests.c.id == digest_id).values(values))
