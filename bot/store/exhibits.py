"""What hangs in the galleries of servers, and the votes for it. A vote is a member, however many reactions they leave;
the count in the row is made anew with each change, from the votes themselves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.columns import new_row
from bot.store.transactions import Reading, Writing
from bot.store.words import Hanging

_exhibits: Final = tables.exhibits
_votes: Final = tables.votes
_archive: Final = tables.archive
_shown: Final = _exhibits.c.state == Hanging.SHOWN
Cast = tuple[int, str]  # a member and their emoji


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """One picture of a job, or (`cell` is None) all of them, as a post of its own. `by` is None if others published
    it by their stars, `hidden_by` if somebody deleted its post in Discord."""

    job_id: str
    cell: int | None
    server_id: int
    channel_id: int
    published_at: datetime
    by: int | None
    archive_id: int | None = None
    thread_id: int | None = None
    message_id: int | None = None
    state: Hanging = Hanging.SHOWN
    posting: int = 1
    hidden_by: int | None = None
    votes: int = 0
    id: int = 0  # given by the store


async def add(tx: Writing, exhibit: Exhibit) -> Exhibit | None:
    """With its id. None if this server has it, hanging or hidden."""
    statement = insert_into(_exhibits).values(new_row(exhibit)).on_conflict_do_nothing()
    new = await tx.value(statement.returning(_exhibits.c.id))
    return await find(tx, new) if new is not None else None


async def find(tx: Reading, exhibit_id: int) -> Exhibit | None:
    row = await tx.first(select(_exhibits).where(_exhibits.c.id == exhibit_id))
    return None if row is None else Exhibit(**row)


async def find_like(tx: Reading, exhibit: Exhibit) -> Exhibit | None:
    """The one that this server has of the same picture."""
    cell = _exhibits.c.cell.is_(None) if exhibit.cell is None else _exhibits.c.cell == exhibit.cell
    same = and_(_exhibits.c.job_id == exhibit.job_id, cell)
    if exhibit.archive_id is not None:
        same = or_(same, _exhibits.c.archive_id == exhibit.archive_id)
    row = await tx.first(select(_exhibits).where(_exhibits.c.server_id == exhibit.server_id, same))
    return None if row is None else Exhibit(**row)


async def by_message(tx: Reading, message_id: int) -> Exhibit | None:
    """Whose post this is now."""
    row = await tx.first(select(_exhibits).where(_exhibits.c.message_id == message_id))
    return None if row is None else Exhibit(**row)


async def of_job(tx: Reading, job_id: str) -> tuple[Exhibit, ...]:
    rows = await tx.all(select(_exhibits).where(_exhibits.c.job_id == job_id).order_by(_exhibits.c.id))
    return tuple(Exhibit(**row) for row in rows)


async def of_pictures(tx: Reading, archive_ids: Collection[int]) -> tuple[Exhibit, ...]:
    """Those that show any of them: alone, or in a grid."""
    jobs = select(_archive.c.job_id).where(_archive.c.id.in_(archive_ids))
    grids = and_(_exhibits.c.cell.is_(None), _exhibits.c.job_id.in_(jobs))
    rows = await tx.all(select(_exhibits).where(or_(_exhibits.c.archive_id.in_(archive_ids), grids)))
    return tuple(Exhibit(**row) for row in rows)


async def pictures_of(tx: Reading, exhibit: Exhibit) -> tuple[int, ...]:
    """What it shows, by the archive's ids; what was laid aside is not shown."""
    return (await pictures_of_each(tx, [exhibit]))[0]


async def pictures_of_each(tx: Reading, several: Sequence[Exhibit]) -> list[tuple[int, ...]]:
    alone = [exhibit.archive_id for exhibit in several if exhibit.archive_id is not None]
    jobs = [exhibit.job_id for exhibit in several if exhibit.archive_id is None]
    asked = or_(_archive.c.id.in_(alone), _archive.c.job_id.in_(jobs))
    query = select(_archive.c.id, _archive.c.job_id).where(asked, _archive.c.deleted_at.is_(None))
    of_picture: dict[int, tuple[int, ...]] = {}
    of_job: dict[str, tuple[int, ...]] = {}
    for row in await tx.all(query.order_by(_archive.c.cell)):
        of_picture[row["id"]] = (row["id"],)
        of_job[row["job_id"]] = (*of_job.get(row["job_id"], ()), row["id"])
    return [
        of_job.get(one.job_id, ()) if one.archive_id is None else of_picture.get(one.archive_id, ()) for one in several
    ]


async def hanging(tx: Reading, limit: int, before: int | None = None) -> tuple[Exhibit, ...]:
    """Those that have a post, the newest first; `before` is the last id of the page before."""
    query = select(_exhibits).where(_shown, _exhibits.c.message_id.is_not(None))
    if before is not None:
        query = query.where(_exhibits.c.id < before)
    return tuple(Exhibit(**row) for row in await tx.all(query.order_by(_exhibits.c.id.desc()).limit(limit)))


async def appear(tx: Writing, exhibit: Exhibit, thread_id: int | None, message_id: int) -> bool:
    """Its post is there. False if it was hung again meanwhile: then the post is of the time before."""
    is_it = (_exhibits.c.id == exhibit.id, _exhibits.c.posting == exhibit.posting)
    return await tx.change(update(_exhibits).where(*is_it).values(thread_id=thread_id, message_id=message_id)) == 1


