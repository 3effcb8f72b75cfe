"""Pictures as members look for them: newest first, by filters and by words. What a viewer may not see is never read;
`visibility.py` says the same of a single picture.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    delete,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    union_all,
    update,
)

from bot.store import tables
from bot.store.jobs import Job
from bot.store.transactions import Reading, Writing
from bot.store.words import Audience, Hanging, Shape

_archive: Final = tables.archive
_jobs: Final = tables.jobs
_pictures: Final = tables.pictures
_bookmarks: Final = tables.bookmarks
_prompts: Final = table("prompts", column("rowid"), column("text"))
_sources: Final = tables.sources
_films: Final = tables.films
_items: Final = tables.collection_items
_exhibits: Final = tables.exhibits
_OUTSIDE: Final = (Audience.SERVER, Audience.GALLERY)
_WORD: Final = re.compile(r"\w+")
MOST_WORDS: Final = 16
NEWEST: Final = 10_000  # pictures whose models are offered
SINGLE: Final = "single"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One picture with what may be said of it. `text` is what its maker typed."""

    id: int
    job_id: str
    cell: int
    member_id: int
    server_id: int | None
    model: str
    style: str
    shape: Shape
    audience: Audience
    room_id: int | None
    words_hidden: bool
    created_at: datetime
    hidden_at: datetime | None
    hidden_by: int | None
    deleted_at: datetime | None
    text: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from where: on `server`, where `rules` says whether they moderate. `friend_of` have named them,
    `role_of` a role that they have there; `rooms` are the channels there that they see."""

    member: int
    server: int | None = None
    rules: bool = False
    friend_of: frozenset[int] = frozenset()
    role_of: frozenset[int] = frozenset()
    rooms: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; what is None does not matter. `mine` is a member's own archive, also from other servers."""

    mine: bool = False
    server: int | None = None
    collection: int | None = None
    maker: int | None = None
    model: str | None = None
    style: str | None = None
    shape: Shape | None = None
    audience: Audience | None = None
    ids: tuple[int, ...] | None = None
    since: datetime | None = None
    words: str = ""
    bookmarked: bool = False
    deleted: bool = False


async def browse(
    tx: Reading, viewer: Viewer, wanted: Wanted, limit: int, before: int | None = None, after: int | None = None
) -> list[Archived]:
    """The newest first: those `before` the last id of the page before, or the nearest `after` the first of the next."""
    query = _asked(viewer, wanted)
    if query is None:
        return []
    if before is not None:
        query = query.where(_archive.c.id < before)
    if after is None:
        return [Archived(**row) for row in await tx.all(query.order_by(_archive.c.id.desc()).limit(limit))]
    rows = await tx.all(query.where(_archive.c.id > after).order_by(_archive.c.id).limit(limit))
    return [Archived(**row) for row in reversed(rows)]


async def find(tx: Reading, viewer: Viewer, picture_id: int) -> Archived | None:
    """None, too, if it is not for this viewer: nobody learns that it exists."""
    found = await chosen(tx, viewer, [picture_id])
    return found[0] if found else None


async def chosen(tx: Reading, viewer: Viewer, ids: Collection[int]) -> list[Archived]:
    """Of these, those that the viewer sees, and their own that were laid aside."""
    aside = and_(_archive.c.member_id == viewer.member, _archive.c.deleted_at.is_not(None))
    rows = await tx.all(_whole().where(_archive.c.id.in_(ids), or_(_seen_by(viewer), aside)))
    return [Archived(**row) for row in rows]


async def of_job(tx: Reading, job: Job) -> list[Archived]:
    """What a job's messages show, whoever looks, without what was laid aside; a cell on its own is its grid's."""
    query = _whole().where(_archive.c.deleted_at.is_(None)).order_by(_archive.c.cell)
    if job.kind == SINGLE:
        query = query.where(_archive.c.job_id == job.parent_id, _archive.c.cell == job.parent_cell)
    else:
        query = query.where(_archive.c.job_id == job.id)
    return [Archived(**row) for row in await tx.all(query)]


async def own_after(tx: Reading, member_id: int, after: int, limit: int) -> list[Archived]:
    """A member's pictures, the oldest first."""
    is_it = (_archive.c.member_id == member_id, _archive.c.deleted_at.is_(None), _archive.c.id > after)
    rows = await tx.all(_whole().where(*is_it).order_by(_archive.c.id).limit(limit))
    return [Archived(**row) for row in rows]


