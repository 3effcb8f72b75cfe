"""`/show`: one of your own jobs again, or one that you keep a bookmark of, here, with buttons that work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord
from discord import app_commands

from bot import replies, visibility
from bot.desk import Desk, asker_of, desk_of
from bot.errors import NoJobError
from bot.handlers.answering import guarded, link_of, say, waiter_of
from bot.kinds import Kind
from bot.messages import cards
from bot.messages.cards import Card
from bot.messages.letters import SHOWN, ended_card
from bot.messages.live import Live
from bot.replies import hints
from bot.store import bookmarks, jobs, placeholders
from bot.store.ids import is_job_id
from bot.store.jobs import Job
from bot.store.placeholders import Post
from bot.store.words import OPEN, Privacy, State

CHOICES = 25


@app_commands.command(name="show", description="Bring back a picture of yours or a bookmark, with live buttons")
@app_commands.describe(job="Which one: begin to type its words, or paste its id")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any], job: app_commands.Range[str, 1, 100]) -> None:
    await guarded(interaction, _answer(interaction, job))


@command.autocomplete("job")
async def _own_jobs(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
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
    if job.state in OPEN:
        await say(interaction, "", await _under_way(desk, job))
        return
    card = await ended_card(desk.store, job)
    is_own = job.member_id == asker.member
    if not sees:  # far from where it was painted its buttons would refuse
        card = replace(card, rows=())
    # What was asked for in private is not read out in a channel, and a bookmark is its keeper's own affair.
    is_aside = visibility.is_aside(job.privacy, asker) or (not asker.alone and not is_own)
    await interaction.response.defer(thinking=True, ephemeral=is_aside)
    sent = await desk.sender.follow_up(interaction, card, ephemeral=is_aside)
    if is_own and not is_aside:
        async with desk.store.write() as tx:
            await placeholders.add_post(tx, Post(sent.message, sent.channel, job.id, SHOWN))


async def _under_way(desk: Desk, job: Job) -> Card:
    """As it is now; its own message goes on showing it."""
    waiter = await waiter_of(desk, job.id)
    live = Live() if waiter is None else Live(waiter.place, waiter.starts_in_ms, waiter.finishes_in_ms)
    card = cards.under_way(job, live)
    return replace(card, text=f"{card.text}\n{await link_of(desk, job.id)}".strip())
