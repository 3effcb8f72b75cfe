"""`/desk`: the prompt desk, parameters by menus."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import desk_of
from bot.handlers.answering import guarded, say
from bot.panels.prompt_desk import desk_of_member


@app_commands.command(name="desk", description="Choose shape, style and model from menus, then say what to paint")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any]) -> None:
    await guarded(interaction, _answer(interaction))


async def _answer(interaction: discord.Interaction[Any]) -> None:
    await say(interaction, "", await desk_of_member(desk_of(interaction), interaction.user.id))
