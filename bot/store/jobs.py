"""Jobs, from stored to ended. Every change of state is a compare-and-set: it names the attempt and the states it may
come from, and answers whether it was the one that happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Update, case, func, literal_column, or_, select, update
from sqlalchemy.dialects.sqlite import insert as insert_into

from bot.store import tables
from bot.store.transactions import Reading, Writing
from bot.store.words import ENDED, OPEN, UNFINISHED, Privacy, State

_jobs: Final = tables.jobs
_bookmarks: Final = tables.bookmarks
_archive: Final = tables.archive
# As literals, not parameters: only then does SQLite see that the partial index holds them all.
_is_unfinished: Final[ColumnElement[bool]] = literal_column(tables.among("state", UNFINISHED))
_is_open: Final = _jobs.c.state.in_(OPEN)

_FREED: Final = {"boot_id": None, "press": None}  # what was under way may be asked for again


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """`cells` are recipes as JSON texts, byte for byte as the engine wrote them."""

    id: str
    member_id: int
    channel_id: int
    kind: str
    root_id: str
    text: str
    cells: tuple[str, ...]
    speed: str
    plan: str
    created_at: datetime
    interaction_id: int | None = None
    press: str | None = None
    server_id: int | None = None
    room_id: int | None = None
    parent_id: str | None = None
    parent_cell: int | None = None
    privacy: Privacy = Privacy.PUBLIC
    share: Mapping[str, Any] = field(default_factory=dict)
    state: State = State.QUEUED
    attempt: int = 0
    deaths: int = 0
    boot_id: str | None = None
    unwanted: bool = False
    quoted_gpu_ms: int | None = None
    reserved_gpu_ms: int = 0
    gpu_ms: int = 0
    failure: str | None = None
    message: str | None = None
    notes: tuple[str, ...] = ()
    effective: str | None = None
    film: bool = False
    full_steps: int | None = None
    words_hidden: bool = False
    started_at: datetime | None = None
    ended_at: datetime | None = None


async def insert(tx: Writing, job: Job) -> bool:
    """False if its interaction or its press has a job already: then nothing was stored, and `find_by_…` tells which.
    Words that are hidden are so in what is made of them, too."""
    hidden = select(_jobs.c.id).where(_jobs.c.id.in_(_before(job)), _jobs.c.words_hidden).exists()
    values = {**asdict(job), "words_hidden": job.words_hidden or hidden}
    return await tx.change(insert_into(_jobs).values(values).on_conflict_do_nothing()) == 1


async def hides_words(tx: Reading, job: Job) -> bool:
    """Of a job without pictures: those that it had decided, and those that it is made from, as they are now."""
    its = _jobs.c.id.in_((job.id, *_before(job)))
    return await tx.value(select(_jobs.c.id).where(its, _jobs.c.words_hidden).limit(1)) is not None


def _before(job: Job) -> tuple[str, ...]:
    return (job.root_id,) if job.parent_id is None else (job.root_id, job.parent_id)


async def find(tx: Reading, job_id: str) -> Job | None:
    return _job(await tx.first(select(_jobs).where(_jobs.c.id == job_id)))


async def find_by_interaction(tx: Reading, interaction_id: int) -> Job | None:
    return _job(await tx.first(select(_jobs).where(_jobs.c.interaction_id == interaction_id)))


async def find_by_press(tx: Reading, press: str) -> Job | None:
    return _job(await tx.first(select(_jobs).where(_jobs.c.press == press)))


async def unfinished(tx: Reading) -> tuple[Job, ...]:
    """Whose end the members have not heard, the oldest first."""
    rows = await tx.all(select(_jobs).where(_is_unfinished).order_by(_jobs.c.created_at, _jobs.c.id))
    return tuple(Job(**row) for row in rows)


async def of_member(tx: Reading, member_id: int, limit: int, before: datetime | None = None) -> tuple[Job, ...]:
    """The newest first; `before` pages on."""
    query = select(_jobs).where(_jobs.c.member_id == member_id)
    if before is not None:
        query = query.where(_jobs.c.created_at < before)
    rows = await tx.all(query.order_by(_jobs.c.created_at.desc(), _jobs.c.id.desc()).limit(limit))
    return tuple(Job(**row) for row in rows)


async def family(tx: Reading, root_id: str, limit: int) -> tuple[Job, ...]:
    """All that came of one job, and the job itself, the oldest first: without their recipes, which would be most of it.
    Of more than `limit` the newest."""
    columns = [column for column in _jobs.c if column.name != "cells"]
    query = select(*columns).where(_jobs.c.root_id == root_id).order_by(_jobs.c.created_at.desc(), _jobs.c.id.desc())
    return tuple(Job(**row, cells=()) for row in reversed(await tx.all(query.limit(limit))))


async def children(tx: Reading, parent_id: str) -> tuple[Job, ...]:
    query = select(_jobs).where(_jobs.c.parent_id == parent_id).order_by(_jobs.c.created_at, _jobs.c.id)
    return tuple(Job(**row) for row in await tx.all(query))


async def open_of(tx: Reading, member_id: int) -> tuple[Job, ...]:
    """A member's jobs that wait or run, the oldest first."""
    query = select(_jobs).where(_jobs.c.member_id == member_id, _is_unfinished, _is_open)
    return tuple(Job(**row) for row in await tx.all(query.order_by(_jobs.c.created_at, _jobs.c.id)))


