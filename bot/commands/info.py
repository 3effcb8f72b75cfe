"""`/info`: how you stand: plan, pictures, GPU time."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import desk_of
from bot.handlers.answering import guarded, say
from bot.panels.info import info_card


@app_commands.command(name="info", description="How you stand: plan, pictures, GPU time")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any]) -> None:
    await guarded(interaction, _answer(interaction))


async def _answer(interaction: discord.Interaction[Any]) -> None:
    desk = desk_of(interaction)
    await say(interaction, "", await info_card(desk, interaction.user.id, interaction.guild_id))
