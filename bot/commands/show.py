"""`/show`: one of your own jobs again, or one that you keep a bookmark of, here, with buttons that work."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot import replies, visibility
from bot.desk import asker_of, desk_of
from bot.errors import NoJobError
from bot.handlers.answering import guarded
from bot.handlers.showing import bring
from bot.kinds import Kind
from bot.replies import hints
from bot.store import bookmarks, jobs
from bot.store.ids import is_job_id
from bot.store.jobs import Job
from bot.store.words import Privacy, State

CHOICES = 25


@app_commands.command(name="show", description="Bring back a picture of yours or a bookmark, with live buttons")
@app_commands.describe(job="Which one: begin to type its words, or paste its id")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any], job: app_commands.Range[str, 1, 100]) -> None:
    await guarded(interaction, _answer(interaction, job))


@command.autocomplete("job")
async def own_jobs(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
    """The newest whose words hold what was typed."""
    desk = desk_of(interaction)
    with desk.answering():
        async with desk.store.read() as tx:
            found = await jobs.search(tx, interaction.user.id, typed, CHOICES)
    return [app_commands.Choice(name=_name(job, interaction.user.id), value=job.id) for job in found]


def _name(job: Job, member: int) -> str:
    what = replies.what(Kind(job.kind), job.parent_cell)
    return hints.choice(job.text or job.id, what, is_own=job.member_id == member)


async def _answer(interaction: discord.Interaction[Any], job_id: str) -> None:
    desk, asker = desk_of(interaction), asker_of(interaction)
    async with desk.store.read() as tx:
        job = await jobs.find(tx, job_id.strip()) if is_job_id(job_id.strip()) else None
        is_kept = job is not None and await bookmarks.has(tx, interaction.user.id, job.id)
        sees = job is not None and await visibility.sees(tx, job, asker)
    if job is None or job.state is State.DELETED or not visibility.may_bring(job, asker.member, is_kept=is_kept):
        raise NoJobError
    if not sees and job.privacy is not Privacy.PUBLIC:  # a cell that its maker took back
        raise NoJobError
    await bring(interaction, desk, job)
