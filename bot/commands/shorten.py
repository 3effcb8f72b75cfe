"""`/shorten`: which words carried weight, and shorter prompts."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.desk import desk_of
from bot.handlers.answering import guarded
from bot.handlers.prompting import weigh_words

LONGEST = 6000


@app_commands.command(name="shorten", description="Which of your words carry weight, and shorter prompts to try")
@app_commands.describe(prompt="The prompt to weigh")
@app_commands.allowed_installs(guilds=True, users=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
async def command(interaction: discord.Interaction[Any], prompt: app_commands.Range[str, 1, LONGEST]) -> None:
    await guarded(interaction, weigh_words(interaction, desk_of(interaction), prompt))
