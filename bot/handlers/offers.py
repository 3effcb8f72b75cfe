"""The buttons of an offer. Its jobs get their messages by the outbox; where only an interaction's token reaches the
channel, this press writes them."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from typing import Any

import discord

from bot import visibility
from bot.buttons.custom_id import Action, Press
from bot.desk import Desk, asker_of
from bot.handlers.answering import tell_low
from bot.intake.wishes import TOKEN_LIFE
from bot.messages import cards
from bot.messages.lanes import Later
from bot.messages.live import Live
from bot.messages.sending import RefusedError, TokenGoneError, UnreachableError
from bot.messages.told import Told
from bot.replies import offers
from bot.store import outbox, placeholders
from bot.store.jobs import Job
from engine import Speed

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


async def take(interaction: Interaction, desk: Desk, press: Press) -> None:
    speed = Speed.RELAX if press.action is Action.OFFER_RELAXED else None
    taken = await desk.intake.offering.take(asker_of(interaction), press.job, speed)
    async with AsyncExitStack() as locks:
        if taken.by_token:  # an answer that is quicker than its message would have to go by direct message
            for job in taken.jobs:
                await locks.enter_async_context(desk.delivery.lock(job.id))
        await interaction.response.edit_message(content=offers.taken(len(taken.jobs)), view=None)
        for job in taken.jobs if taken.by_token else ():
            await _write(interaction, desk, job)
    await tell_low(interaction, taken.low)


async def drop(interaction: Interaction, desk: Desk, press: Press) -> None:
    await desk.intake.offering.drop(asker_of(interaction), press.job)
    await interaction.response.edit_message(content=offers.DROPPED, view=None)


async def _write(interaction: Interaction, desk: Desk, job: Job) -> None:
    """If it is lost, the pictures come by direct message. Called under the job's lock."""
    async with desk.store.read() as tx:
        place = await placeholders.find(tx, job.id)
        is_wordless = await visibility.has_hidden_words(tx, job)
    if place is None or place.message_id is not None:
        return
    card = cards.under_way(job, Live(), is_wordless=is_wordless)
    try:
        sent = await desk.sender.follow_up(interaction, card, ephemeral=place.ephemeral)
    except (Later, TokenGoneError, UnreachableError, RefusedError) as error:
        _log.warning("The message of job %s could not be written: %s", job.id, error)
        return
    until = desk.now() + TOKEN_LIFE
    async with desk.store.write() as tx:
        await placeholders.appear_by_token(tx, job.id, sent.channel, sent.message, interaction.token, until)
        await outbox.spare(tx, job.id, Told.PLACEHOLDER, desk.now(), sent.message)
