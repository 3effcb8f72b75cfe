"""`/queue`: what is under way, and cancel it."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import asker_of, desk_of
from bot.handlers.answering import guarded, say
from bot.panels.queue import queue_card


@app_commands.command(name="queue", description="What is under way, and cancel it")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any]) -> None:
    await guarded(interaction, _answer(interaction))


async def _answer(interaction: discord.Interaction[Any]) -> None:
    await say(interaction, "", await queue_card(desk_of(interaction), asker_of(interaction)))
