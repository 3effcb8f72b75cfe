"""What hangs in a server's gallery, by votes. Only what the viewer sees is counted, or told of at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, or_, select

from bot.store import archive, exhibits, tables
from bot.store.archive import Archived, Viewer
from bot.store.exhibits import Exhibit
from bot.store.transactions import Reading
from bot.store.words import Hanging

_exhibits: Final = tables.exhibits
_archive: Final = tables.archive
PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class Ranked:
    """One post, with the pictures that it shows."""

    exhibit: Exhibit
    pictures: tuple[Archived, ...]


async def best(
    tx: Reading,
    viewer: Viewer,
    server_id: int,
    limit: int,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    maker: int | None = None,
) -> list[Ranked]:
    """Those that were published in that time and that anybody voted for, the most votes first."""
    query = _hanging(server_id).where(_exhibits.c.votes > 0)
    if since is not None:
        query = query.where(_exhibits.c.published_at >= since)
    if until is not None:
        query = query.where(_exhibits.c.published_at < until)
    if maker is not None:
        query = query.where(_made_by(maker))
    return await _seen(tx, viewer, query.order_by(_exhibits.c.votes.desc(), _exhibits.c.id), limit)


async def newest(tx: Reading, viewer: Viewer, server_id: int, maker: int, limit: int) -> list[Ranked]:
    """What this member published last, whether or not anybody voted for it."""
    query = _hanging(server_id).where(_made_by(maker))
    return await _seen(tx, viewer, query.order_by(_exhibits.c.id.desc()), limit)


def _hanging(server_id: int) -> Select[Any]:
    return select(_exhibits).where(
        _exhibits.c.server_id == server_id,
        _exhibits.c.state == Hanging.SHOWN,
        _exhibits.c.message_id.is_not(None),
    )


def _made_by(maker: int) -> ColumnElement[bool]:
    own = _archive.c.member_id == maker
    alone = _exhibits.c.archive_id.in_(select(_archive.c.id).where(own))
    in_grids = and_(_exhibits.c.cell.is_(None), _exhibits.c.job_id.in_(select(_archive.c.job_id).where(own)))
    return or_(alone, in_grids)


async def _seen(tx: Reading, viewer: Viewer, query: Select[Any], limit: int) -> list[Ranked]:
    """The first that this viewer sees, page by page: many may be hidden from them."""
    found: list[Ranked] = []
    start = 0
    while True:
        rows = await tx.all(query.limit(PAGE).offset(start))
        found += await _among(tx, viewer, [Exhibit(**row) for row in rows])
        if len(found) >= limit or len(rows) < PAGE:
            return found[:limit]
        start += PAGE


async def shown_to(tx: Reading, viewer: Viewer, exhibit: Exhibit) -> tuple[Archived, ...]:
    """All that a post shows; nothing if the viewer does not see all of it."""
    return next((one.pictures for one in await _among(tx, viewer, [exhibit])), ())


async def _among(tx: Reading, viewer: Viewer, several: Sequence[Exhibit]) -> list[Ranked]:
    """Of these posts, those that the viewer sees all of."""
    shown = await exhibits.pictures_of_each(tx, several)
    seen = await archive.among(tx, viewer, {one for ids in shown for one in ids})
    return [
        Ranked(exhibit, tuple(seen[one] for one in ids))
        for exhibit, ids in zip(several, shown, strict=True)
        if ids and all(one in seen for one in ids)
    ]
