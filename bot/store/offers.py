"""Offers: work that waits for its member's one confirmation. Their state changes by compare-and-set, and only while
they are open and in time; what orders mean is not known here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Decision

_offers: Final = tables.offers


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`orders` are one a job, `gpu_ms` is what they cost at most together; `asker` says who asked where.
    `files` are the pictures that they start from, so that no sweep takes them away."""

    id: str
    member_id: int
    occasion: str
    orders: tuple[Mapping[str, Any], ...]
    asker: Mapping[str, Any]
    gpu_ms: int
    created_at: datetime
    expires_at: datetime
    files: tuple[str, ...] = ()
    interaction_id: int | None = None
    state: Decision = Decision.OPEN

    def is_open(self, now: datetime) -> bool:
        return self.state is Decision.OPEN and now < self.expires_at


async def insert(tx: Writing, offer: Offer) -> bool:
    """False if its interaction has made one already."""
    return await tx.change(insert_into(_offers).values(asdict(offer)).on_conflict_do_nothing()) == 1


async def find(tx: Reading, offer_id: str) -> Offer | None:
    row = await tx.first(select(_offers).where(_offers.c.id == offer_id))
    return None if row is None else Offer(**row)


async def find_by_interaction(tx: Reading, interaction_id: int) -> Offer | None:
    row = await tx.first(select(_offers).where(_offers.c.interaction_id == interaction_id))
    return None if row is None else Offer(**row)


async def take(tx: Writing, offer_id: str, now: datetime) -> bool:
    """Of all who press, one is told True: that one stores its jobs, in this very transaction."""
    return await _end(tx, offer_id, Decision.TAKEN, now)


async def drop(tx: Writing, offer_id: str, now: datetime) -> bool:
    return await _end(tx, offer_id, Decision.DROPPED, now)


async def forget(tx: Writing, now: datetime) -> int:
    """Away with those that are past their day, whatever became of them: how many."""
    return await tx.change(delete(_offers).where(_offers.c.expires_at <= now))


async def _end(tx: Writing, offer_id: str, state: Decision, now: datetime) -> bool:
    is_open = (_offers.c.id == offer_id, _offers.c.state == Decision.OPEN, _offers.c.expires_at > now)
    return await tx.change(update(_offers).where(*is_open).values(state=state)) == 1
