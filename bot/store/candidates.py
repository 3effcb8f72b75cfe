"""Pictures that members entered for a day. Whether one may be seen is not asked here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, delete, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.columns import new_row
from bot.store.transactions import Reading, Writing

_candidates: Final = tables.candidates
_dailies: Final = tables.dailies
_ballots: Final = tables.ballots


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """`rating` and `place` are there once its day is over."""

    daily_id: int
    picture_id: int
    member_id: int
    entered_at: datetime
    message_id: int | None = None
    rating: int | None = None
    place: int | None = None
    id: int = 0  # given by the store


async def enter(tx: Writing, candidate: Candidate) -> Candidate | None:
    """With its id. None if this member has entered one that day."""
    statement = insert_into(_candidates).values(new_row(candidate)).on_conflict_do_nothing()
    new = await tx.value(statement.returning(_candidates.c.id))
    return await find(tx, new) if new is not None else None


async def find(tx: Reading, candidate_id: int) -> Candidate | None:
    return _one(await tx.first(select(_candidates).where(_candidates.c.id == candidate_id)))


async def of_member(tx: Reading, daily_id: int, member_id: int) -> Candidate | None:
    is_it = (_candidates.c.daily_id == daily_id, _candidates.c.member_id == member_id)
    return _one(await tx.first(select(_candidates).where(*is_it)))


async def of_daily(tx: Reading, daily_id: int) -> tuple[Candidate, ...]:
    query = select(_candidates).where(_candidates.c.daily_id == daily_id)
    return tuple(Candidate(**row) for row in await tx.all(query.order_by(_candidates.c.id)))


async def of_pictures(tx: Reading, picture_ids: Collection[int]) -> tuple[Candidate, ...]:
    query = select(_candidates).where(_candidates.c.picture_id.in_(picture_ids))
    return tuple(Candidate(**row) for row in await tx.all(query.order_by(_candidates.c.id)))


async def wins(tx: Reading, server_id: int, member_id: int) -> tuple[int, ...]:
    """The pictures that a member has won days with."""
    query = select(_candidates.c.picture_id).join(_dailies, _dailies.c.id == _candidates.c.daily_id)
    is_won = (_candidates.c.place == 1, _candidates.c.member_id == member_id, _dailies.c.server_id == server_id)
    return tuple(row["picture_id"] for row in await tx.all(query.where(*is_won)))


async def withdraw(tx: Writing, candidate_id: int) -> bool:
    """False if somebody has voted on it: then it stays."""
    voted = select(_ballots.c.member_id).where(
        (_ballots.c.first_id == candidate_id) | (_ballots.c.second_id == candidate_id),
        _ballots.c.chosen_id.is_not(None),
    )
    statement = delete(_candidates).where(_candidates.c.id == candidate_id, ~voted.exists())
    return await tx.change(statement) == 1


async def appear(tx: Writing, candidate_id: int, message_id: int | None) -> None:
    await tx.change(update(_candidates).where(_candidates.c.id == candidate_id).values(message_id=message_id))


async def place(tx: Writing, ratings: Mapping[int, float]) -> None:
    """What the votes have come to; the mapping goes from the best to the last."""
    for number, (candidate_id, rating) in enumerate(ratings.items(), 1):
        values = {"rating": round(rating), "place": number}
        await tx.change(update(_candidates).where(_candidates.c.id == candidate_id).values(values))


def _one(row: RowMapping | None) -> Candidate | None:
    return None if row is None else Candidate(**row)