async def vanish(tx: Writing, exhibit_id: int, message_id: int) -> None:
    """That post of it is no more."""
    is_it = (_exhibits.c.id == exhibit_id, _exhibits.c.message_id == message_id)
    await tx.change(update(_exhibits).where(*is_it).values(thread_id=None, message_id=None))


async def hide(tx: Writing, exhibit_id: int, member: int) -> bool:
    """False if it does not hang."""
    statement = update(_exhibits).where(_exhibits.c.id == exhibit_id, _shown)
    return await tx.change(statement.values(state=Hanging.HIDDEN, hidden_by=member)) == 1


async def restore(tx: Writing, exhibit_id: int, channel_id: int) -> Exhibit | None:
    """As a new post. None if it is not hidden."""
    is_it = (_exhibits.c.id == exhibit_id, _exhibits.c.state == Hanging.HIDDEN)
    values = {"state": Hanging.SHOWN, "hidden_by": None, "channel_id": channel_id, "thread_id": None}
    anew = update(_exhibits).where(*is_it).values(**values, message_id=None, posting=_exhibits.c.posting + 1)
    return await find(tx, exhibit_id) if await tx.change(anew) == 1 else None


async def renew(tx: Writing, exhibit_id: int, wanted: Exhibit) -> Exhibit | None:
    """Its picture was deleted, and is there again: hung as a new post."""
    names = ("job_id", "cell", "archive_id", "channel_id", "published_at", "by")
    values = {name: getattr(wanted, name) for name in names}
    values |= {"state": Hanging.SHOWN, "hidden_by": None, "thread_id": None, "message_id": None}
    anew = update(_exhibits).where(_exhibits.c.id == exhibit_id).values(**values, posting=_exhibits.c.posting + 1)
    await tx.change(anew)
    return await find(tx, exhibit_id)


async def remove(tx: Writing, exhibit_id: int) -> None:
    await tx.change(update(_exhibits).where(_exhibits.c.id == exhibit_id).values(state=Hanging.DELETED))


async def withdraw(tx: Writing, job_id: str) -> tuple[Exhibit, ...]:
    """The job is deleted: those whose posts are to go."""
    is_its = (_exhibits.c.job_id == job_id, _exhibits.c.state != Hanging.DELETED)
    await tx.change(update(_exhibits).where(*is_its).values(state=Hanging.DELETED))
    return await of_job(tx, job_id)


async def lost(tx: Writing, messages: Collection[int], channels: Collection[int]) -> int:
    """Posts that somebody deleted in Discord, by numbers of messages, and of channels and threads: how many hung
    there. A thread below a message has that one's number, and goes without it."""
    is_gone = _is_at(messages, channels)
    values = {"state": Hanging.HIDDEN, "hidden_by": None, "thread_id": None, "message_id": None}
    # One that is still to be posted has no post that could be deleted.
    return await tx.change(update(_exhibits).where(_shown, _exhibits.c.message_id.is_not(None), is_gone).values(values))


async def is_at(tx: Reading, messages: Collection[int], channels: Collection[int]) -> bool:
    """Whether anything has its post there; threads are channels."""
    return await tx.value(select(_exhibits.c.id).where(_is_at(messages, channels)).limit(1)) is not None


def _is_at(messages: Collection[int], channels: Collection[int]) -> Any:
    in_channels = [one.in_(channels) for one in (_exhibits.c.thread_id, _exhibits.c.channel_id)]
    return or_(_exhibits.c.message_id.in_(messages), *in_channels)


async def vote(tx: Writing, exhibit: Exhibit, message_id: int, cast: Cast) -> None:
    row = {"exhibit_id": exhibit.id, "message_id": message_id, "member_id": cast[0], "emoji": cast[1]}
    await tx.change(insert_into(_votes).values(row).on_conflict_do_nothing())
    await _count(tx, exhibit.id)


async def unvote(tx: Writing, exhibit: Exhibit, message_id: int, cast: Cast) -> None:
    is_it = (_votes.c.exhibit_id == exhibit.id, _votes.c.member_id == cast[0], _votes.c.emoji == cast[1])
    await tx.change(delete(_votes).where(*is_it, _votes.c.message_id == message_id))
    await _count(tx, exhibit.id)


async def recount(tx: Writing, exhibit: Exhibit, message_id: int, found: Iterable[Cast]) -> None:
    """That post has just these reactions; what was voted for earlier posts stays."""
    is_its = (_votes.c.exhibit_id == exhibit.id, _votes.c.message_id == message_id)
    await tx.change(delete(_votes).where(*is_its))
    rows = [
        {"exhibit_id": exhibit.id, "message_id": message_id, "member_id": member, "emoji": emoji}
        for member, emoji in dict.fromkeys(found)
    ]
    if rows:
        await tx.change(insert(_votes), rows)
    await _count(tx, exhibit.id)


async def _count(tx: Writing, exhibit_id: int) -> None:
    members = select(func.count(_votes.c.member_id.distinct())).where(_votes.c.exhibit_id == exhibit_id)
    statement = update(_exhibits).where(_exhibits.c.id == exhibit_id).values(votes=members.scalar_subquery())
    await tx.change(statement)
