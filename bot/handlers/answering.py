"""First answers to interactions: the placeholder of a new job, or a sentence for one member. Within three seconds, or
not at all; whatever then comes of a job is `delivery.py`'s to write.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bot import replies
from bot.desk import Desk, desk_of
from bot.errors import Refusal, ThereAlreadyError
from bot.frame.fail_points import FailPoint, reached
from bot.intake import Accepted
from bot.kinds import Kind
from bot.messages import cards
from bot.messages.cards import Card
from bot.messages.live import Live
from bot.store import jobs, outbox, placeholders

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
_LOST = (discord.HTTPException, discord.InteractionResponded, aiohttp.ClientError, OSError, asyncio.TimeoutError)


async def guarded(interaction: Interaction, work: Awaitable[object]) -> None:
    """The one border of all handlers: whoever pressed something gets a sentence, whatever happened."""
    try:
        await work
    except ThereAlreadyError as error:
        link = await link_of(desk_of(interaction), error.job)
        await say(interaction, f"{replies.refusal(error)} {link}".strip())
    except Refusal as error:
        await say(interaction, replies.refusal(error))
    except Exception:  # a border: the member must not be left without an answer
        _log.exception("An interaction broke.")
        await say(interaction, replies.BUSY)
    await tell_untold(interaction)


async def say(interaction: Interaction, text: str, card: Card | None = None) -> bool:
    """To this one member alone. False if it did not arrive; the log has it then."""
    desk = desk_of(interaction)
    card = card or Card(replies.shortened(text, replies.MESSAGE_LIMIT))
    parts = await desk.sender.parts(card, interaction.filesize_limit)
    if not card.rows:
        del parts["view"]
    try:
        if interaction.response.is_done():
            await interaction.followup.send(ephemeral=True, **parts)
        else:
            await interaction.response.send_message(ephemeral=True, **parts)
    except _LOST as error:
        _log.warning("A sentence did not reach its member: %s", error)
        return False
    return True


async def acknowledge(interaction: Interaction, accepting: Callable[[], Awaitable[Accepted]]) -> None:
    """Take the job and write its one message. If that is lost, the outbox writes it by another way."""
    desk = desk_of(interaction)
    accepted = await accepting()
    if not accepted.is_new:
        return  # delivered twice: the first delivery answers it
    job, quote = accepted.job, accepted.quote
    async with desk.delivery.lock(job.id):
        live = Live(place=1, starts_in_ms=quote.starts_in_ms) if quote is not None else Live()
        card = cards.under_way(job, live) if Kind(job.kind) is not Kind.SINGLE else cards.fetching(job)
        parts = await desk.sender.parts(card, interaction.filesize_limit)
        try:
            response = await interaction.response.send_message(ephemeral=accepted.place.ephemeral, **parts)
        except _LOST as error:
            _log.warning("The answer to job %s did not arrive: %s", job.id, error)
            return
        reached(FailPoint.ACKNOWLEDGED)
        if response.message_id is None:
            return
        async with desk.store.write() as tx:
            await placeholders.appear(tx, job.id, job.channel_id, response.message_id)
        reached(FailPoint.NOTED)


async def link_of(desk: Desk, job_id: str) -> str:
    """Where a job's message is; nothing if it has none."""
    async with desk.store.read() as tx:
        place = await placeholders.find(tx, job_id)
    if place is None or place.message_id is None:
        return ""
    guild = desk.sender.server_of(place.channel_id)
    return f"https://discord.com/channels/{guild or '@me'}/{place.channel_id}/{place.message_id}"


async def tell_untold(interaction: Interaction) -> None:
    """What was finished while the member could not be reached is told as soon as they do anything."""
    desk = desk_of(interaction)
    async with desk.store.read() as tx:
        found = await outbox.untold(tx, interaction.user.id)
    if not found or not interaction.response.is_done():
        return
    names = ", ".join(f"`{letter.job_id}`" for letter in found[:10])
    if not await say(interaction, replies.untold(len(found), names, desk.command("show job"))):
        return  # the next time, then
    async with desk.store.write() as tx:
        for letter in found:
            await outbox.told_after_all(tx, letter.id, desk.now())
            await jobs.deliver(tx, letter.job_id or "")
