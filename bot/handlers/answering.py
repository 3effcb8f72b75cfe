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
from bot.buttons.custom_id import Action
from bot.desk import Desk, desk_of
from bot.errors import Refusal, ThereAlreadyError
from bot.frame.fail_points import FailPoint, reached
from bot.intake import Accepted
from bot.messages import cards
from bot.messages.cards import Button, Card
from bot.messages.live import Live
from bot.messages.told import Told, put
from bot.store import jobs, outbox, placeholders
from bot.store.placeholders import Placeholder
from engine import Quote, Waiter

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]
ANSWERED = 40060
_LOST = (discord.HTTPException, discord.InteractionResponded, aiohttp.ClientError, OSError, asyncio.TimeoutError)


async def guarded(interaction: Interaction, work: Awaitable[object]) -> None:
    """The one border of all handlers: whoever pressed something gets a sentence, whatever happened."""
    with desk_of(interaction).answering():
        try:
            await work
        except Refusal as error:
            await say(interaction, await sentence(desk_of(interaction), error))
        except Exception as error:  # a border: the member must not be left without an answer
            if isinstance(error, discord.HTTPException) and error.code == ANSWERED:
                return  # Discord told us twice of one press, and the first one was answered
            _log.exception("An interaction broke.")
            await say(interaction, replies.BUSY)
        await tell_untold(interaction)


async def say(interaction: Interaction, text: str, card: Card | None = None) -> bool:
    """To this one member alone. False if it did not arrive; the log has it then."""
    desk = desk_of(interaction)
    card = card or Card(replies.shortened(text, replies.MESSAGE_LIMIT))
    parts = await desk.sender.parts(card, interaction.filesize_limit)
    if not (card.rows or card.menus or card.links):
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
        card = cards.fetching(job) if quote is None else cards.under_way(job, await _first_look(desk, job.id, quote))
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
            await outbox.spare(tx, job.id, Told.PLACEHOLDER, desk.now(), response.message_id)
        reached(FailPoint.NOTED)
    if accepted.is_first and desk.may_hint(job.channel_id):
        help_button = Button(Action.HELP, "", "How it works", "👋")
        await say(interaction, "", Card(replies.newcomer(desk.command("help")), ((help_button,),)))


async def _first_look(desk: Desk, job_id: str, quote: Quote) -> Live:
    """Its place is looked up only where there is a queue: that costs a question to the engine."""
    if quote.starts_in_ms < replies.SOON_MS:
        return Live(place=1, starts_in_ms=quote.starts_in_ms)
    waiter = await waiter_of(desk, job_id)
    if waiter is None:
        return Live(starts_in_ms=quote.starts_in_ms)
    return Live(place=waiter.place, starts_in_ms=waiter.starts_in_ms, finishes_in_ms=waiter.finishes_in_ms)


async def waiter_of(desk: Desk, job_id: str) -> Waiter | None:
    """A job as the queue sees it; None if it is not there, or not yet."""
    view = await desk.intake.queue_view(job_id)
    return next((waiter for waiter in (*view.running, *view.waiting) if waiter.job == job_id), None)


async def sentence(desk: Desk, error: Refusal) -> str:
    """What a member is told. Whoever asks for what is there is led to it, and what was taken away is posted again."""
    if not isinstance(error, ThereAlreadyError):
        return replies.refusal(error)
    async with desk.store.read() as tx:
        place = await placeholders.find(tx, error.job)
    if error.is_painted and place is not None and await _is_gone(desk, place):
        async with desk.store.write() as tx:
            job = await jobs.find(tx, error.job)
            if job is not None:
                await put(tx, job, Told.ANSWER, desk.now(), key=f"answer:{job.id}:{place.message_id}")
        desk.delivery.poke()
        return replies.THERE_AGAIN
    return f"{replies.refusal(error)} {await link_of(desk, error.job)}".strip()


async def _is_gone(desk: Desk, place: Placeholder) -> bool:
    if place.message_id is None or place.ephemeral or place.by_token:
        return False
    return not await desk.sender.is_there(place.channel_id, place.message_id)


async def link_of(desk: Desk, job_id: str) -> str:
    """Where a job's message is; nothing if it has none."""
    async with desk.store.read() as tx:
        place = await placeholders.find(tx, job_id)
    if place is None or place.message_id is None or place.ephemeral:
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
    ends = [letter for letter in found if letter.kind == Told.ANSWER]
    if ends:
        names = ", ".join(f"`{letter.job_id}`" for letter in ends[:10])
        if not await say(interaction, replies.untold(len(ends), names, desk.command("show"))):
            return  # the next time, then
    if len(ends) < len(found) and not await say(interaction, replies.DM_CLOSED):
        return
    async with desk.store.write() as tx:
        for letter in found:
            await outbox.told_after_all(tx, letter.id, desk.now())
            await jobs.deliver(tx, letter.job_id or "")
