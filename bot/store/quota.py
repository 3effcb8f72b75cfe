"""How much room members' pictures take, and which of them go first where there is a bound. What was published, is
bookmarked, noted or in a collection never goes by this.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, func, or_, select

from bot.store import archive, jobs, tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Audience, Hanging

_archive: Final = tables.archive
_pictures: Final = tables.pictures
_exhibits: Final = tables.exhibits
_bookmarks: Final = tables.bookmarks
_jobs: Final = tables.jobs
_its_file: Final = and_(_pictures.c.job_id == _archive.c.job_id, _pictures.c.cell == _archive.c.cell)


@dataclass(frozen=True, slots=True)
class Held:
    """One picture that may go."""

    id: int
    job_id: str
    cell: int
    bytes: int


async def used(tx: Reading) -> dict[int, int]:
    """Bytes of every member's pictures, those that were laid aside among them."""
    summed = select(_archive.c.member_id, func.sum(_pictures.c.bytes).label("bytes"))
    rows = await tx.all(summed.join(_pictures, _its_file).group_by(_archive.c.member_id))
    return {row["member_id"]: row["bytes"] for row in rows}


async def used_by(tx: Reading, member_id: int) -> int:
    query = select(func.coalesce(func.sum(_pictures.c.bytes), 0)).select_from(_archive.join(_pictures, _its_file))
    return int(await tx.value(query.where(_archive.c.member_id == member_id)))


async def first_to_go(tx: Reading, member_id: int, made_before: datetime, limit: int) -> tuple[Held, ...]:
    """Of what nobody keeps: those that were laid aside, the longest ago first; then the oldest. What is newer than that
    stays, unless it was laid aside."""
    nobodys = _held(member_id).where(~_is_kept())
    aside = nobodys.where(_archive.c.deleted_at.is_not(None)).order_by(_archive.c.deleted_at, _archive.c.id)
    rows = list(await tx.all(aside.limit(limit)))
    if len(rows) < limit:
        free = nobodys.where(_archive.c.deleted_at.is_(None), _archive.c.created_at < made_before)
        rows += await tx.all(free.order_by(_archive.c.id).limit(limit - len(rows)))
    return tuple(Held(**row) for row in rows)


async def free(tx: Writing, member_id: int, bound: int, made_before: datetime, limit: int) -> int:
    """Let go for good until no more than `bound` is used, or nothing may go any more: how many went."""
    over, gone = await used_by(tx, member_id) - bound, []
    if over <= 0:
        return 0
    for held in await first_to_go(tx, member_id, made_before, limit):
        if over <= 0:
            break
        gone.append((held.job_id, held.cell))
        over -= held.bytes
    copies = [copy.id for job_id, cell in gone for copy in await jobs.singles_of(tx, job_id, cell)]
    count = await archive.remove(tx, gone)
    for job_id in {*copies, *(job_id for job_id, _ in gone)}:
        if await tx.value(select(_pictures.c.cell).where(_pictures.c.job_id == job_id).limit(1)) is None:
            await jobs.delete(tx, job_id)  # its buttons then say so
    return count


def _held(member_id: int) -> Select[Any]:
    shown = (_archive.c.id, _archive.c.job_id, _archive.c.cell, _pictures.c.bytes)
    return select(*shown).join(_pictures, _its_file).where(_archive.c.member_id == member_id)


def _is_kept() -> Any:
    """By its maker or anybody else, alone or as one of its grid."""
    hangs = and_(_exhibits.c.cell.is_(None), _exhibits.c.job_id == _archive.c.job_id)
    published = select(_exhibits.c.id).where(
        _exhibits.c.state != Hanging.DELETED, or_(_exhibits.c.archive_id == _archive.c.id, hangs)
    )
    its_copy = (_jobs.c.parent_id == _archive.c.job_id, _jobs.c.parent_cell == _archive.c.cell)
    single = select(_jobs.c.id).where(_jobs.c.kind == archive.SINGLE, *its_copy).correlate(_archive)
    its = and_(_bookmarks.c.job_id == _archive.c.job_id, _bookmarks.c.cell == _archive.c.cell)
    bookmarked = select(_bookmarks.c.member_id).where(or_(its, _bookmarks.c.job_id.in_(single)))
    collected = select(tables.collection_items.c.picture_id).where(
        tables.collection_items.c.picture_id == _archive.c.id
    )
    noted = select(tables.notes.c.picture_id).where(tables.notes.c.picture_id == _archive.c.id)
    others = (each.exists() for each in (published, bookmarked, collected, noted))
    hangs_there = and_(_archive.c.audience == Audience.GALLERY, _archive.c.deleted_at.is_(None))
    return or_(hangs_there, *others)
