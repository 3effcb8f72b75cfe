"""Which job a message belongs to, and what of it is shown there, for what names only the message: reactions, and the
commands of its menu.
"""

from __future__ import annotations

import asyncio

from bot.desk import Desk
from bot.errors import NoJobError
from bot.messages.told import Told
from bot.messages.withdrawing import cell_shared
from bot.store import archive, candidates, exhibits, jobs, placeholders
from bot.store.jobs import Job
from bot.store.transactions import Reading

# Discord shows a message before it tells us its id: whoever is quick asks about one that is not noted yet.
LOOKS_AGAIN = (0.1, 0.3, 0.6)  # seconds


async def job_of_message(desk: Desk, message: int, author: int | None) -> Job | None:
    """None if it is no job's message."""
    found = await _look(desk, message)
    if author == desk.sender.client.application_id:
        for seconds in LOOKS_AGAIN:
            if found is not None:
                break
            await asyncio.sleep(seconds)
            found = await _look(desk, message)
    return found


async def cell_at(tx: Reading, job: Job, message: int) -> int | None:
    """The one picture that a message shows: a post of the gallery, an entry of a day, a picture that was shared. None
    where it shows all of them. Raises NoJobError where nothing is shown any more."""
    kind = next((post.kind for post in await placeholders.posts_of(tx, job.id) if post.message_id == message), "")
    if kind == Told.PUBLISH:
        exhibit = await exhibits.by_message(tx, message)
        if exhibit is None:
            raise NoJobError
        return exhibit.cell
    if kind == Told.CANDIDATE:
        cells = {picture.id: picture.cell for picture in await archive.of_job(tx, job)}
        entries = await candidates.of_pictures(tx, cells)
        entered = next((one.picture_id for one in entries if one.message_id == message), None)
        if entered is None:
            raise NoJobError
        return cells[entered]
    return cell_shared(kind)


async def _look(desk: Desk, message: int) -> Job | None:
    async with desk.store.read() as tx:
        job_id = await placeholders.job_of(tx, message)
        return await jobs.find(tx, job_id) if job_id is not None else None
