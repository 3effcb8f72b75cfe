"""Pictures as members look for them: newest first, by filters and by words. What a viewer may not see is never read;
`visibility.py` says the same of a single picture.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
    update,
)

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Audience, Shape

_archive: Final = tables.archive
_jobs: Final = tables.jobs
_pictures: Final = tables.pictures
_bookmarks: Final = tables.bookmarks
_prompts: Final = table("prompts", column("rowid"), column("text"))
_OUTSIDE: Final = (Audience.SERVER, Audience.GALLERY)
_WORD: Final = re.compile(r"\w+")
MOST_WORDS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One picture with what may be said of it. `text` is what its maker typed."""

    id: int
    job_id: str
    cell: int
    member_id: int
    server_id: int | None
    model: str
    shape: Shape
    audience: Audience
    words_hidden: bool
    created_at: datetime
    hidden_at: datetime | None
    deleted_at: datetime | None
    text: str
    sha256: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks, and from where: on `server`, where `rules` says whether they moderate. `friend_of` has named them."""

    member: int
    server: int | None = None
    rules: bool = False
    friend_of: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for; what is None does not matter. `mine` is a member's own archive, also from other servers."""

    mine: bool = False
    maker: int | None = None
    model: str | None = None
    shape: Shape | None = None
    audience: Audience | None = None
    since: datetime | None = None
    words: str = ""
    bookmarked: bool = False
    deleted: bool = False


async def browse(tx: Reading, viewer: Viewer, wanted: Wanted, limit: int, before: int | None = None) -> list[Archived]:
    """The newest first; `before` is the last id of the page before."""
    query = _asked(viewer, wanted)
    if query is None:
        return []
    if before is not None:
        query = query.where(_archive.c.id < before)
    return [Archived(**row) for row in await tx.all(query.order_by(_archive.c.id.desc()).limit(limit))]


async def find(tx: Reading, viewer: Viewer, picture_id: int) -> Archived | None:
    """None, too, if it is not for this viewer: nobody learns that it exists."""
    is_it = or_(_seen_by(viewer), and_(_archive.c.member_id == viewer.member, _archive.c.deleted_at.is_not(None)))
    row = await tx.first(_whole().where(_archive.c.id == picture_id, is_it))
    return None if row is None else Archived(**row)


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


async def among(tx: Reading, viewer: Viewer, ids: Collection[int]) -> dict[int, Archived]:
    """Of these, those that the viewer may see: what a search by meaning has found."""
    rows = await tx.all(_whole().where(_archive.c.id.in_(ids), _seen_by(viewer)))
    return {row["id"]: Archived(**row) for row in rows}


async def count(tx: Reading, viewer: Viewer, wanted: Wanted) -> int:
    query = _asked(viewer, wanted)
    return 0 if query is None else int(await tx.value(select(func.count()).select_from(query.subquery())))


async def change_audience(tx: Writing, ids: Collection[int], audience: Audience) -> int:
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(audience=audience))


async def move_in(tx: Writing, ids: Collection[int], server_id: int) -> int:
    """From now on they count as that server's."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(server_id=server_id))


async def hide_words(tx: Writing, ids: Collection[int], *, hidden: bool) -> int:
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(words_hidden=hidden))


async def hide(tx: Writing, ids: Collection[int], now: datetime | None) -> int:
    """From all but its maker; None shows it again."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(hidden_at=now))


async def lay_aside(tx: Writing, ids: Collection[int], now: datetime | None) -> int:
    """Deleted for all, and to be had back; None brings it back."""
    return await tx.change(update(_archive).where(_archive.c.id.in_(ids)).values(deleted_at=now))


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


async def overdue(tx: Reading, before: datetime) -> tuple[int, ...]:
    """What was laid aside before then, and can go for good."""
    rows = await tx.all(select(_archive.c.id).where(_archive.c.deleted_at < before))
    return tuple(row["id"] for row in rows)


def _whole() -> Select[Any]:
    joined = _archive.join(_jobs, _jobs.c.id == _archive.c.job_id).join(
        _pictures, and_(_pictures.c.job_id == _archive.c.job_id, _pictures.c.cell == _archive.c.cell)
    )
    shown = [_archive.c[name] for name in Archived.__dataclass_fields__ if name in _archive.c]
    more = [_jobs.c.text, _pictures.c.sha256, _pictures.c.width, _pictures.c.height]
    return select(*shown, *more).select_from(joined)


def _asked(viewer: Viewer, wanted: Wanted) -> Select[Any] | None:
    """None if the words that are looked for are no words."""
    query = _whole()
    if wanted.deleted:
        query = query.where(_archive.c.member_id == viewer.member, _archive.c.deleted_at.is_not(None))
    elif wanted.mine:
        query = query.where(_archive.c.member_id == viewer.member, _archive.c.deleted_at.is_(None))
    else:
        query = query.where(_seen_by(viewer))
    for name in ("model", "shape", "audience"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(_archive.c[name] == value)
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
        near.append(and_(_archive.c.server_id == viewer.server, _archive.c.audience.in_(_OUTSIDE)))
    shown = or_(_archive.c.hidden_at.is_(None), own)
    if viewer.rules and viewer.server is not None:
        shown = or_(shown, _archive.c.server_id == viewer.server)
    return and_(_archive.c.deleted_at.is_(None), or_(*near), shown)


def matched(words: str) -> str:
    """What a member types, as a question to the index: every word, the last one perhaps unfinished."""
    found = _WORD.findall(words)[:MOST_WORDS]
    quoted = [f'"{word}"' for word in found]
    return " ".join([*quoted[:-1], f"{quoted[-1]}*"]) if quoted else ""
