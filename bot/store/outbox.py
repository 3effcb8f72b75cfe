"""What is to be told to members, stored with what it tells of and sent afterwards.

A row is pending, then sending, then sent. One that was sending when the program ended is doubtful: it may have arrived.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import Sending

_outbox: Final = tables.outbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """`key` says what is told, so that it is told once."""

    key: str
    member_id: int
    channel_id: int
    kind: str
    due_at: datetime
    payload: Mapping[str, Any] = field(default_factory=dict)
    job_id: str | None = None
    id: int = 0  # given by the store
    state: Sending = Sending.PENDING
    tries: int = 0
    sending_since: datetime | None = None
    sent_at: datetime | None = None
    message_id: int | None = None
    error: str | None = None


async def put(
    tx: Writing,
    *,
    key: str,
    kind: str,
    member_id: int,
    channel_id: int,
    due_at: datetime,
    payload: Mapping[str, Any] | None = None,
    job_id: str | None = None,
) -> bool:
    """False if there is one with this key: it is, or was, told already."""
    row = {
        "key": key,
        "kind": kind,
        "member_id": member_id,
        "channel_id": channel_id,
        "due_at": due_at,
        "payload": payload or {},
        "job_id": job_id,
        "state": Sending.PENDING,
        "tries": 0,
    }
    return await tx.change(insert_into(_outbox).values(row).on_conflict_do_nothing()) == 1


async def find(tx: Reading, letter_id: int) -> Letter | None:
    row = await tx.first(select(_outbox).where(_outbox.c.id == letter_id))
    return None if row is None else Letter(**row)


async def find_by_key(tx: Reading, key: str) -> Letter | None:
    row = await tx.first(select(_outbox).where(_outbox.c.key == key))
    return None if row is None else Letter(**row)


async def has_arrived(tx: Reading, beginning: str) -> bool:
    """Whether of the letters with such a key, up to its last colon, any is a message."""
    its = (_outbox.c.key >= f"{beginning}:", _outbox.c.key < f"{beginning};")  # the character after a colon
    return await tx.value(select(_outbox.c.id).where(*its, _outbox.c.message_id.is_not(None)).limit(1)) is not None


async def of_job(tx: Reading, job_id: str) -> tuple[Letter, ...]:
    rows = await tx.all(select(_outbox).where(_outbox.c.job_id == job_id).order_by(_outbox.c.id))
    return tuple(Letter(**row) for row in rows)


async def newest(tx: Reading, kind: str, channel_id: int) -> Letter | None:
    """The last of one kind for a channel that was not given up."""
    is_it = (_outbox.c.kind == kind, _outbox.c.channel_id == channel_id, _outbox.c.state != Sending.DROPPED)
    row = await tx.first(select(_outbox).where(*is_it).order_by(_outbox.c.id.desc()).limit(1))
    return None if row is None else Letter(**row)


async def due(tx: Reading, now: datetime, limit: int) -> tuple[Letter, ...]:
    """In the order in which things happened."""
    is_due = (_outbox.c.state == Sending.PENDING, _outbox.c.due_at <= now)
    rows = await tx.all(select(_outbox).where(*is_due).order_by(_outbox.c.id).limit(limit))
    return tuple(Letter(**row) for row in rows)


async def next_due(tx: Reading) -> datetime | None:
    """When there is something to send, the earliest."""
    moment: datetime | None = await tx.value(select(func.min(_outbox.c.due_at)).where(_is(Sending.PENDING)))
    return moment


async def doubtful(tx: Reading, before: datetime) -> tuple[Letter, ...]:
    """Sending since longer than that: look whether they arrived before sending again."""
    query = select(_outbox).where(_is(Sending.SENDING), _outbox.c.sending_since < before)
    return tuple(Letter(**row) for row in await tx.all(query.order_by(_outbox.c.id)))


async def hasten(tx: Writing, now: datetime, beyond: datetime) -> int:
    """Whatever is due so late that the clock must have been set back meanwhile is due now: how many."""
    is_far = (_is(Sending.PENDING), _outbox.c.due_at > beyond)
    return await tx.change(update(_outbox).where(*is_far).values(due_at=now))


async def begin(tx: Writing, letter_id: int, now: datetime) -> bool:
    """Before it is given to Discord. Of several who try, one is told True."""
    values = {"state": Sending.SENDING, "sending_since": now, "tries": _outbox.c.tries + 1}
    return await _move(tx, letter_id, Sending.PENDING, values)


async def finish(tx: Writing, letter_id: int, now: datetime, message_id: int | None = None) -> bool:
    """It has arrived."""
    values = {"state": Sending.SENT, "sent_at": now, "message_id": message_id, "sending_since": None, "error": None}
    return await _move(tx, letter_id, Sending.SENDING, values)


async def spare(tx: Writing, job_id: str, kind: str, now: datetime, message_id: int) -> bool:
    """What this letter was to tell has just been told without it, by this message."""
    mine = (_outbox.c.job_id == job_id, _outbox.c.kind == kind, _is(Sending.PENDING))
    values = {"state": Sending.SENT, "sent_at": now, "message_id": message_id}
    return await tx.change(update(_outbox).where(*mine).values(values)) == 1


async def postpone(tx: Writing, letter_id: int, due_at: datetime, error: str) -> bool:
    """It has not arrived, and may later."""
    values = {"state": Sending.PENDING, "due_at": due_at, "error": error, "sending_since": None}
    return await _move(tx, letter_id, Sending.SENDING, values)


async def drop(tx: Writing, letter_id: int, error: str) -> bool:
    """It can never arrive."""
    return await _move(tx, letter_id, Sending.SENDING, {"state": Sending.DROPPED, "error": error})


async def untold(tx: Reading, member_id: int) -> tuple[Letter, ...]:
    """Ends of jobs, files asked for, and that pictures are about to go, where that reached the member in no way."""
    kinds = _outbox.c.kind.in_(("answer", "direct", "storage"))
    query = select(_outbox).where(_is(Sending.DROPPED), _outbox.c.member_id == member_id, kinds)
    return tuple(Letter(**row) for row in await tx.all(query.order_by(_outbox.c.id)))


async def told_after_all(tx: Writing, letter_id: int, now: datetime) -> bool:
    """A letter that was dropped reached the member by another way."""
    return await _move(tx, letter_id, Sending.DROPPED, {"state": Sending.SENT, "sent_at": now})


async def _move(tx: Writing, letter_id: int, before: Sending, values: Mapping[str, Any]) -> bool:
    return await tx.change(update(_outbox).where(_outbox.c.id == letter_id, _is(before)).values(values)) == 1


def _is(state: Sending) -> Any:
    return _outbox.c.state == state
