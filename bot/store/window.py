"""Pictures as the web may have them: what was published, and for those who signed in what is theirs or their servers'.
`visibility.may_open` says the same of a single picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, column, false, or_, select, table, text

from bot.store import tables
from bot.store.archive import Archived, matched
from bot.store.transactions import Reading
from bot.store.words import Audience, Shape

_archive: Final = tables.archive
_jobs: Final = tables.jobs
_pictures: Final = tables.pictures
_prompts: Final = table("prompts", column("rowid"), column("text"))
_NOBODY: Final = 0  # no member has this id


class Scope(StrEnum):
    """Which pictures a page is of."""

    GALLERY = "gallery"
    MINE = "mine"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks from outside of Discord: nobody known, or a member with the servers they are in."""

    member: int = _NOBODY
    servers: frozenset[int] = frozenset()
    friend_of: frozenset[int] = frozenset()

    @property
    def is_known(self) -> bool:
        return self.member != _NOBODY


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is looked for; what is None does not matter."""

    scope: Scope = Scope.GALLERY
    maker: int | None = None
    model: str | None = None
    shape: Shape | None = None
    words: str = ""


async def browse(
    tx: Reading, visitor: Visitor, sought: Sought, limit: int, before: int | None = None
) -> list[Archived]:
    """The newest first; `before` is the last id of the page before."""
    query = _whole().where(_seen_by(visitor), _within(visitor, sought.scope))
    for name, value in (("model", sought.model), ("shape", sought.shape), ("member_id", sought.maker)):
        if value is not None:
            query = query.where(_archive.c[name] == value)
    if sought.words:
        if not (words := matched(sought.words)):
            return []
        hits = select(_prompts.c.rowid).where(text("prompts MATCH :words").bindparams(words=words))
        readable = or_(_archive.c.words_hidden == false(), _archive.c.member_id == visitor.member)
        query = query.where(_archive.c.id.in_(hits), readable)  # hidden words must not be found out by searching
    if before is not None:
        query = query.where(_archive.c.id < before)
    return [Archived(**row) for row in await tx.all(query.order_by(_archive.c.id.desc()).limit(limit))]


async def find(tx: Reading, visitor: Visitor, picture_id: int) -> Archived | None:
    """None, too, if it is not for this visitor: nobody learns that it exists."""
    row = await tx.first(_whole().where(_archive.c.id == picture_id, _seen_by(visitor)))
    return None if row is None else Archived(**row)


async def models(tx: Reading) -> tuple[str, ...]:
    """Those that painted what is published."""
    query = select(_archive.c.model).where(_seen_by(Visitor())).distinct().order_by(_archive.c.model)
    return tuple(row["model"] for row in await tx.all(query))


def _whole() -> Select[Any]:
    joined = _archive.join(_jobs, _jobs.c.id == _archive.c.job_id).join(
        _pictures, and_(_pictures.c.job_id == _archive.c.job_id, _pictures.c.cell == _archive.c.cell)
    )
    shown = [_archive.c[name] for name in Archived.__dataclass_fields__ if name in _archive.c]
    return select(*shown, _jobs.c.text, _pictures.c.sha256, _pictures.c.width, _pictures.c.height).select_from(joined)


def _seen_by(visitor: Visitor) -> ColumnElement[bool]:
    """The rule of `visibility.may_open`, for many pictures at once."""
    shown = [_archive.c.audience == Audience.GALLERY]
    if visitor.servers:
        shown.append(and_(_archive.c.audience == Audience.SERVER, _archive.c.server_id.in_(visitor.servers)))
    if visitor.friend_of:
        shown.append(and_(_archive.c.audience != Audience.PRIVATE, _archive.c.member_id.in_(visitor.friend_of)))
    seen = and_(_archive.c.hidden_at.is_(None), _archive.c.room_id.is_(None), or_(*shown))
    if visitor.is_known:
        seen = or_(_archive.c.member_id == visitor.member, seen)
    return and_(_archive.c.deleted_at.is_(None), seen)


def _within(visitor: Visitor, scope: Scope) -> ColumnElement[bool]:
    match scope:
        case Scope.GALLERY:  # a page of what is published holds no picture of one's own that nobody else sees
            return and_(_archive.c.audience == Audience.GALLERY, _archive.c.hidden_at.is_(None))
        case Scope.MINE:
            return _archive.c.member_id == visitor.member
        case Scope.SERVERS:
            return _archive.c.server_id.in_(visitor.servers)