async def count_open(tx: Reading, member_id: int | None = None, speed: str | None = None) -> int:
    """How many jobs wait or run: a member's or all, of one speed or of each."""
    query = select(func.count()).where(_is_open)
    if member_id is not None:
        query = query.where(_jobs.c.member_id == member_id)
    if speed is not None:
        query = query.where(_jobs.c.speed == speed)
    return int(await tx.value(query))


async def used_gpu_ms(tx: Reading, member_id: int, speed: str, since: datetime) -> int:
    """What a member's jobs of one speed have used since then, and what those under way may use."""
    amount = case((_is_open, func.coalesce(_jobs.c.quoted_gpu_ms, 0)), else_=_jobs.c.gpu_ms)
    query = select(func.coalesce(func.sum(amount), 0))
    return int(
        await tx.value(query.where(_jobs.c.member_id == member_id, _jobs.c.created_at >= since, _jobs.c.speed == speed))
    )


async def servers_of(tx: Reading, member_id: int) -> tuple[int, ...]:
    """Where a member has asked for something."""
    query = select(_jobs.c.server_id).where(_jobs.c.member_id == member_id, _jobs.c.server_id.is_not(None)).distinct()
    return tuple(row["server_id"] for row in await tx.all(query))


async def count_by_state(tx: Reading, member_id: int) -> Mapping[State, int]:
    query = select(_jobs.c.state, func.count().label("count")).where(_jobs.c.member_id == member_id)
    return {row["state"]: row["count"] for row in await tx.all(query.group_by(_jobs.c.state))}


async def search(tx: Reading, member_id: int, words: str, limit: int) -> tuple[Job, ...]:
    """The newest of a member's own jobs, and of the public ones that they keep a bookmark of, whose text holds these
    words, or whose id does. Not those whose words their maker hides."""
    kept = select(_bookmarks.c.job_id).where(_bookmarks.c.member_id == member_id)
    is_kept = _jobs.c.id.in_(kept) & (_jobs.c.privacy == Privacy.PUBLIC)
    query = select(_jobs).where(or_(_jobs.c.member_id == member_id, is_kept), _jobs.c.state != State.DELETED)
    query = query.where(~_secret_to(member_id))
    if words := words.strip():
        in_text, in_id = (column.contains(words, autoescape=True) for column in (_jobs.c.text, _jobs.c.id))
        query = query.where(or_(in_text, in_id))
    rows = await tx.all(query.order_by(_jobs.c.created_at.desc(), _jobs.c.id.desc()).limit(limit))
    return tuple(Job(**row) for row in rows)


def _secret_to(member_id: int) -> ColumnElement[bool]:
    is_cell = (_archive.c.job_id == _jobs.c.parent_id) & (_archive.c.cell == _jobs.c.parent_cell)
    is_its = (_archive.c.job_id == _jobs.c.id) | ((_jobs.c.kind == "single") & is_cell)
    hidden = select(_archive.c.id).where(is_its, _archive.c.words_hidden, _archive.c.member_id != member_id)
    return hidden.exists()


async def recent_texts(tx: Reading, member_id: int, kind: str, limit: int) -> tuple[str, ...]:
    """What a member asked for last, each text once."""
    newest = func.max(_jobs.c.created_at)
    query = select(_jobs.c.text).where(_jobs.c.member_id == member_id, _jobs.c.kind == kind)
    query = query.where(_jobs.c.state != State.DELETED).group_by(_jobs.c.text).order_by(newest.desc()).limit(limit)
    return tuple(row["text"] for row in await tx.all(query))


async def move_in(tx: Writing, job_id: str, server_id: int) -> None:
    """From now on it counts as one of that server."""
    await tx.change(update(_jobs).where(_jobs.c.id == job_id).values(server_id=server_id))


