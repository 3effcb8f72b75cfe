"""Members and how they want to be served. Change one by reading and saving it in the same transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Privacy

_members: Final = tables.members


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    id: int
    created_at: datetime
    seen_at: datetime
    locale: str | None = None
    speed: str | None = None
    visibility: Privacy | None = None
    remix: bool = False
    notify: bool = True
    blocked_at: datetime | None = None
    blocked_reason: str | None = None


async def find(tx: Reading, member_id: int) -> Member | None:
    row = await tx.first(select(_members).where(_members.c.id == member_id))
    return None if row is None else Member(**row)


async def meet(tx: Writing, member_id: int, now: datetime, locale: str | None = None) -> Member:
    """The member, new or known, seen now and speaking this language."""
    known = await find(tx, member_id)
    if known is None:
        member = Member(id=member_id, created_at=now, seen_at=now, locale=locale)
        await tx.change(insert_into(_members).values(asdict(member)))
        return member
    values = {"seen_at": now, "locale": locale or known.locale}
    row = await tx.first(update(_members).where(_members.c.id == member_id).values(values).returning(_members))
    assert row is not None  # it was found in this very transaction
    return Member(**row)


async def save(tx: Writing, member: Member) -> None:
    row = asdict(member)
    await tx.change(insert_into(_members).values(row).on_conflict_do_update(index_elements=["id"], set_=row))


async def blocked(tx: Reading) -> tuple[Member, ...]:
    """The last blocked first."""
    query = select(_members).where(_members.c.blocked_at.is_not(None)).order_by(_members.c.blocked_at.desc())
    return tuple(Member(**row) for row in await tx.all(query))
