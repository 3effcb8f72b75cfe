"""`/setup`: how I work on this server. For those who manage it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.errors import NotManagerError
from bot.handlers.answering import guarded, say
from bot.panels.setup import setup_of


@app_commands.command(name="setup", description="How I work on this server: channels, roles, model, gallery, reactions")
@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
async def command(interaction: discord.Interaction[Any]) -> None:
    await guarded(interaction, _answer(interaction))


async def _answer(interaction: discord.Interaction[Any]) -> None:
    asker = asker_of(interaction)
    if asker.server is None or not asker.manages:
        raise NotManagerError
    await say(interaction, "", await setup_of(desk_of(interaction), asker.server))
