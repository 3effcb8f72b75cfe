"""`/help`: what I can do, by example."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import desk_of
from bot.handlers.answering import guarded, say
from bot.panels.help import help_card


@app_commands.command(name="help", description="What I can do, by example")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any]) -> None:
    await guarded(interaction, _answer(interaction))


async def _answer(interaction: discord.Interaction[Any]) -> None:
    await say(interaction, "", await help_card(desk_of(interaction), interaction.guild_id))
