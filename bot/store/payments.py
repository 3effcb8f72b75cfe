"""What a seller has told of payments, event by event, and by which names events belong together. What they mean is not
known here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing

_events: Final = tables.payment_events
_names: Final = tables.payment_names


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """`about` is the object that it tells of, as it was at `told_at`."""

    id: str
    kind: str
    about: Mapping[str, Any]
    told_at: datetime


async def add(tx: Writing, event: PaymentEvent, names: Collection[str]) -> bool:
    """False if it was told before."""
    made = insert_into(_events).values(asdict(event)).on_conflict_do_nothing(index_elements=["id"])
    if await tx.change(made) == 0:
        return False
    if names:
        await tx.change(insert_into(_names), [{"name": name, "event_id": event.id} for name in sorted(names)])
    return True


async def related(tx: Reading, event_id: str) -> tuple[PaymentEvent, ...]:
    """All that are tied to this one by names, also over several of them; in the order of their times."""
    found, new = {event_id}, {event_id}
    while new:
        names = select(_names.c.name).where(_names.c.event_id.in_(new))
        rows = await tx.all(select(_names.c.event_id).where(_names.c.name.in_(names)).distinct())
        new = {row["event_id"] for row in rows} - found
        found |= new
    query = select(_events).where(_events.c.id.in_(found)).order_by(_events.c.told_at, _events.c.id)
    return tuple(PaymentEvent(**row) for row in await tx.all(query))
