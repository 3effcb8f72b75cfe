"""Everything that decided a picture: the numbers, the words as they ran, and what was translated on the way to it."""

from __future__ import annotations

import json

from bot import replies
from bot.credits import credits_of
from bot.desk import Desk
from bot.messages import cards
from bot.messages.cards import Card, File
from bot.replies import language, tree
from bot.store import jobs, pictures
from bot.store.jobs import Job
from bot.store.pictures import Picture
from bot.store.transactions import Reading


async def recipe_card(desk: Desk, job: Job, shown: tuple[Picture, ...]) -> Card:
    data = json.loads(shown[0].recipe)
    async with desk.store.read() as tx:
        notes = await _notes(tx, job)
        sources = await pictures.sources_of(tx, job.id)
    makers = tuple(dict.fromkeys(credit.member for credit in credits_of(shown[0].recipe)))
    lines = (
        replies.recipe(job.text, job.id, data),
        language.recipe_details(data, job.effective, notes),
        tree.credits(makers) if makers else "",
    )
    files: tuple[File, ...] = (*cards.written(job, shown), *cards.brought(sources))
    return Card(replies.shortened("\n".join(lines).strip(), replies.MESSAGE_LIMIT), files=files)


async def _notes(tx: Reading, job: Job) -> tuple[str, ...]:
    """Its own, and those of the pictures that it was made of with the same words."""
    found = list(job.notes)
    parent = await jobs.find(tx, job.parent_id) if job.parent_id is not None else None
    while parent is not None and parent.text == job.text:
        found = [*parent.notes, *found]
        parent = await jobs.find(tx, parent.parent_id) if parent.parent_id is not None else None
    return tuple(dict.fromkeys(found))
