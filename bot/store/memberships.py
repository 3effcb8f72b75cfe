"""Why a member has a plan: what Discord's shop, a role, the operator or Stripe say, each with the period it is in."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Source

_memberships: Final = tables.memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMembership:
    """`external_id` is what its source calls it. The period is the one that is paid for: a month, a year; or it has no
    end."""

    member_id: int
    source: Source
    external_id: str
    plan: str
    starts_at: datetime
    created_at: datetime
    ends_at: datetime | None = None
    revoked_at: datetime | None = None

    def is_active(self, now: datetime) -> bool:
        has_ended = self.ends_at is not None and self.ends_at <= now
        return self.starts_at <= now and not has_ended and self.revoked_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(NewMembership):
    id: int


async def put(tx: Writing, new: NewMembership) -> bool:
    """A new membership, or the period that a known one is in now. False if nothing changed: events come twice and in
    any order, so an older period than the known one is ignored, and so is any of one that was revoked.
    """
    row = asdict(new)
    made = insert_into(_memberships).values(row)
    known = and_(
        _memberships.c.revoked_at.is_(None),
        or_(
            _memberships.c.starts_at < new.starts_at,
            and_(_memberships.c.starts_at == new.starts_at, _differs(new)),
        ),
    )
    changed = {name: row[name] for name in ("plan", "starts_at", "ends_at")}
    upsert = made.on_conflict_do_update(index_elements=["source", "external_id"], set_=changed, where=known)
    return await tx.change(upsert) == 1


async def end(tx: Writing, source: Source, external_id: str, ends_at: datetime) -> bool:
    """It ends then, now or later. False if there is none, or it ends by then anyway."""
    is_it = _is(source, external_id)
    later = or_(_memberships.c.ends_at.is_(None), _memberships.c.ends_at > ends_at)
    started = _memberships.c.starts_at <= ends_at
    return await tx.change(update(_memberships).where(is_it, later, started).values(ends_at=ends_at)) == 1


async def revoke(tx: Writing, new: NewMembership, now: datetime) -> Membership | None:
    """The money went back: it is void and stays so, whatever is told later, even if this is the first that is heard of
    it. None if it was void before.
    """
    made = insert_into(_memberships).values({**asdict(new), "revoked_at": now})
    changed = made.on_conflict_do_update(
        index_elements=["source", "external_id"], set_={"revoked_at": now}, where=_memberships.c.revoked_at.is_(None)
    )
    row = await tx.first(changed.returning(_memberships))
    return None if row is None else Membership(**row)


async def find(tx: Reading, source: Source, external_id: str) -> Membership | None:
    row = await tx.first(select(_memberships).where(_is(source, external_id)))
    return None if row is None else Membership(**row)


async def of_member(tx: Reading, member_id: int) -> tuple[Membership, ...]:
    """All there ever were, the oldest first."""
    query = select(_memberships).where(_memberships.c.member_id == member_id).order_by(_memberships.c.id)
    return tuple(Membership(**row) for row in await tx.all(query))


async def active(tx: Reading, now: datetime, source: Source | None = None) -> tuple[Membership, ...]:
    """Of everybody: those that count now."""
    lasts = or_(_memberships.c.ends_at.is_(None), _memberships.c.ends_at > now)
    query = select(_memberships).where(_memberships.c.starts_at <= now, lasts, _memberships.c.revoked_at.is_(None))
    if source is not None:
        query = query.where(_memberships.c.source == source)
    return tuple(Membership(**row) for row in await tx.all(query.order_by(_memberships.c.id)))


def _is(source: Source, external_id: str) -> ColumnElement[bool]:
    return and_(_memberships.c.source == source, _memberships.c.external_id == external_id)


def _differs(new: NewMembership) -> ColumnElement[bool]:
    return or_(_memberships.c.plan != new.plan, _memberships.c.ends_at.is_distinct_from(new.ends_at))
