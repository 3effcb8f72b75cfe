"""Which job a message belongs to, for what names only the message: reactions, and the commands of its menu."""

from __future__ import annotations

import asyncio

from bot.desk import Desk
from bot.store import jobs, placeholders
from bot.store.jobs import Job

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


async def _look(desk: Desk, message: int) -> Job | None:
    async with desk.store.read() as tx:
        job_id = await placeholders.job_of(tx, message)
        return await jobs.find(tx, job_id) if job_id is not None else None
