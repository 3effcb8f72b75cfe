"""`/gift`: GPU time from one member to another, for both to see."""

from __future__ import annotations

import logging
from typing import Any

import discord
from discord import app_commands

from bot.commands.admin_plans import gpu_time
from bot.desk import Desk, desk_of
from bot.errors import BlockedError, CannotGiveError, WrongAmountError
from bot.handlers.answering import guarded, say
from bot.replies import sources
from bot.store import ledger, members
from bot.store.errors import CreditError
from bot.store.words import GIVEABLE

_log = logging.getLogger(__name__)
Interaction = discord.Interaction[Any]


@app_commands.command(name="gift", description="Give another member of your GPU time")
@app_commands.describe(member="To whom", time="How much, as 2 h or 90 min")
@app_commands.guild_only()
async def command(interaction: Interaction, member: discord.User, time: str) -> None:
    await guarded(interaction, _answer(interaction, member, time))


async def _answer(interaction: Interaction, member: discord.User, time: str) -> None:
    desk, giver = desk_of(interaction), interaction.user.id
    if member.id == giver:
        raise WrongAmountError(sources.TO_ONESELF)
    if member.bot:
        raise WrongAmountError(sources.TO_A_BOT)
    gpu_ms = gpu_time(time)
    left = await hand_over(desk, giver, member.id, gpu_ms, str(interaction.id))
    if left is None:
        return  # delivered twice
    word = sources.gift(giver, member.id, gpu_ms)
    try:
        await interaction.response.send_message(word, allowed_mentions=discord.AllowedMentions(users=[member]))
    except discord.HTTPException as error:
        _log.warning("A gift was made, and the word of it did not arrive: %s", error)
    await say(interaction, sources.gift_left(member.id, gpu_ms, left))


async def hand_over(desk: Desk, giver: int, taker: int, gpu_ms: int, key: str) -> int | None:
    """To a member, or to a server's pool: what could still be given away; none if this gift was made before."""
    now = desk.now()
    async with desk.store.write(hurried=True) as tx:
        member = await members.find(tx, giver)
        if member is not None and member.blocked_at is not None:
            raise BlockedError(member.blocked_reason or "")
        try:
            if not await ledger.gift(tx, giver, taker, gpu_ms, key, now, GIVEABLE):
                return None
        except CreditError as error:
            raise CannotGiveError(error.available_gpu_ms, gpu_ms) from error
        return await ledger.available(tx, giver, now, GIVEABLE)
