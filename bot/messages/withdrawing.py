"""Who may see pictures that are there, changed everywhere at once: the archive's rows, the jobs that show them, and
letters that take away what was posted; posts in galleries follow. Whether somebody may do so was decided before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import visibility
from bot.messages import exhibiting
from bot.messages.told import Told, put
from bot.store import archive, jobs, pictures
from bot.store.archive import Archived
from bot.store.jobs import Job
from bot.store.transactions import Reading, Writing
from bot.store.words import ENDED, Audience, State

RESTORABLE = timedelta(days=30)
SHARED = "share"  # the posts that others made of a picture
OUT = (Audience.SERVER, Audience.GALLERY)


def kind_of_shared(cell: int) -> str:
    """Of a post which shows that picture of its job."""
    return f"{SHARED}:{cell}"


def cell_shared(kind: str) -> int | None:
    name, _, cell = kind.partition(":")
    return int(cell) if name == SHARED and cell else None


async def delete(tx: Writing, job: Job, by: int, now: datetime) -> None:
    """A whole job. A cell on its own is only taken out of the channel: the picture is its grid's."""
    found = [] if job.kind == archive.SINGLE else await archive.of_job(tx, job)
    if found:
        await lay_aside(tx, found, by, now)
        return
    await jobs.delete(tx, job.id)
    await pictures.remove(tx, job.id)
    await _erase(tx, job, now)
    await exhibiting.withdraw(tx, job.id, now)
    await _refresh_parent(tx, job, now)


async def lay_aside(tx: Writing, found: Sequence[Archived], by: int, now: datetime) -> None:
    """Deleted, with every message that shows them. What a moderator deletes is hidden as well: its maker can have it
    back, for themselves."""
    shown = [picture for picture in found if picture.deleted_at is None]
    await archive.lay_aside(tx, _ids(shown), now)
    for picture in shown:
        if by != picture.member_id:
            await archive.hide(tx, [picture.id], now, by)
        for single in await jobs.singles_of(tx, picture.job_id, picture.cell):
            await jobs.delete(tx, single.id)
            await pictures.remove(tx, single.id)
            await _erase(tx, single, now)
    for job in await _jobs_of(tx, shown):
        if not await archive.of_job(tx, job):
            await jobs.delete(tx, job.id)
        await _erase(tx, job, now)
        await _refresh_parent(tx, job, now)
    await exhibiting.follow(tx, _ids(shown), by, now)


async def bring_back(tx: Writing, found: Sequence[Archived], by: int, now: datetime) -> None:
    """As they were; their messages are posted anew only if somebody asks for that."""
    await archive.lay_aside(tx, _ids(found), None)
    for job in await _jobs_of(tx, found):
        await jobs.bring_back(tx, job.id)
    await exhibiting.follow(tx, _ids(found), by, now)


async def show_to(tx: Writing, found: Sequence[Archived], audience: Audience, by: int, now: datetime) -> None:
    """Said of each, changed or not: a cell on its own may have been taken out in private."""
    changed = [picture for picture in found if picture.audience is not audience]
    await archive.change_audience(tx, _ids(found), audience)
    if audience not in OUT:
        await _withdraw(tx, [picture for picture in changed if picture.audience in OUT], now)
    await exhibiting.follow(tx, _ids(changed), by, now)


async def hide(tx: Writing, found: Sequence[Archived], by: int, now: datetime) -> None:
    """From all but their makers."""
    for picture in found:
        await archive.hide(tx, [picture.id], now, by if by != picture.member_id else None)
    await _withdraw(tx, [picture for picture in found if picture.audience in OUT], now)
    await exhibiting.follow(tx, _ids(found), by, now)


async def unhide(tx: Writing, found: Sequence[Archived], by: int, now: datetime) -> None:
    """What hung in a gallery does not hang again by this."""
    hidden = [picture for picture in found if picture.hidden_at is not None]
    await archive.hide(tx, _ids(hidden), None)
    await exhibiting.follow(tx, _ids(hidden), by, now)


async def hide_words(tx: Writing, found: Sequence[Archived], by: int, now: datetime, *, hidden: bool) -> None:
    """Also in the messages that are posted: those are written anew, with those of what was to be made of them."""
    await archive.hide_words(tx, _ids(found), hidden=hidden)
    shown = await _shown_by(tx, found)
    for job in [*shown, *await _in_vain(tx, shown)]:
        if hidden:
            await _erase(tx, job, now, only=SHARED)  # another member's message, about this picture as it was
        if job.state in (*ENDED, State.RENDERED):
            await put(tx, job, Told.REWRITE, now, key=f"rewrite:{job.id}:{_count(now)}")
    await exhibiting.follow(tx, _ids(found), by, now)


async def take_back_shared(tx: Writing, job: Job, cell: int, now: datetime) -> None:
    """What others posted of that picture."""
    await _erase(tx, job, now, only=kind_of_shared(cell))


async def _withdraw(tx: Writing, found: Sequence[Archived], now: datetime) -> None:
    """Out of the sight of others; what its maker has in their own direct messages stays."""
    for job in await _shown_by(tx, found):
        await _erase(tx, job, now, kept=True)


async def _shown_by(tx: Reading, found: Sequence[Archived]) -> list[Job]:
    """Every job whose messages show one of these, cells on their own among them."""
    singles = [single for picture in found for single in await jobs.singles_of(tx, picture.job_id, picture.cell)]
    return [*await _jobs_of(tx, found), *singles]


async def _in_vain(tx: Reading, shown: Sequence[Job]) -> list[Job]:
    """What was to be made of these, and no picture came of it: its message has their words."""
    made = [child for job in shown for child in await jobs.children(tx, job.id)]
    return [each for each in made if each.state in (State.CANCELLED, State.FAILED)]


async def _jobs_of(tx: Reading, found: Sequence[Archived]) -> list[Job]:
    known = [await jobs.find(tx, job_id) for job_id in sorted({picture.job_id for picture in found})]
    return [job for job in known if job is not None]


async def _refresh_parent(tx: Writing, job: Job, now: datetime) -> None:
    """Its button leads nowhere now."""
    parent = await jobs.find(tx, job.parent_id) if job.parent_id is not None else None
    if parent is not None and visibility.shows_in(parent, job):
        await put(tx, parent, Told.REFRESH, now, key=f"refresh:{parent.id}:{job.id}:{_count(now)}")


async def _erase(tx: Writing, job: Job, now: datetime, only: str | None = None, *, kept: bool = False) -> None:
    """Each time anew: what was taken away may have been posted again since."""
    which = "kept" if kept else only or ""
    await put(
        tx, job, Told.ERASE, now, key=f"erase:{job.id}:{_count(now)}:{which}", only=only, kept=kept, at=_count(now)
    )


def _ids(found: Sequence[Archived]) -> list[int]:
    return [picture.id for picture in found]


def _count(now: datetime) -> int:
    return int(now.timestamp() * 1000)
