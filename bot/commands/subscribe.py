"""`/subscribe`: the plans side by side, and how to get one."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.handlers.answering import guarded
from bot.handlers.selling import show_plans


@app_commands.command(name="subscribe", description="The plans side by side, and how to get one")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any]) -> None:
    await guarded(interaction, show_plans(interaction))
