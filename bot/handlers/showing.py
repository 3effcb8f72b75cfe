"""A job again, wherever it was asked for: as `/show` brings it, and as a step of a family's tree leads to it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot import visibility
from bot.desk import Desk, asker_of
from bot.handlers.answering import link_of, say, waiter_of
from bot.messages import cards
from bot.messages.cards import Card
from bot.messages.letters import SHOWN, ended_card
from bot.messages.live import Live
from bot.store import placeholders
from bot.store.jobs import Job
from bot.store.placeholders import Post
from bot.store.words import OPEN


async def bring(interaction: discord.Interaction[Any], desk: Desk, job: Job) -> None:
    """Whoever calls this knows that the member may have it."""
    if job.state in OPEN:
        await say(interaction, "", await _under_way(desk, job))
        return
    card, asker = await ended_card(desk.store, job), asker_of(interaction)
    async with desk.store.read() as tx:
        sees = await visibility.sees(tx, job, asker)
    is_own = job.member_id == asker.member
    if not sees:  # far from where it was painted its buttons would refuse
        card = replace(card, rows=())
    # What was asked for in private is not read out in a channel, and a bookmark is its keeper's own affair.
    is_aside = visibility.is_aside(job.privacy, asker) or asker.ephemeral or (not asker.alone and not is_own)
    await interaction.response.defer(thinking=True, ephemeral=is_aside)
    sent = await desk.sender.follow_up(interaction, card, ephemeral=is_aside)
    if is_own and not is_aside:
        async with desk.store.write() as tx:
            await placeholders.add_post(tx, Post(sent.message, sent.channel, job.id, SHOWN))


async def _under_way(desk: Desk, job: Job) -> Card:
    """As it is now; its own message goes on showing it."""
    waiter = await waiter_of(desk, job.id)
    live = Live() if waiter is None else Live(waiter.place, waiter.starts_in_ms, waiter.finishes_in_ms)
    async with desk.store.read() as tx:
        card = cards.under_way(job, live, is_wordless=await visibility.has_hidden_words(tx, job))
    return replace(card, text=f"{card.text}\n{await link_of(desk, job.id)}".strip())