async def models_and_styles(tx: Reading, viewer: Viewer) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that the newest pictures which the viewer sees were made with."""
    last = select(func.max(_archive.c.id)).scalar_subquery()
    newest = select(_archive.c.model, _archive.c.style).where(_archive.c.id > last - NEWEST, _seen_by(viewer))
    rows = await tx.all(newest.distinct())
    found = [sorted({row[name] for row in rows if row[name]}) for name in ("model", "style")]
    return tuple(found[0]), tuple(found[1])


async def find_cell(tx: Reading, viewer: Viewer, job_id: str, cell: int) -> Archived | None:
    row = await tx.first(_whole().where(_archive.c.job_id == job_id, _archive.c.cell == cell, _seen_by(viewer)))
    return None if row is None else Archived(**row)


async def of_family(tx: Reading, root_id: str) -> list[Archived]:
    """Of all that came of one job every picture, whoever may see it: `visibility.py` has to be asked of each."""
    return [Archived(**row) for row in await tx.all(_whole().where(_jobs.c.root_id == root_id))]


async def numbered(tx: Reading, after: int, limit: int) -> list[tuple[int, str]]:
    """Every picture there is, whoever may see it: its number and its file's hash, by rising numbers."""
    query = select(_archive.c.id, _pictures.c.sha256).join(
        _pictures, and_(_pictures.c.job_id == _archive.c.job_id, _pictures.c.cell == _archive.c.cell)
    )
    rows = await tx.all(query.where(_archive.c.id > after).order_by(_archive.c.id).limit(limit))
    return [(row["id"], row["sha256"]) for row in rows]


async def numbers(tx: Reading) -> frozenset[int]:
    """Of every picture there is, whoever may see it."""
    return frozenset(row["id"] for row in await tx.all(select(_archive.c.id)))


async def among(tx: Reading, viewer: Viewer, ids: Collection[int]) -> dict[int, Archived]:
    """Of these, those that the viewer may see: what a search by meaning has found."""
    rows = await tx.all(_whole().where(_archive.c.id.in_(ids), _seen_by(viewer)))
    return {row["id"]: Archived(**row) for row in rows}


async def ids(tx: Reading, viewer: Viewer, wanted: Wanted) -> frozenset[int]:
    """Only their numbers, in no order."""
    query = _asked(viewer, wanted, select(_archive.c.id))
    return frozenset() if query is None else frozenset(row["id"] for row in await tx.all(query))


async def top(tx: Reading, viewer: Viewer, wanted: Wanted, since: datetime, limit: int) -> dict[int, int]:
    """What was published since then and still hangs, with its votes: the most first, of as many the newest first. The
    votes for a grid are those of each of its pictures."""
    newest = [_exhibits.c.state == Hanging.SHOWN, _exhibits.c.published_at >= since]
    if viewer.server is not None:
        newest.append(_exhibits.c.server_id == viewer.server)
    alone = select(_exhibits.c.archive_id.label("id"), _exhibits.c.votes).where(*newest)
    its = and_(_archive.c.job_id == _exhibits.c.job_id, _exhibits.c.cell.is_(None))
    grids = select(_archive.c.id, _exhibits.c.votes).select_from(_exhibits.join(_archive, its)).where(*newest)
    hung = union_all(alone.where(_exhibits.c.archive_id.is_not(None)), grids).subquery()
    votes = func.sum(hung.c.votes)
    found = select(_archive.c.id, votes.label("votes")).join(hung, hung.c.id == _archive.c.id)
    query = _asked(viewer, wanted, found.group_by(_archive.c.id))
    if query is None:
        return {}
    rows = await tx.all(query.order_by(votes.desc(), _archive.c.id.desc()).limit(limit))
    return {row["id"]: row["votes"] for row in rows}


async def count(tx: Reading, viewer: Viewer, wanted: Wanted) -> int:
    query = _asked(viewer, wanted, select(func.count()).select_from(_archive))
    return 0 if query is None else int(await tx.value(query))


async def change_audience(tx: Writing, ids: Collection[int], audience: Audience) -> int:
    """Once this is said, it counts no more in what room they were painted."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(audience=audience, room_id=None))


async def move_in(tx: Writing, ids: Collection[int], server_id: int) -> int:
    """From now on they count as that server's."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(server_id=server_id))


async def hide_words(tx: Writing, ids: Collection[int], *, hidden: bool) -> int:
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(words_hidden=hidden))


async def hide(tx: Writing, ids: Collection[int], now: datetime | None, by: int | None = None) -> int:
    """From all but its maker; None shows it again. `by` is who did it, if that is not its maker."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(hidden_at=now, hidden_by=by))


async def lay_aside(tx: Writing, ids: Collection[int], now: datetime | None) -> int:
    """Deleted for all, and to be had back; None brings it back."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(deleted_at=now))


async def purge(tx: Writing, before: datetime, limit: int) -> int:
    """What was laid aside before then goes for good: how many. The files go with the next sweep."""
    over = select(_archive.c.job_id, _archive.c.cell).where(_archive.c.deleted_at < before).limit(limit)
    return await remove(tx, [(row["job_id"], row["cell"]) for row in await tx.all(over)])


async def remove(tx: Writing, cells: Sequence[tuple[str, int]]) -> int:
    """For good, with the copies that stand on their own: how many. The files go with the next sweep."""
    for job_id, cell in cells:
        single = (_jobs.c.kind == SINGLE, _jobs.c.parent_id == job_id, _jobs.c.parent_cell == cell)
        await tx.change(delete(_pictures).where(_pictures.c.job_id.in_(select(_jobs.c.id).where(*single))))
        await tx.change(delete(_pictures).where(_pictures.c.job_id == job_id, _pictures.c.cell == cell))
    for job_id in {job_id for job_id, _ in cells}:
        rest = select(_pictures.c.cell).where(_pictures.c.job_id == job_id)
        await tx.change(delete(_sources).where(_sources.c.job_id == job_id, ~rest.exists()))
        await tx.change(delete(_films).where(_films.c.job_id == job_id))  # which shows each of its pictures
    return len(cells)


