"""Which of two pictures members chose, once for each pair."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.community.fairness import Ballot
from bot.store import tables
from bot.store.transactions import Reading, Writing

_ballots: Final = tables.ballots
_candidates: Final = tables.candidates


async def cast(tx: Writing, ballot: Ballot, now: datetime) -> bool:
    """False if this member has said something of this pair."""
    first, second = ballot.pair
    row = {"member_id": ballot.member, "first_id": first, "second_id": second, "chosen_id": ballot.chosen}
    return await tx.change(insert_into(_ballots).values(row | {"cast_at": now}).on_conflict_do_nothing()) == 1


async def of_daily(tx: Reading, daily_id: int) -> list[Ballot]:
    """In the order in which they were cast."""
    query = select(_ballots).join(_candidates, _candidates.c.id == _ballots.c.first_id)
    rows = await tx.all(
        query.where(_candidates.c.daily_id == daily_id).order_by(_ballots.c.cast_at, _ballots.c.first_id)
    )
    return [Ballot(row["member_id"], (row["first_id"], row["second_id"]), row["chosen_id"]) for row in rows]