async def claim_again(tx: Writing, job_id: str, attempt: int, boot_id: str, *, died: bool = False) -> int | None:
    """A further attempt: its number; whatever an older one still writes changes nothing from now on.

    None if there has been another one since, or the job has ended. `died`: the program did, while the job ran.
    """
    claimed = _of_attempt(job_id, attempt, OPEN).values(
        state=State.QUEUED,
        attempt=_jobs.c.attempt + 1,
        deaths=_jobs.c.deaths + int(died),
        boot_id=boot_id,
        started_at=None,
    )
    number: int | None = await tx.value(claimed.returning(_jobs.c.attempt))
    return number


async def hand_back(tx: Writing, job_id: str, attempt: int) -> bool:
    """The engine closes and will not paint it: it waits for the next run of the program."""
    values = {"state": State.QUEUED, "boot_id": None, "started_at": None}
    return await tx.change(_of_attempt(job_id, attempt, OPEN).values(values)) == 1


async def take_up(tx: Writing, job_id: str, attempt: int) -> bool:
    """Its turn has come. What it needs may still have to be loaded, which is no part of how long it takes."""
    return await tx.change(_of_attempt(job_id, attempt, (State.QUEUED,)).values(state=State.RUNNING)) == 1


async def put_back(tx: Writing, job_id: str, attempt: int) -> bool:
    """What it needs has no room yet: it waits again, and the program does not die of it meanwhile."""
    is_it = _of_attempt(job_id, attempt, (State.RUNNING,)).where(_jobs.c.started_at.is_(None))
    return await tx.change(is_it.values(state=State.QUEUED)) == 1


async def start(tx: Writing, job_id: str, attempt: int, started_at: datetime) -> bool:
    """It is painted from now on. False if it was told before."""
    is_new = _of_attempt(job_id, attempt, OPEN).where(_jobs.c.started_at.is_(None))
    return await tx.change(is_new.values(state=State.RUNNING, started_at=started_at)) == 1


async def finish(
    tx: Writing,
    job_id: str,
    attempt: int,
    state: State,
    ended_at: datetime,
    *,
    gpu_ms: int = 0,
    failure: str | None = None,
    message: str | None = None,
) -> bool:
    """End the painting: rendered, failed or cancelled. Of several that try, one is told True; that one settles."""
    if state not in (State.RENDERED, State.FAILED, State.CANCELLED):
        raise ValueError(f"A job's painting does not end as {state}; it ends rendered, failed or cancelled.")
    outcome = {"state": state, "gpu_ms": gpu_ms, "failure": failure, "message": message, "ended_at": ended_at}
    return await tx.change(_of_attempt(job_id, attempt, OPEN).values({**outcome, **_FREED})) == 1


async def deliver(tx: Writing, job_id: str) -> bool:
    """The member has the pictures."""
    return await tx.change(_among(job_id, (State.RENDERED,)).values(state=State.DONE)) == 1


async def delete(tx: Writing, job_id: str) -> bool:
    """Only the state: its pictures go by `pictures.remove`. A job under way is cancelled first."""
    return await tx.change(_among(job_id, (*ENDED, State.RENDERED)).values(state=State.DELETED, press=None)) == 1


async def bring_back(tx: Writing, job_id: str) -> bool:
    """Its pictures were only laid aside."""
    return await tx.change(_among(job_id, (State.DELETED,)).values(state=State.DONE)) == 1


async def singles_of(tx: Reading, job_id: str, cell: int) -> tuple[Job, ...]:
    """Jobs that show this very picture on its own."""
    is_it = (_jobs.c.parent_id == job_id, _jobs.c.parent_cell == cell, _jobs.c.kind == "single")
    rows = await tx.all(select(_jobs).where(*is_it, _jobs.c.state != State.DELETED))
    return tuple(Job(**row) for row in rows)


async def ask_to_cancel(tx: Writing, job_id: str) -> bool:
    """Whether this was the first to ask, of a job that can still be cancelled."""
    return await tx.change(_among(job_id, OPEN).where(_jobs.c.unwanted.is_(False)).values(unwanted=True)) == 1


def _among(job_id: str, states: Sequence[State]) -> Update:
    """The job, if it is in one of these states."""
    return update(_jobs).where(_jobs.c.id == job_id, _jobs.c.state.in_(states))


def _of_attempt(job_id: str, attempt: int, states: Sequence[State]) -> Update:
    """The job, if this attempt is its last and it is in one of these states."""
    return _among(job_id, states).where(_jobs.c.attempt == attempt)


def _job(row: RowMapping | None) -> Job | None:
    return None if row is None else Job(**row)