async def number_of(tx: Reading, job_id: str, cell: int) -> int | None:
    number: int | None = await tx.value(
        select(_archive.c.id).where(_archive.c.job_id == job_id, _archive.c.cell == cell)
    )
    return number


async def words_hidden(tx: Reading, ids: Collection[int]) -> bool:
    """Of any of these."""
    return await tx.value(select(_archive.c.id).where(_archive.c.id.in_(ids), _archive.c.words_hidden)) is not None


async def all_for(tx: Reading, ids: Collection[int], audiences: Collection[Audience]) -> bool:
    """Whether each of these is there, not hidden, and shown to one of these audiences."""
    is_out = or_(_archive.c.hidden_at.is_not(None), _archive.c.deleted_at.is_not(None))
    is_out = or_(is_out, _archive.c.audience.not_in(audiences))
    return await tx.value(select(_archive.c.id).where(_archive.c.id.in_(ids), is_out)) is None


def _whole() -> Select[Any]:
    joined = _archive.join(_jobs, _jobs.c.id == _archive.c.job_id).join(
        _pictures, and_(_pictures.c.job_id == _archive.c.job_id, _pictures.c.cell == _archive.c.cell)
    )
    shown = [_archive.c[name] for name in Archived.__dataclass_fields__ if name in _archive.c]
    more = [_jobs.c.text, _pictures.c.sha256, _pictures.c.width, _pictures.c.height]
    return select(*shown, *more).select_from(joined)


def _asked(viewer: Viewer, wanted: Wanted, query: Select[Any] | None = None) -> Select[Any] | None:
    """None if the words that are looked for are no words."""
    query = _whole() if query is None else query
    if wanted.deleted:
        query = query.where(_archive.c.member_id == viewer.member, _archive.c.deleted_at.is_not(None))
    elif wanted.mine:
        query = query.where(_archive.c.member_id == viewer.member, _archive.c.deleted_at.is_(None))
    else:
        query = query.where(_seen_by(viewer))
    for name in ("model", "style", "shape", "audience"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(_archive.c[name] == value)
    if wanted.ids is not None:
        query = query.where(_archive.c.id.in_(wanted.ids))
    if wanted.server is not None:
        query = query.where(_archive.c.server_id == wanted.server)
    if wanted.collection is not None:
        held = select(_items.c.picture_id).where(_items.c.collection_id == wanted.collection)
        query = query.where(_archive.c.id.in_(held))
    if wanted.maker is not None:
        query = query.where(_archive.c.member_id == wanted.maker)
    if wanted.since is not None:
        query = query.where(_archive.c.created_at >= wanted.since)
    if wanted.bookmarked:
        kept: Select[Any] = select(literal_column("1")).where(
            _bookmarks.c.member_id == viewer.member,
            _bookmarks.c.job_id == _archive.c.job_id,
            _bookmarks.c.cell == _archive.c.cell,
        )
        query = query.where(kept.exists())
    if wanted.words:
        words = matched(wanted.words)
        if not words:
            return None
        hits = select(_prompts.c.rowid).where(text("prompts MATCH :words").bindparams(words=words))
        readable = or_(_archive.c.words_hidden == false(), _archive.c.member_id == viewer.member)
        query = query.where(_archive.c.id.in_(hits), readable)  # hidden words must not be found out by searching
    return query


def _seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The rule of `visibility.may_view`, for many pictures at once."""
    own = _archive.c.member_id == viewer.member
    near = [own, and_(_archive.c.audience != Audience.PRIVATE, _archive.c.member_id.in_(viewer.friend_of))]
    if viewer.server is not None:
        named = and_(_archive.c.audience == Audience.ROLES, _archive.c.member_id.in_(viewer.role_of))
        # With nothing added SQLite gathers all of the server's by its index, and sorts them for one page.
        here = _archive.c.server_id + 0 == viewer.server
        near.append(and_(here, or_(_archive.c.audience.in_(_OUTSIDE), named)))
    shown = or_(_archive.c.hidden_at.is_(None), own)
    if viewer.rules and viewer.server is not None:
        shown = or_(shown, _archive.c.server_id == viewer.server)
    let_in = or_(own, _archive.c.room_id.is_(None), _archive.c.room_id.in_(viewer.rooms))
    return and_(_archive.c.deleted_at.is_(None), or_(*near), shown, let_in)


def matched(words: str) -> str:
    """What a member types, as a question to the index: every word, the last one perhaps unfinished."""
    found = _WORD.findall(words)[:MOST_WORDS]
    quoted = [f'"{word}"' for word in found]
    return " ".join([*quoted[:-1], f"{quoted[-1]}*"]) if quoted else ""
